package engine

import (
	"fmt"
)

// standing is how a server stands beside what its administration and its checks say. Its backend's mutex guards it.
type standing struct {
	tracks    *server   // whose state it has; nil: its own
	followers []*server // who track it; fixed once the engine runs
	lost      bool      // the tracked server is down
	viaMaint  bool      // … is in maintenance
	viaDrain  bool      // … is drained
	stopping  bool      // disable-on-404, or an operator: no new requests except those that must go there
	forced    bool      // down, an operator says of a server without checks

	starting bool  // slowstart: it takes its share little by little
	since    int64 // ms, when that began
	warm     *warmer

	errorsInRow int    // of live traffic, for `observe`
	hanaFails   uint64 // how often they reached error-limit
}

// turn is a change of a server's state that is not an operator's.
type turn int

const (
	same turn = iota
	isUp
	isDown
	isStopping
)

// inMaint and draining tell what administration says, its own or that of the server that it tracks.
func (s *server) inMaint() bool  { return s.admin == Maint || s.viaMaint }
func (s *server) draining() bool { return s.admin == Drain || s.viaDrain }

// via names the tracked server in messages.
func (s *server) via() string {
	if s.tracks == nil {
		return ""
	}
	return " via " + s.tracks.name()
}

// move makes one change of state, and describes it. The backend is locked.
func (s *server) move(now int64, lines []line, to turn, reason string) ([]*client, []line) {
	switch to {
	case isUp:
		wasUp := s.Up
		s.stopping = false
		if wasUp { // it only was stopping
			return s.shiftUp(now, lines, "is UP"+s.via()+reason)
		}
		return s.shift(now, lines, "is UP"+s.via()+reason)
	case isDown:
		woken, lines := s.shift(now, lines, "is DOWN"+s.via()+reason)
		s.stopping = false
		s.update(now)
		return woken, lines
	}
	s.stopping = true
	return s.stop(now, lines, "is stopping"+s.via()+reason)
}

// shiftUp is shift for a server that was up, but got no new requests.
func (s *server) shiftUp(now int64, lines []line, what string) ([]*client, []line) {
	p := s.be
	s.changed = now
	s.ramp(now, true)
	s.update(now)
	woken := p.admitAll(s)
	return woken, s.stillDrained(append(lines, line{LevelNotice, fmt.Sprintf(
		"%s %s %s. %d active and %d backup servers online.%s %d sessions requeued, %d total in queue.",
		s.kind(), s.name(), what, p.act, p.bck, p.onBackup(), len(woken), p.queue.n)}))
}

// stop lets no more requests come to a server that is up.
func (s *server) stop(now int64, lines []line, what string) ([]*client, []line) {
	p := s.be
	hadSome := p.wasUp
	s.changed = now
	s.update(now)
	woken := s.dissolve()
	return woken, p.lostAll(hadSome, append(lines, line{LevelNotice, fmt.Sprintf(
		"%s %s %s. %d active and %d backup servers online.%s %d sessions requeued, %d total in queue.",
		s.kind(), s.name(), what, p.act, p.bck, p.onBackup(), len(woken), p.queue.n)}))
}

// moved does what follows from a change: for sessions (on-marked-down, on-marked-up) and for the servers that track this one. No
// lock is held.
func (s *server) moved(now int64, to turn) {
	e := s.be.e
	switch {
	case to == isDown && s.cfg.ShutDown:
		e.endSessions('D', func(c *client) bool { return c.srv == s && c.holding })
	case to == isUp && s.cfg.ShutBackups && !s.Backup && s.uweight > 0:
		e.endSessions('U', func(c *client) bool { return c.be == s.be && c.srv != nil && c.srv.Backup && c.holding })
	}
	for _, f := range s.followers {
		f.follow(now, to)
	}
}

// follow takes over a change of the tracked server.
func (s *server) follow(now int64, to turn) {
	p := s.be
	p.mu.Lock()
	before := [2]bool{s.lost, s.stopping}
	s.lost = to == isDown
	if before == [2]bool{s.lost, s.stopping} && to != isStopping || s.inMaint() {
		s.stopping = to == isStopping
		s.update(now)
		p.mu.Unlock()
		return
	}
	woken, lines := s.move(now, nil, to, "")
	p.mu.Unlock()
	p.tell(nil, woken, lines)
	s.moved(now, to)
}

