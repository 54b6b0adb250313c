package engine

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"simulacro/proxy/config"
	"simulacro/proxy/health"
)

// external is a command that checks a server (section 4.2, "option external-check").
type external struct {
	conf *config.External
	now  *command // the one that runs; nil: none
}

// command is one run of it.
type command struct {
	k         *checker
	args, env []string

	mu      sync.Mutex
	process *os.Process // nil: not started yet
	over    bool        // it has been given up
}

// codeNotExecuted is the command's code where there is none to execute.
const codeNotExecuted = 255

// launch starts the command. Its time is that of a connection, as HAProxy's.
func (k *checker) launch() {
	k.l.timers.set(&k.timer, k.l.e.at(k.connect))
	x := k.external
	if x.conf.Barred && os.Geteuid() != 0 { // HAProxy's limit does not bind root
		k.notForked(syscall.EAGAIN)
		return
	}
	x.now = &command{k: k, args: k.arguments(), env: k.environment()}
	go x.now.live(x.conf)
}

// live starts the command and awaits its end, beside the loop: to start a process takes a while.
func (c *command) live(conf *config.External) {
	file, err := findCommand(conf)
	var p *os.Process
	if err == nil {
		p, err = os.StartProcess(file, c.args, &os.ProcAttr{Env: c.env, Files: []*os.File{os.Stdin, os.Stdout, os.Stderr}})
	}
	l := c.k.l
	if err != nil {
		l.post(task(func() { c.failed(err) }))
		return
	}
	c.started(p)
	if state, err := p.Wait(); err == nil {
		l.post(task(func() { c.returned(state.ExitCode()) }))
	}
}

// started keeps the process for giveUp, which may have come before.
func (c *command) started(p *os.Process) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.process = p; c.over {
		c.terminate()
	}
}

func (c *command) failed(err error) {
	if !c.settle() {
		return
	}
	if errors.Is(err, syscall.EAGAIN) || errors.Is(err, syscall.ENOMEM) {
		c.k.notForked(err)
		return
	}
	c.k.l.e.tell(LevelAlert, fmt.Sprintf("Failed to exec process for external health check: %s. Aborting.", Strerror(err)))
	c.k.end(health.Result{Status: health.ProcErr, Code: codeNotExecuted})
}

// returned takes the command's code; -1: a signal has ended it.
func (c *command) returned(code int) {
	if !c.settle() {
		return
	}
	r := health.Result{Status: health.ProcErr, Code: code}
	if code == 0 {
		r.Status = health.ProcOK
	}
	c.k.end(r)
}

// settle takes note that the command has ended; false: it was given up before.
func (c *command) settle() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.over {
		return false
	}
	c.k.external.now = nil
	return true
}

// giveUp ends a command whose time is over. One that does not heed the signal goes on, as with HAProxy.
func (c *command) giveUp() {
	c.k.external.now = nil
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.over = true; c.process != nil {
		c.terminate()
	}
}

func (c *command) terminate() {
	_ = c.process.Signal(syscall.SIGTERM) // it may have ended by itself
	c.k.l.e.tell(LevelWarn, fmt.Sprintf("kill %d", c.process.Pid))
}

// notForked: the system starts no process.
func (k *checker) notForked(err error) {
	cause := ""
	if k.external.conf.Barred {
		cause = " (likely caused by missing 'insecure-fork-wanted')"
	}
	k.l.e.tell(LevelAlert, fmt.Sprintf("Failed to fork process for external health check%s: %s. Aborting.", cause, Strerror(err)))
	k.fail(health.SockErr, Strerror(err))
}

// findCommand gives the command's file: a name without a slash is looked for in the section's path.
func findCommand(x *config.External) (string, error) {
	if strings.Contains(x.Command, "/") {
		return x.Command, nil
	}
	for _, dir := range filepath.SplitList(x.Path) {
		file := filepath.Join(dir, x.Command)
		if info, err := os.Stat(file); err == nil && !info.IsDir() && info.Mode()&0o111 != 0 {
			return file, nil
		}
	}
	return "", syscall.ENOENT
}

// notUsed stands among the arguments for what there is none of.
const notUsed = "NOT_USED"

// arguments are the addresses and ports of the section's first listener and of the server.
func (k *checker) arguments() []string {
	addr, port := notUsed, ""
	if k.named() {
		addr, port = k.proxyAddr()
	}
	host, number := hostPort(k.srv.at.Load().addr)
	return []string{k.external.conf.Command, addr, cmp.Or(port, notUsed), host, cmp.Or(number, notUsed)}
}

// named tells whether the section has a listener to name.
func (k *checker) named() bool { return len(k.srv.be.cfg.Binds) > 0 }

func (k *checker) proxyAddr() (addr, port string) {
	if !k.named() {
		return "", ""
	}
	return hostPort(k.srv.be.cfg.Binds[0].Addr)
}

// hostPort gives an address in its parts: a path has no port, and an abstract name is no path.
func hostPort(a config.Address) (host, port string) {
	switch {
	case strings.HasPrefix(a.Unix, "@"):
		return "", ""
	case a.Unix != "":
		return a.Unix, ""
	}
	return a.IP.String(), strconv.Itoa(a.Port)
}

// environment is all that the command's is made of.
func (k *checker) environment() []string {
	p, s := k.srv.be.cfg, k.srv
	addr, port := k.proxyAddr()
	host, number := hostPort(s.at.Load().addr)
	tls, proto := "0", "tcp"
	if s.cfg.TLS != nil {
		tls = "1"
	}
	if p.Mode == config.ModeHTTP {
		proto = "h1"
	}
	s.be.mu.Lock()
	current, most := s.Served, s.maxconn
	s.be.mu.Unlock()
	env := []string{
		"HAPROXY_PROXY_ADDR=" + addr, "HAPROXY_PROXY_PORT=" + port, "HAPROXY_PROXY_NAME=" + p.Name, "HAPROXY_PROXY_ID=" + strconv.Itoa(p.ID),
		"HAPROXY_SERVER_ADDR=" + host, "HAPROXY_SERVER_PORT=" + number, "HAPROXY_SERVER_NAME=" + s.cfg.Name,
		"HAPROXY_SERVER_ID=" + strconv.Itoa(s.cfg.ID), "HAPROXY_SERVER_MAXCONN=" + strconv.Itoa(most),
		"HAPROXY_SERVER_CURCONN=" + strconv.Itoa(current), "HAPROXY_SERVER_SSL=" + tls, "HAPROXY_SERVER_PROTO=" + proto,
	}
	return append(env, "PATH="+k.external.conf.Path)
}
