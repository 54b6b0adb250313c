package config

import (
	"os"
	"strconv"
	"strings"
	"time"
)

// globalNumber is a keyword of the global section that takes one whole number (section 3.2).
type globalNumber struct {
	name    string
	missing string // what is said where the number is missing; "": "expects an integer argument."; "-": it may be missing
	refused string // what is said of a number out of range; "": missing
	low     int
	high    int
	once    bool // a second line is remarked upon, and changes nothing
	value   func(*Global) *int
}

// Bounds of the numbers: what C's int holds.
const (
	lowestInt  = -1 << 31
	highestInt = 1<<31 - 1
)

// globalNumbers are those that choose sizes of mechanisms that this director does not have, but for those with a value.
var globalNumbers = []globalNumber{
	{name: "maxpipes", low: lowestInt, high: highestInt, once: true},
	{name: "maxzlibmem", low: lowestInt, high: highestInt},
	{name: "maxcomprate", missing: "expects an integer argument in kb/s.", low: lowestInt, high: highestInt},
	{name: "maxcompcpuusage", missing: "expects an integer argument between 0 and 100.", high: 100},
	{name: "tune.maxaccept", refused: "expects -1 or an integer from 0 to INT_MAX.", low: -1, high: highestInt, once: true},
	{name: "tune.maxpollevents", low: lowestInt, high: highestInt, once: true},
	{name: "tune.recv_enough", low: lowestInt, high: highestInt},
	{name: "tune.runqueue-depth", low: lowestInt, high: highestInt, once: true},
	{name: "tune.buffers.limit", low: lowestInt, high: highestInt},
	{name: "tune.buffers.reserve", low: lowestInt, high: highestInt},
	{name: "tune.pipesize", low: lowestInt, high: highestInt},
	{name: "tune.comp.maxlevel", missing: "expects a numeric value between 1 and 9", low: 1, high: 9},
	{name: "tune.fail-alloc", missing: "-", refused: "expects a numeric value between 0 and 100.", high: 100},
	{name: "tune.pool-high-fd-ratio", missing: "expects an integer argument between 0 and 100.", high: 100},
	{name: "tune.pool-low-fd-ratio", missing: "expects an integer argument between 0 and 100.", high: 100},
	{name: "tune.h2.header-table-size", missing: "-", refused: "expects a numeric value between 0 and 65536.", high: 65536},
	{name: "tune.h2.initial-window-size", missing: "-", refused: "expects a positive numeric value.", high: highestInt},
	{name: "tune.h2.max-concurrent-streams", missing: "-", refused: "expects a positive numeric value.", high: highestInt},
	{name: "tune.bufsize", refused: "expects a positive integer argument.", low: 1, high: highestInt,
		value: func(g *Global) *int { return &g.BufSize }},
	{name: "tune.maxrewrite", refused: "expects a positive integer argument.", high: highestInt,
		value: func(g *Global) *int { return &g.MaxRewrite }},
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
	if t.value != nil {
		*t.value(&p.cfg.Global) = n
	}
}

// tuneSwitches are on or off, and choose between HAProxy's own mechanisms.
var tuneSwitches = []string{"tune.idle-pool.shared", "tune.listener.multi-queue", "tune.sched.low-latency"}

// tuneSizes bound the memory of variables, which here is the collector's.
var tuneSizes = []string{"tune.vars.global-max-size", "tune.vars.proc-max-size", "tune.vars.sess-max-size",
	"tune.vars.txn-max-size", "tune.vars.reqres-max-size", "tune.vars.check-max-size"}

