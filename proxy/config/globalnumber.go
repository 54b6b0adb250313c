package config

// globalNumber is a keyword of the global section that takes one whole number (section 3.2).
type globalNumber struct {
	name    string
	missing string // what is said where the number is missing; "": "expects an integer argument."; "-": it may be missing
	refused string // what is said of a number out of range; "": missing
	low     int
	high    int
	once    bool // a second line is remarked upon, and changes nothing
	ended   bool // the value is one more: the room of a text with the NUL that ends it in HAProxy
	value   func(*Global) *int
}

// Bounds of the numbers: what C's int holds.
const (
	lowestInt  = -1 << 31
	highestInt = 1<<31 - 1
)

// globalNumbers are those that choose sizes of mechanisms that this director does not have, but for those with a value.
var globalNumbers = []globalNumber{
	{name: "maxpipes", low: lowestInt, high: highestInt, once: true, value: func(g *Global) *int { return &g.Maxpipes }},
	{name: "maxzlibmem", low: lowestInt, high: highestInt},
	{name: "maxcomprate", missing: "expects an integer argument in kb/s.", low: lowestInt, high: highestInt},
	{name: "maxcompcpuusage", missing: "expects an integer argument between 0 and 100.", high: 100},
	{name: "tune.maxaccept", refused: "expects -1 or an integer from 0 to INT_MAX.", low: -1, high: highestInt, once: true},
	{name: "tune.maxpollevents", low: lowestInt, high: highestInt, once: true},
	{name: "tune.recv_enough", low: lowestInt, high: highestInt},
	{name: "tune.runqueue-depth", low: lowestInt, high: highestInt, once: true},
	{name: "tune.buffers.limit", low: lowestInt, high: highestInt},
	{name: "tune.buffers.reserve", low: lowestInt, high: highestInt},
	{name: "tune.pipesize", low: lowestInt, high: highestInt, value: func(g *Global) *int { return &g.PipeSize }},
	{name: "tune.comp.maxlevel", missing: "expects a numeric value between 1 and 9", low: 1, high: 9},
	{name: "tune.fail-alloc", missing: "-", refused: "expects a numeric value between 0 and 100.", high: 100},
	{name: "tune.pool-high-fd-ratio", missing: "expects an integer argument between 0 and 100.", high: 100},
	{name: "tune.pool-low-fd-ratio", missing: "expects an integer argument between 0 and 100.", high: 100},
	{name: "tune.h2.header-table-size", missing: "-", refused: "expects a numeric value between 0 and 65536.", high: 65536},
	{name: "tune.h2.initial-window-size", missing: "-", refused: "expects a positive numeric value.", high: highestInt},
	{name: "tune.h2.max-concurrent-streams", missing: "-", refused: "expects a positive numeric value.", high: highestInt},
	{name: "tune.h2.max-frame-size", missing: "-", refused: "expects a numeric value between 16384 and 16777215.", low: 16384, high: 16777215},
	{name: "tune.peers.max-updates-at-once", refused: "expects an integer argument greater than 0.",
		missing: "expects an integer argument greater than 0.", low: 1, high: highestInt},
	{name: "tune.ssl.cachesize", refused: "expects a positive numeric value.", high: highestInt},
	{name: "tune.ssl.maxrecord", refused: "expects a positive numeric value.", high: highestInt},
	{name: "tune.ssl.ssl-ctx-cache-size", refused: "expects a positive numeric value.", high: highestInt},
	{name: "tune.ssl.hard-maxrecord", refused: "expects a positive numeric value.", high: highestInt},
	{name: "tune.rcvbuf.client", low: lowestInt, high: highestInt, once: true, value: func(g *Global) *int { return &g.ClientBuf.Receive }},
	{name: "tune.sndbuf.client", low: lowestInt, high: highestInt, once: true, value: func(g *Global) *int { return &g.ClientBuf.Send }},
	{name: "tune.rcvbuf.server", low: lowestInt, high: highestInt, once: true, value: func(g *Global) *int { return &g.ServerBuf.Receive }},
	{name: "tune.sndbuf.server", low: lowestInt, high: highestInt, once: true, value: func(g *Global) *int { return &g.ServerBuf.Send }},
	{name: "maxconn", low: lowestInt, high: highestInt, once: true, value: func(g *Global) *int { return &g.Maxconn }},
	{name: "maxsslconn", refused: "expects a positive numeric value.", high: highestInt, value: func(g *Global) *int { return &g.MaxTLS }},
	{name: "maxconnrate", low: lowestInt, high: highestInt, once: true, value: func(g *Global) *int { return &g.MaxConnRate }},
	{name: "maxsessrate", low: lowestInt, high: highestInt, once: true, value: func(g *Global) *int { return &g.MaxSessRate }},
	{name: "maxsslrate", low: lowestInt, high: highestInt, once: true, value: func(g *Global) *int { return &g.MaxTLSRate }},
	{name: "ulimit-n", low: lowestInt, high: highestInt, once: true, value: func(g *Global) *int { return &g.UlimitN }},
	{name: "fd-hard-limit", low: lowestInt, high: highestInt, once: true, value: func(g *Global) *int { return &g.HardLimit }},
	{name: "tune.bufsize", refused: "expects a positive integer argument.", low: 1, high: highestInt,
		value: func(g *Global) *int { return &g.bufSize }},
	{name: "tune.http.maxhdr", refused: "expects a numeric value between 1 and 32767", low: 1, high: 32767,
		value: func(g *Global) *int { return &g.MaxHeaders }},
	{name: "tune.http.logurilen", low: lowestInt, high: highestInt, ended: true, value: func(g *Global) *int { return &g.uriRoom }},
	{name: "tune.http.cookielen", low: lowestInt, high: highestInt, ended: true, value: func(g *Global) *int { return &g.cookieRoom }},
	{name: "tune.maxrewrite", refused: "expects a positive integer argument.", high: highestInt, ended: true,
		value: func(g *Global) *int { return &g.rewriteRoom }},
}

// keyword makes the table's entry.
func (t globalNumber) keyword() keyword {
	return keyword{name: t.name, usage: "<number>", max: 1, parse: t.parse}
}

func (t globalNumber) parse(p *parser, w words) {
	if t.once && p.given[t.name] {
		p.already(w)
		return
	}
	missing := t.missing
	if missing == "" {
		missing = "expects an integer argument."
	}
	n := atoi(w.at(1))
	switch {
	case w.at(1) == "" && missing != "-":
		p.bad("'%s' %s", w[0], missing)
		return
	case n < t.low || n > t.high:
		if t.refused != "" {
			missing = t.refused
		}
		p.bad("'%s' %s", w[0], missing)
		return
	}
	p.given[t.name] = n != 0
	if t.ended {
		n++
	}
	if t.value != nil {
		*t.value(&p.cfg.Global) = n
	}
}
