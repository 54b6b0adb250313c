package http1

import "bytes"

// requestLine reads b[i:end]: method, target and version, with any number of blanks between them (RFC 9112, section 3).
// Of a line that is not whole it refuses what can not become one. What the version says is judged with the whole head.
func (h *Head) requestLine(b []byte, i, end int, whole bool) bool {
	if !whole && end > i && b[end-1] == '\r' {
		end-- // perhaps the line's end
	}
	m := i
	for m < end && lower[b[m]] != 0 {
		m++
	}
	u := blanks(b, m, end)
	if !whole && (m == end || u == end) {
		return m > i || i == end
	}
	if m == i || u == m {
		return false
	}
	e := h.targetEnd(b, u, end)
	v := blanks(b, e, end)
	if !whole && v == end && e > u {
		return true
	}
	if e == u || v == e && !(h.Lenient && v == end) || !versionChars(b[v:end], whole) {
		return false
	}
	h.Method, h.URI, h.Version = Span{int32(i), int32(m)}, Span{int32(u), int32(e)}, Span{int32(v), int32(end)}
	return true
}

// targetEnd is where a target ends that begins at i. A lenient one may have a fragment, and bytes beyond ASCII.
func (h *Head) targetEnd(b []byte, i, end int) int {
	for {
		for i < end && b[i] > ' ' && b[i] < 127 && b[i] != '#' {
			i++
		}
		if !h.Lenient || i == end || b[i] < 128 && b[i] != '#' {
			return i
		}
		h.Odd = true
		i++
	}
}

// versionChars tells whether v may be a protocol's name and version, or the beginning of one with its line's CR.
func versionChars(v []byte, whole bool) bool {
	if n := len(v); !whole && n > 0 && v[n-1] == '\r' {
		v = v[:n-1]
	}
	for _, c := range v {
		if !digit(c) && c != '.' && c != '/' && (c < 'A' || c > 'Z') {
			return false
		}
	}
	return true
}

func blanks(b []byte, i, end int) int {
	for i < end && (b[i] == ' ' || b[i] == '\t') {
		i++
	}
	return i
}

// version reads HTTP/d.d; whatever is above 1.1 counts as 1.1. Of a response HAProxy takes any four characters for HTTP; a lenient
// message may be of any protocol, and GET of HTTP/0.9, which is a request without a version.
func (h *Head) version(b []byte) bool {
	v := h.Version.Of(b)
	h.V11 = len(v) == 8 && (v[5] > '1' || v[5] == '1' && v[7] >= '1')
	switch {
	case len(v) == 0:
		return h.Lenient && string(h.Method.Of(b)) == "GET"
	case h.Lenient:
		return true
	}
	return len(v) == 8 && (h.response || string(v[:4]) == "HTTP") && v[4] == '/' && v[6] == '.' && digit(v[5]) && digit(v[7])
}

func digit(c byte) bool { return '0' <= c && c <= '9' }

func letter(c byte) bool { c |= 0x20; return 'a' <= c && c <= 'z' }

// statusLine reads b[i:end]: version, status and reason, which may be empty (RFC 9112, section 4), as requestLine does. A status is
// kept in 16 bits, whatever its digits say.
func (h *Head) statusLine(b []byte, i, end int, whole bool) bool {
	v := i
	for v < end && b[v] != ' ' && b[v] != '\t' {
		v++
	}
	if !versionChars(b[i:v], whole) {
		return false
	}
	c := blanks(b, v, end)
	if !whole && c == end {
		return true
	}
	e, status := c, uint16(0)
	for e < end && digit(b[e]) {
		status = status*10 + uint16(b[e]-'0')
		e++
	}
	if !whole && (e == end || e > c && b[e] == '\r' && e+1 == end) {
		return c > v
	}
	r := blanks(b, e, end)
	if v == i || c == v || e == c || r == e && e < end {
		return false
	}
	if cr := bytes.IndexByte(b[r:end], '\r'); cr >= 0 && (whole || r+cr+1 < end) {
		return false
	}
	h.Status = int(status)
	h.Version, h.Code, h.Reason = Span{int32(i), int32(v)}, Span{int32(c), int32(e)}, Span{int32(r), int32(end)}
	return true
}

// checkRequest looks at what the fields say together.
func (h *Head) checkRequest(b []byte) error {
	method := h.Method.Of(b)
	switch {
	case !h.version(b):
		return BadRequest
	case h.te && !h.Chunked:
		return BadRequest // the body's end can not be known (RFC 9112, section 6.3, rule 4)
	case h.coded:
		return Unprocessable
	}
	if h.settleLength(); h.clen >= 0 && string(method) == "CONNECT" {
		h.dropLength() // what follows it belongs to the tunnel
	}
	if !h.normalizeTarget(b) {
		if !h.Lenient {
			return BadRequest
		}
		h.Odd = true
	}
	if !h.V11 && !h.AnyBody && (h.Chunked || h.Length > 0) && bodiless(method) {
		return TooLarge
	}
	if h.Upgrade = h.Upgrading && h.upgrade >= 0; h.Upgrade && !h.checkUpgrade(b) {
		return BadRequest
	}
	h.trimLists(b) // last: what is refused is shown as it came
	return nil
}

// bodiless tells whether HTTP/1.0 knows of no body for a method (RFC 1945, section 8).
func bodiless(method []byte) bool {
	return string(method) == "GET" || string(method) == "HEAD" || string(method) == "DELETE"
}

func (h *Head) checkResponse(b []byte) error {
	if !h.version(b) || h.coded {
		return BadRequest
	}
	h.settleLength()
	if h.te && !h.Chunked {
		h.dropLength() // a coding without a name: the connection's end ends the body
	}
	h.Upgrade = h.Upgrading && h.upgrade >= 0
	if h.Status == 101 && h.Upgrade && h.webSocket(b) && h.Get(b, "sec-websocket-accept") == nil {
		return BadRequest // RFC 6455, section 4.2.2
	}
	h.trimLists(b)
	if h.Status == 204 || h.Status < 200 {
		h.dropFraming(b)
	}
	return nil
}

// dropFraming takes out what says how long a body is, where there is none (RFC 9110, section 8.6; RFC 9112, section 6.1). Below 100
// there is one nevertheless, as HAProxy has it.
func (h *Head) dropFraming(b []byte) {
	if h.clen >= 0 {
		h.unsized = h.fields[h.clen].Name.Len() + h.fields[h.clen].Value.Len()
		n := h.Length
		if h.dropLength(); h.Status < 100 {
			h.Length = n
		}
	}
	for i := range h.fields[:h.n] {
		if h.te && h.Status >= 100 && string(h.fields[i].Name.Of(b)) == "transfer-encoding" {
			h.Drop(i)
		}
	}
}

// settleLength lets Transfer-Encoding win over Content-Length.
func (h *Head) settleLength() {
	if !h.Chunked {
		return
	}
	h.Doubtful = !h.V11 || h.clen >= 0 && !h.response
	h.dropLength()
}

// dropLength takes Content-Length out, as RFC 9112, section 6.3, rule 3 asks where there is also a Transfer-Encoding.
func (h *Head) dropLength() {
	if h.clen >= 0 {
		h.Drop(h.clen)
		h.clen = -1
	}
	h.Length = -1
}
