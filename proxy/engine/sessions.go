package engine

import (
	"errors"
	"net/netip"
	"time"
)

// Session is a request, or a connection in mode tcp, that is under way.
type Session struct {
	ID                        uint64         // of this one alone
	Src                       netip.AddrPort // invalid: of a unix socket
	Frontend, Backend, Server string         // "": none yet
	Age, Expires              time.Duration  // Expires: until the timeout of what is waited for; -1: there is none
}

// loopPatience bounds the wait for loops to answer. They do within a round; only a loop that has just ended never does.
const loopPatience = 2 * time.Second

// askLoops runs a question on each loop, and gives the answers of those that still work.
func askLoops[T any](e *Engine, question func(l *loop) T) (answers []T) {
	came, n := make(chan T, e.nloops), 0
	e.all(func(l *loop) runner {
		n++
		return task(func() { came <- question(l) })
	})
	over := time.NewTimer(loopPatience)
	defer over.Stop()
	for range n {
		select {
		case a := <-came:
			answers = append(answers, a)
		case <-over.C:
			return answers
		}
	}
	return answers
}

// Sessions lists what is under way. A connection between its requests has none.
func (e *Engine) Sessions() (all []Session) {
	for _, list := range askLoops(e, (*loop).sessions) {
		all = append(all, list...)
	}
	return all
}

func (l *loop) sessions() (list []Session) {
	for c := range l.live {
		if c.underWay() {
			list = append(list, c.describeSession())
		}
	}
	return list
}

// underWay tells whether the client's request, or its connection in mode tcp, is being served.
func (c *client) underWay() bool {
	switch c.st {
	case stIdle, stHeader, stTLS, stReading, stDraining:
		return false
	}
	return true
}

func (c *client) describeSession() Session {
	if c.id == 0 {
		c.id = c.l.e.sessions.Add(1)
	}
	s := Session{ID: c.id, Src: c.addr, Frontend: c.fe.cfg.Name, Age: dur(c.l.now - c.start), Expires: -1}
	if c.be != nil {
		s.Backend = c.be.cfg.Name
	}
	if c.srv != nil {
		s.Server = c.srv.cfg.Name
	}
	if c.timer.due != never {
		s.Expires = dur(max(0, c.timer.due-c.l.now))
	}
	return s
}

// ErrNoSession says that no session has that number, or not any more.
var ErrNoSession = errors.New("no such session")

// ShutdownSession ends the session of that number.
func (e *Engine) ShutdownSession(id uint64) error {
	for _, found := range askLoops(e, func(l *loop) bool { return l.shutdown(id) }) {
		if found {
			return nil
		}
	}
	return ErrNoSession
}

func (l *loop) shutdown(id uint64) bool {
	for c := range l.live {
		if c.id == id && id != 0 && c.underWay() {
			c.evict('K')
			return true
		}
	}
	return false
}
