package main

import (
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"simulacro/proxy"
	"simulacro/proxy/config"
)

// master holds the listening sockets and the workers (management manual, section 3.1). All of its state belongs to the one
// goroutine of loop; the sockets of operators ask it over requests.
type master struct {
	*program
	holder   *proxy.Director // opened the sockets; it is never run
	current  *worker         // serves new clients
	former   []*worker       // finish theirs
	started  time.Time
	reloads  int
	failed   int
	exited   chan exit
	requests chan func()
	leaving  bool
	code     int // of this process, when the last worker has ended
	cli      *masterCLI
}

// exit is the end of a worker.
type exit struct {
	w      *worker
	status syscall.WaitStatus
}

// master starts the first worker and looks after them until the last has ended.
func (p *program) master() int {
	m := &master{program: p, started: time.Now(), exited: make(chan exit), requests: make(chan func())}
	p.say.started = true // its workers tell of their own start
	p.notifyReloading()
	d, code := p.open(nil)
	if code != exitOK {
		return code
	}
	m.holder = d
	daemon := p.stage.kind == stageDaemon
	if code := p.writePidfile(os.Getpid()); code != exitOK {
		return code
	}
	cli, err := openMasterCLI(m)
	if err != nil {
		p.say.alert("config : Cannot create the listener of the master CLI")
		p.say.alert("config : %v", err)
		p.say.alert("config : Can't create the master's CLI.")
		return exitError
	}
	m.cli = cli
	defer cli.close()
	if code := m.beQuiet(); code != exitOK {
		return code
	}
	w, err := m.fork(d)
	if err != nil {
		return m.giveUp(err)
	}
	m.current = w
	p.say.notice("Loading success.")
	p.finishOld()
	p.notifyReady("Ready.")
	if daemon {
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

// giveUp ends a master whose first worker did not come to serve; the worker has said why.
func (m *master) giveUp(err error) int {
	m.say.alert("%v", err)
	return exitError
}

// loop answers signals, ends of workers and operators, one at a time.
func (m *master) loop() int {
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT, syscall.SIGUSR1, syscall.SIGUSR2, syscall.SIGHUP)
	defer signal.Stop(signals)
	signal.Ignore(syscall.SIGPIPE, syscall.SIGTTOU, syscall.SIGTTIN)
	for m.current != nil || len(m.former) > 0 {
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
	for _, w := range m.workers() {
		_ = syscall.Kill(w.pid, s) // one that has just ended is about to be reaped
	}
}

func (m *master) workers() []*worker {
	if m.current == nil {
		return m.former
	}
	return append([]*worker{m.current}, m.former...)
}

// reload reads the files again and starts a worker for them, which takes the listening sockets over; the one before it
// finishes its sessions. Where that fails the current worker goes on.
func (m *master) reload() {
	if m.leaving {
		return
	}
	m.notifyReloading()
	m.say.notice("Reloading HAProxy")
	m.say.preamble = true
	if !m.replace() {
		m.failed++
		m.say.warn("Loading failure!")
		m.notifyReady("Reload failed!")
		return
	}
	m.say.notice("Loading success.")
	m.notifyReady("Ready.")
}

// replace does the work of reload; it leaves everything as it was on failure.
func (m *master) replace() bool {
	before, report := m.cfg, m.report
	undo := func() bool { m.cfg, m.report = before, report; return false }
	d, code := m.reopen()
	if code != exitOK {
		return undo()
	}
	w, err := m.fork(d)
	if err != nil {
		m.say.alert("%v", err)
		d.Close()
		return undo()
	}
	m.reloads++
	for _, old := range m.workers() {
		old.reloads++
	}
	if m.current != nil {
		_ = syscall.Kill(m.current.pid, syscall.SIGUSR1)
		m.former = append(m.former, m.current)
	}
	m.holder.Close()
	m.holder, m.current = d, w
	m.endOutlived()
	return true
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
	for _, w := range m.former {
		if most >= 0 && w.reloads > most {
			_ = syscall.Kill(w.pid, syscall.SIGTERM)
		}
	}
}

// reap notes the end of a worker. The end of the current one is the end of the service, which systemd then starts anew.
func (m *master) reap(e exit) {
	code, word := exitCode(e.status)
	kind := "Former"
	if e.w == m.current {
		kind = "Current"
	}
	severity := config.Warning
	if e.w == m.current && code > 0 {
		severity = config.Alert
	}
	m.say.preamble = m.say.preamble || m.reloads == 0 && m.code == 0 && !m.leaving
	m.say.say(severity, "%s worker (%d) exited with code %d (%s)", kind, e.w.pid, code, word)
	e.w.close()
	if e.w != m.current {
		m.forget(e.w)
		return
	}
	m.current = nil
	if code == 0 || code == codeTerminated {
		return
	}
	m.code = code
	if !m.leaving {
		m.leaving = true
		m.say.alert("exit-on-failure: killing every processes with SIGTERM")
		m.kill(syscall.SIGTERM)
	}
}

func (m *master) forget(w *worker) {
	for i, f := range m.former {
		if f == w {
			m.former = append(m.former[:i], m.former[i+1:]...)
			return
		}
	}
}

// codeTerminated is the code of an end by SIGTERM, which is a master's usual way to end its workers.
const codeTerminated = 128 + int(syscall.SIGTERM)

// exitCode gives a shell's code for an end, and HAProxy's word for it.
func exitCode(s syscall.WaitStatus) (int, string) {
	if !s.Signaled() {
		return s.ExitStatus(), "Exit"
	}
	name := s.Signal().String()
	return 128 + int(s.Signal()), strings.ToUpper(name[:1]) + name[1:]
}
