package engine

import (
	"fmt"
	"slices"

	"simulacro/proxy/health"
)

// standing is how a server stands beside what its administration and its checks say. Its backend's mutex guards it.
type standing struct {
	tracks    *server   // whose state it has; nil: its own
	followers []*server // who track it; fixed once the engine runs
	turned    bool      // something has changed it, since when HAProxy knows no reason of changes before the start
	lead      opState   // what the tracked server was told to be last
	op        opState
	flags     AdminFlags
	bare      int           // the health that HAProxy shows of a server without checks
	seen      health.Result // of a server without checks: what a state file has

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

// opState is what checks, or an operator in their place, have made of a server. In maintenance it is stopped.
type opState int

const (
	opRunning opState = iota
	opStopped
	opStopping // disable-on-404, or an operator: no new requests except those that must go there
)

// ends are the states that the turns lead to.
var ends = map[turn]opState{isUp: opRunning, isDown: opStopped, isStopping: opStopping}

// turns tells whether a turn changes anything: none does in maintenance.
func (s *server) turns(to turn) bool { return to != same && !s.flags.Maint() && s.op != ends[to] }

// setHealth sets the counter of checks, which HAProxy has also of servers without any.
func (s *server) setHealth(n int) {
	if s.check != nil {
		s.check.m.Set(n)
	} else {
		s.bare = n
	}
}

// via names the tracked server in messages.
func (s *server) via() string {
	if s.tracks == nil {
		return ""
	}
	return " via " + s.tracks.name()
}

// inOrder lets the changes of a server that others track reach those one after the other; done ends one. No lock is held before.
func (s *server) inOrder() (done func()) {
	if len(s.followers) == 0 {
		return func() {}
	}
	s.be.e.order.Lock()
	return s.be.e.order.Unlock
}

// move makes one change of state, and describes it. The backend is locked.
func (s *server) move(now int64, lines []line, to turn, reason string) (woken []*client, _ []line) {
	was, because := s.op, reason
	if because == "" {
		because = s.via()
	}
	s.op = ends[to]
	switch {
	case to == isDown:
		woken, lines = s.shift(now, lines, was == opStopping || s.flags.Drain(), "is DOWN"+because)
	case to == isStopping:
		woken, lines = s.stop(now, lines, "is stopping"+because)
	case was == opStopping:
		woken, lines = s.shiftUp(now, lines, "is UP"+because)
	default:
		woken, lines = s.shift(now, lines, false, "is UP"+because)
	}
	return woken, s.stillDrained(lines)
}

// shiftUp is shift for a server that was up, but got no new requests.
func (s *server) shiftUp(now int64, lines []line, what string) ([]*client, []line) {
	p := s.be
	s.changed = now
	s.ramp(now, true)
	s.update(now)
	woken := p.admitAll(s)
	return woken, append(lines, line{level: LevelNotice, text: fmt.Sprintf(
		"%s %s %s. %d active and %d backup servers online.%s %d sessions requeued, %d total in queue.",
		s.kind(), s.name(), what, p.act, p.bck, p.onBackup(), len(woken), s.queue.n)})
}

// stop lets no more requests come to a server that is up.
func (s *server) stop(now int64, lines []line, what string) ([]*client, []line) {
	p := s.be
	hadSome := p.wasUp
	s.changed = now
	s.update(now)
	woken := s.dissolve()
	return woken, p.lostAll(hadSome, append(lines, line{level: LevelNotice, text: fmt.Sprintf(
		"%s %s %s. %d active and %d backup servers online.%s %d sessions requeued, %d total in queue.",
		s.kind(), s.name(), what, p.act, p.bck, p.onBackup(), len(woken), s.queue.n)}))
}

// moved does what follows from a change: for sessions, and for the servers that track this one. No lock is held.
func (s *server) moved(now int64, to turn) {
	s.shed(to)
	for _, f := range slices.Backward(s.followers) {
		f.follow(now, to)
	}
}

// shed ends the sessions that a change leaves no place for: on-marked-down and on-marked-up.
func (s *server) shed(to turn) {
	e := s.be.e
	switch {
	case to == isDown && s.cfg.ShutDown:
		e.endSessions('D', func(c *client) bool { return c.srv == s && c.holding })
	case to == isUp && s.cfg.ShutBackups && !s.Backup && s.weighs():
		e.endSessions('U', func(c *client) bool { return c.be == s.be && c.srv != nil && c.srv.Backup && c.holding })
	}
}

// weighs tells whether an operator lets the server have requests at all.
func (s *server) weighs() bool {
	s.be.mu.Lock()
	defer s.be.mu.Unlock()
	return s.uweight > 0
}

// follow takes over a change of the tracked server.
func (s *server) follow(now int64, to turn) {
	p := s.be
	p.mu.Lock()
	s.lead = ends[to]
	if !s.turns(to) {
		p.mu.Unlock()
		return
	}
	woken, lines := s.move(now, nil, to, "")
	p.mu.Unlock()
	p.tell(nil, woken, lines)
	s.moved(now, to)
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
