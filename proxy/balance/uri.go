package balance

import (
	"bytes"
	"strconv"
)

// URI is `balance uri`: the same server for the same target.
type URI struct {
	*keyed
	length, depth   int
	whole, pathOnly bool
}

var _ Selector = (*URI)(nil)

// newURI reads the algorithm's arguments: len <n>, depth <n>, whole and path-only.
func newURI(g group, args []string, h Hashing) *URI {
	b := &URI{}
	b.keyed = newKeyed(g, h, func(q Request) (uint32, bool) { return h.key(b.part(q.URI)), true })
	for i := 0; i < len(args); i++ {
		switch args[i] {
		case "whole":
			b.whole = true
		case "path-only":
			b.pathOnly = true
		case "len", "depth":
			if i+1 == len(args) {
				continue
			}
			n, _ := strconv.Atoi(args[i+1]) // the parser has looked at it
			if args[i] == "len" {
				b.length = n
			} else {
				b.depth = n
			}
			i++
		}
	}
	return b
}

// part is what of the target counts.
func (b *URI) part(uri []byte) []byte {
	if b.pathOnly {
		if i := bytes.Index(uri, []byte("://")); i > 0 && uri[0] != '/' {
			rest := uri[i+3:]
			if j := bytes.IndexByte(rest, '/'); j >= 0 {
				uri = rest[j:]
			}
		}
	}
	if !b.whole {
		if i := bytes.IndexByte(uri, '?'); i >= 0 {
			uri = uri[:i]
		}
	}
	if b.length > 0 && len(uri) > b.length {
		uri = uri[:b.length]
	}
	if b.depth > 0 {
		slashes := 0
		for i, c := range uri {
			if c != '/' {
				continue
			}
			if slashes++; slashes > b.depth {
				return uri[:i]
			}
		}
	}
	return uri
}

// sdbm is the hash of the sdbm database library.
func sdbm(p []byte) (h uint32) {
	for _, c := range p {
		h = uint32(c) + h<<6 + h<<16 - h
	}
	return h
}
