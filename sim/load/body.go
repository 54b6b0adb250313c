package load

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"strings"
	"time"

	"simulacro/sim"
)

// MaxBody is how much of a body is kept, in bytes.
const MaxBody = 8 << 10

// body is what came of an answer's body.
type body struct {
	hash string // of all of it, wherever text is cut; "" where it was empty
	text string
	cut  bool
}

// readBody reads a body to its end.
func readBody(r io.Reader) (b body, err error) {
	sum := sha256.New()
	var text strings.Builder
	r = io.TeeReader(r, sum)
	kept, err := io.Copy(&text, io.LimitReader(r, MaxBody))
	if err != nil {
		return b, err
	}
	rest, err := io.Copy(io.Discard, r)
	if err != nil || kept == 0 {
		return b, err
	}
	return body{hash: hex.EncodeToString(sum.Sum(nil)[:8]), text: strings.ToValidUTF8(text.String(), "�"), cut: rest > 0}, nil
}

// album keeps what bodies were told of. Not safe for concurrent use.
type album struct {
	most  int               // of one path, status and server
	seen  map[sim.Page]bool // without their texts
	count map[sim.Page]int  // without text and hash
	emit  func(sim.Event)
}

func newAlbum(most int, emit func(sim.Event)) *album {
	return &album{most: most, seen: map[sim.Page]bool{}, count: map[sim.Page]int{}, emit: emit}
}

// note tells of the body of a request where it is new and there is room for it.
func (a *album) note(q *sim.Request, b body) {
	if b.hash == "" {
		return
	}
	of := sim.Page{Path: q.Path, Status: q.Status, Server: q.Server}
	p := of
	p.Hash = b.hash
	if a.seen[p] || a.count[of] >= a.most {
		return
	}
	a.seen[p] = true
	a.count[of]++
	p.Text, p.Cut = b.text, b.cut
	a.emit(sim.Event{At: time.Now().UTC(), Kind: sim.KindPage, Page: &p})
}
