package stats

import (
	"strings"

	"simulacro/proxy/config"
)

// leftOut are HAProxy's commands that would change or show what this director has, in a way that it leaves out: dynamic
// servers, certificates in memory, resolvers. They are refused by name; no help lists them. Commands
// about the inside of HAProxy's own process (its pools, its threads, its traces) are unknown here.
var leftOut = map[config.Level][]string{
	config.LevelUser: {
		"show resolvers", "show ssl ca-file", "show ssl cert", "show ssl crl-file", "show ssl crt-list", "show ssl ocsp-response",
		"show ssl providers", "set ssl ocsp-response",
	},
	config.LevelAdmin: {
		"add server", "del server", "add ssl crt-list", "del ssl crt-list",
		"abort ssl ca-file", "commit ssl ca-file", "del ssl ca-file", "new ssl ca-file", "set ssl ca-file",
		"abort ssl cert", "commit ssl cert", "del ssl cert", "new ssl cert", "set ssl cert",
		"abort ssl crl-file", "commit ssl crl-file", "del ssl crl-file", "new ssl crl-file", "set ssl crl-file",
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
