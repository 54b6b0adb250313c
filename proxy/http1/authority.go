package http1

import "bytes"

// normalizeTarget compares the authority of an absolute target with Host, and takes a scheme's default port, or an empty
// one, out of both (RFC 9110, section 4.2.3). false: they name different hosts. A target of no known form passes only
// where there is no Host that it could contradict.
func (h *Head) normalizeTarget(b []byte) bool {
	uri := h.URI.Of(b)
	method := h.Method.Of(b)
	if !validTarget(method, uri) {
		return h.host < 0
	}
	if uri[0] == '/' || uri[0] == '*' {
		return true
	}
	if string(method) == "CONNECT" {
		return h.host < 0 || h.connectsTo(b, uri)
	}
	from := bytes.Index(uri, []byte("://")) + 3
	port := defaultPort(uri[:from-3])
	to := from
	for to < len(uri) && uri[to] != '/' && uri[to] != '?' {
		to++
	}
	auth := uri[from:to]
	if at := bytes.LastIndexByte(auth, '@'); at >= 0 {
		auth = auth[at+1:]
	}
	short := trimPort(auth, port)
	cut := len(auth) - len(short)
	if h.host >= 0 {
		f := &h.fields[h.host]
		host := trimPort(f.Value.Of(b), port)
		if !bytes.EqualFold(host, short) {
			return false
		}
		if cut > 0 { // Host follows the target; where that names no default port it stays as it is
			f.Value.To = f.Value.From + int32(len(host))
		}
	}
	if cut > 0 {
		copy(uri[to-cut:], uri[to:])
		h.URI.To -= int32(cut)
	}
	return true
}

// connectsTo compares Host with the target of a CONNECT, which needs a port (RFC 9112, section 3.2.3). Host may leave out
// either default port, and loses it where it does not.
func (h *Head) connectsTo(b, auth []byte) bool {
	f := &h.fields[h.host]
	host := f.Value.Of(b)
	name := portless(auth)
	if len(name) >= len(auth)-1 {
		return false
	}
	port := string(auth[len(name)+1:])
	standard := port == "80" || port == "443"
	if bytes.EqualFold(host, auth) {
		if standard {
			f.Value.To = f.Value.From + int32(len(name))
		}
		return true
	}
	return standard && (bytes.EqualFold(host, name) || len(host) > 0 && host[len(host)-1] == ':' && bytes.EqualFold(host[:len(host)-1], name))
}

// portless is an authority without its port and the colon before it.
func portless(auth []byte) []byte {
	if k := bytes.LastIndexByte(auth, ':'); k >= 0 && bytes.IndexByte(auth[k:], ']') < 0 {
		return auth[:k]
	}
	return auth
}

func defaultPort(scheme []byte) string {
	if equalFold(scheme, "https") {
		return "443"
	}
	return "80"
}

// trimPort takes a colon and the given port, or nothing behind it, off the end of host.
func trimPort(host []byte, port string) []byte {
	name := portless(host)
	if k := len(name); k < len(host) && (k+1 == len(host) || string(host[k+1:]) == port) {
		return name
	}
	return host
}
