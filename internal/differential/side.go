package differential

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// patience bounds each wait. Nothing that a case waits for takes as long on a working program.
const patience = 20 * time.Second

// Side is one of the two programs at work on a case, with the servers behind it and the receiver of its logs. Its methods are called by
// Play alone; each notes what it saw.
type Side struct {
	t       testing.TB
	program string
	c       *Case
	slower  int // how much longer the case's times are
	dir     string
	addrs   map[string]string
	words   map[string]string
	servers map[string]*Server
	logs    *catcher
	masks   []mask

	procs []*process // the newest last
	out   syncBuffer // what all of them said
	notes []string
	stuck string
	open  []net.Conn
}

type mask struct {
	re *regexp.Regexp
	to string
}

// syncBuffer is written by the processes' pipes while the case reads.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// giveUp ends a play that cannot go on.
type giveUp string

func newSide(t testing.TB, program string, c *Case, slower int) *Side {
	return &Side{t: t, program: program, c: c, slower: slower, dir: shortDir(t), addrs: map[string]string{}, words: map[string]string{}, servers: map[string]*Server{}}
}

// shortDir makes a directory whose path fits a unix socket's address.
func shortDir(t testing.TB) string {
	dir, err := os.MkdirTemp("", "diff")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// play runs the whole case and leaves nothing running.
func (s *Side) play() {
	defer s.close()
	defer func() {
		if r := recover(); r != nil {
			g, ok := r.(giveUp)
			if !ok {
				panic(r)
			}
			s.stuck = string(g)
		}
	}()
	if s.c.Before != nil {
		s.c.Before(s)
	}
	file := s.write("haproxy.cfg", s.c.Config)
	args := s.c.Args
	if args == nil {
		args = []string{"-db"}
	}
	s.start(append(append([]string(nil), args...), "-f", file)...)
	if s.c.Fails {
		s.Exit()
		s.Said()
	} else {
		s.ready()
	}
	if s.c.Play != nil {
		s.c.Play(s)
	}
}

// fail gives the case up.
func (s *Side) fail(format string, args ...any) { panic(giveUp(fmt.Sprintf(format, args...))) }

func (s *Side) must(err error, what string) {
	if err != nil {
		s.fail("%s: %v", what, err)
	}
}

// Note writes a line of the case's own into the transcript.
func (s *Side) Note(format string, args ...any) {
	s.notes = append(s.notes, s.normal(fmt.Sprintf(format, args...)))
}

// note writes a text, each of its lines behind a word for what it is.
func (s *Side) note(what, text string) {
	for _, l := range visible(s.normal(text)) {
		s.notes = append(s.notes, what+" "+l)
	}
}

// Mask makes what the expression matches alike in everything that is noted from now on.
func (s *Side) Mask(expr, to string) { s.masks = append(s.masks, mask{regexp.MustCompile(expr), to}) }

// Until waits for a condition, which it looks at every few milliseconds.
func (s *Side) Until(what string, cond func() bool) {
	for end := time.Now().Add(patience); !cond(); {
		if time.Now().After(end) {
			s.fail("waited in vain: %s", what)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

var placeholder = regexp.MustCompile(`\{[a-z][a-z0-9]*\}`)

// timed is a time in ms that is longer where the machine is slow.
var timed = regexp.MustCompile(`^t\d+$`)

// Sleep lets a time of the case's pass.
func (s *Side) Sleep(d time.Duration) { time.Sleep(d * time.Duration(s.slower)) }

// Text gives a configuration with its addresses filled in; servers and the receiver of logs are started where they are
// first named.
func (s *Side) Text(config string) string {
	return placeholder.ReplaceAllStringFunc(config, func(word string) string { return s.place(word[1 : len(word)-1]) })
}

func (s *Side) place(name string) string {
	text, defined := s.words[name]
	switch {
	case defined:
		return text
	case name == "dir":
		return s.dir
	case name == "sock":
		return filepath.Join(s.dir, "sock")
	case name == "log":
		if s.logs == nil {
			s.logs = newCatcher(s)
		}
		return s.logs.addr()
	case timed.MatchString(name):
		ms, _ := strconv.Atoi(name[1:])
		return fmt.Sprintf("%dms", ms*s.slower)
	case regexp.MustCompile(`^s\d+$`).MatchString(name):
		return s.Server(name).addr
	}
	return s.Addr(name)
}

// Addr gives the address that a configuration names in braces.
func (s *Side) Addr(name string) string {
	if s.addrs[name] == "" {
		addr, err := freeAddr()
		s.must(err, "find a port")
		s.addrs[name] = addr
	}
	return s.addrs[name]
}

// lowest and ports are below those that the system gives to outgoing connections, one of which could take a port that is free
// now before its program has it.
const lowest, ports = 10000, 22000

var lastPort atomic.Uint32

func init() { lastPort.Store(rand.Uint32N(ports)) }

// freeAddr gives an address of loopback that nobody listens at, and gives it once.
func freeAddr() (addr string, err error) {
	for range 1000 {
		addr = fmt.Sprintf("127.0.0.1:%d", lowest+lastPort.Add(1)%ports)
		var l net.Listener
		if l, err = net.Listen("tcp", addr); err == nil {
			return addr, l.Close()
		}
	}
	return "", err
}

// Define gives a word in braces a text of the case's own.
func (s *Side) Define(name, text string) { s.words[name] = text }

// write puts a text with addresses into a file of the side's directory.
func (s *Side) write(name, config string) string {
	file := filepath.Join(s.dir, name)
	s.must(os.WriteFile(file, []byte(s.Text(config)), 0o600), "write "+name)
	return file
}

// haproxy names itself before its first message; ours is another version in another place.
var boasting = regexp.MustCompile(`^\[NOTICE\] +\(\d+\) : (haproxy version is|path to executable is) `)

// close ends whatever the side has started.
func (s *Side) close() {
	for _, c := range s.open {
		_ = c.Close()
	}
	for _, p := range s.procs {
		if err := syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
			s.t.Errorf("end %s: %v", s.program, err)
		}
		<-p.done
	}
	for _, srv := range s.servers {
		srv.close()
	}
	if s.logs != nil {
		s.logs.close()
	}
}
