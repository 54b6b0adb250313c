package engine

import (
	"errors"
	"strings"
	"syscall"

	"simulacro/proxy/config"
)

// Listener is a listening socket, to be handed to or taken over from another process.
type Listener struct {
	Addr string // config.Address.Text
	FD   int
}

// BindError says why one `bind` has no socket.
type BindError struct {
	Proxy *config.Proxy
	Bind  *config.Bind
	Op    string // what failed, in HAProxy's words: "cannot bind socket", "cannot listen to socket", "cannot create listening socket"
	Errno syscall.Errno
}

// Error gives HAProxy's words for the system's error: "cannot bind socket (Address already in use) for [192.168.1.101:80]".
func (e *BindError) Error() string {
	text := e.Op
	if e.Errno != 0 {
		text += " (" + Strerror(e.Errno) + ")"
	}
	if u := e.Bind.Addr.Unix; u != "" {
		return text + " [" + e.Bind.Addr.Text + "]"
	}
	return text + " for [" + e.Bind.Addr.Text + "]"
}

func (e *BindError) Unwrap() error { return e.Errno }

// BindErrors are all the binds that failed: HAProxy tries every one before it gives up.
type BindErrors []*BindError

func (e BindErrors) Error() string {
	var lines []string
	for _, b := range e {
		lines = append(lines, "starting "+kindWord(b.Proxy)+" "+b.Proxy.Name+": "+b.Error())
	}
	return strings.Join(lines, "\n")
}

func kindWord(p *config.Proxy) string {
	switch p.Kind {
	case config.Frontend:
		return "frontend"
	case config.Backend:
		return "backend"
	}
	return "proxy"
}

// Strerror gives the C library's words for what lies at the bottom of err, as HAProxy prints them: Go's are in lower case. An error
// that is not the system's has its own words.
func Strerror(err error) string {
	var errno syscall.Errno
	if !errors.As(err, &errno) {
		return err.Error()
	}
	s := errno.Error()
	return strings.ToUpper(s[:1]) + s[1:]
}

// Listen opens every bind of the configuration, taking over from inherited where an address is the same. On failure all
// that was opened is closed again and the error is a BindErrors. Inherited sockets that no bind wants are closed.
func (e *Engine) Listen(inherited []Listener) error {
	have := map[string][]int{}
	for _, l := range inherited { // several binds may share an address
		have[l.Addr] = append(have[l.Addr], l.FD)
	}
	var failed BindErrors
	for _, p := range e.proxies {
		for i := range p.cfg.Binds {
			li := &listener{p: p, cfg: &p.cfg.Binds[i], fd: -1}
			if err := li.open(have); err != nil {
				failed = append(failed, err)
				continue
			}
			p.listeners = append(p.listeners, li)
		}
	}
	for _, list := range have {
		for _, fd := range list {
			sysClose(fd)
		}
	}
	if failed == nil {
		return nil
	}
	e.Unlisten()
	return failed
}

// Unlisten closes what Listen has opened, for an engine that is not run.
func (e *Engine) Unlisten() {
	for _, p := range e.proxies {
		for _, li := range p.listeners {
			sysClose(li.fd)
		}
		p.listeners = nil
	}
}

// Listeners gives the open sockets. They stay the engine's.
func (e *Engine) Listeners() (all []Listener) {
	for _, p := range e.proxies {
		for _, li := range p.listeners {
			if !li.stopped.Load() {
				all = append(all, Listener{Addr: li.cfg.Addr.Text, FD: li.fd})
			}
		}
	}
	return all
}

// stopListening closes the frontend's sockets, in the loops that accept from them.
func (p *proxy) stopListening() {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	for _, li := range p.listeners {
		if li.stopped.Swap(true) {
			continue
		}
		if len(li.acceptors) == 0 { // no loop has it yet
			sysClose(li.fd)
		}
		for _, a := range li.acceptors {
			a.l.post(a)
		}
	}
}

// Pause keeps new clients out of all frontends without giving their addresses up, or lets them in again.
func (e *Engine) Pause(on bool) {
	for _, p := range e.proxies {
		if !p.cfg.Front() {
			continue
		}
		p.pause(on)
		word := "Resumed "
		if on {
			word = "Paused "
		}
		e.event(p, LevelWarn, word+kindWord(p.cfg)+" "+p.cfg.Name+".")
	}
}

// pause makes the system refuse new connections, or accept them again, without giving up the address. Unix sockets go on accepting, as
// with HAProxy: the system has no way back for them.
func (p *proxy) pause(on bool) {
	p.mu.Lock()
	p.paused = on
	p.mu.Unlock()
	for _, li := range p.listeners {
		if li.stopped.Load() || li.cfg.Addr.Unix != "" {
			continue
		}
		if li.paused.Store(on); on {
			_ = syscall.Shutdown(li.fd, syscall.SHUT_RD)
		} else {
			_ = syscall.Listen(li.fd, li.backlog())
		}
	}
	if !on {
		p.full.Store(false)
		p.wakeAcceptors()
	}
}
