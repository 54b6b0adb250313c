package main

import (
	"errors"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"simulacro/proxy"
	"simulacro/proxy/engine"
)

// start goes on after the configuration: as a daemon's parent, a master, or as the one who serves.
func (p *program) start() int {
	wantDaemon := (p.flags.daemon || p.cfg.Global.Daemon) && !p.flags.foreground
	switch {
	case p.stage.worker():
		return p.work()
	case wantDaemon && p.stage.kind != stageDaemon:
		return p.daemonize()
	case p.wantsMaster():
		return p.master()
	}
	if len(p.flags.masterCLI) > 0 {
		p.say.warn("config : a master CLI socket was defined, but master-worker mode (-W) is not enabled.")
	}
	return p.serve(wantDaemon)
}

// wantsMaster tells whether this is to be a master with workers.
func (p *program) wantsMaster() bool { return p.flags.master || p.cfg.Global.MasterWorker }

// serve is a process without a master.
func (p *program) serve(daemon bool) int {
	old, code := p.takeOver()
	if code != exitOK {
		return code
	}
	d, code := p.open(old)
	for _, l := range old {
		_ = syscall.Close(l.FD) // the director has its own of each
	}
	if code != exitOK {
		return code
	}
	var null *os.File
	if daemon {
		if code := p.writePidfile(os.Getpid()); code != exitOK {
			return code
		}
	}
	if daemon || p.say.quiet {
		if null, code = p.openNull(); code != exitOK { // a chroot has no /dev
			return code
		}
	}
	if code := p.dropPrivileges(); code != exitOK {
		return code
	}
	p.finishOld()
	p.say.preamble, p.say.started = false, true
	if daemon {
		p.stage.ready()
	}
	p.detach(null)
	return p.serveUntilStopped(d, nil)
}

// takeOver gets the listening sockets of the process before, so that no connection waits in a socket that nobody accepts from.
func (p *program) takeOver() ([]proxy.Listener, int) {
	if p.flags.takeOver == "" || p.flags.takeOver == os.DevNull {
		return nil, exitOK
	}
	list, err := proxy.TakeOver(p.flags.takeOver)
	if err != nil {
		p.say.alert("Failed to get the sockets from the old process!")
		return nil, exitError
	}
	return list, exitOK
}

// open makes the director and opens its sockets.
func (p *program) open(inherited []proxy.Listener) (*proxy.Director, int) {
	limit, code := p.raiseLimit()
	if code != exitOK {
		return nil, code
	}
	d, err := proxy.New(p.cfg, proxy.Options{UlimitN: limit, Event: p.event, Tell: p.tell, StartupLogs: p.say.startupLogs})
	if err != nil {
		p.say.alert("[%s.main()] %v", p.flags.program, err)
		return nil, exitError
	}
	if err := p.listen(d, inherited); err != nil {
		p.sayListen(err)
		return nil, exitError
	}
	for _, line := range d.Warnings() {
		p.say.warn("%s", line)
	}
	if len(d.Listeners()) == 0 && !p.wantsMaster() {
		p.say.alert("[%s.main()] No enabled listener found (check for 'bind' directives) ! Exiting.", p.flags.program)
		return nil, exitError
	}
	return d, exitOK
}

// Starts are tried for as long as HAProxy tries them.
const (
	startTries = 200
	startPause = 10 * time.Millisecond
)

// listen opens the sockets. Where an address is taken, the processes of -sf and -st are asked to give theirs up: they pause, and go on
// if this one cannot start after all.
func (p *program) listen(d *proxy.Director, inherited []proxy.Listener) error {
	err := d.Listen(inherited)
	if err == nil || len(p.flags.oldPIDs) == 0 || p.stage.worker() {
		return err
	}
	p.tellOld(syscall.SIGTTOU)
	for n := 1; n < startTries && err != nil; n++ {
		time.Sleep(startPause) // there is no event: the address is another process's
		err = d.Listen(inherited)
	}
	if err != nil {
		p.tellOld(syscall.SIGTTIN)
	}
	return err
}

