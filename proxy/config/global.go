package config

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// What HAProxy takes where the global section does not say (configuration manual, section 3.1).
const (
	defaultStatsTimeout = 10 * time.Second
	defaultStatsMaxconn = 10
	defaultLogTag       = "haproxy"
)

func (p *parser) global(w words) {
	k := find(globalKeywords, w.at(0))
	if k == nil {
		p.unknownKeyword(w.at(0), knownGlobal)
		return
	}
	if k.max >= 0 && p.tooMany(w, k.max, 0) {
		return
	}
	k.parse(p, w)
}

// globalKeywords is the table of section 3.
var globalKeywords = slices.Concat([]keyword{
	{name: "daemon", parse: func(p *parser, _ words) { p.cfg.Global.Daemon = true }},
	{name: "zero-warning", parse: func(p *parser, _ words) { p.cfg.Global.ZeroWarning = true }},
	{name: "master-worker", usage: "[no-exit-on-failure]", max: 1, parse: parseMasterWorker},
	{name: "chroot", usage: "<directory>", max: 1, parse: parseChroot},
	{name: "pidfile", usage: "<file>", max: 1, parse: parsePidfile},
	{name: "user", usage: "<name>", max: 1, parse: parseUser},
	{name: "group", usage: "<name>", max: 1, parse: parseGroup},
	{name: "uid", usage: "<number>", max: 1, parse: parseUID},
	{name: "gid", usage: "<number>", max: 1, parse: parseGID},
	{name: "nbthread", usage: "<number>", max: 1, parse: parseThreads},
	{name: "node", usage: "<name>", max: 1, parse: parseNode},
	{name: "description", usage: "<text>", max: -1, parse: parseGlobalDescription},
	{name: "hard-stop-after", usage: "<time>", max: -1, parse: parseHardStop},
	{name: "spread-checks", usage: "<0..50, in percent>", max: 1, parse: parseSpreadChecks},
	{name: "external-check", parse: func(p *parser, _ words) { p.external = true }},
	{name: "stats", usage: "socket | timeout | maxconn", max: -1, parse: parseGlobalStats},
	{name: "log", usage: "<address> <facility> [<level> [<least level>]]", max: -1, parse: parseGlobalLog},
	{name: "log-tag", usage: "<tag>", max: 1, parse: parseGlobalLogTag},
	{name: "log-send-hostname", usage: "[<name>]", max: -1, parse: parseLogSendHostname},
	{name: "setenv", usage: "<name> <value>", max: 3, parse: parseSetenv},
	{name: "presetenv", usage: "<name> <value>", max: 3, parse: parseSetenv},
	{name: "unsetenv", usage: "<name> ...", max: -1, parse: parseUnsetenv},
	{name: "resetenv", usage: "[<name> ...]", max: -1, parse: parseResetenv},
	{name: "set-var", usage: "<name> <expression>", max: -1, parse: parseGlobalSetVar},
	{name: "set-var-fmt", usage: "<name> <format>", max: -1, parse: parseGlobalSetVar},
}, tuneKeywords(), absentKeywords, caseKeywords, tlsGlobalKeywords, processKeywords, stateGlobalKeywords, withoutEffect)

// nothing accepts a line that asks for what this director does anyway, or that tunes what it does not have.
func nothing(*parser, words) {}

// withoutEffect are keywords of other people's files that may stand: they choose between HAProxy's own mechanisms.
var withoutEffect = []keyword{
	{name: "expose-experimental-directives", max: -1, parse: func(p *parser, _ words) { p.experimental = true }},
	{name: "quiet", parse: func(p *parser, _ words) { p.rep.Quiet = true }},
	{name: "noepoll", parse: nothing}, {name: "nopoll", parse: nothing},
	{name: "nokqueue", parse: nothing}, {name: "noevports", parse: nothing},
	{name: "nosplice", parse: func(p *parser, _ words) { p.cfg.Global.NoSplice = true }},
	{name: "nogetaddrinfo", parse: nothing}, {name: "busy-polling", parse: nothing},
	{name: "set-dumpable", parse: nothing}, {name: "strict-limits", parse: parseStrictLimits},
	{name: "insecure-fork-wanted", parse: func(p *parser, _ words) { p.forks = p.modifier != negated }}, {name: "insecure-setuid-wanted", parse: nothing},
	{name: "h1-accept-payload-with-any-method", parse: func(p *parser, _ words) { p.cfg.Global.AnyBody = true }},
	{name: "numa-cpu-mapping", max: -1, parse: nothing},
}

// parseStrictLimits reads `no strict-limits`: what the system does not allow is then only warned of (section 3.1).
func parseStrictLimits(p *parser, _ words) { p.cfg.Global.LaxLimits = p.modifier == negated }

func parseMasterWorker(p *parser, w words) {
	if w.at(1) != "" && w.at(1) != "no-exit-on-failure" {
		p.bad("'%s' only supports 'no-exit-on-failure' option.", w[0])
		return
	}
	p.cfg.Global.MasterWorker = true
}

