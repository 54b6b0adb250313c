package config

import (
	"slices"
	"strconv"
)

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
		keyword{name: "mworker-max-reloads", usage: "<number>", max: -1, parse: parseMaxReloads},
		keyword{name: "no-memory-trimming", parse: nothing},
		keyword{name: "cluster-secret", usage: "<secret>", max: 1, parse: givenOnce("expects an ASCII string argument.")},
		keyword{name: "localpeer", usage: "<name>", max: 1, parse: parseLocalPeer},
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
	if !slices.Contains([]string{"on", "auto", "off"}, w.at(1)) {
		p.bad("'%s' expects either 'on', 'auto', or 'off' but got '%s'.", w[0], w.at(1))
	}
}

// parseSize takes a number of bytes, or nothing.
func parseSize(p *parser, w words) {
	if _, rest := cNumber(w.at(1), 10); rest != "" {
		p.bad("%s: '%s' is an invalid size", w[0], w[1])
	}
}

func parsePatternCache(p *parser, w words) {
	if w.at(1) == "" || atoi(w[1]) < 0 {
		p.bad("'%s' expects a positive numeric value", w[0])
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

// givenOnce reads a keyword of which only the first one counts, and whose word this director has no use for. missing is what is
// said where there is none.
func givenOnce(missing string) func(*parser, words) {
	return func(p *parser, w words) {
		switch {
		case p.given[w[0]]:
			p.already(w)
		case w.at(1) == "":
			p.bad("%s", missing)
		default:
			p.given[w[0]] = true
		}
	}
}

func parseLocalPeer(p *parser, w words) {
	if w.at(1) == "" {
		p.bad("'%s' expects a name as an argument.", w[0])
		return
	}
	p.setenv("HAPROXY_LOCALPEER", w[1])
}

// maxGroups is the number of thread groups of Debian's build.
const maxGroups = 1

func parseThreadGroups(p *parser, w words) { p.upTo(maxGroups, w, "value") }
