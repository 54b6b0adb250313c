package engine

import (
	"bytes"
	"strings"

	"simulacro/proxy/balance"
)

// hashing is what hash-type and hash-balance-factor say; without a function a consistent hash spreads its keys once more.
func (p *proxy) hashing() balance.Hashing {
	h := balance.Hashing{Factor: p.cfg.HashFactor}
	for i, word := range p.cfg.HashType {
		switch {
		case i == 0:
			h.Consistent = word == "consistent"
			h.Avalanche = h.Consistent && len(p.cfg.HashType) == 1
		case word == "avalanche":
			h.Avalanche = true
		default:
			h.Function = word
		}
	}
	return h
}

// balanceKey finds what balance url_param, balance hdr or balance rdp-cookie looks at; nil: the request has none.
func (c *client) balanceKey() []byte {
	b := c.be.cfg.Balance
	if len(b.Args) == 0 {
		return nil
	}
	if b.Algorithm == "rdp-cookie" {
		return c.rdpCookie(b.Args[0])
	}
	if b.Algorithm == "hdr" {
		v := c.sentField(b.Args[0])
		if v != nil && len(b.Args) > 1 { // use_domain_only
			if v = balance.Domain(v); v == nil {
				v = []byte{}
			}
		}
		return v
	}
	if _, query, ok := bytes.Cut(c.target(), []byte{'?'}); ok {
		if v := balance.Param(query, b.Args[0]); v != nil {
			return v
		}
	}
	if len(b.Args) > 1 && bytes.HasPrefix(c.req, []byte("POST ")) { // check_post
		return balance.Param(c.req[min(c.head, len(c.req)):], b.Args[0])
	}
	return nil
}

// sentField gives the first part of a field's value, up to a comma, in the request as it goes out; nil: there is no such field.
func (c *client) sentField(name string) []byte {
	head := c.req[:min(c.head, len(c.req))]
	for len(head) > 0 {
		var line []byte
		line, head, _ = bytes.Cut(head, []byte("\r\n"))
		n, v, ok := bytes.Cut(line, []byte{':'})
		if ok && strings.EqualFold(string(n), name) {
			v, _, _ = bytes.Cut(v, []byte{','})
			return append([]byte{}, bytes.TrimSpace(v)...)
		}
	}
	return nil
}
