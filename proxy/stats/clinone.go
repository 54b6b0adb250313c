package stats

import "simulacro/proxy/config"

// noneCommands are of what no configuration of this director has: stick tables, peers, caches, keys of TLS tickets. They
// answer what HAProxy does where a configuration has none of it.
var noneCommands = []command{
	{words: []string{"show", "table"}, args: "<table> [<filter>]*", help: "report table usage stats or dump this table's contents (filter: data/key)", run: noTable("")},
	{words: []string{"clear", "table"}, args: "<table> [<filter>]*", help: "remove an entry from a table (filter: data/key)", run: noTable(`<table> "data.<store_data_type>" <operator> <value> or <table> key <key>`)},
	{words: []string{"set", "table"}, args: "<table> key <k> [data.* <v>]*", help: "update or create a table entry's data", run: noTable("<table> key <key> [data.<store_data_type> <value>]*")},
	{words: []string{"show", "peers"}, args: "[dict|-] [section]", help: "dump some information about all the peers or this peers section", run: showPeers},
	{words: []string{"show", "cache"}, help: "show cache status", level: config.LevelAdmin, run: func(*session, []string) reply { return done() }},
	{words: []string{"show", "tls-keys"}, args: "[id|*]", help: "show tls keys references or dump tls ticket keys when id specified", run: showTicketKeys},
	{words: []string{"set", "ssl", "tls-key"}, args: "[id|file] <key>", help: "set the next TLS key for the <id> or <file> listener to <key>", run: setTicketKey},
}

// noTable lists no table where none is named and none has to be.
func noTable(required string) func(*session, []string) reply {
	return func(_ *session, args []string) reply {
		switch {
		case first(args) != "":
			return fail("No such table\n")
		case required != "":
			return fail("Required arguments: " + required + "\n")
		}
		return done()
	}
}

func showPeers(_ *session, args []string) reply {
	if a := first(args); a == "dict" || a == "-" {
		args = args[1:]
	}
	if first(args) != "" {
		return fail("No such peers\n")
	}
	return done()
}

func showTicketKeys(_ *session, args []string) reply {
	switch a := first(args); {
	case a == "":
		return dump([]byte("# id (file)\n"))
	case a[0] == '*':
		return dump([]byte("# id secret\n"))
	}
	return fail("'show tls-keys' unable to locate referenced filename\n")
}

func setTicketKey(_ *session, args []string) reply {
	if len(args) < 2 {
		return fail("'set ssl tls-key' expects a filename and the new TLS key in base64 encoding.\n")
	}
	return fail("'set ssl tls-key' unable to locate referenced filename\n")
}
