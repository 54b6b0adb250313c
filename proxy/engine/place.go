package engine

import (
	"net/netip"

	"simulacro/proxy/config"
)

// place is where a server is, how it is spoken to, and where its checks go, which an operator may change. It is never changed itself: a change makes
// another one, so that whoever reads it needs no lock.
type place struct {
	addr   config.Address
	mapped bool // the port is the client's plus addr's
	secure bool // over TLS
	sock   *sockaddr
	check  config.Address // what is set for checks; what is not set there is addr's
	probe  config.Address // where checks go
	target *sockaddr      // … as the system wants it
	agent  config.Address // what is set for the agent; what is not set there is addr's
	ask    *sockaddr      // where the agent is asked
}

func newPlace(addr config.Address, mapped bool, check, agent config.Address) *place {
	p := &place{addr: addr, mapped: mapped, sock: newSockaddr(addr), check: check, agent: agent}
	if p.nowhere() {
		p.sock = newSockaddr(unreachable)
	}
	p.probe = overlaid(addr, check)
	p.target, p.ask = newSockaddr(p.probe), newSockaddr(overlaid(addr, agent))
	return p
}

// moved is a place elsewhere that is spoken to in the same way.
func (p *place) moved(addr config.Address, mapped bool, check, agent config.Address) *place {
	after := newPlace(addr, mapped, check, agent)
	after.secure = p.secure
	return after
}

// overlaid is where something of a server goes that may have an address or a port of its own.
func overlaid(addr, own config.Address) config.Address {
	if own.Unix != "" || own.IP.IsValid() && !own.IP.IsUnspecified() {
		addr.IP, addr.Unix = own.IP, own.Unix
	}
	if own.Port != 0 {
		addr.Port = own.Port
	}
	return addr
}

// unreachable stands for an address that is not known: a connection to it fails at once, where one to no address would reach this machine.
var unreachable = config.Address{IP: netip.AddrFrom4([4]byte{255, 255, 255, 255})}

// nowhere tells whether no address is known yet.
func (p *place) nowhere() bool { return !p.addr.IP.IsValid() && p.addr.Unix == "" }

// configuredPlace is where the file has the server.
func configuredPlace(cfg *config.Server) *place {
	check := cfg.CheckHost
	if cfg.CheckPort != 0 {
		check.Port = cfg.CheckPort
	}
	agent := cfg.Agent.Addr
	agent.Port = cfg.Agent.Port // an address of `addr` may have one, which is the checks'
	p := newPlace(cfg.Addr, cfg.PortMap, check, agent)
	p.secure = cfg.TLS != nil && cfg.TLS.On && cfg.TLS.Conf != nil
	return p
}

// SetServerAddr moves a server, which ends the connections that are kept to it. mapped: the port is added to the client's.
func (e *Engine) SetServerAddr(backend, server string, ip netip.Addr, port int, mapped bool) error {
	return e.replace(backend, server, func(p *place) *place {
		a := p.addr
		a.IP, a.Port = ip, port
		a.Text = netip.AddrPortFrom(ip, uint16(port)).String()
		return p.moved(a, mapped, p.check, p.agent)
	})
}

// SetServerTLS turns on or off that a server is spoken to over TLS, for which it has to have the settings; its checks go on as they were.
func (e *Engine) SetServerTLS(backend, server string, on bool) error {
	return e.replace(backend, server, func(p *place) *place {
		after := *p
		after.secure = on
		return &after
	})
}

// ResolveServer ends a server's wait for an address.
func (e *Engine) ResolveServer(backend, server string) error {
	s, err := e.findServer(backend, server)
	if err != nil {
		return err
	}
	defer s.inOrder()()
	s.flag(e.clock(), adminStep{ResolveMaint, false}, "", opRunning)
	return nil
}

// SetCheckAddr moves a server's checks. An address that is not valid, and port -1, leave what there is.
func (e *Engine) SetCheckAddr(backend, server string, ip netip.Addr, port int) error {
	return e.replace(backend, server, func(p *place) *place { return p.moved(p.addr, p.mapped, overridden(p.check, ip, port), p.agent) })
}

// SetAgentAddr moves a server's agent, as SetCheckAddr does the checks.
func (e *Engine) SetAgentAddr(backend, server string, ip netip.Addr, port int) error {
	return e.replace(backend, server, func(p *place) *place { return p.moved(p.addr, p.mapped, p.check, overridden(p.agent, ip, port)) })
}

// overridden is a check's or an agent's own address with what an operator has set of it.
func overridden(a config.Address, ip netip.Addr, port int) config.Address {
	if ip.IsValid() {
		a = config.Address{IP: ip, Port: a.Port}
	}
	if port >= 0 {
		a.Port = port
	}
	return a
}

// replace gives a server another place.
func (e *Engine) replace(backend, server string, with func(*place) *place) error {
	s, err := e.findServer(backend, server)
	if err != nil {
		return err
	}
	s.be.mu.Lock()
	before := s.at.Load()
	after := with(before)
	s.at.Store(after)
	s.renewCookie()
	s.be.mu.Unlock()
	if *before.sock != *after.sock || before.mapped != after.mapped || before.secure != after.secure {
		s.forgetIdle()
	}
	return nil
}

// forgetIdle ends the connections that are kept to a server.
func (s *server) forgetIdle() {
	s.be.e.all(func(l *loop) runner {
		return task(func() {
			for pool := &s.pools[l.id]; len(pool.idle) > 0; {
				pool.idle[len(pool.idle)-1].leavePool()
			}
		})
	})
}
