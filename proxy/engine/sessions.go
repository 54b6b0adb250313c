package engine

import (
	"errors"
	"slices"
	"time"
)

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

// Sessions lists what is under way, the oldest first. A connection between its requests has none.
func (e *Engine) Sessions() (all []Session) {
	for _, list := range askLoops(e, (*loop).sessions) {
		all = append(all, list...)
	}
	slices.SortStableFunc(all, func(a, b Session) int { return a.Began.Compare(b.Began) })
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
