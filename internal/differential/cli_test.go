package differential

import "strings"

// cliFile has one of each that commands are about.
const cliFile = Head + `
global
    stats socket {dir}/operator level operator
    stats socket {dir}/user level user severity-output number
frontend web
    bind {web}
    maxconn 500
    acl p path /a /b
    http-request deny if p
    default_backend app
backend app
    balance roundrobin
    cookie S insert
    server a {s1} cookie a weight 10 check inter 1h
    server b {s1} backup maxconn 5
    server c {s1} disabled
    server e {s1} track app/a
listen raw
    mode tcp
    bind {raw}
    server a {s1}
`

// cliWords are commands with too few words, with wrong ones and with too many.
const cliWords = `
help set maxconn
help show servers
help show errors
set
clear
enable
shutdown foo
set server
set server app
set server app/
set server app/zz
set server zz/a
set server app/a
set server app/a foo
set server app/a state
set server app/a state foo
set server app/a weight
set server app/a weight foo
set server app/a weight 3x
set server app/a weight 300
set server app/a weight -1%
set server app/a health
set server app/a health foo
set server app/e health up
set server app/a agent
set server app/a agent up
set server app/a agent-addr
set server app/a agent-addr 127.0.0.1
set server app/a agent-port
set server app/a agent-port 22
set server app/a agent-send x
set server app/a fqdn
set server app/a fqdn foo.example
set server app/a ssl
set server app/a ssl on
set weight
get weight
get weight app/a extra
set maxconn
set maxconn server
set maxconn server app/a
set maxconn server app/a foo
set maxconn server app/a 5x
set maxconn frontend
set maxconn frontend zz
set maxconn frontend web
set maxconn frontend web -3
set maxconn frontend app 3
set maxconn global
set maxconn global 1000000000
set rate-limit
set rate-limit foo
set rate-limit connections
set rate-limit connections foo
set rate-limit connections global
set rate-limit connections global foo
set rate-limit connections global -1
set rate-limit http-compression foo 10
set rate-limit http-compression global
set timeout
set timeout foo
set timeout cli
set timeout cli foo
set timeout cli 0
set timeout cli 10x
set timeout cli 10ms
set timeout cli 30d
set timeout cli 24855d
set timeout cli 24856d
set severity-output
set severity-output foo
set severity-output number;show cli level;set server app/a foo;get weight app/a;show map x
set severity-output string;show cli level;set server app/a foo;set server app/a agent-port 1
show cli
show cli foo
show cli level foo
show cli sockets foo
show servers
show servers state zz
show servers conn zz
operator;show cli level
operator;user;show cli level
user;operator
operator -;show cli level
expert-mode
expert-mode on;expert-mode;operator;expert-mode
expert-mode foo;expert-mode
experimental-mode
experimental-mode on;experimental-mode
experimental-mode on;help set var
experimental-mode on -;experimental-mode
set var proc.x int(1)
show stat 99 4 1
show stat zz 4 1
show stat domain
show stat domain foo
show env NO_SUCH
show map
show map foo
add map
add map foo bar
add map foo bar baz
del map foo
del map foo bar
get map foo
get map foo bar
set map foo bar
set map foo bar baz
clear map
clear map foo
prepare map
commit map
commit map @1 foo
show table
show table foo
clear table
clear table foo
set table
set table foo
show peers
show peers foo
show peers dict
show peers - foo
show cache
show tls-keys
show tls-keys *
show tls-keys foo
set ssl tls-key
set ssl tls-key foo bar
enable agent
enable health app/b
enable frontend
enable frontend zz
enable frontend web
enable server app/zz
disable agent app/a
disable health app/b
disable frontend app
shutdown frontend
shutdown frontend zz
shutdown session
shutdown sessions
shutdown sessions server
shutdown sessions server app
shutdown sessions server app/zz
get foo
get var
get var foo
prepare
show version foo
show backend foo
`

// cliTyping is how a session may be typed: \n are line ends.
const cliTyping = `
show version;;show version
;show version
show version;
show version; show cli level ;
show\ version
show version \; foo
show version\;foo
show version <<\n\n
show version <<\nfoo\nbar\n\nshow cli level
add map foo <<\na b\n\n
add acl #0 <<\na\nb\n\n
prompt\nadd acl #0 <<\nx\ny\n\nshow cli level\nquit
prompt\nquit
prompt\n\nquit
prompt\nshow cli level;show version\nprompt
prompt foo\nquit
prompt;show version\nshow cli level\nquit
show version;quit;show version
show version\nshow cli level
`

// cliLower is what each level may do.
const cliLower = `
show cli level
show stat web 1 -1
show errors foo
show env HOME_
show sess 0x1
show startup-logs foo
set server app/a state ready
set maxconn global 3
set rate-limit connections global 3
shutdown session 1
shutdown frontend web
clear counters
clear counters all
experimental-mode on
expert-mode on
show cache
set timeout cli 5
operator;show cli level
help show env
`

// absent are HAProxy's commands that this director has not: about the inside of its process, and what docs/differences.md lists.
const absent = `(?m)^  (?:\S+: )?((abort|commit|del|new|add) ssl|set ssl (ca-file|cert|crl|ocsp)|show ssl|(add|del) server|` +
	`show (activity|fd|pools|threads|libs|events|profiling|tasks|trace|resolvers)|trace|set profiling)\S* .*\n`

var cliCases = []Case{{
	Name:   "cli-words",
	Config: cliFile,
	Play: func(s *Side) {
		s.UntilStat("app/a", "check_status", "L4OK")
		s.Mask(`2\.6\.12[-+\w]+`, "(version)")
		s.Mask(absent, "")
		command(s, cliWords)
		for _, typed := range strings.Split(strings.TrimSpace(cliTyping), "\n") {
			s.Note("$ %s", typed)
			s.CLI(strings.ReplaceAll(typed, `\n`, "\n"))
		}
		for _, level := range []string{"operator", "user"} {
			for _, c := range strings.Split(strings.TrimSpace(cliLower), "\n") {
				s.Note("%s $ %s", level, c)
				s.CLIOn(level, c)
			}
		}
	},
}}
