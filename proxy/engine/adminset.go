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
	p := s.be
	p.mu.Lock()
	hadSome := p.wasUp
	s.uweight = n
	s.update(e.clock())
	woken, lines := p.admitAll(s), p.lostAll(hadSome, s.stillDrained(nil))
	p.mu.Unlock()
	p.tell(nil, woken, lines)
	return nil
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
	p := s.be
	p.mu.Lock()
	to := s.force(h)
	var woken []*client
	var lines []line
	if to != same {
		woken, lines = s.move(e.clock(), nil, to, ", changed from "+by)
	}
	p.mu.Unlock()
	p.tell(nil, woken, lines)
	if to != same {
		s.moved(e.clock(), to)
	}
	return nil
}

// force sets the counter of checks, and tells what that changes: nothing in maintenance.
func (s *server) force(h Health) turn {
	to := map[Health]turn{HealthUp: isUp, HealthStopping: isStopping, HealthDown: isDown}[h]
	if h == HealthDown {
		s.setHealth(0)
	} else {
		s.setHealth(s.cfg.Rise + s.cfg.Fall - 1)
	}
	if !s.turns(to) {
		return same
	}
	return to
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
	p := s.be
	p.mu.Lock()
	s.maxconn = n
	s.limit()
	woken := p.admitAll(s)
	p.mu.Unlock()
	p.tell(nil, woken, nil)
	return nil
}
