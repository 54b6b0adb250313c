package proxy

import (
	"net/netip"

	"simulacro/proxy/stats"
)

// operator is who forces a server's health.
func (a *adapter) operator() string {
	if a.by == "" {
		return "CLI"
	}
	return a.by
}

// SetServerAgent implements stats.AgentAdmin.
func (a *adapter) SetServerAgent(r stats.Ref, on bool) error {
	return a.d.engine.SetServerAgent(r.Proxy, r.Server, on)
}

// ForceServerAgent implements stats.AgentAdmin.
func (a *adapter) ForceServerAgent(r stats.Ref, up bool) error {
	return a.d.engine.ForceServerAgent(r.Proxy, r.Server, up, a.operator())
}

// SetAgentAddr implements stats.AgentAdmin.
func (a *adapter) SetAgentAddr(r stats.Ref, ip netip.Addr, port int) error {
	return a.d.engine.SetAgentAddr(r.Proxy, r.Server, ip, port)
}

// SetAgentSend implements stats.AgentAdmin.
func (a *adapter) SetAgentSend(r stats.Ref, text string) error {
	return a.d.engine.SetAgentSend(r.Proxy, r.Server, text)
}