func (p *program) tellOld(sig syscall.Signal) {
	for _, pid := range p.flags.oldPIDs {
		_ = syscall.Kill(pid, sig) // it may have ended by itself
	}
}

func (p *program) sayListen(err error) {
	lines := proxy.ListenError{err.Error()}
	errors.As(err, &lines)
	for _, line := range lines {
		p.say.alert("%s", line)
	}
	p.say.alert("[%s.main()] Some protocols failed to start their listeners! Exiting.", p.flags.program)
}

// writePidfile writes the number of the process that an operator signals: the daemon or the master.
func (p *program) writePidfile(pid int) int {
	name := p.cfg.Global.Pidfile
	if name == "" {
		return exitOK
	}
	_ = os.Remove(name) // of an old process; what cannot be removed cannot be written either
	if err := os.WriteFile(name, []byte(strconv.Itoa(pid)+"\n"), 0o644); err != nil {
		p.say.alert("[%s.main()] Cannot create pidfile %s", p.flags.program, name)
		return exitError
	}
	return exitOK
}

// detach puts null, if there is one, in the place of the terminal. Who is quiet about the start has nothing to print on from here on.
func (p *program) detach(null *os.File) {
	p.say.quiet = false
	if null == nil {
		return
	}
	for fd := 0; fd < 3; fd++ {
		_ = unix.Dup2(int(null.Fd()), fd) // cannot fail: both are open
	}
	_ = null.Close()
}

func (p *program) openNull() (*os.File, int) {
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		p.say.alert("Cannot open /dev/null")
		return nil, exitError
	}
	return null, exitOK
}

// finishOld tells the processes of -sf and -st that this one has taken over.
func (p *program) finishOld() {
	sig := syscall.SIGUSR1
	if p.flags.terminate {
		sig = syscall.SIGTERM
	}
	p.tellOld(sig)
}

// serveUntilStopped runs the director. SIGUSR1 finishes the sessions first; SIGTERM and SIGINT keep their default, an end at
// once by that signal, as in HAProxy. gone, if not nil, is closed when the master has died.
func (p *program) serveUntilStopped(d *proxy.Director, gone <-chan struct{}) int {
	soft := make(chan os.Signal, 1)
	signal.Notify(soft, syscall.SIGUSR1)
	defer signal.Stop(soft)
	signal.Ignore(syscall.SIGPIPE, syscall.SIGUSR2)
	others := make(chan os.Signal, 4)
	signal.Notify(others, syscall.SIGTTOU, syscall.SIGTTIN, syscall.SIGHUP)
	defer signal.Stop(others)
	done := make(chan error, 1)
	go func() { done <- d.Run() }()
	for {
		select {
		case <-soft:
			d.SoftStop()
			soft = nil
		case s := <-others:
			if s == syscall.SIGHUP {
				d.TellStates()
				continue
			}
			d.Pause(s == syscall.SIGTTOU)
			p.tellPause(s == syscall.SIGTTOU)
		case <-gone:
			d.HardStop()
			gone = nil
		case err := <-done:
			if err != nil {
				p.say.alert("[%s.main()] %v", p.flags.program, err)
				return exitError
			}
			return exitOK
		}
	}
}

// tellPause says of the runtime sockets what HAProxy says of the frontend that has its own; they go on.
func (p *program) tellPause(on bool) {
	switch {
	case len(p.cfg.Global.Sockets) == 0:
	case on:
		p.say.warn("Paused frontend GLOBAL.")
	default:
		p.say.warn("Resumed frontend GLOBAL.")
	}
}

// tell prints what is for standard error alone.
func (p *program) tell(level int, text string) {
	if level <= engine.LevelAlert {
		p.say.alert("%s", text)
		return
	}
	p.say.warn("%s", text)
}

// event prints what HAProxy prints of servers and proxies while it runs; systemd's journal keeps it.
func (p *program) event(level int, text string) {
	const noServer = " has no server available!"
	if name, ok := strings.CutSuffix(text, noServer); ok && level <= engine.LevelAlert {
		kind, name, _ := strings.Cut(name, " ")
		p.say.alert("%s '%s'%s", kind, name, noServer) // quoted here, not in the log
		return
	}
	p.say.warn("%s", text)
}
