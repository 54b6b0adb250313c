package config

import (
	"strconv"
	"strings"
)

// processKeywords are those of the global section about the process itself (section 3.1).
var processKeywords = []keyword{
	{name: "grace", usage: "<time>", max: 1, parse: func(p *parser, w words) { p.globalTime(w, &p.cfg.Global.Grace) }},
	{name: "unix-bind", usage: "[prefix <prefix>] [mode <mode>] [user <user>] [uid <uid>] [group <group>] [gid <gid>]", max: -1, parse: parseUnixBind},
	{name: "thread-group", usage: "<group> [<threads> ...]", max: -1, parse: parseThreadGroup},
	{name: "noreuseport", parse: func(p *parser, _ words) { p.cfg.Global.NoReusePort = true }},
	{name: "pp2-never-send-local", parse: func(p *parser, _ words) { p.cfg.Global.NeverLocal = true }},
	{name: "nbproc", max: -1, parse: func(p *parser, _ words) {
		p.bad("nbproc is not supported any more since HAProxy 2.5. Threads will automatically be used on multi-processor machines if available.")
	}},
}

// parseBindProcess looks at `bind-process`, which HAProxy has left without a meaning: there is one process.
func parseBindProcess(p *parser, w words) {
	for _, s := range w.from(1) {
		if _, fault := threadSet(s, 1); fault != "" {
			p.bad("%s : %s", w[0], fault)
			return
		}
	}
	p.warnTight("'%s' has no effect, is deprecated, and will be removed in version 2.7.", w[0])
}

// parseThreadGroup looks at `thread-group`: this director has loops, which are alike.
func parseThreadGroup(p *parser, w words) {
	group, ok := p.upTo(maxGroups, w, "thread-group number")
	if !ok {
		return
	}
	for _, s := range w.from(2) {
		first, last, ranged := strings.Cut(s, "-")
		for _, number := range []string{first, last} {
			n, ok := wholeLong(number)
			if (number == first || ranged) && (!ok || n < 1 || n > maxThreads) {
				p.bad("'%s %d' passed an unparsable or invalid thread number '%s' (valid range is 1 to %d)", w[0], group, s, maxThreads)
				return
			}
		}
	}
}

// UnixBind is `unix-bind`: what unix listeners get unless their own lines say otherwise.
type UnixBind struct {
	Prefix   string
	Mode     uint32
	UID, GID int // 0: unchanged
}

func parseUnixBind(p *parser, w words) {
	u := &p.cfg.Global.UnixBind
	for i := 1; w.at(i) != ""; i += 2 {
		value := w.at(i + 1)
		switch w[i] {
		case "prefix":
			if value == "" {
				p.bad("unix_bind '%s' expects a path as an argument.", w[i])
				return
			}
			if u.Prefix != "" {
				p.remarkAt("unix-bind '%s' already specified. Continuing.", w[i])
				return
			}
			u.Prefix = value
		case "mode":
			mode, _ := strconv.ParseUint(value, 8, 32) // what is no number is 0, as in HAProxy
			u.Mode = uint32(mode)
		case "uid":
			u.UID = atoi(value)
		case "gid":
			u.GID = atoi(value)
		case "user", "group":
			lookup, to := p.opt.LookupUser, &u.UID
			if w[i] == "group" {
				lookup, to = p.opt.LookupGroup, &u.GID
			}
			id, ok := lookup(value)
			if !ok {
				p.bad("'%s' : '%s' unknown %s.", w[0], value, w[i])
				return
			}
			*to = id
		default:
			p.bad("'%s' only supports the 'prefix', 'mode', 'uid', 'gid', 'user' and 'group' options.", w[0])
			return
		}
	}
}

// finishUnix gives unix listeners what unix-bind says.
func (p *parser) finishUnix() {
	u := p.cfg.Global.UnixBind
	for _, s := range p.proxies {
		for i := range s.Binds {
			b := &s.Binds[i]
			if b.Addr.Unix == "" || b.Addr.Unix[0] == '@' {
				continue
			}
			b.Addr.Unix, b.Addr.Text = u.Prefix+b.Addr.Unix, u.Prefix+b.Addr.Text
			if b.Mode == 0 {
				b.Mode = u.Mode
			}
			if b.UID < 0 && u.UID != 0 {
				b.UID = u.UID
			}
			if b.GID < 0 && u.GID != 0 {
				b.GID = u.GID
			}
		}
	}
}
