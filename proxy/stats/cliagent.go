package stats

import (
	"net/netip"
	"strconv"
	"strings"
)

// setAgentChecks is `enable agent` and `disable agent`.
func setAgentChecks(on bool) serverCommand {
	return func(s *session, server *Row, _ []string) reply {
		return switchChecks(on, server.Agent.Configured, "Agent", func() reply {
			return s.tellAgent("agent", func(a AgentAdmin) error { return a.SetServerAgent(server.Ref(), on) })
		})
	}
}

// setAgent is `set server b/s` with a word about the agent. What HAProxy says of a place ends no line.
func setAgent(s *session, server *Row, word string, args []string) reply {
	const off = "agent checks are not enabled on this server"
	text := first(args)
	switch {
	case word == "agent-addr" && text == "":
		return fail("set server <b>/<s> agent-addr requires an address and optionally a port.\n")
	case word == "agent-port" && text == "":
		return fail("set server <b>/<s> agent-port requires a port.\n")
	case !asked(server) && (word == "agent-addr" || word == "agent-port"):
		return warn(off)
	case !asked(server):
		return fail(off + ".\n")
	}
	switch word {
	case "agent-send":
		return s.tellAgent(word, func(a AgentAdmin) error { return a.SetAgentSend(server.Ref(), text) })
	case "agent-addr":
		if len(args) > 1 && args[1] == "port" {
			port := first(args[2:])
			return moveAgent(s, server, &text, &port)
		}
		return moveAgent(s, server, &text, nil)
	case "agent-port":
		return moveAgent(s, server, nil, &text)
	}
	if text != "up" && text != "down" {
		return fail("'set server <srv> agent' expects 'up' or 'down'.\n")
	}
	return s.tellAgent(word, func(a AgentAdmin) error { return a.ForceServerAgent(server.Ref(), text == "up") })
}

// moveAgent changes the agent's address, its port, or both.
func moveAgent(s *session, server *Row, addr, port *string) reply {
	ip, to, problem := parsePlace(addr, port)
	if problem != "" {
		return warn(problem)
	}
	return s.tellAgent("set server <b>/<s> agent-addr", func(a AgentAdmin) error { return a.SetAgentAddr(server.Ref(), ip, to) })
}

// parsePlace reads where checks are to go: an address, a port, or both. Without an address ip is not valid, without a port it is -1.
func parsePlace(addr, port *string) (ip netip.Addr, to int, problem string) {
	to = -1
	if addr != nil {
		var ok bool
		if ip, ok = parseIP(*addr); !ok {
			return ip, to, "invalid addr '" + *addr + "'"
		}
	}
	if port != nil {
		n, err := strconv.ParseInt(*port, 10, 32)
		switch {
		case err != nil || strings.HasPrefix(*port, "+"):
			return ip, to, "provided port is not an integer"
		case n < 0 || n > 65535:
			return ip, to, "provided port is invalid"
		}
		to = int(n)
	}
	return ip, to, ""
}

// tellAgent does something to a server's agent.
func (s *session) tellAgent(what string, do func(AgentAdmin) error) reply {
	admin, ok := s.cli.admin.(AgentAdmin)
	if !ok {
		return unsupported(what)
	}
	return result(do(admin))
}
