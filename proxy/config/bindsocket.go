package config

import (
	"slices"
	"time"
)

// bindSocketKeywords are those of section 5.1 that set up the socket.
var bindSocketKeywords = map[string]bindKeyword{
	"interface":       {1, bindInterface},
	"tcp-ut":          {1, bindUserTimeout},
	"mss":             {1, bindMSS},
	"defer-accept":    {0, func(_ *parser, b *Bind, _, _ string) error { b.DeferAccept = true; return nil }},
	"transparent":     {0, func(_ *parser, b *Bind, _, _ string) error { b.Transparent = true; return nil }},
	"tfo":             {0, func(_ *parser, b *Bind, _, _ string) error { b.FastOpen = true; return nil }},
	"v6only":          {0, func(_ *parser, b *Bind, _, _ string) error { b.V6Only = true; return nil }},
	"v4v6":            {0, func(_ *parser, b *Bind, _, _ string) error { b.V4V6 = true; return nil }},
	"proto":           {1, bindProto},
	"expose-fd":       {1, bindExpose},
	"nice":            {1, bindNice},
	"shards":          {1, bindShards},
	"severity-output": {1, bindSeverity},
}

func bindInterface(_ *parser, b *Bind, name, value string) error {
	if value == "" {
		return sayf("'%s' : missing interface name", name)
	}
	b.Interface = value
	return nil
}

func bindUserTimeout(p *parser, b *Bind, name, value string) error {
	return p.userTimeout(&b.UserTimeout, name, value)
}

// userTimeout reads tcp-ut, of a bind or a server.
func (p *parser) userTimeout(d *time.Duration, name, value string) error {
	if value == "" {
		return sayf("'%s' : missing TCP User Timeout value", name)
	}
	v, fault := p.parseTime(value, time.Millisecond)
	if fault == nil {
		*d = v
		return nil
	}
	if text := fault.bounds(value, name); text != "" {
		return said(text)
	}
	return sayf("'%s' : expects a positive delay in milliseconds", name)
}

func bindMSS(_ *parser, b *Bind, name, value string) error {
	if value == "" {
		return sayf("'%s' : missing MSS value", name)
	}
	if b.MSS = atoi(value); b.MSS == 0 || b.MSS > 65535 || b.MSS < -65535 {
		return sayf("'%s' : expects an MSS with and absolute value between 1 and 65535", name)
	}
	return nil
}

// bindProto takes a multiplexer's name. This director has HTTP/1 and plain TCP, each by its mode.
func bindProto(_ *parser, b *Bind, name, value string) error {
	if err := validProto(name, value); err != nil {
		return err
	}
	b.Proto = value
	return nil
}

func validProto(name, value string) error {
	switch value {
	case "":
		return sayf("'%s' : missing value", name)
	case "h1", "none":
		return nil
	case "h2", "fcgi":
		return sayf("'%s %s' is not supported by this director", name, value)
	}
	return sayf("'%s' :  unknown MUX protocol '%s'", name, value)
}

// fitsMode tells whether a multiplexer serves a mode: none is TCP's, h1 is HTTP's; "" fits all.
func fitsMode(proto string, m Mode) bool {
	return proto == "" || (proto == "h1") == (m == ModeHTTP)
}

func bindExpose(_ *parser, b *Bind, name, value string) error {
	switch value {
	case "":
		return sayf("'%s' : missing fd type", name)
	case "listeners":
		b.ExposeFD = true
		return nil
	}
	return sayf("'%s' only supports 'listeners' (got '%s')", name, value)
}

func bindNice(_ *parser, _ *Bind, name, value string) error {
	if value == "" {
		return sayf("'%s' : missing value", name)
	}
	if n := atoi(value); n < -1024 || n > 1024 {
		return sayf("'%s' : invalid value %d, allowed range is -1024..1024", name, n)
	}
	return nil
}

func bindShards(_ *parser, _ *Bind, name, value string) error {
	if value == "" {
		return sayf("'%s' : missing value", name)
	}
	if n := atoi(value); value != "by-thread" && (n < 1 || n > maxThreads) {
		return sayf("'%s' : invalid value %d, allowed range is 1..%d or 'by-thread'", name, n, maxThreads)
	}
	return nil
}

func bindSeverity(_ *parser, b *Bind, name, value string) error {
	if value == "" {
		return sayf("'%s' : missing severity format", name)
	}
	if !slices.Contains([]string{"none", "number", "string"}, value) {
		return sayf("'%s' only supports 'none', 'number', and 'string' (got '%s')", name, value)
	}
	b.severity = value
	return nil
}
