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
	s.uweight = n
	s.update(e.clock())
	woken := p.admitAll(s)
	p.mu.Unlock()
	p.tell(nil, woken, nil)
	return nil
}

// ErrRange says that a number is out of its range.
var ErrRange = errors.New("out of range")

// ErrNoCheck says that a server has no checks.
var ErrNoCheck = errors.New("health checks are not configured on this server")

// SetServerHealth forces what the checks say, until the next check says otherwise.
func (e *Engine) SetServerHealth(backend, server string, up bool) error {
	s, err := e.findServer(backend, server)
	if err != nil {
		return err
	}
	if s.check == nil {
		return fmt.Errorf("%s: %w", s.name(), ErrNoCheck)
	}
	p := s.be
	p.mu.Lock()
	was := s.check.m.Up()
	s.check.m.Force(up)
	var woken []*client
	var lines []line
	if was != up {
		woken, lines = s.shift(e.clock(), nil, "is "+upWord(up)+", changed from CLI")
	}
	p.mu.Unlock()
	p.tell(nil, woken, lines)
	if was != up {
		to := isDown
		if up {
			to = isUp
		}
		s.moved(e.clock(), to)
	}
	return nil
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
	if on && k.l != nil {
		k.l.post(k)
	}
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
