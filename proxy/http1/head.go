package http1

import "bytes"

// Span is a part of the buffer a head was read from.
type Span struct{ From, To int32 }

// Of gives the bytes of a span in b.
func (s Span) Of(b []byte) []byte { return b[s.From:s.To] }

// Len is the span's length.
func (s Span) Len() int { return int(s.To - s.From) }

// Field is one header field. A dropped field has an empty name.
type Field struct{ Name, Value Span }

// Head is a message's start line and fields. The zero value is ready for use.
type Head struct {
	End    int // length of the head with its blank line; 0: more is needed
	Length int64
	Status int // of a response

	Method, URI, Version Span // of a request; Version also of a response
	Code, Reason         Span // of a response

	V11       bool // HTTP/1.1 or above
	Chunked   bool
	Close     bool // Connection has close
	KeepAlive bool // Connection has keep-alive
	Upgrade   bool // Connection has upgrade, and there is an Upgrade field that counts
	Upgrading bool // Connection has upgrade
	Doubtful  bool // of a request Transfer-Encoding with Content-Length, of both in HTTP/1.0: the connection ends after this message

	Limits // set before a parse

	// Lenient says, before a parse, that what HAProxy lets through under option accept-invalid-http-request, or -response, is no
	// fault. Odd tells, after it, that there was something of the kind that operators are to be shown.
	Lenient, Odd bool

	// Resumed says, before a parse, that a part of the head has been parsed before. Then what fields say is judged only when
	// the head is whole, as HAProxy does; what can be no head is refused at once in any case.
	Resumed bool

	wsKey               bool // there is a Sec-WebSocket-Key that can be one
	te, coded           bool // there is a Transfer-Encoding; it names others than chunked
	list                bool // there is a Connection or a TE, which are for this connection only
	response            bool
	lax                 bool  // names may have other characters: trailers of a response, and what is Lenient
	unsized             int   // bytes of a dropped field that Size still counts
	n                   int   // fields in use
	clen, host, upgrade int   // index of the field, -1: none
	late                error // what a resumed parse has found of a field
	fields              []Field
}

// CopyTo makes o the same as h, with fields of its own.
func (h *Head) CopyTo(o *Head) {
	fields := append(o.fields[:0], h.fields[:h.n]...)
	*o = *h
	o.fields = fields
}

// Fields gives the header fields in order; dropped ones are among them, with empty names.
func (h *Head) Fields() []Field { return h.fields[:h.n] }

// Line gives the start line as received, without its end. It is valid for a request that has been parsed.
func (h *Head) Line() Span { return Span{h.Method.From, h.Version.To} }

// IsHead tells whether the request's method is HEAD, whose response has no body.
func (h *Head) IsHead(b []byte) bool { return string(h.Method.Of(b)) == "HEAD" }

// Get gives the value of the first field of that name, which must be in lower case; nil: there is none.
func (h *Head) Get(b []byte, name string) []byte {
	for i := range h.fields[:h.n] {
		if f := &h.fields[i]; string(f.Name.Of(b)) == name {
			return f.Value.Of(b)
		}
	}
	return nil
}

// IsResponse tells what was parsed last.
func (h *Head) IsResponse() bool { return h.response }

// Drop takes field i out of what AppendFields writes.
func (h *Head) Drop(i int) { h.fields[i].Name.To = h.fields[i].Name.From }

// ParseRequest reads a request's head from the start of b, where empty lines may come first (RFC 9112, section 2.2).
// With no error and End 0, b is the beginning of a head. Names in b become lower case, folded lines become spaces.
func (h *Head) ParseRequest(b []byte) error {
	h.reset(false)
	if err := h.parse(b, h.requestLine); err != nil || h.End == 0 {
		return err
	}
	return h.checkRequest(b)
}

// ParseResponse reads a response's head from the start of b, as ParseRequest does.
func (h *Head) ParseResponse(b []byte) error {
	h.reset(true)
	if err := h.parse(b, h.statusLine); err != nil || h.End == 0 {
		return err
	}
	return h.checkResponse(b)
}

// parse reads empty lines, a start line and fields.
func (h *Head) parse(b []byte, start func(b []byte, i, end int, whole bool) bool) error {
	i, ok := skipEmptyLines(b)
	if !ok {
		return BadRequest
	}
	n := bytes.IndexByte(b[i:], '\n')
	if n < 0 {
		if !start(b, i, len(b), false) {
			return BadRequest
		}
		return nil
	}
	if !start(b, i, chomp(b, i, i+n), true) {
		return BadRequest
	}
	next := i + n + 1
	if !h.response && h.Version.Len() == 0 {
		h.End = next // HTTP/0.9 has no fields
		return nil
	}
	if !h.Lenient && next < len(b) && (b[next] == ' ' || b[next] == '\t') {
		return BadRequest // no field that the line could belong to
	}
	return h.readFields(b, next)
}

