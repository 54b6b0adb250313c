package engine

import (
	"fmt"
)

// NotFoundError says that no such proxy or server exists.
type NotFoundError struct{ Backend, Server string }

func (e *NotFoundError) Error() string {
	if e.Server == "" {
		return fmt.Sprintf("no such proxy: %s", e.Backend)
	}
	return fmt.Sprintf("no such server: %s/%s", e.Backend, e.Server)
}

// findServer looks a server up by names.
func (e *Engine) findServer(backend, name string) (*server, error) {
	for _, p := range e.proxies {
		if p.cfg.Name != backend || !p.cfg.Back() {
			continue
		}
		for _, s := range p.servers {
			if s.cfg.Name == name {
				return s, nil
			}
		}
	}
	return nil, &NotFoundError{Backend: backend, Server: name}
}

func (e *Engine) findFrontend(name string) (*proxy, error) {
	for _, p := range e.proxies {
		if p.cfg.Name == name && p.cfg.Front() {
			return p, nil
		}
	}
	return nil, &NotFoundError{Backend: name}
}

// SetFrontendMaxconn changes a frontend's limit of concurrent clients.
func (e *Engine) SetFrontendMaxconn(frontend string, n int) error {
	p, err := e.findFrontend(frontend)
	if err != nil {
		return err
	}
	p.mu.Lock()
	p.maxconn = n
	p.mu.Unlock()
	if p.full.Swap(false) {
		p.wakeAcceptors()
	}
	return nil
}

// SetFrontend pauses (disable) or resumes (enable) a frontend's listeners.
func (e *Engine) SetFrontend(frontend string, on bool) error {
	p, err := e.findFrontend(frontend)
	if err != nil {
		return err
	}
	p.pause(!on)
	word := "Paused"
	if on {
		word = "Resumed"
	}
	e.event(p, LevelWarn, fmt.Sprintf("%s %s %s.", word, kindWord(p.cfg), p.cfg.Name))
	return nil
}

// ShutdownFrontend closes a frontend's listeners for good.
func (e *Engine) ShutdownFrontend(frontend string) error {
	p, err := e.findFrontend(frontend)
	if err != nil {
		return err
	}
	p.stopListening()
	e.stopped(func(q *proxy) bool { return q == p })
	return nil
}

// ShutdownSessions ends the sessions on a server.
func (e *Engine) ShutdownSessions(backend, server string) error {
	s, err := e.findServer(backend, server)
	if err != nil {
		return err
	}
	e.endSessions('K', func(c *client) bool { return c.srv == s && c.holding })
	return nil
}

// ClearCounters resets the maxima, and with all also the totals.
func (e *Engine) ClearCounters(all bool) {
	e.mu.Lock()
	for i := range e.pace.rates {
		e.pace.rates[i].max = 0
	}
	e.mu.Unlock()
	for _, p := range e.proxies {
		p.mu.Lock()
		p.front.clear(all, p.feconn)
		p.front.connRate.max, p.front.reqRate.max = 0, 0
		if all {
			p.front.connTot, p.front.reqTot, p.front.intercepted = 0, 0, 0
			p.front.denConn, p.front.denSess = 0, 0
		}
		for _, li := range p.listeners {
			li.count.clear(all)
		}
		losses := p.back.chkDown // HAProxy does not count these with the others
		p.back.clear(all, p.beconn)
		p.back.chkDown = losses
		p.queue.max = p.queue.n
		for _, s := range p.servers {
			s.clear(all, s.Served)
			s.queue.max = s.queue.n
			if !all {
				continue
			}
			s.hanaFails = 0
			for _, k := range s.checkers() {
				k.m.ClearCounters()
			}
		}
		p.mu.Unlock()
	}
}

// clear resets k; cur is what its maximum starts from again.
func (k *counters) clear(all bool, cur int) {
	if all {
		*k = counters{last: -1}
	}
	k.curMax, k.rate.max = cur, 0
	k.qtime.max, k.ctime.max, k.rtime.max, k.all.max = 0, 0, 0, 0
}
