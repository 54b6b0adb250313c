package config

import "time"

// Agent is what a server line says of the agent that tells of the server (section 5.2, "agent-check").
type Agent struct {
	Check bool
	Inter time.Duration // agent-inter; default 2 s, whatever the server's inter
	Addr  Address       // agent-addr, or else addr; zero: the server's
	Port  int           // agent-port, or else port
	Send  string        // agent-send: what it is told; "": nothing
}

// agentWords are which settings of agents have been given by their own names, so that those of checks do not count for them.
type agentWords struct{ addr, port bool }

// serverAgentKeywords are the settings about agents.
var serverAgentKeywords = map[string]serverKeyword{
	"agent-check":    toggles(func(s *serverBase) { s.Agent.Check = true }),
	"no-agent-check": toggles(func(s *serverBase) { s.Agent.Check = false }),
	"agent-inter":    {1, func(p *parser, s *serverBase, n, v string) error { return p.serverDelay(&s.Agent.Inter, s, n, v) }},
	"agent-addr":     {1, serverAgentAddr},
	"agent-port":     {1, serverAgentPort},
	"agent-send":     {1, serverAgentSend},
}

// serverAgentAddr takes an address or a name, without a port.
func serverAgentAddr(p *parser, s *serverBase, name, value string) error {
	if value == "" {
		return sayf("'%s' expects an address as argument.", name)
	}
	ip, ok := parseIP(value, "")
	if !ok {
		if ip, ok = p.resolve(value, ""); !ok {
			return sayf("parsing agent-addr failed. Check if '%s' is correct address.", value)
		}
	}
	s.agentSaid.addr = true
	s.Agent.Addr = Address{IP: ip}
	return nil
}

func serverAgentPort(_ *parser, s *serverBase, name, value string) error {
	if value == "" {
		return sayf("'%s' expects a port number as argument.", name)
	}
	s.agentSaid.port = true
	s.Agent.Port = atoi(value)
	return nil
}

func serverAgentSend(_ *parser, s *serverBase, name, value string) error {
	if value == "" {
		return sayf("'%s' expects a string as argument.", name)
	}
	s.Agent.Send = value
	return nil
}

// agentFollowsAddr and agentFollowsPort let `addr` and `port` count for the agent, too, unless it has its own.
func (s *serverBase) agentFollowsAddr(a Address) {
	if !s.agentSaid.addr {
		s.Agent.Addr = a
	}
}

func (s *serverBase) agentFollowsPort(port int) {
	if !s.agentSaid.port {
		s.Agent.Port = port
	}
}
