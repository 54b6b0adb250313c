package stats

import (
	"strings"

	"simulacro/proxy/config"
)

// leftOut are HAProxy's commands about what this director leaves out: maps, stick tables, dynamic servers, certificates in
// memory, peers, resolvers, agents, and the inside of a process that is not HAProxy's. They are refused by name; no help lists
// them.
var leftOut = map[config.Level][]string{
	config.LevelUser: {
		"add map", "clear map", "commit map", "del map", "get map", "prepare map", "set map", "show map",
		"clear table", "set table", "show table", "show peers", "show resolvers", "show cache", "show pools", "show threads", "show libs",
		"show profiling", "show tasks", "show events", "show trace", "trace", "show tls-keys", "show ssl",
	},
	config.LevelOperator: {"show activity", "show fd"},
	config.LevelAdmin: {
		"add server", "del server", "add ssl", "abort ssl", "commit ssl", "del ssl", "new ssl", "set ssl", "set profiling",
		"disable dynamic-cookie", "enable dynamic-cookie", "set dynamic-cookie-key", "set rate-limit",
	},
}

func leftOutCommands() (list []command) {
	for level, names := range leftOut {
		for _, name := range names {
			list = append(list, command{words: strings.Fields(name), level: level, quiet: true, run: func(*session, []string) reply { return unsupported(name) }})
		}
	}
	return list
}
