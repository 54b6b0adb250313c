package rules

import (
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/cespare/xxhash/v2"
)

// Hello is what is kept of a client's hello (section 3.2, "tune.ssl.capture-buffer-size").
type Hello struct {
	Version    int    // what the message says of itself, as a number
	Ciphers    []byte // two bytes each, as the next two
	Extensions []byte
	Groups     []byte
	Formats    []byte // of points, a byte each
	Hash       uint64 // of all ciphers, XXH64
}

// ReadHello reads a client's hello, a message without records. limit is how many bytes of lists are kept; nil: it is none.
func ReadHello(message []byte, limit int) *Hello {
	if len(message) < 4 || message[0] != 1 {
		return nil
	}
	b := message[4:]
	take := func(width int) (list []byte, ok bool) { // with its length before it
		if len(b) < width {
			return nil, false
		}
		n := int(b[0])
		if width == 2 {
			n = int(big16(b))
		}
		if len(b) < width+n {
			return nil, false
		}
		list, b = b[width:width+n], b[width+n:]
		return list, true
	}
	const fixed = 2 + 32 // version and random
	if len(b) < fixed {
		return nil
	}
	h := &Hello{Version: int(big16(b))}
	b = b[fixed:]
	if _, ok := take(1); !ok { // session
		return nil
	}
	ciphers, ok := take(2)
	if !ok {
		return nil
	}
	h.Hash = xxhash.Sum64(ciphers)
	h.Ciphers = keep(ciphers, &limit)
	if _, ok = take(1); !ok { // compression
		return h
	}
	extensions, _ := take(2)
	h.read(extensions, limit)
	return h
}

// keep copies what the buffer has room for.
func keep(list []byte, room *int) []byte {
	list = append([]byte(nil), list[:min(len(list), *room)]...)
	*room -= len(list)
	return list
}

// read takes what is shown of extensions: their numbers first, then two lists.
func (h *Hello) read(extensions []byte, room int) {
	var numbers, groups, formats []byte
	for b := extensions; len(b) >= 4; {
		n := int(big16(b[2:]))
		if len(b) < 4+n {
			break
		}
		numbers = append(numbers, b[:2]...)
		switch body := b[4 : 4+n]; big16(b) {
		case extGroups:
			groups = body[min(2, len(body)):]
		case extFormats:
			formats = body[min(1, len(body)):]
		}
		b = b[4+n:]
	}
	h.Extensions, h.Groups, h.Formats = keep(numbers, &room), keep(groups, &room), keep(formats, &room)
}

// extFormats is the extension of point formats (RFC 8422, section 5.1.2).
const extFormats = 11

// plain leaves out the values that clients make up (RFC 8701).
func plain(list []byte, a []arg) []byte {
	if argNumber(a, 0, 0) == 0 {
		return list
	}
	var out []byte
	for ; len(list) >= 2; list = list[2:] {
		if list[0] != list[1] || list[0]&15 != 10 {
			out = append(out, list[:2]...)
		}
	}
	return out
}

// helloListFetches are those of section 7.3.4 about a client's hello.
func helloListFetches() []fetch {
	on := func(name, sig string, kind Kind, get func(h *Hello, a []arg) (Value, bool)) fetch {
		return fetch{name: "ssl_fc_" + name, sig: sig, kind: kind, from: srcSession, get: func(tx *Tx, a []arg) (Value, bool) {
			if t := frontTLS(tx); t != nil && t.Hello != nil {
				return get(t.Hello, a)
			}
			return Value{}, false
		}}
	}
	bytes := func(list func(h *Hello) []byte) func(h *Hello, a []arg) (Value, bool) {
		return func(h *Hello, a []arg) (Value, bool) {
			v, _ := binary(plain(list(h), a))
			return v, true
		}
	}
	return []fetch{
		on("protocol_hello_id", "", Int, func(h *Hello, _ []arg) (Value, bool) { return integer(h.Version), true }),
		on("cipherlist_xxh", "", Int, func(h *Hello, _ []arg) (Value, bool) { return integer(int64(h.Hash)), true }),
		on("cipherlist_bin", "|i", Bin, bytes(func(h *Hello) []byte { return h.Ciphers })),
		on("extlist_bin", "|i", Bin, bytes(func(h *Hello) []byte { return h.Extensions })),
		on("eclist_bin", "|i", Bin, bytes(func(h *Hello) []byte { return h.Groups })),
		on("ecformats_bin", "", Bin, bytes(func(h *Hello) []byte { return h.Formats })),
		on("cipherlist_hex", "|i", Bin, func(h *Hello, a []arg) (Value, bool) {
			return some(strings.ToUpper(hex.EncodeToString(plain(h.Ciphers, a))))
		}),
		on("cipherlist_str", "|i", Str, func(h *Hello, a []arg) (Value, bool) { return some(cipherNames(plain(h.Ciphers, a))) }),
	}
}

// cipherNames are OpenSSL's names of suites.
func cipherNames(list []byte) string {
	var names []string
	for ; len(list) >= 2; list = list[2:] {
		name, ok := suiteNames[big16(list)]
		if !ok {
			name = fmt.Sprintf("UNKNOWN(%04x)", big16(list))
		}
		names = append(names, name)
	}
	return strings.Join(names, ",")
}
