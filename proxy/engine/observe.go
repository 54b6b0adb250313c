package engine

import (
	"fmt"
	"time"
)

// describe is what http-check send-state tells a server of itself.
func (s *server) describe() string {
	p := s.be
	p.mu.Lock()
	defer p.mu.Unlock()
	h, rise, fall := s.check.m.Health()
	state, n, of := "DOWN", h, rise
	switch {
	case s.op == opStopping:
		state, n, of = "NOLB", h-rise+1, fall
	case h >= rise:
		state, n, of = "UP", h-rise+1, fall
	}
	total, served := 0, 0
	for _, o := range p.servers {
		if o.Usable() {
			total += o.Weight
		}
		served += o.Served
	}
	addr, port := "unix", "unix"
	if at := s.at.Load().addr; at.Unix == "" {
		addr, port = at.IP.String(), fmt.Sprint(at.Port)
	}
	node := p.e.cfg.Global.Node
	if node == "" {
		node = hostname()
	}
	text := state
	if h != 0 && h != rise+fall-1 {
		text += fmt.Sprintf(" %d/%d", n, of)
	}
	return fmt.Sprintf("%s; address=%s; port=%s; name=%s; node=%s; weight=%d/%d; scur=%d/%d; qcur=%d",
		text, addr, port, s.name(), node, s.Weight, total, s.Served, served, s.queue.n)
}

// observed is what live traffic shows of a server (section 5.2, "observe").
type observed struct {
	good, layer4, layer7 bool
	text                 string
}

var (
	sawConnect   = observed{good: true, layer4: true}
	sawNoConnect = observed{layer4: true, layer7: true, text: "L4 unsuccessful connection"}
	sawAnswer    = observed{good: true, layer7: true}
	sawStatus    = observed{layer7: true, text: "Wrong http response"}
	sawBadHead   = observed{layer7: true, text: "Invalid http response (headers)"}
	sawReadError = observed{layer7: true, text: "Read error (http)"}
	sawTimeout   = observed{layer7: true, text: "Read timeout (http)"}
	sawClose     = observed{layer7: true, text: "Close from server (http)"}
)

// observe takes note of what live traffic shows. No lock is held.
func (s *server) observe(l *loop, o observed) {
	if s.cfg.Observe == "" || s.check == nil || s.cfg.Observe == "layer4" && !o.layer4 || s.cfg.Observe == "layer7" && !o.layer7 {
		return
	}
	defer s.inOrder()()
	p := s.be
	p.mu.Lock()
	if o.good {
		s.errorsInRow = 0
		p.mu.Unlock()
		return
	}
	if s.errorsInRow++; s.errorsInRow < s.cfg.ErrorLimit {
		p.mu.Unlock()
		return
	}
	info := fmt.Sprintf("Detected %d consecutive errors, last one was: %s", s.errorsInRow, o.text)
	s.errorsInRow = 0
	s.hanaFails++
	k := s.check
	if k.m.Hurry(time.Now()) && k.l != nil {
		k.l.post(task(k.hurry))
	}
	if s.cfg.OnError == "fastinter" {
		p.mu.Unlock()
		return
	}
	before := k.m.Up()
	k.m.Suspect(s.cfg.OnError, info)
	r, _ := k.m.Last()
	s.judge(k, r, before, l)
}

// hurry sets the timer of a check that has been brought forward.
func (k *checker) hurry() {
	if k.trial == nil && !k.idle() {
		k.plan()
	}
}
