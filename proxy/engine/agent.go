package engine

import (
	"time"

	"simulacro/proxy/balance"
	"simulacro/proxy/health"
)

// newAgent makes the checks of the agent that tells of a server (section 5.2, "agent-check").
func newAgent(s *server) *checker {
	p, cfg := s.be.cfg, s.cfg.Agent
	k := newChecker(s)
	k.agent, k.say, k.external = true, cfg.Send, nil
	k.m = health.New(health.Params{Inter: cfg.Inter, Rise: 1, Fall: 1, Connect: p.Timeouts.Connect, Check: p.Timeouts.Check, Agent: true})
	return k
}

// steps is what a check does: an agent may have to be told something else than before.
func (k *checker) steps() *health.Script {
	if !k.agent {
		return k.script
	}
	return health.Agent(k.say)
}

// unheard tells whether an agent has ended its very first line without an end. HAProxy makes nothing of it, and waits until the check's
// time is over; the check has taken as long as the answer has.
func (k *checker) unheard(r health.Result) bool {
	if !k.agent || r.Status != health.Init {
		return false
	}
	k.srv.be.mu.Lock()
	last, _ := k.m.Last()
	k.srv.be.mu.Unlock()
	if last.Status != health.Init {
		return false
	}
	k.took = time.Since(k.begun)
	k.drop()
	return true
}

// heard takes the end of an agent check. No lock is held.
func (s *server) heard(now time.Time, r health.Result, spread float64, l *loop) {
	k := s.agent
	took := r.Duration
	switch r.Status {
	case health.Init: // what it said before stands
		s.be.mu.Lock()
		r, _ = k.m.Last()
		s.be.mu.Unlock()
		r.Info = "Ignoring incomplete line from agent"
	case health.Checked:
		said := health.ParseAgent(r.Info)
		r = said.Result(s.obey(&said, l))
		if said.Health != "" {
			s.be.mu.Lock()
			k.m.Set(agentHealth(said.Up))
			s.be.mu.Unlock()
		}
	}
	r.Duration = took
	s.checked(k, now, r, spread, l)
}

// agentHealth is the counter of an agent's checks: one of them decides.
func agentHealth(up bool) int {
	if up {
		return 1
	}
	return 0
}

// obey does what an agent says of administration, weight and limit, in this order. It gives what was wrong with the last two; "": nothing.
func (s *server) obey(a *health.AgentSays, l *loop) (warning string) {
	to := map[health.AgentWord]Admin{health.AgentReady: Ready, health.AgentDrain: Drain, health.AgentMaint: Maint}
	if a.Admin != health.NoWord {
		s.administrate(to[a.Admin], "")
	}
	if a.Weight != "" {
		n, problem := balance.ParseWeight(a.Weight, s.cfg.Weight, s.be.static())
		if warning = problem; problem == "" {
			s.reweigh(n, l)
		}
	}
	if a.Limits {
		n, problem := balance.ParseMaxconn(a.Maxconn)
		if problem == "" {
			s.relimit(n, l)
		} else if warning == "" {
			warning = problem
		}
	}
	return warning
}

// static tells whether servers may only have their whole weight or none.
func (p *proxy) static() bool { return balance.Static(p.cfg.Balance.Algorithm, p.hashing().Consistent) }

// heldDown tells whether the checks, the agent, or the server that it tracks keep a server from coming up.
func (s *server) heldDown() bool {
	for _, k := range s.checkers() {
		if k.on && !k.m.Up() {
			return true
		}
	}
	return s.tracks != nil && s.lead == opStopped
}
