package engine

import (
	"net/netip"
	"slices"

	"simulacro/proxy/config"
	"simulacro/proxy/health"
)

// Foretold gives what the states of an earlier process have brought about, as warnings of the process. HAProxy logs nothing of it.
func (e *Engine) Foretold() []string { return e.foretold }

// applySaved begins with the states that an earlier process has left, in HAProxy's order, in which one server's state may change that
// of another which tracks it.
func (e *Engine) applySaved() {
	for _, x := range e.cfg.Saved {
		if x.Said != "" {
			e.foretold = append(e.foretold, x.Said)
			continue
		}
		p := e.byCfg[x.Proxy]
		if i := slices.IndexFunc(p.servers, func(s *server) bool { return s.cfg == x.Server }); i >= 0 {
			p.servers[i].begin(x.State)
		}
	}
}

// fromFile is what the log has of a change that a state file brought about.
const fromFile = ", changed from server-state after a reload"

// begin gives the server a saved state. Nothing runs yet, so that nothing is locked.
func (s *server) begin(x *config.SavedState) {
	starts := x.Op == config.SavedStarting && s.cfg.Rise > 1 && !s.flags.Maint()
	s.beginOp(x)
	appeared := s.beginAdmin(x, starts)
	s.changed = -x.Since.Milliseconds()
	s.beginChecks(x)
	if x.ConfiguredWeight == s.cfg.Weight {
		s.uweight = x.Weight
	}
	if starts {
		s.beginStart(x, appeared)
	}
	hadSome := s.be.wasUp
	s.update(0)
	s.turned = true
	s.be.foretell(s.be.lostAll(hadSome, s.stillDrained(nil)))
	s.beginPlace(x)
}

// beginOp takes over whether the server is up, and has those know who track it.
func (s *server) beginOp(x *config.SavedState) {
	rise, fall := s.cfg.Rise, s.cfg.Fall
	s.setHealth(x.Health)
	switch {
	case x.Op == config.SavedStopped || x.Op == config.SavedStopping && fall == 1:
		s.setHealth(0)
		s.change(isDown, fromFile)
	case x.Op == config.SavedStopping:
		if x.Health < rise || x.Health > rise+fall-2 {
			s.setHealth(rise)
		}
		s.change(isStopping, fromFile)
	case x.Op == config.SavedStarting && rise > 1:
		if x.Health < 1 || x.Health >= rise {
			s.setHealth(rise - 1)
		}
	default:
		s.setHealth(rise + fall - 1)
		s.change(isUp, "")
	}
}

// change makes a change of state before the start. HAProxy does not tell then that a backend has lost its last server.
func (s *server) change(to turn, reason string) {
	if !s.turns(to) {
		return
	}
	s.turned = true
	_, lines := s.move(0, nil, to, reason)
	s.be.foretell(lines)
	for _, f := range slices.Backward(s.followers) {
		f.lead = ends[to]
		f.change(to, "")
	}
}

func (p *proxy) foretell(lines []line) {
	for _, x := range lines {
		if x.level > LevelEmerg {
			p.e.foretold = append(p.e.foretold, x.text)
		}
	}
}

// beginAdmin takes over what an operator has said of the server, unless the file says otherwise than the one before.
// starts says that the server is up from its next change on; that has been so where appeared is returned.
func (s *server) beginAdmin(x *config.SavedState, starts bool) (appeared bool) {
	saved := AdminFlags(x.Admin)
	own := s.flags & ConfigMaint
	switch {
	case saved&ConfigMaint != own && own != 0, saved&ConfigMaint == own && saved&ForcedMaint != 0 && own == 0:
		appeared = s.administerAs(Maint, starts)
	case saved&ConfigMaint != own, saved&ForcedMaint == 0 && own != 0:
		appeared = s.administerAs(Ready, starts)
	}
	// A server without weight is drained: that ends where it has got one.
	if s.flags&ForcedMaint == 0 && saved&ForcedDrain != 0 && (x.ConfiguredWeight > 0 || s.cfg.Weight == 0) {
		appeared = s.administerAs(Drain, starts && !appeared) || appeared
	}
	return appeared
}

// administerAs makes an operator's steps before the start. A server that starts has come up by the first of them that changes it.
func (s *server) administerAs(a Admin, starts bool) (appeared bool) {
	for _, step := range adminSteps[a] {
		if step.on == (s.flags&step.flag != 0) {
			continue
		}
		if starts && !appeared && !s.flags.Maint() {
			appeared = true
			s.appear()
		}
		s.flag(0, step, "", opRunning)
	}
	return appeared
}

// beginChecks takes over the last check's result, and whether there are any checks.
func (s *server) beginChecks(x *config.SavedState) {
	if s.agent != nil && x.AgentOff {
		s.agent.on = false
	}
	last := health.Saved(x.CheckStatus, x.CheckResult)
	if s.check == nil {
		s.seen = last
		return
	}
	s.check.m.Recall(last)
	if x.ChecksOff {
		s.check.on = false
	}
}

// appear lets a server come up, even if it is up: it begins its way to its full weight.
func (s *server) appear() {
	why := s.via()
	if !s.turned {
		why = ", reason: Unknown, check duration: 0ms" // HAProxy has noted none yet
	}
	s.op, s.turned = opRunning, true
	_, lines := s.shiftUp(0, nil, "is UP"+why)
	s.be.foretell(lines)
}

// beginStart goes on with slowstart where its time is not over. appeared says that it has come up already.
func (s *server) beginStart(x *config.SavedState, appeared bool) {
	slow := x.Since >= 0 && x.Since < s.cfg.SlowStart // a change yet to come is over, to HAProxy
	already := appeared && s.cfg.SlowStart > 0
	switch {
	case s.flags.Maint():
		return
	case s.op == opRunning && already == slow:
		s.starting, s.since = slow, s.changed
		return
	}
	s.starting, s.since = slow, 0 // it begins anew, as in HAProxy
	s.appear()
}

// beginPlace takes over where the server is, and where its checks go.
func (s *server) beginPlace(x *config.SavedState) {
	at := s.at.Load()
	addr, check, agent := at.addr, at.check, at.agent
	if x.Port >= 0 {
		addr.Port = x.Port
		if addr.IP.IsValid() {
			addr.Text = netip.AddrPortFrom(addr.IP, uint16(addr.Port)).String()
		}
	}
	if x.CheckIP.IsValid() {
		check = config.Address{IP: x.CheckIP, Port: check.Port}
	}
	if x.CheckPort >= 0 {
		check.Port = x.CheckPort
	}
	if x.AgentIP.IsValid() {
		agent = config.Address{IP: x.AgentIP, Port: agent.Port}
	}
	if x.AgentPort >= 0 {
		agent.Port = x.AgentPort
	}
	s.at.Store(at.moved(addr, at.mapped, check, agent))
}
