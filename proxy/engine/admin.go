package engine

import (
	"fmt"
)

// Admin is what an operator wants of a server.
type Admin int

// The administrative states (management manual, section 9.3, "set server … state").
const (
	Ready Admin = iota
	Drain       // no new requests except those that must go there
	Maint       // out of service, checks stopped
)

// NotFoundError says that no such proxy or server exists.
type NotFoundError struct{ Backend, Server string }

func (e *NotFoundError) Error() string {
	if e.Server == "" {
		return fmt.Sprintf("no such proxy: %s", e.Backend)
	}
	return fmt.Sprintf("no such server: %s/%s", e.Backend, e.Server)
}

func frac(word string, n, of int) string { return fmt.Sprintf("%s %d/%d", word, n, of) }

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

// SetServerAdmin puts a server into service, drains it or takes it out. cause stands in the log beside what is lost by it, as
// HAProxy has it there: "'disable' on stats page"; "" leaves that out.
func (e *Engine) SetServerAdmin(backend, server string, a Admin, cause string) error {
	s, err := e.findServer(backend, server)
	if err != nil {
		return err
	}
	if cause != "" {
		cause = " (" + cause + ")"
	}
	p := s.be
	p.mu.Lock()
	woken, lines := s.administer(e.clock(), a, cause)
	maint, drain := s.inMaint(), s.draining()
	p.mu.Unlock()
	if s.check != nil && s.check.l != nil && a != Maint {
		s.check.l.post(s.check)
	}
	p.tell(nil, woken, lines)
	for _, f := range s.followers {
		f.followAdmin(e.clock(), maint, drain, cause)
	}
	return nil
}

// administer moves the server to a, and describes each step as HAProxy does.
func (s *server) administer(now int64, a Admin, cause string) (woken []*client, lines []line) {
	before := s.admin
	if before == a {
		return nil, nil
	}
	s.admin = a
	say := func(format string, args ...any) {
		lines = append(lines, line{LevelNotice, s.kind() + " " + s.name() + " " + fmt.Sprintf(format, args...)})
	}
	switch {
	case a == Maint && !s.healthy():
		s.update(now)
		say("was DOWN and now enters maintenance%s.", cause)
	case a == Maint:
		return s.shift(now, lines, "is going DOWN for maintenance"+cause)
	case before == Maint:
		if s.check != nil {
			s.check.m.Revive()
		}
		s.stopping, s.forced = false, false
		s.changed = now // the time in maintenance is no downtime
		s.update(now)
		woken = s.be.admitAll(s)
		if a == Drain {
			say("is UP/DRAIN (leaving forced maintenance).")
			say("remains in forced drain mode.")
		} else {
			say("is UP/READY (leaving forced maintenance).")
		}
	case a == Drain:
		return s.drain(now, cause)
	default:
		s.downtime += now - s.changed
		s.changed = now
		s.update(now)
		woken = s.be.admitAll(s)
		say("is %s (leaving forced drain).", upWord(s.Up))
	}
	return woken, lines
}

// drain lets no new requests come to the server. HAProxy tells of a server that is up as of one that comes into service. why ends
// what happened.
func (s *server) drain(now int64, why string) (woken []*client, lines []line) {
	p := s.be
	hadSome := p.wasUp
	s.changed = now
	s.update(now)
	woken = s.dissolve()
	text := fmt.Sprintf("%s %s enters drain state%s. %d active and %d backup servers ", s.kind(), s.name(), why, p.act, p.bck)
	if s.Up {
		text += fmt.Sprintf("online.%s %d sessions requeued, %d total in queue.", p.onBackup(), len(woken), p.queue.n)
	} else {
		text += fmt.Sprintf("left.%s %d sessions active, %d requeued, %d remaining in queue.", p.onBackup(), s.Served, len(woken), p.queue.n)
	}
	return woken, p.lostAll(hadSome, []line{{LevelNotice, text}})
}

func upWord(up bool) string {
	if up {
		return "UP"
	}
	return "DOWN"
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
	e.maxSeen = int(e.actconn.Load())
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
		p.back.clear(all, p.beconn)
		p.queue.max = p.queue.n
		for _, s := range p.servers {
			s.clear(all, s.Served)
			s.queue.max = s.queue.n
			if all && s.check != nil {
				s.check.m.ClearCounters()
			}
		}
		p.mu.Unlock()
	}
}

// clear resets k; cur is what its maximum starts from again.
func (k *counters) clear(all bool, cur int) {
	last := k.last
	if all {
		*k = counters{last: last}
	}
	k.curMax, k.rate.max = cur, 0
	k.qtime.max, k.ctime.max, k.rtime.max, k.all.max = 0, 0, 0, 0
}
