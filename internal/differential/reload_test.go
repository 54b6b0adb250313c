package differential

import (
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"time"
)

// processes gives `show proc` as it is. A master that is about to begin anew does not answer, or never, as who connects before HAProxy's
// is ready may be a worker's guest.
func (s *Side) processes() string {
	c, err := net.Dial("unix", filepath.Join(s.dir, "master"))
	if err != nil {
		return ""
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(time.Second))
	_, _ = io.WriteString(c, "show proc\n")
	_ = c.(*net.UnixConn).CloseWrite()
	b, _ := io.ReadAll(c)
	return string(b)
}

// untilReloads waits until the master has made so many reloads, so many of which have failed.
func (s *Side) untilReloads(counts string) {
	s.Until("reloads "+counts, func() bool { return strings.Contains(s.processes(), counts) })
}

// untilWorkers waits until so many workers are left.
func (s *Side) untilWorkers(n int) {
	s.Until(fmt.Sprintf("%d workers are left", n), func() bool { return strings.Count(s.processes(), " worker ") == n })
}

// masked hides what of the master's words differs from run to run.
func (s *Side) masked() {
	s.Mask(`2\.6\.12[-+\w]+`, "(version)")
	s.Mask(`(?m)^\d+ +(\w+) +(\d)`, "(pid) $1 $2")
	s.Mask(`\d+d\d\dh\d\dm\d\ds`, "(uptime)")
	s.Mask(`\d+(\([xe]+\))?> `, "(pid)$1> ")
	s.Mask(`\((\d{2,})\)`, "(pid)")
	s.Mask(`@!(-?)\d{2,}`, "@!$1(pid)")
	s.Mask(`;sockpair@\d+`, "")
	s.Mask(`(?m)^sockpair@\d+ admin all\n`, "")
}

// saidBy notes what the master, or its children, have said, in the order of the words.
func (s *Side) saidBy(master bool) {
	head := regexp.MustCompile(`^\[\w+\] +\((\d+)\) : `)
	var lines []string
	for _, l := range strings.Split(s.out.String(), "\n") {
		m := head.FindStringSubmatch(l)
		if m == nil || boasting.MatchString(l) || strings.Contains(l, "<HTTPCLIENT>") {
			continue
		}
		if (m[1] == fmt.Sprint(s.Pid())) == master {
			lines = append(lines, s.normal(l))
		}
	}
	slices.Sort(lines)
	s.note("said", strings.Join(lines, "\n"))
}

// oldTyping is what is typed on the master's socket while there are old workers; PID is the oldest one's number.
const oldTyping = `
show proc
@1 show version
@2 show version
@!PID show version
@!PID show cli level
@!PID show cli sockets
@!PID show env HAPROXY_CLI
@!PID;show version
@!PID show stat 1 1 -1
@!PID help show version
@!+PID show version
@! PID show version
@!PIDx show version
@!-PID show version
@!PID prompt
@!MASTER show version
@!MASTER
@+1 show cli level
@01 show cli level
@1x show cli level
@0x1 show cli level
@-0 show cli level
user;@!PID show cli level
prompt\n@!PID\nshow version\n@1\n@\nquit
prompt\n@!PID\nexpert-mode on\n@master\nquit
`

// typeOld types all that, with the oldest worker's number in it.
func (s *Side) typeOld() {
	pids := regexp.MustCompile(`(?m)^(\d+) +worker`).FindAllStringSubmatch(s.processes(), -1)
	oldest := pids[len(pids)-1][1]
	for _, typed := range strings.Split(strings.Trim(oldTyping, "\n"), "\n") {
		s.Note("$ %s", typed)
		s.master("master", strings.NewReplacer("PID", oldest, "MASTER", fmt.Sprint(s.Pid()), `\n`, "\n").Replace(typed))
	}
}

const oldFile = Head + "    timeout client 60s\nbackend app\n    server a {s1}\nfrontend web\n    bind {web}\n    default_backend app\n"

// hold opens a connection that keeps the worker alive.
func (s *Side) hold() *Client {
	c := s.Dial("web").Send("GET / HTTP/1.1\r\n")
	s.UntilStat("web/FRONTEND", "scur", "1")
	return c
}

// reloadMaster has the master reload by its socket and waits for the account of it, with so many workers.
func (s *Side) reloadMaster(counts string, workers int) {
	s.Note("$ reload")
	s.master("master", "reload")
	s.untilReloads(counts)
	s.Until("the worker before has closed its sockets", func() bool {
		said := s.out.String()
		return strings.Count(said, "Loading success.") == strings.Count(said, "Proxy web stopped")+1
	})
	s.untilWorkers(workers)
	s.Note("$ show proc")
	s.master("master", "show proc")
}

