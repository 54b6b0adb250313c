package engine

import (
	"errors"
	"fmt"
)

// ErrNoAgent says that a server has no agent.
var ErrNoAgent = errors.New("agent checks are not configured on this server")

// agentOf finds a server that has an agent.
func (e *Engine) agentOf(backend, server string) (*server, error) {
	s, err := e.findServer(backend, server)
	if err != nil {
		return nil, err
	}
	if s.agent == nil {
		return nil, fmt.Errorf("%s: %w", s.name(), ErrNoAgent)
	}
	return s, nil
}

// SetServerAgent switches a server's agent checks on or off.
func (e *Engine) SetServerAgent(backend, server string, on bool) error {
	return e.changeAgent(backend, server, func(a *checker) { a.on = on })
}

// changeAgent changes a server's agent under its backend's lock.
func (e *Engine) changeAgent(backend, server string, change func(a *checker)) error {
	s, err := e.agentOf(backend, server)
	if err != nil {
		return err
	}
	s.be.mu.Lock()
	change(s.agent)
	s.be.mu.Unlock()
	return nil
}

// ForceServerAgent forces what the agent says of the server's health, until it says otherwise. by stands in the log: "CLI".
func (e *Engine) ForceServerAgent(backend, server string, up bool, by string) error {
	s, err := e.agentOf(backend, server)
	if err != nil {
		return err
	}
	to := isDown
	if up {
		to = isUp
	}
	s.turn(to, by, func() { s.agent.m.Set(agentHealth(up)) })
	return nil
}

// SetAgentSend changes what a server's agent is told.
func (e *Engine) SetAgentSend(backend, server, text string) error {
	return e.changeAgent(backend, server, func(a *checker) { a.say = text })
}
