package config

import (
	"net/netip"

	"simulacro/proxy/health"
)

// checkPorts refuses a checked server without a port to check. What HAProxy adds to the message depends on the check's script: one
// of connections alone has none in the first backend that has such checks, and its rule is in the way in all others.
func (p *parser) checkPorts() {
	first := true
	for _, s := range p.proxies {
		if s.Disabled {
			continue
		}
		empty := s.checks.option == "external-check" || s.checks.option == "tcp-check" && len(s.checks.tcp) == 0
		if s.back && s.checks.option == "" {
			empty, first = first, false
		}
		why := ""
		if !empty {
			if why = portFault(s.Check); why == "-" {
				continue
			}
		}
		for _, v := range s.Servers {
			if v.Check && checksAnAddress(v) && (v.Addr.Port <= 0 || v.PortMap) && v.CheckAddr.Port <= 0 {
				p.alert("config: %s '%s': server '%s' has neither service port nor check port%s.", s.word(), s.Name, v.Name, why)
			}
		}
	}
}

// checksAnAddress tells whether the checks of a server have an address of IP by now: HAProxy looks for a port before it resolves names.
func checksAnAddress(v *Server) bool {
	known := func(ip netip.Addr) bool { return ip.IsValid() && !ip.IsUnspecified() }
	return known(v.CheckAddr.IP) || v.Host == "" && known(v.Addr.IP)
}

// portFault tells, as a message goes on, what a script lacks where the server has no port; "-": nothing, all connections have theirs.
func portFault(script *health.Script) string {
	const noConnect = " nor tcp_check rule 'connect' with port information"
	if script == nil {
		return noConnect
	}
	seen := false
	for _, s := range script.Steps {
		if s.Kind > health.Expect {
			continue
		}
		ported := s.Kind == health.Connect && (s.Open.Port != 0 || s.Open.PortExpr != nil)
		switch {
		case !seen && !ported:
			return noConnect
		case s.Kind == health.Connect && !ported:
			return ", and a tcp_check rule 'connect' with no port information"
		}
		seen = true
	}
	return "-"
}
