package engine

import (
	"errors"
	"fmt"
)

// SetServerWeight sets the weight an operator wants, 0 to 256; percent is of the configured one.
func (e *Engine) SetServerWeight(backend, server string, n int, percent bool) error {
	s, err := e.findServer(backend, server)
	if err != nil {
		return err
	}
	if percent {
		n = s.cfg.Weight * n / 100
	}
	if n < 0 || n > 256 {
		return fmt.Errorf("weight %d of %s: %w", n, s.name(), ErrRange)
	}
	s.reweigh(n, nil)
	return nil
}

// reweigh gives the server another weight. l may be nil: the caller is no loop.
func (s *server) reweigh(n int, l *loop) {
	p := s.be
	p.mu.Lock()
	hadSome := p.wasUp
	s.uweight = n
	s.update(p.e.clock())
	woken, lines := p.admitAll(s), p.lostAll(hadSome, s.stillDrained(nil))
	p.mu.Unlock()
	p.tell(l, woken, lines)
}

// ErrRange says that a number is out of its range.
var ErrRange = errors.New("out of range")

// ErrNoCheck says that a server has no checks.
var ErrNoCheck = errors.New("health checks are not configured on this server")

// Health is what an operator forces a server's health to be.
type Health int

// The verdicts (management manual, section 9.3, "set server … health").
const (
	HealthUp       Health = iota
	HealthStopping        // up, but no new requests except those that must go there
	HealthDown
)

// ErrTracks says that a server has its state from another.
var ErrTracks = errors.New("the server tracks another")

// SetServerHealth forces what the checks say, until the next check says otherwise. by stands in the log: "CLI".
func (e *Engine) SetServerHealth(backend, server string, h Health, by string) error {
	s, err := e.findServer(backend, server)
	if err != nil {
		return err
	}
	if s.tracks != nil {
		return fmt.Errorf("%s: %w", s.name(), ErrTracks)
	}
	to := map[Health]turn{HealthUp: isUp, HealthStopping: isStopping, HealthDown: isDown}[h]
	s.turn(to, by, func() {
		if h == HealthDown {
			s.setHealth(0)
		} else {
			s.setHealth(s.cfg.Rise + s.cfg.Fall - 1)
		}
	})
	return nil
}

// turn does what an operator, who is named, has a server's checks or its agent say; set sets their counter. It changes nothing in
// maintenance.
func (s *server) turn(to turn, by string, set func()) {
	defer s.inOrder()()
	p, now := s.be, s.be.e.clock()
	p.mu.Lock()
	set()
	turns := s.turns(to)
	var woken []*client
	var lines []line
	if turns {
		woken, lines = s.move(now, nil, to, ", changed from "+by)
	}
	p.mu.Unlock()
	p.tell(nil, woken, lines)
	if turns {
		s.moved(now, to)
	}
}

// SetServerCheck switches a server's checks on or off. It fails where none are configured.
func (e *Engine) SetServerCheck(backend, server string, on bool) error {
	s, err := e.findServer(backend, server)
	if err != nil {
		return err
	}
	k := s.check
	if k == nil {
		return fmt.Errorf("%s: %w", s.name(), ErrNoCheck)
	}
	s.be.mu.Lock()
	k.on = on
	s.be.mu.Unlock()
	return nil
}

// SetServerMaxconn changes how many requests a server may have at once; 0: any number.
func (e *Engine) SetServerMaxconn(backend, server string, n int) error {
	s, err := e.findServer(backend, server)
	if err != nil {
		return err
	}
	s.relimit(n, nil)
	return nil
}

// relimit lets the server have n requests at once. l may be nil: the caller is no loop.
func (s *server) relimit(n int, l *loop) {
	p := s.be
	p.mu.Lock()
	s.maxconn = n
	s.limit()
	woken := p.admitAll(s)
	p.mu.Unlock()
	p.tell(l, woken, nil)
}
