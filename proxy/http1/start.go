package http1

import "bytes"

// requestLine reads b[i:end]: method, target and version, with any number of blanks between them (RFC 9112, section 3).
func (h *Head) requestLine(b []byte, i, end int) bool {
	m := i
	for m < end && lower[b[m]] != 0 {
		m++
	}
	u := blanks(b, m, end)
	if m == i || u == m {
		return false
	}
	e := u
	for e < end && b[e] > ' ' && b[e] < 127 && b[e] != '#' {
		e++
	}
	v := blanks(b, e, end)
	if e == u || v == e {
		return false
	}
	h.Method, h.URI, h.Version = Span{int32(i), int32(m)}, Span{int32(u), int32(e)}, Span{int32(v), int32(end)}
	return h.version(b[v:end]) && string(b[i:m]) != "PRI" // the preface of HTTP/2 (RFC 9113, section 3.4)
}

func blanks(b []byte, i, end int) int {
	for i < end && (b[i] == ' ' || b[i] == '\t') {
		i++
	}
	return i
}

// version reads HTTP/d.d; whatever is above 1.1 counts as 1.1.
func (h *Head) version(v []byte) bool {
	if len(v) != 8 || string(v[:5]) != "HTTP/" || v[6] != '.' || !digit(v[5]) || !digit(v[7]) {
		return false
	}
	h.V11 = v[5] > '1' || v[5] == '1' && v[7] >= '1'
	return true
}

func digit(c byte) bool { return '0' <= c && c <= '9' }

// validTarget knows the four forms of a request's target (RFC 9112, section 3.2).
func validTarget(method, uri []byte) bool {
	switch {
	case string(method) == "CONNECT":
		return uri[0] != '/' && uri[0] != '*'
	case uri[0] == '/', len(uri) == 1 && uri[0] == '*':
		return true
	}
	scheme, rest, ok := bytes.Cut(uri, []byte("://"))
	if !ok || len(scheme) == 0 || len(rest) == 0 || !letter(scheme[0]) {
		return false
	}
	for _, c := range scheme {
		if !letter(c) && !digit(c) && c != '+' && c != '-' && c != '.' {
			return false
		}
	}
	return true
}

func letter(c byte) bool { c |= 0x20; return 'a' <= c && c <= 'z' }

// statusLine reads b[i:end]: version, status and reason, which may be empty (RFC 9112, section 4).
func (h *Head) statusLine(b []byte, i, end int) bool {
	v := i
	for v < end && b[v] != ' ' && b[v] != '\t' {
		v++
	}
	c := blanks(b, v, end)
	if c == v || !h.version(b[i:v]) {
		return false
	}
	e, status := c, 0
	for e < end && digit(b[e]) && e-c < 6 {
		status = status*10 + int(b[e]-'0')
		e++
	}
	r := blanks(b, e, end)
	if e == c || r == e && e < end || bytes.IndexByte(b[r:end], '\r') >= 0 {
		return false
	}
	h.Status = status
	h.Version, h.Code, h.Reason = Span{int32(i), int32(v)}, Span{int32(c), int32(e)}, Span{int32(r), int32(end)}
	return true
}

// checkRequest looks at what the fields say together.
func (h *Head) checkRequest(b []byte) error {
	if h.te && !h.Chunked {
		return BadRequest // the body's end can not be known (RFC 9112, section 6.3, rule 4)
	}
	h.settleLength()
	if !h.normalizeTarget(b) {
		return BadRequest
	}
	h.Upgrade = h.connUpgrade && h.upgrade >= 0
	if h.Upgrade && (h.Chunked || h.Length >= 0) {
		h.Drop(h.upgrade) // the body's end and the tunnel's start would be one
		h.Upgrade = false
	}
	if h.Upgrade && equalFold(h.fields[h.upgrade].Value.Of(b), "websocket") {
		h.WebSocket = true
		if !h.wsKey {
			return BadRequest // RFC 6455, section 4.1
		}
	}
	return nil
}

func (h *Head) checkResponse() error {
	if h.te && !h.Chunked {
		return BadRequest
	}
	h.settleLength()
	if h.clen >= 0 && (h.Status == 204 || h.Status < 200) {
		h.unsized = h.fields[h.clen].Name.Len() + h.fields[h.clen].Value.Len()
		h.dropLength()
	}
	h.Upgrade = h.connUpgrade && h.upgrade >= 0
	return nil
}

// settleLength lets Transfer-Encoding win over Content-Length.
func (h *Head) settleLength() {
	if !h.Chunked {
		return
	}
	h.Doubtful = !h.V11 || h.clen >= 0
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
