package differential

import (
	"os"
	"path/filepath"
)

// externalServers are checked by a command that ends as their names say.
var externalServers = []string{"fine", "three", "much", "slow", "killed", "none", "here", "lost"}

const externalScript = `#!/bin/sh
saw=$(dirname "$0")/saw.$HAPROXY_SERVER_NAME
{ echo "$#: $1 $2 $3 $4"; env | grep -v ^PWD= | sort; } >"$saw.$$"
mv "$saw.$$" "$saw"
case $HAPROXY_SERVER_NAME in
three) exit 3 ;;
much) exit 200 ;;
slow) exec sleep 20 ;;
killed) kill -9 $$ ;;
esac
exit 0
`

// external has commands check servers: what they are told, and what their ends mean.
var external = Case{
	Name:  "external-check",
	Timed: true,
	Config: `
global
    nbthread 1
    stats socket {sock} level admin
    external-check
    insecure-fork-wanted
    setenv NOT seen
defaults
    mode http
    timeout client 10s
    timeout server 10s
    timeout connect 5s
    timeout check 2s
    option external-check
    option log-health-checks
listen web
    bind {web}
    external-check command {dir}/check
    external-check path /usr/bin:/bin
    server fine 127.0.0.9:7001 check inter {t2000} maxconn 7
    server three unix@{dir}/nobody check inter {t2000}
    server much 127.0.0.9:7003 check inter {t2000} ssl verify none fall 1
    server slow [::1]:7004 check inter {t2000}
    server killed 127.0.0.9:7005 check inter {t2000} port 99 addr 127.0.0.3
backend away
    mode tcp
    external-check command {dir}/check
    external-check path /usr/bin:/bin
    server none 127.0.0.9:7006 check inter {t2000}
backend named
    external-check command true
    external-check path /nowhere:/usr/bin:/bin
    server here 127.0.0.9:7007 check inter {t2000}
backend absent
    external-check command /nowhere/check
    server lost 127.0.0.9:7008 check inter {t2000}
`,
	Before: func(s *Side) {
		s.must(os.WriteFile(filepath.Join(s.dir, "check"), []byte(externalScript), 0o755), "write the command")
	},
	Play: func(s *Side) {
		s.Mask(`HAPROXY_PROXY_PORT=\d+`, "HAPROXY_PROXY_PORT=(port)")
		s.Mask(`4: 127\.0\.0\.1 \d+`, "4: 127.0.0.1 (port)")
		s.Mask(`(check \d+)/\d/(\d)/[67] `, "$1/$2 ") // a check is under way, or it is not
		for i, name := range externalServers {
			row := []string{"web/", "web/", "web/", "web/", "web/", "away/", "named/", "absent/"}[i] + name
			s.Until(name+" is checked", func() bool {
				now := s.Field(row, "check_status")
				return now != "" && now != "INI" && now[0] != '*' && (now == "PROCOK" || s.Field(row, "status") == "DOWN")
			})
			s.Stat(row, "status", "check_status", "check_code", "check_desc", "check_health")
			if text, err := os.ReadFile(filepath.Join(s.dir, "saw."+name)); err == nil {
				s.note("saw", string(text))
			}
		}
		s.UntilSaid("kill ")
		s.serversState()
	},
}