// followAdmin takes over what an operator has done to the tracked server.
func (s *server) followAdmin(now int64, maint, drain bool, cause string) {
	p := s.be
	p.mu.Lock()
	var woken []*client
	var lines []line
	say := func(what string) { lines = append(lines, line{LevelNotice, s.kind() + " " + s.name() + " " + what}) }
	was, drained := s.inMaint(), s.draining()
	s.viaMaint, s.viaDrain = maint, drain
	switch is := s.inMaint(); {
	case !was && is && !s.healthy():
		s.update(now)
		say("was DOWN and now enters maintenance" + cause + s.via() + ".")
	case !was && is:
		woken, lines = s.shift(now, nil, "is going DOWN for maintenance"+cause+s.via())
	case was && !is:
		s.changed = now
		s.update(now)
		woken = p.admitAll(s)
		state := "READY"
		if s.draining() {
			state = "DRAIN"
		}
		say(fmt.Sprintf("is %s/%s (leaving maintenance).", upWord(s.Up), state))
	case !drained && s.draining() && !is:
		woken, lines = s.drain(now, cause+s.via())
	case drained && !s.draining() && !is:
		s.update(now)
		woken = p.admitAll(s)
		say(fmt.Sprintf("is %s (leaving forced drain).", upWord(s.Up)))
	}
	maint, drain = s.inMaint(), s.draining()
	p.mu.Unlock()
	p.tell(nil, woken, lines)
	for _, f := range s.followers {
		f.followAdmin(now, maint, drain, cause)
	}
}

// endSessions ends all sessions that a change of state leaves no place for.
func (e *Engine) endSessions(cause byte, which func(c *client) bool) {
	e.all(func(l *loop) runner {
		return task(func() {
			for c := range l.live {
				if c.be != nil && which(c) {
					c.evict(cause)
				}
			}
		})
	})
}

// evict ends a session that its server can no longer have; who has no answer yet gets one that says so.
func (c *client) evict(cause byte) {
	when := phase(c)
	if !c.fe.http {
		when = '-'
	} else if c.st == stPassing && c.srv != nil {
		c.be.mu.Lock()
		c.srv.srvAbort++
		c.be.back.srvAbort++
		c.be.mu.Unlock()
	}
	if !c.fe.http || c.answered || c.st != stWaiting && c.st != stConnect && c.st != stPausing {
		c.abort(cause, when)
		return
	}
	if c.up != nil {
		c.up.release(false)
	}
	c.giveBack()
	status := 503
	if c.st == stWaiting {
		status = 502
		c.countBadReply(sawClose)
	}
	c.reply(status, cause, when)
}

// linkTracking finds the servers that others track.
func (e *Engine) linkTracking() error {
	for _, p := range e.proxies {
		for _, s := range p.servers {
			if s.cfg.TrackServer == "" {
				continue
			}
			t, err := e.findServer(s.cfg.TrackProxy, s.cfg.TrackServer)
			if err != nil {
				return fmt.Errorf("server %s tracks: %w", s.name(), err)
			}
			s.tracks = t
			t.followers = append(t.followers, s)
		}
	}
	for _, p := range e.proxies {
		for _, s := range p.servers {
			s.viaMaint = s.tracksMaint()
			s.Up = !s.inMaint() && s.healthy()
		}
		if p.cfg.Back() {
			p.recount()
		}
	}
	return nil
}

// tracksMaint tells whether a server that it tracks, near or far, begins in maintenance.
func (s *server) tracksMaint() bool {
	for t := s.tracks; t != nil; t = t.tracks {
		if t.cfg.Disabled {
			return true
		}
	}
	return false
}

// recount makes the balancing see all servers anew.
func (p *proxy) recount() {
	if p.changer != nil {
		for _, s := range p.servers {
			p.changer.Changed(&s.Server)
		}
	}
	p.count()
	p.wasUp = p.act+p.bck > 0
}