// tuneKeywords is the part of the global section that tunes (section 3.2).
func tuneKeywords() []keyword {
	var table []keyword
	for _, t := range globalNumbers {
		table = append(table, t.keyword())
	}
	for _, name := range tuneSwitches {
		table = append(table, keyword{name: name, usage: "on | off", max: 1, parse: parseSwitch})
	}
	for _, name := range tuneSizes {
		table = append(table, keyword{name: name, usage: "<bytes>", max: -1, parse: parseSize})
	}
	return append(table,
		keyword{name: "profiling.tasks", usage: "on | auto | off", max: 1, parse: parseProfiling},
		keyword{name: "tune.idletimer", usage: "<time>", max: 1, parse: parseIdleTimer},
		keyword{name: "tune.pattern.cache-size", usage: "<number>", max: -1, parse: parsePatternCache},
		keyword{name: "max-spread-checks", usage: "<time>", max: 1, parse: parseMaxSpread},
		keyword{name: "close-spread-time", usage: "<time> | infinite", max: -1, parse: parseCloseSpread},
		keyword{name: "maxsslconn", usage: "<number>", max: 1, parse: parseMaxTLS},
		keyword{name: "mworker-max-reloads", usage: "<number>", max: -1, parse: parseMaxReloads},
		keyword{name: "no-memory-trimming", parse: nothing},
		keyword{name: "cluster-secret", usage: "<secret>", max: 1, parse: parseClusterSecret},
		keyword{name: "localpeer", usage: "<name>", max: 1, parse: parseLocalPeer},
		keyword{name: "server-state-base", usage: "<directory>", max: -1, parse: parseStateBase},
		keyword{name: "default-path", usage: "current | config | parent | origin <directory>", max: -1, parse: parseDefaultPath},
		keyword{name: "cpu-map", usage: "[auto:]<group>[/<threads>] <cpus> ...", max: -1, parse: parseCPUMap},
		keyword{name: "thread-groups", usage: "<number>", max: 1, parse: parseThreadGroups},
	)
}

func parseSwitch(p *parser, w words) {
	if w.at(1) != "on" && w.at(1) != "off" {
		p.bad("'%s' expects either 'on' or 'off' but got '%s'.", w[0], w.at(1))
	}
}

func parseProfiling(p *parser, w words) {
	if !contains([]string{"on", "auto", "off"}, w.at(1)) {
		p.bad("'%s' expects either 'on', 'auto', or 'off' but got '%s'.", w[0], w.at(1))
	}
}

// parseSize takes a number of bytes, which k, m or g may follow.
func parseSize(p *parser, w words) {
	rest := strings.TrimLeft(strings.TrimPrefix(strings.TrimPrefix(w.at(1), "-"), "+"), "0123456789")
	if rest != "" && !contains([]string{"k", "m", "g"}, strings.ToLower(rest)) {
		p.bad("%s: '%s' is an invalid size", w[0], w[1])
	}
}

// longestIdle is the most that tune.idletimer takes, in milliseconds.
const longestIdle = 65535

func parseIdleTimer(p *parser, w words) {
	if w.at(1) == "" {
		p.bad("'%s' expects a timer value between 0 and 65535 ms.", w[0])
		return
	}
	d, fault := p.parseTime(w[1], time.Millisecond)
	switch {
	case fault == nil && d <= longestIdle*time.Millisecond:
	case fault == nil:
		p.bad("'%s' expects a timer value between 0 and 65535 ms.", w[0])
	case fault.over:
		p.badTight("timer overflow in argument <%s> to <%s>, maximum value is 65535 ms.", w[1], w[0])
	case fault.under:
		p.badTight("timer underflow in argument <%s> to <%s>, minimum non-null value is 1 ms.", w[1], w[0])
	default:
		p.badTight("unexpected character '%s' in argument to <%s>.", fault.char, w[0])
	}
}

func parsePatternCache(p *parser, w words) {
	if w.at(1) == "" || atoi(w[1]) < 0 {
		p.bad("'%s' expects a positive numeric value", w[0])
	}
}

func parseMaxSpread(p *parser, w words) {
	if w.at(1) == "" {
		p.badTight("'%s' expects an integer argument (0..50).", w[0])
		return
	}
	d, fault := p.parseTime(w[1], time.Millisecond)
	switch {
	case fault == nil:
		p.cfg.Global.MaxSpread = d
	case fault.over:
		p.badTight("timer overflow in argument <%s> to <%s>, maximum value is 2147483647 ms (~24.8 days).", w[1], w[0])
	case fault.under:
		p.badTight("timer underflow in argument <%s> to <%s>, minimum non-null value is 1 ms.", w[1], w[0])
	default:
		p.badTight("unsupported character '%s' in '%s' (wants an integer delay).", fault.char, w[0])
	}
}

func parseCloseSpread(p *parser, w words) {
	switch {
	case w.at(1) == "infinite":
		p.cfg.Global.CloseSpread = -1
	default:
		p.globalTime(w, &p.cfg.Global.CloseSpread)
	}
}

// globalTime reads a time in milliseconds.
func (p *parser) globalTime(w words, value *time.Duration) {
	if w.at(1) == "" {
		p.bad("'%s' expects <time> as argument.\n", w[0])
		return
	}
	d, fault := p.parseTime(w[1], time.Millisecond)
	switch {
	case fault == nil:
		*value = d
	case fault.over:
		p.bad("timer overflow in argument '%s' to '%s' (maximum value is 2147483647 ms or ~24.8 days)", w[1], w[0])
	case fault.under:
		p.bad("timer underflow in argument '%s' to '%s' (minimum non-null value is 1 ms)", w[1], w[0])
	default:
		p.bad("unexpected character '%s' in argument to <%s>.\n", fault.char, w[0])
	}
}

