package engine

import "simulacro/proxy/config"

// socketCounts is what has come through one listener (section 4.2, "option socket-stats"). The proxy's mutex guards it.
type socketCounts struct {
	conns, in, out                          uint64
	denReq, denResp, ereq, denConn, denSess uint64
	most                                    int
}

// clear resets the maximum, which does not begin with what is there now, and with all also the totals.
func (k *socketCounts) clear(all bool) {
	if k.most = 0; all {
		*k = socketCounts{}
	}
}

// ListenerStats is a listener's line.
type ListenerStats struct {
	Bind             *config.Bind
	Status           string // OPEN, WAITING, FULL
	Scur, Smax, Slim int
	Stot             uint64
	Bin, Bout        uint64
	Dreq, Dresp      uint64
	Ereq, Dcon, Dses uint64
}

// socketStats are the lines of a frontend's listeners, where it wants them. The proxy is locked.
func (p *proxy) socketStats() (list []ListenerStats) {
	if !p.cfg.SocketStats {
		return nil
	}
	for _, li := range p.listeners {
		k := &li.count
		s := ListenerStats{Bind: li.cfg, Status: "OPEN", Scur: int(li.conns.Load()), Smax: k.most, Slim: li.cfg.Maxconn, Stot: k.conns,
			Bin: k.in, Bout: k.out, Dreq: k.denReq, Dresp: k.denResp, Ereq: k.ereq, Dcon: k.denConn, Dses: k.denSess}
		switch {
		case s.Slim > 0 && s.Scur >= s.Slim:
			s.Status = "FULL"
		case p.full.Load() && p.maxconn > 0 && p.feconn >= p.maxconn:
			s.Status = "WAITING"
		}
		list = append(list, s)
	}
	return list
}
