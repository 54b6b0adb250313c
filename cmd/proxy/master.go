package main

import (
	"errors"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"simulacro/proxy"
	"simulacro/proxy/config"
)

// master holds the listening sockets and its children (management manual, section 3.1). All of its state belongs to the one
// goroutine of loop; the sockets of operators ask it over requests.
type master struct {
	*program
	holder   *proxy.Director // opened the sockets; it is never run
	children []*child        // the newest configuration's first
	started  time.Time
	reloads  int // failed ones, too
	failed   int // since the last that did not
	exited   chan exit
	requests chan func()
	leaving  bool
	code     int // of this process, when the last worker has ended
}

// exit is the end of a child.
type exit struct {
	c      *child
	status syscall.WaitStatus
}

// master starts the first worker and looks after them until the last has ended.
func (p *program) master() int {
	m := &master{program: p, started: time.Now(), exited: make(chan exit), requests: make(chan func())}
	p.say.started = true // its workers tell of their own start
	p.notifyReloading()
	binds, code := p.masterBinds()
	if code != exitOK {
		return code
	}
	d, code := p.open(nil)
	if code != exitOK {
		return code
	}
	m.holder = d
	if code := p.writePidfile(os.Getpid()); code != exitOK {
		return code
	}
	cli, err := openMasterCLI(m, binds)
	if err != nil {
		p.sayListen(proxy.ListenError{"Binding [master-socket:0] for proxy MASTER: " + err.Error()})
		return exitError
	}
	defer cli.close()
	if code := m.beQuiet(); code != exitOK {
		return code
	}
	if err := m.launch(d, false); err != nil {
		m.say.alert("%v", err) // the worker has said why
		return exitError
	}
	p.finishOld()
	p.notifyReady("Ready.")
	if p.stage.kind == stageDaemon {
		null, code := p.openNull()
		if code != exitOK {
			return code
		}
		p.stage.ready()
		p.detach(null)
	}
	return m.loop()
}

// beQuiet lets go of the terminal before there are workers, where -q or `quiet` ask for it: they inherit that.
func (m *master) beQuiet() int {
	if !m.say.quiet {
		return exitOK
	}
	null, code := m.openNull()
	if code == exitOK {
		m.detach(null)
	}
	return code
}

// launch starts a worker with d's sockets, and the programs. Those of before finish what they do.
func (m *master) launch(d *proxy.Director, reload bool) error {
	w, err := m.fork(d)
	if err != nil {
		return err
	}
	for _, c := range m.children {
		if !c.former {
			c.former = true
			_ = syscall.Kill(c.pid, syscall.SIGUSR1) // one that has just ended is about to be reaped
		}
	}
	started := append(m.startPrograms(reload), w)
	m.children = append(started, m.children...)
	m.say.notice("New worker (%d) forked", w.pid)
	m.say.notice("Loading success.")
	return nil
}

// loop answers signals, ends of children and operators, one at a time.
func (m *master) loop() int {
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT, syscall.SIGUSR1, syscall.SIGUSR2, syscall.SIGHUP)
	defer signal.Stop(signals)
	signal.Ignore(syscall.SIGPIPE, syscall.SIGTTOU, syscall.SIGTTIN)
	for len(m.children) > 0 {
		select {
		case s := <-signals:
			m.signal(s.(syscall.Signal))
		case e := <-m.exited:
			m.reap(e)
		case request := <-m.requests:
			request()
		}
	}
	m.say.warn("All workers exited. Exiting... (%d)", m.code)
	return m.code
}

func (m *master) signal(s syscall.Signal) {
	switch s {
	case syscall.SIGUSR2, syscall.SIGHUP:
		m.reload()
	default:
		m.say.warn("Exiting Master process...")
		m.notify("STOPPING=1")
		m.leaving = true
		m.kill(s)
	}
}

func (m *master) kill(s syscall.Signal) {
	for _, c := range m.children {
		_ = syscall.Kill(c.pid, s) // one that has just ended is about to be reaped
	}
}

// reload reads the files again and starts a worker for them, which takes the listening sockets over; the one before it
// finishes its sessions. Where that fails the current children go on.
func (m *master) reload() {
	if m.leaving {
		return
	}
	m.notifyReloading()
	m.say.notice("Reloading HAProxy")
	m.say.preamble = true
	outlived := m.children
	err := m.replace()
	m.reloads++
	for _, c := range outlived {
		c.reloads++
	}
	if err != nil {
		m.failed++
		m.say.warn("Loading failure!")
		m.say.preamble = true
		m.notifyReady("Reload failed!")
		return
	}
	m.failed = 0
	m.endOutlived()
	m.notifyReady("Ready.")
}

// errReload says that a reload has failed, and that it has been told why.
var errReload = errors.New("reload failed")

// replace does the work of reload; it leaves everything as it was on failure.
func (m *master) replace() error {
	before, report := m.cfg, m.report
	d, code := m.reopen()
	err := error(errReload)
	if code == exitOK {
		if err = m.launch(d, true); err != nil {
			m.say.alert("%v", err)
			d.Close()
		}
	}
	if err != nil {
		m.cfg, m.report = before, report
		return err
	}
	m.holder.Close()
	m.holder = d
	return nil
}

// reopen reads the files again and opens their sockets: that is what -q and `quiet` are about.
func (m *master) reopen() (*proxy.Director, int) {
	defer m.detach(nil)
	if code := m.load(); code != exitOK {
		return nil, code
	}
	return m.open(m.holder.Listeners())
}

// endOutlived ends the workers that have outlived more reloads than mworker-max-reloads lets them (section 3.1).
func (m *master) endOutlived() {
	most := m.cfg.Global.MaxReloads
	for _, c := range m.children {
		if most >= 0 && c.former && c.program == "" && c.reloads > most {
			_ = syscall.Kill(c.pid, syscall.SIGTERM)
		}
	}
}

// reap notes the end of a child. The end of the current worker, or of a program, for other reasons than that it was asked to or had
// finished is the end of the service, which systemd then starts anew.
func (m *master) reap(e exit) {
	c := e.c
	code, word := exitCode(e.status)
	kind, severity := "Former", config.Warning
	if !c.former {
		kind = "Current"
		if c.program != "" || code > 128 {
			severity = config.Alert
		}
	}
	m.say.preamble = m.say.preamble || m.reloads == 0 && m.code == 0 && !m.leaving
	m.say.say(severity, "%s %s (%d) exited with code %d (%s)", kind, c.kind(), c.pid, code, word)
	c.close()
	m.children = slices.DeleteFunc(m.children, func(other *child) bool { return other == c })
	if c.former || code == 0 || code == codeTerminated {
		return
	}
	if m.code == 0 {
		m.code = code
	}
	if code != codeInterrupted {
		m.leaving = true
		m.say.alert("exit-on-failure: killing every processes with SIGTERM")
		m.kill(syscall.SIGTERM)
	}
}

// The codes of the ends that a master brings about when it is told to end.
const (
	codeTerminated  = 128 + int(syscall.SIGTERM)
	codeInterrupted = 128 + int(syscall.SIGINT)
)

// exitCode gives a shell's code for an end, and HAProxy's word for it.
func exitCode(s syscall.WaitStatus) (int, string) {
	if !s.Signaled() {
		return s.ExitStatus(), "Exit"
	}
	name := s.Signal().String()
	return 128 + int(s.Signal()), strings.ToUpper(name[:1]) + name[1:]
}
