package engine

import (
	"bytes"

	"simulacro/proxy/rules"
)

// redirects answers a request for a server that clients are sent to by themselves (section 5.2, "redir"); false: it is not of that kind.
func (c *client) redirects() bool {
	prefix := c.srv.cfg.Redir
	if prefix == "" || !c.fe.http {
		return false
	}
	method, _, _ := bytes.Cut(c.req[:min(c.head, len(c.req))], []byte{' '})
	if string(method) != "GET" && string(method) != "HEAD" {
		return false
	}
	target := c.target()
	if _, rest, ok := bytes.Cut(target, []byte("://")); ok && target[0] != '/' {
		at := bytes.IndexByte(rest, '/')
		if at < 0 {
			target = []byte{'/'}
		} else {
			target = rest[at:]
		}
	}
	c.flag('L', 'C')
	c.endsByItself()
	c.sendMessage(&rules.Message{Version: "1.1", Status: 302, Reason: "Found", Fields: []rules.Field{
		{Name: "cache-control", Value: "no-cache"}, {Name: "content-length", Value: "0"}, {Name: "location", Value: prefix + string(target)},
	}}, nil)
	return true
}

// endsByItself has an answer end the connection where HAProxy makes the field itself that says so, and counts it.
func (c *client) endsByItself() {
	c.closing = true
	c.out += int64(len("connection") + len("close"))
}
