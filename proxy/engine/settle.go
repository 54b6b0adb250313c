package engine

import (
	"fmt"
	"slices"
)

// settle finds how all servers stand before the start: as the file has them, as an earlier process has left them, as those stand
// that they track, and without an address as far as their names have none.
func (e *Engine) settle() error {
	if err := e.linkTracking(); err != nil {
		return err
	}
	e.recountAll()
	e.settling = true
	e.applySaved()
	for _, p := range e.proxies {
		for _, s := range p.servers {
			if s.flags&(maintFlags|ConfigMaint) != 0 && s.tracks == nil { // also where it is ready again, as HAProxy has it
				s.passMaint()
			}
		}
	}
	for _, p := range e.proxies {
		for _, s := range p.servers {
			if s.cfg.Unresolved {
				s.flags |= ResolveMaint
				s.rest()
				s.passMaint()
			}
		}
	}
	e.recountAll()
	e.settling = false
	return nil
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
	return nil
}

// passMaint has those inherit maintenance who track the server.
func (s *server) passMaint() {
	for _, f := range slices.Backward(s.followers) {
		if f.flags&InheritedMaint != 0 {
			continue
		}
		f.flags |= InheritedMaint
		f.lead = opStopped
		if f.op != opStopped {
			f.changed = 0
		}
		f.rest()
		f.passMaint()
	}
}

// rest is maintenance before the start.
func (s *server) rest() {
	s.op = opStopped
	s.setHealth(0)
	if s.check != nil {
		s.check.paused = true
	}
}

func (e *Engine) recountAll() {
	for _, p := range e.proxies {
		for _, s := range p.servers {
			s.Up = s.op != opStopped
		}
		if p.cfg.Back() {
			p.recount()
		}
	}
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