func (h *Head) reset(response bool) {
	h.End, h.Length, h.Status = 0, -1, 0
	h.V11, h.Chunked, h.Close, h.KeepAlive, h.Upgrade = false, false, false, false, false
	h.Doubtful, h.unsized, h.late = false, 0, nil
	h.Upgrading, h.wsKey, h.te, h.coded, h.list, h.lax, h.Odd = false, false, false, false, false, h.Lenient, false
	h.response, h.n, h.clen, h.host, h.upgrade = response, 0, -1, -1, -1
}

// skipEmptyLines passes over CRLFs before a start line; false: a CR that no LF follows.
func skipEmptyLines(b []byte) (int, bool) {
	i := 0
	for i < len(b) {
		switch {
		case b[i] == '\n':
			i++
		case b[i] != '\r':
			return i, true
		case i+1 == len(b):
			return i, true
		case b[i+1] != '\n':
			return i, false
		default:
			i += 2
		}
	}
	return i, true
}

// chomp gives the end of the line b[i:j] without its CR.
func chomp(b []byte, i, j int) int {
	if j > i && b[j-1] == '\r' {
		j--
	}
	return j
}

// readFields reads header fields from b[i:] to the blank line.
func (h *Head) readFields(b []byte, i int) error {
	for {
		n := bytes.IndexByte(b[i:], '\n')
		if n < 0 {
			return h.plausible(b[i:])
		}
		end := chomp(b, i, i+n)
		if end == i {
			h.End = i + n + 1
			return h.late
		}
		next := i + n + 1
		// obs-fold (RFC 9112, section 5.2): the line goes on where the next one starts with a blank.
		for {
			if next == len(b) { // it takes one more byte to know
				if bytes.IndexByte(b[i:end], '\r') >= 0 || bytes.IndexByte(b[i:end], ':') < 0 {
					return BadRequest
				}
				return h.plausible(b[i:end])
			}
			if b[next] != ' ' && b[next] != '\t' {
				break
			}
			more := bytes.IndexByte(b[next:], '\n')
			if more < 0 {
				return h.plausible(b[i:])
			}
			for k := end; k < next; k++ {
				b[k] = ' '
			}
			end, next = chomp(b, next, next+more), next+more+1
		}
		if err := h.field(b, i, end); err != nil {
			return err
		}
		i = next
	}
}

// plausible refuses early a line that can not become a field, whatever follows.
func (h *Head) plausible(line []byte) error {
	c := 0
	for c < len(line) && (lower[line[c]] != 0 || h.lax && odd(line[c])) {
		c++
	}
	switch {
	case c == len(line), c == 0 && line[0] == '\r' && len(line) == 1:
		return nil
	case c == 0 || line[c] != ':':
		return BadRequest
	}
	for k := c; k < len(line); k++ {
		if r := bytes.IndexByte(line[k:], '\r'); r < 0 {
			break
		} else if k += r; k+1 < len(line) && line[k+1] != '\n' {
			return BadRequest // this CR ends no line
		}
	}
	return nil
}

// odd tells whether a lax name may have c.
func odd(c byte) bool { return c != ':' && c != '\r' && c != '\n' }

// field reads the field in b[i:end]: a token, a colon right behind it, and a value without its outer blanks
// (RFC 9112, section 5.1). A CR inside is refused, as it may end a line for others (section 2.2).
func (h *Head) field(b []byte, i, end int) error {
	c := i
	for c < end {
		l := lower[b[c]]
		if l == 0 {
			if h.lax && odd(b[c]) {
				h.Odd = true
				c++
				continue
			}
			break
		}
		b[c] = l
		c++
	}
	if c == i || c == end || b[c] != ':' || h.n == h.Limits.fields() {
		return BadRequest
	}
	v, w := c+1, end
	for v < w && (b[v] == ' ' || b[v] == '\t') {
		v++
	}
	for w > v && (b[w-1] == ' ' || b[w-1] == '\t') {
		w--
	}
	if bytes.IndexByte(b[v:w], '\r') >= 0 {
		return BadRequest
	}
	h.fields = append(h.fields[:h.n], Field{Span{int32(i), int32(c)}, Span{int32(v), int32(w)}})
	h.n++
	err := h.special(b, h.n-1)
	if h.Resumed && err != nil {
		if h.late == nil {
			h.late = err
		}
		return nil
	}
	return err
}

// lower maps the characters of a token (RFC 9110, section 5.6.2) to lower case, all others to 0.
var lower = func() (t [256]byte) {
	for c := '!'; c <= '~'; c++ {
		t[c] = byte(c)
		if 'A' <= c && c <= 'Z' {
			t[c] += 'a' - 'A'
		}
	}
	for _, c := range "\"(),/:;<=>?@[\\]{}" {
		t[c] = 0
	}
	return
}()
