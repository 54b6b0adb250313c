package stats

import (
	"slices"
	"strings"
)

// commandOrder is how HAProxy 2.6 has its commands in memory. Of commands that are equally like an unknown one it names the
// first, so that the order shows.
var commandOrder = strings.Split(`show tls-keys
set ssl tls-key
show sess
shutdown session
shutdown sessions server
clear counters
show info
show stat
show schema json
disable agent
disable health
disable server
enable agent
enable health
enable server
set maxconn server
set server
get weight
set weight
clear table
set table
show table
show peers
help
prompt
quit
expert-mode
experimental-mode
set maxconn global
set rate-limit
set severity-output
set timeout
show env
show cli sockets
show cli level
show version
operator
user
disable frontend
enable frontend
set maxconn frontend
show servers conn
show servers state
show backend
shutdown frontend
set dynamic-cookie-key backend
enable dynamic-cookie backend
disable dynamic-cookie backend
show errors
show cache
get var
set var
add acl
clear acl
commit acl
del acl
get acl
prepare acl
show acl
add map
clear map
commit map
del map
get map
prepare map
set map
show map
show startup-logs`, "\n")

// inOrder sorts commands by commandOrder; what does not stand there comes last.
func inOrder(commands []command) []command {
	place := func(c command) int {
		if i := slices.Index(commandOrder, c.name()); i >= 0 {
			return i
		}
		return len(commandOrder)
	}
	slices.SortStableFunc(commands, func(a, b command) int { return place(a) - place(b) })
	return commands
}
