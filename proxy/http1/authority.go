package http1

import "bytes"

// normalizeTarget compares the authority of a target with Host, and takes a scheme's default port, or an empty one, out of both
// (RFC 9110, section 4.2.3). false: they name different hosts.
func (h *Head) normalizeTarget(b []byte) bool {
	uri := h.URI.Of(b)
	connect := string(h.Method.Of(b)) == "CONNECT"
	if uri[0] == '/' || uri[0] == '*' {
		return !connect
	}
	from, port := schemeOf(uri)
	to := from
	for to < len(uri) && uri[to] != '/' {
		to++
	}
	auth := uri[from:to]
	if at := bytes.LastIndexByte(auth, '@'); at >= 0 {
		auth = auth[at+1:]
	}
	if connect {
		return h.host < 0 || h.connectsTo(b, auth)
	}
	if len(auth) == 0 {
		return true
	}
	if port == "" {
		return h.host < 0 || sameName(h.fields[h.host].Value.Of(b), auth)
	}
	short := trimPort(auth, port)
	cut := len(auth) - len(short)
	if h.host >= 0 {
		f := &h.fields[h.host]
		host := trimPort(f.Value.Of(b), port)
		if !sameName(host, short) {
			return false
		}
		if cut > 0 { // Host follows the target; where that names no default port it stays as it is
			f.Value.To = f.Value.From + int32(copy(f.Value.Of(b), short))
		}
	}
	if cut > 0 {
		copy(uri[to-cut:], uri[to:])
		h.URI.To -= int32(cut)
	}
	return true
}

// schemeOf gives where the authority begins, and the scheme's default port; "": not known. Without a scheme all of a target
// up to a slash is its authority.
func schemeOf(uri []byte) (from int, port string) {
	scheme, _, ok := bytes.Cut(uri, []byte("://"))
	if !ok || len(scheme) == 0 || !letter(scheme[0]) {
		return 0, ""
	}
	for _, c := range scheme {
		if !letter(c) && !digit(c) && c != '+' && c != '-' && c != '.' {
			return 0, ""
		}
	}
	switch from = len(scheme) + 3; {
	case equalFold(scheme, "http"):
		return from, "80"
	case equalFold(scheme, "https"):
		return from, "443"
	}
	return from, ""
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
	if sameName(host, auth) {
		if standard {
			f.Value.To = f.Value.From + int32(copy(f.Value.Of(b), name))
		}
		return true
	}
	return standard && (sameName(host, name) || len(host) > 0 && host[len(host)-1] == ':' && sameName(host[:len(host)-1], name))
}

// portless is an authority without its port and the colon before it.
func portless(auth []byte) []byte {
	if k := bytes.LastIndexByte(auth, ':'); k >= 0 && bytes.IndexByte(auth[k:], ']') < 0 {
		return auth[:k]
	}
	return auth
}

// trimPort takes a colon and the given port, or nothing behind it, off the end of host.
func trimPort(host []byte, port string) []byte {
	name := portless(host)
	if k := len(name); k < len(host) && (k+1 == len(host) || string(host[k+1:]) == port) {
		return name
	}
	return host
}