// parseMaxReloads warns where HAProxy does, whose message begins with one that it has not got.
func parseMaxReloads(p *parser, w words) {
	at := "parsing [" + p.pos.File + ":" + strconv.Itoa(p.pos.Line) + "]"
	switch n := atoi(w.at(1)); {
	case w.at(2) != "":
		p.remark("%s : '%s' cannot handle unexpected argument '%s'.", at, w[0], w[2])
		p.warnAt("(null)")
	case w.at(1) == "":
		p.warnAt("(null)%s : '%s' expects an integer argument.\n", at, w[0])
	case n < 0:
		p.warnAt("(null)%s '%s' : invalid value %d, must be >= 0", at, w[0], n)
	default:
		p.cfg.Global.MaxReloads = n
	}
}

func parseMaxTLS(p *parser, w words) {
	n := atoi(w.at(1))
	switch {
	case w.at(1) == "":
		p.bad("'%s' expects an integer argument.", w[0])
	case n < 0:
		p.bad("'%s' expects a positive numeric value.", w[0])
	default:
		p.cfg.Global.MaxTLS = n
	}
}

func parseClusterSecret(p *parser, w words) {
	switch {
	case p.given[w[0]]:
		p.already(w)
	case w.at(1) == "":
		p.bad("expects an ASCII string argument.")
	default:
		p.given[w[0]] = true
	}
}

func parseLocalPeer(p *parser, w words) {
	if w.at(1) == "" {
		p.bad("'%s' expects a name as an argument.", w[0])
		return
	}
	p.setenv("HAPROXY_LOCALPEER", w[1])
}

func parseStateBase(p *parser, w words) {
	switch {
	case p.given[w[0]]:
		p.already(w)
	case w.at(1) == "":
		p.bad("'%s' expects one argument: a directory path.", w[0])
	default:
		p.given[w[0]] = true
	}
}

// maxGroups is the number of thread groups of Debian's build.
const maxGroups = 1

func parseThreadGroups(p *parser, w words) {
	v, err := strconv.ParseInt(w.at(1), 10, 64)
	switch {
	case err != nil:
		p.bad("'%s' passed a missing or unparsable integer value in '%s'", w[0], w.at(1))
	case v < 1 || v > maxGroups:
		p.bad("'%s' value must be between 1 and %d (was %d)", w[0], maxGroups, v)
	}
}

// parseDefaultPath chooses the folder from which relative names of files are taken.
func parseDefaultPath(p *parser, w words) {
	const modes = "supported modes include 'current', 'config', 'parent', and 'origin'."
	switch mode := w.at(1); mode {
	case "current", "config", "parent":
		p.base = ""
	case "origin":
		if w.at(2) == "" {
			p.bad("'%s %s' expects a directory as an argument.", w[0], mode)
			return
		}
		if _, err := os.Stat(w[2]); err != nil {
			here, _ := os.Getwd() // "" where it is gone: HAProxy names none either
			p.bad("couldn't set '%s' to origin '%s': Impossible to get back to directory '%s': %s.", w[0], w[2], here, errnoText(rootCause(err)))
			return
		}
		p.base = w[2]
	case "":
		p.bad("missing default-path mode '%s' for '%s', %s", mode, w[0], modes)
		return
	default:
		p.bad("unsupported default-path mode '%s' for '%s', %s", mode, w[0], modes)
		return
	}
	p.pathMode = w.at(1)
	p.enterFolder(p.pos.File)
}

// enterFolder makes relative names those of the file's folder, or of the one above, where default-path says so.
func (p *parser) enterFolder(file string) {
	switch p.pathMode {
	case "config":
		p.base = folder(file)
	case "parent":
		p.base = folder(file) + "/.."
	}
}

// folder is what stands before a name's last slash, and the current folder where there is none.
func folder(name string) string {
	if i := strings.LastIndexByte(name, '/'); i >= 0 {
		return name[:i+1]
	}
	return "."
}

// readFile reads a file that the configuration names, from the folder that default-path chose.
func (p *parser) readFile(name string) ([]byte, error) {
	if p.base != "" && !strings.HasPrefix(name, "/") {
		name = strings.TrimSuffix(p.base, "/") + "/" + name
	}
	return p.opt.ReadFile(name)
}