var reloadCases = []Case{{
	Name:   "master-old-workers",
	Config: oldFile,
	Args:   []string{"-W", "-S", "unix@master"},
	Play: func(s *Side) {
		s.masked()
		s.untilReloads("0 [failed: 0]")
		first := s.hold()
		s.reloadMaster("1 [failed: 0]", 2)
		second := s.hold()
		s.reloadMaster("2 [failed: 0]", 3)
		s.typeOld()
		s.write("haproxy.cfg", oldFile+"nonsense\n")
		s.reloadMaster("3 [failed: 1]", 3)
		s.master("master", "prompt\n@1\nexpert-mode on\n@\nquit")
		s.reloadMaster("4 [failed: 2]", 3)
		s.write("haproxy.cfg", oldFile)
		s.reloadMaster("5 [failed: 0]", 3)
		s.master("master", "prompt")
		first.Send("Host: x\r\n\r\n").Answer()
		s.untilWorkers(2)
		s.master("master", "show proc")
		second.Close()
		s.untilWorkers(1)
		s.master("master", "show proc")
		s.Signal(syscall.SIGTERM)
		s.Exit()
		s.saidBy(true)
		s.saidBy(false)
	},
}, {
	Name:   "master-max-reloads",
	Config: strings.Replace(oldFile, "nbthread 1", "nbthread 1\n    mworker-max-reloads 1", 1),
	Args:   []string{"-W", "-S", "unix@master"},
	Play: func(s *Side) {
		s.masked()
		s.untilReloads("0 [failed: 0]")
		s.hold()
		s.reloadMaster("1 [failed: 0]", 2)
		s.Note("$ reload")
		s.master("master", "reload")
		s.UntilSaid("exited with code 143")
		s.UntilSaid("exited with code 0")
		s.saidBy(true)
	},
}}

// programFile has a program that stays when it is told to finish, one that is not started again, and one that ends by itself.
const programFile = oldFile + `
program hold
    command sh -c 'trap "" USR1; trap "exit 4" TERM; env | grep ^HAPROXY_ | sort >{dir}/env; while :; do sleep 0.05; done'
program once
    command sleep 100
    no option start-on-reload
program short
    command sh -c 'while ! test -e {dir}/go; do sleep 0.05; done; exit 0'
`

var programCases = []Case{{
	Name:   "programs",
	Config: programFile,
	Args:   []string{"-W", "-S", "unix@master", "-S", "unix@second,level,user"},
	Play: func(s *Side) {
		s.masked()
		s.untilReloads("0 [failed: 0]")
		var env []byte
		s.Until("the program runs", func() bool { env, _ = os.ReadFile(filepath.Join(s.dir, "env")); return len(env) > 0 })
		s.note("env", strings.ReplaceAll(string(env), s.c.Name, ""))
		s.master("master", "show proc")
		s.write("go", "")
		s.UntilSaid("Current program 'short'")
		s.master("master", "show proc")
		s.must(os.Remove(filepath.Join(s.dir, "go")), "remove a file")
		s.reloadMaster("1 [failed: 0]", 1)
		s.UntilSaid("Former program 'once'")
		s.master("master", "show proc")
		s.write("haproxy.cfg", programFile+"program fresh\n    command sleep 50\nprogram never\n    command sleep 50\n    no option start-on-reload\n")
		s.reloadMaster("2 [failed: 0]", 1)
		s.write("haproxy.cfg", programFile+"program\n")
		s.reloadMaster("3 [failed: 1]", 1)
		s.Signal(syscall.SIGTERM)
		s.Exit()
		s.saidBy(true)
	},
}}

// endingPrograms are ways of a program to end, each of which ends the service.
func endingPrograms() (list []Case) {
	for name, how := range map[string]string{"code": "exit 3", "kill": "kill -9 $$", "soft": "kill -USR1 $$", "term": "kill -TERM $$"} {
		list = append(list, Case{
			Name: "program-ends-" + name,
			Config: oldFile + "program ends\n    command sh -c 'while ! test -e {dir}/go; do sleep 0.05; done; " + how + "'\n" +
				"program other\n    command sleep 100\n",
			Args: []string{"-W", "-S", "unix@master"},
			Play: func(s *Side) {
				s.masked()
				s.untilReloads("0 [failed: 0]")
				s.write("go", "")
				s.UntilSaid("Current program 'ends'")
				if name == "term" {
					s.master("master", "show proc")
					s.Signal(syscall.SIGINT)
				}
				s.Exit()
				s.saidBy(true)
			},
		})
	}
	return list
}

// masterSockets are settings of -S that the program does not start with.
func masterSockets() (list []Case) {
	for name, arg := range map[string]string{
		"no-mode": "unix@low,mode", "mode": "unix@low,mode,9", "level": "unix@low,level,king", "second": "unix@low,level,user,mode,9", "user": "unix@low,,user,nosuch", "word": "unix@low,moed,600",
		"path": "/nosuch/dir/low", "port": "127.0.0.1", "udp": "udp@127.0.0.1:9", "fd": "fd@x", "crt": "unix@low,ssl,crt,/nosuch",
	} {
		list = append(list, Case{Name: "master-socket-" + name, Config: oldFile, Args: []string{"-W", "-S", arg}, Fails: true})
	}
	return list
}

// afterMaster are all cases of this file.
func afterMaster() []Case {
	return slices.Concat(reloadCases, programCases, endingPrograms(), masterSockets())
}
