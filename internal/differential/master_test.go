package differential

import (
	"io"
	"net"
	"path/filepath"
	"strings"
	"time"
)

// masterTyping is what is typed on the master's socket: \n are line ends.
const masterTyping = `
help

foo
show
help show
help foo
help reload
show proc
show proc debug
show version
show version;
show cli level
show cli sockets
show info
exit
set timeout cli 5
set severity-output number
show\ version
 show version
show version <<\nfoo\n\n
show version;@1 show version;show version
show version\nshow cli level
@1 show version
@1 show cli level
@1
@1;show version
@1 show version;show version
@1;show version;@master;show version
@1 show version\n@1 show version
@2 show version
@0 show version
@foo show version
@!99999999 show version
@!foo show version
@! show version
@ show version
@master show version
@master
@-1 show version
@1 help show errors
@1 prompt
@1 quit
@1 quit;show version
@1 show backend
@1 set server app/a state drain
@1 user;show cli level
@1 add acl #0 <<\na\nb\n\n
user
user;show cli level
operator;show cli level
user;operator
user;reload
operator;@1 show cli level
user;@1 show cli level
user;@1 set server app/a state ready
operator;@1 set server app/a state ready
user;expert-mode on
expert-mode on;expert-mode
expert-mode on;@1 expert-mode
expert-mode on;expert-mode off;@1 expert-mode
experimental-mode on;@1 experimental-mode
experimental-mode on;@1 help set var
prompt
prompt\nquit
prompt\nshow version\nquit
prompt\n@1\nshow version\n@master\nshow version\nquit
prompt\nexpert-mode on\nexpert-mode\nquit
prompt\nexperimental-mode on\nexpert-mode on\n@1\nquit
prompt\nuser\nquit
prompt\nprompt
prompt\n@2\nquit
prompt\n\nquit
prompt\n@1\nprompt\nquit
prompt\n@1\noperator\nshow cli level\nquit
quit
`

// master sends text to a master's socket and notes the answer up to the end. HAProxy waits there for more until it is told that
// there is none.
func (s *Side) master(socket, text string) {
	c, err := net.Dial("unix", filepath.Join(s.dir, socket))
	s.must(err, "connect to the master")
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(patience))
	_, err = io.WriteString(c, text+"\n")
	s.must(err, "ask the master")
	_ = c.(*net.UnixConn).CloseWrite()
	b, err := io.ReadAll(c)
	s.must(err, "read the master's answer to "+text)
	s.note("master", string(b))
}

var masterCases = []Case{{
	Name:   "master-words",
	Config: Head + "backend app\n    server a {s1}\nfrontend web\n    bind {web}\n    default_backend app\n",
	Args:   []string{"-W", "-S", "unix@master", "-S", "unix@low,level,operator"},
	Play: func(s *Side) {
		s.Mask(`2\.6\.12[-+\w]+`, "(version)")
		s.Mask(`(?m)^\d+ +(master|worker) `, "(pid) $1 ")
		s.Mask(`\d+d\d\dh\d\dm\d\ds`, "(uptime)")
		s.Mask(`\d+(\([xe]+\))?> `, "(pid)$1> ")
		s.Until("the master serves", func() bool {
			c, err := net.Dial("unix", filepath.Join(s.dir, "master"))
			if err == nil {
				_ = c.Close()
			}
			return err == nil
		})
		for _, typed := range strings.Split(strings.Trim(masterTyping, "\n"), "\n") {
			s.Note("$ %s", typed)
			s.master("master", strings.ReplaceAll(typed, `\n`, "\n"))
		}
		for _, typed := range []string{"show cli level", "@1 show cli level", "@1 set server app/a state ready", "expert-mode on"} {
			s.Note("operator $ %s", typed)
			s.master("low", typed)
		}
		c, err := net.Dial("unix", filepath.Join(s.dir, "master"))
		s.must(err, "connect to the master")
		defer c.Close()
		b := make([]byte, 200)
		for range 2 { // a session goes on without prompt, too
			_, err = io.WriteString(c, "show cli level\n")
			s.must(err, "ask the master")
			n, err := io.ReadAtLeast(c, b, len("admin\n\n"))
			s.must(err, "read the master's answer")
			s.note("master", string(b[:n]))
		}
		s.Note("$ reload")
		s.master("master", "reload")
		s.UntilSaid("Former worker")
		s.master("master", "show proc")
	},
}, {
	Name:   "master-nowhere",
	Config: Head,
	Args:   []string{"-W", "-S", "low"},
	Fails:  true,
}}