// once sets a text that may be given once; the first one stays. what names the argument where it is missing.
func (p *parser) once(w words, text *string, what string) {
	switch {
	case *text != "":
		p.already(w)
	case w.at(1) == "":
		p.bad("'%s' expects %s as an argument.", w[0], what)
	default:
		*text = w[1]
	}
}

func parseChroot(p *parser, w words)  { p.once(w, &p.cfg.Global.Chroot, "a directory") }
func parsePidfile(p *parser, w words) { p.once(w, &p.cfg.Global.Pidfile, "a file name") }

func parseUser(p *parser, w words) {
	g := &p.cfg.Global
	if g.UID != 0 {
		p.remarkAt("user/uid already specified. Continuing.")
		return
	}
	uid, ok := p.opt.LookupUser(w.at(1))
	if !ok {
		p.bad("cannot find user id for '%s' (0:Success)", w.at(1))
		return
	}
	g.UID = uid
}

func parseGroup(p *parser, w words) {
	g := &p.cfg.Global
	if g.GID != 0 {
		p.remarkAt("gid/group was already specified. Continuing.")
		return
	}
	gid, ok := p.opt.LookupGroup(w.at(1))
	if !ok {
		p.bad("cannot find group id for '%s' (0:Success)", w.at(1))
		return
	}
	g.GID = gid
}

func parseUID(p *parser, w words) { p.identity(w, &p.cfg.Global.UID, "user/uid", "user") }
func parseGID(p *parser, w words) { p.identity(w, &p.cfg.Global.GID, "group/gid", "group") }

func (p *parser) identity(w words, id *int, both, name string) {
	n := w.at(1)
	number, err := strconv.ParseInt(n, 10, 32)
	switch {
	case *id != 0:
		p.remarkAt("%s already specified. Continuing.", both)
	case n == "":
		p.bad("'%s' expects an integer argument.", w[0])
	case err != nil:
		p.warnAt(" %s: string '%s' is not a number.\n   | You might want to use the '%s' parameter to use a system %s name.",
			w[0], n, name, name)
	default:
		*id = int(number)
	}
}

// maxThreads is HAProxy's build-time limit on 64-bit machines.
const maxThreads = 64

func parseThreads(p *parser, w words) {
	if n, ok := p.upTo(maxThreads, w, "value"); ok {
		p.cfg.Global.Threads = n
	}
}

// upTo reads a line's first number, from 1 to most; what is the thing in words.
func (p *parser) upTo(most int, w words, what string) (int, bool) {
	n, ok := wholeLong(w.at(1))
	switch {
	case !ok:
		p.bad("'%s' passed a missing or unparsable integer value in '%s'", w[0], w.at(1))
		return 0, false
	case n < 1 || n > int64(most):
		p.bad("'%s' %s must be between 1 and %d (was %d)", w[0], what, most, n)
		return 0, false
	}
	return int(n), true
}

func parseNode(p *parser, w words) {
	if w.at(1) == "" || oddChar(w[1], "._-") != "" {
		p.badTight("'%s' requires valid node name - non-empty string with digits(0-9), letters(A-Z, a-z), dot(.), "+
			"hyphen(-) or underscode(_).", w[0])
		return
	}
	p.cfg.Global.Node = w[1]
}

func parseGlobalDescription(p *parser, w words) { p.text(w, &p.cfg.Global.Description) }

func parseHardStop(p *parser, w words) { p.globalTime(w, &p.cfg.Global.HardStop) }

func parseSpreadChecks(p *parser, w words) {
	g := &p.cfg.Global
	if g.SpreadChecks != 0 {
		p.remark("%s", p.atTight("spread-checks already specified. Continuing."))
		return
	}
	if w.at(1) == "" {
		p.badTight("'%s' expects an integer argument (0..50).", w[0])
		return
	}
	if g.SpreadChecks = atoi(w[1]); g.SpreadChecks < 0 || g.SpreadChecks > 50 {
		p.badTight("'spread-checks' needs a positive value in range 0..50.")
	}
}

func parseSetenv(p *parser, w words) {
	if w.at(2) == "" {
		p.badTight("'%s' expects a name and a value.", w[0])
		return
	}
	if _, set := p.env(w[1]); set && w[0] == "presetenv" {
		return
	}
	if strings.Contains(w[1], "=") {
		p.badTight("'%s' failed on variable '%s' : Invalid argument.", w[0], w[1])
		return
	}
	p.setenv(w[1], w[2])
}

func (p *parser) setenv(name, value string) { p.vars[name] = &value }

func parseUnsetenv(p *parser, w words) {
	if w.at(1) == "" {
		p.badTight("'%s' expects at least one variable name.", w[0])
		return
	}
	for _, name := range w.from(1) {
		p.vars[name] = nil
	}
}

// parseResetenv forgets all variables but the named ones, wherever they come from.
func parseResetenv(p *parser, w words) {
	kept := map[string]*string{}
	for _, name := range w.from(1) {
		if value, ok := p.env(name); ok {
			kept[name] = &value
		}
	}
	p.vars, p.cfg.EnvReset = kept, true
	p.opt.Getenv = func(string) (string, bool) { return "", false }
}
