package http1

import "bytes"

// special takes note of field i if it says something of the connection or the body's end.
func (h *Head) special(b []byte, i int) error {
	f := &h.fields[i]
	switch name := f.Name.Of(b); len(name) {
	case 2:
		if string(name) == "te" {
			h.list = true
		}
	case 4:
		if string(name) == "host" && !h.response {
			return h.hostField(b, i)
		}
	case 7:
		if string(name) == "upgrade" {
			h.upgrade = i
		}
	case 10:
		if string(name) == "connection" {
			h.connection(b, i)
			h.list = true
		}
	case 14:
		if string(name) == "content-length" {
			return h.contentLength(b, i)
		}
	case 17:
		if string(name) == "transfer-encoding" {
			return h.transferEncoding(f.Value.Of(b))
		}
		h.wsKey = h.wsKey || string(name) == "sec-websocket-key" && f.Value.Len() == wsKeyLen
	}
	return nil
}

// connection notes the options.
func (h *Head) connection(b []byte, i int) {
	for rest, more := h.fields[i].Value.Of(b), true; more; {
		var word []byte
		word, rest, more = cutComma(rest)
		switch {
		case equalFold(word, "close"):
			h.Close = true
		case equalFold(word, "keep-alive"):
			h.KeepAlive = true
		case equalFold(word, "upgrade"):
			h.Upgrading = true
		}
	}
}

// trimLists takes out of Connection and TE what is for this connection only (RFC 9110, section 7.6.1). It waits for the whole head:
// a part of one may be parsed again.
func (h *Head) trimLists(b []byte) {
	if !h.list {
		return
	}
	for i := range h.fields[:h.n] {
		switch string(h.fields[i].Name.Of(b)) {
		case "connection":
			h.trimConnection(b, i)
		case "te":
			h.teField(b, i)
		}
	}
}

// trimConnection cuts close and keep-alive out. What is before the first of them stays as it is, of what comes behind only the words do.
func (h *Head) trimConnection(b []byte, i int) {
	f := &h.fields[i]
	v := f.Value.Of(b)
	w, cut := 0, false // length of what stays
	for at, more := 0, true; more; {
		var word, rest []byte
		word, rest, more = cutComma(v[at:])
		end := len(v) - len(rest)
		switch {
		case len(word) == 0:
		case equalFold(word, "close"), equalFold(word, "keep-alive"):
			cut = true
		case !cut:
			w = wordEnd(v[:end])
		default:
			if w > 0 {
				v[w] = ','
				w++
			}
			w += copy(v[w:], word)
		}
		at = end
	}
	if !cut && len(v) > 0 {
		return
	}
	if f.Value.To = f.Value.From + int32(w); w == 0 {
		h.Drop(i)
	}
}

// wordEnd is where the last word of a list's beginning ends.
func wordEnd(v []byte) int {
	k := len(v)
	for k > 0 && (v[k-1] == ',' || v[k-1] == ' ' || v[k-1] == '\t') {
		k--
	}
	return k
}

// contentLength accepts a number, or the same number several times (RFC 9112, section 6.3, rule 5).
func (h *Head) contentLength(b []byte, i int) error {
	f := &h.fields[i]
	for rest, more := f.Value.Of(b), true; more; {
		var word []byte
		word, rest, more = cutComma(rest)
		n, ok := decimal(word)
		if !ok || h.Length >= 0 && h.Length != n {
			return BadRequest
		}
		h.Length = n
	}
	if h.clen >= 0 {
		h.Drop(i)
		return nil
	}
	h.clen = i
	if c := bytes.IndexByte(f.Value.Of(b), ','); c >= 0 {
		f.Value.To = f.Value.From + int32(len(bytes.TrimRight(f.Value.Of(b)[:c], " \t")))
	}
	return nil
}

func decimal(w []byte) (n int64, ok bool) {
	for _, c := range w {
		if !digit(c) || n > (1<<63-1)/10 {
			return 0, false
		}
		if n = n*10 + int64(c-'0'); n < 0 {
			return 0, false
		}
	}
	return n, len(w) > 0
}

// transferEncoding accepts chunked, once. Any other coding would have to be undone by the next program, which may not
// know it, or not see where the body ends.
func (h *Head) transferEncoding(v []byte) error {
	h.te = true
	for len(v) > 0 {
		var word []byte
		word, v, _ = cutComma(v)
		switch {
		case h.Chunked: // chunked must be the last, and may be applied once (RFC 9112, section 6.1)
			return BadRequest
		case equalFold(word, "chunked"):
			h.Chunked = true
		default:
			h.coded = true // settled with the whole head
		}
	}
	return nil
}

// teField leaves only trailers of TE: the director undoes no other transfer coding (RFC 9110, section 10.1.4).
func (h *Head) teField(b []byte, i int) {
	f := &h.fields[i]
	for rest, more := f.Value.Of(b), true; more; {
		var word []byte
		word, rest, more = cutComma(rest)
		if bytes.HasSuffix(word, []byte("trailers")) {
			f.Value.To = f.Value.From + int32(copy(f.Value.Of(b), "trailers"))
			return
		}
	}
	h.Drop(i)
}

// hostField refuses a second Host that differs (RFC 9112, section 3.2) and drops one that does not.
func (h *Head) hostField(b []byte, i int) error {
	if h.host < 0 {
		h.host = i
		return nil
	}
	if !sameName(h.fields[h.host].Value.Of(b), h.fields[i].Value.Of(b)) {
		return BadRequest
	}
	h.Drop(i)
	return nil
}

// cutComma splits a list at its first comma and trims the word's blanks.
func cutComma(v []byte) (word, rest []byte, more bool) {
	if c := bytes.IndexByte(v, ','); c >= 0 {
		word, rest, more = v[:c], v[c+1:], true
	} else {
		word = v
	}
	for len(word) > 0 && (word[0] == ' ' || word[0] == '\t') {
		word = word[1:]
	}
	for k := len(word); k > 0 && (word[k-1] == ' ' || word[k-1] == '\t'); k-- {
		word = word[:k-1]
	}
	return
}

// sameName compares two names without regard to the case of ASCII letters.
func sameName(a, b []byte) bool {
	if len(a) != len(b) {
		return false
	}
	for i, c := range a {
		if d := b[i]; c != d && (c^d != 0x20 || !letter(c)) {
			return false
		}
	}
	return true
}

// equalFold compares with s, which is in lower case; only letters, digits and hyphens may be in s.
func equalFold(b []byte, s string) bool {
	if len(b) != len(s) {
		return false
	}
	for i := range len(s) {
		if c := b[i]; c != s[i] && (c|0x20 != s[i] || c < 'A' || c > 'Z') {
			return false
		}
	}
	return true
}
