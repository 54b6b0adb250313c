package stats

import (
	"fmt"
	"time"
)

// Capture is one message that was none: what `show errors` tells of it (management manual, section 9.3).
type Capture struct {
	When     time.Time
	Response bool
	Event    uint32 // its number in the process, from 0
	Proxy    Owner  // the frontend of a request, the backend of a response
	Other    Owner  // the section on the other side
	Server   Owner
	Src      string // the client's address
	Port     int    // the client's; 0: of a unix socket

	Data         []byte // what was in the buffer
	Buffer       int    // how much that may hold, in bytes (section 3.2, "tune.bufsize")
	At           int    // offset of the fault
	State        string // what was being read there: "MSG_HDR_NAME(17)"
	Conn, Stream uint32 // HAProxy's bits of the connection, of the exchange, of the message
	Flags        uint32
	Chunk, Body  int64 // bytes announced
}

// Owner is a section or a server in a capture. ID -1: there is none.
type Owner struct {
	Name string
	ID   int
}

// Nobody stands for a section or a server that is not there.
var Nobody = Owner{"<NONE>", -1}

func (o Owner) String() string { return fmt.Sprintf("%s (#%d)", o.Name, o.ID) }

// CaptureSource is what a Source may offer beside: how many messages were captured, and the last ones of each section, a
// section's request before its response.
type CaptureSource interface {
	Captures() (events uint32, list []Capture)
}

// showErrors: show errors [<px> [request|response]].
func showErrors(s *session, args []string) reply {
	id := -1
	if len(args) > 0 {
		var ok bool
		if id, ok = proxyID(s.cli.source.Rows(nil), args[0]); !ok {
			return fail("No such proxy.\n")
		}
	}
	kind := ""
	if len(args) > 1 {
		kind = args[1]
	}
	var events uint32
	var list []Capture
	if source, ok := s.cli.source.(CaptureSource); ok {
		events, list = source.Captures()
	}
	out := fmt.Appendf(nil, "Total events captured on [%s] : %d\n", stamp(s.cli.source.Info().Now), events)
	for i := range list {
		x := &list[i]
		of := id < 0 || x.Proxy.ID == id || x.Other.ID == id
		if of && (kind != "request" || !x.Response) && (kind != "response" || x.Response) {
			out = x.append(out)
		}
	}
	return dump(out)
}

// stamp is a time as logs have it, with its milliseconds.
func stamp(t time.Time) string { return t.Format("02/Jan/2006:15:04:05.000") }

// bufferStart is where the first message lies in HAProxy's buffer.
const bufferStart = 48

func (x *Capture) append(dst []byte) []byte {
	this, that, what := "frontend", "backend", "request"
	if x.Response {
		this, that, what = "backend", "frontend", "response"
	}
	dst = fmt.Appendf(dst, " \n[%s] %s %s: invalid %s\n  %s %s, server %s, event #%d, src %s:%d\n",
		stamp(x.When), this, x.Proxy, what, that, x.Other, x.Server, x.Event, x.Src, x.Port)
	dst = fmt.Appendf(dst, "  buffer starts at 0 (including 0 out), %d free,\n  len %d, wraps at %d, error at position %d\n",
		max(0, x.Buffer-len(x.Data)), len(x.Data), x.Buffer-bufferStart, x.At)
	dst = fmt.Appendf(dst, "  H1 connection flags 0x%08x, H1 stream flags 0x%08x\n  H1 msg state %s, H1 msg flags 0x%08x\n",
		x.Conn, x.Stream, x.State, x.Flags)
	dst = fmt.Appendf(dst, "  H1 chunk len %d bytes, H1 body len %d bytes :\n  \n", x.Chunk, x.Body)
	return appendText(dst, x.Data)
}

// textWidth is how long a line of appendText may get, its line end aside.
const textWidth = 79

// appendText writes bytes in a form that shows all of them, each line with its offset; a + marks what continues a line.
func appendText(dst, data []byte) []byte {
	for i, fresh := 0, true; i < len(data); {
		mark := '+'
		if fresh {
			mark = ' '
		}
		begin := len(dst)
		dst = fmt.Appendf(dst, "  %05d%c ", i, mark)
		for fresh = false; i < len(data) && !fresh; i++ {
			shown := showByte(data[i])
			if len(dst)-begin+len(shown) > textWidth {
				break
			}
			dst = append(dst, shown...)
			fresh = data[i] == '\n'
		}
		dst = append(dst, '\n')
	}
	return dst
}

// showByte spells one byte.
func showByte(c byte) string {
	switch c {
	case '\t':
		return `\t`
	case '\n':
		return `\n`
	case '\r':
		return `\r`
	case 0x1b:
		return `\e`
	case '\\':
		return `\\`
	}
	if c < ' ' || c > '~' {
		return fmt.Sprintf(`\x%02X`, c)
	}
	return string(c)
}
