package proxy

import (
	"fmt"

	"simulacro/proxy/config"
	"simulacro/proxy/engine"
)

// TellStates reports the state of all servers and sections, as HAProxy does on SIGHUP (management manual, section 4).
func (d *Director) TellStates() {
	if d.opt.Event != nil {
		d.opt.Event(engine.LevelWarn, "SIGHUP received, dumping servers states.")
	}
	for _, p := range d.engine.Snapshot().Proxies {
		for _, s := range p.Servers {
			state := "DOWN"
			if s.Up {
				state = "UP"
			}
			d.Event(p.Proxy, engine.LevelNotice, fmt.Sprintf("SIGHUP: Server %s/%s is %s. Conn: %d act, %d pend, %d tot.",
				p.Proxy.Name, s.Server.Name, state, s.Scur, s.Qcur, s.Stot))
		}
		d.Event(p.Proxy, engine.LevelNotice, sectionState(&p))
	}
}

func sectionState(p *engine.ProxyStats) string {
	what := " has no servers."
	var front engine.FrontStats
	var back engine.BackStats
	if p.Front != nil {
		front = *p.Front
	}
	if p.Back != nil {
		back = *p.Back
	}
	switch {
	case len(p.Servers) == 0:
	case back.Act > 0:
		what = fmt.Sprintf(" has %d active servers and %d backup servers available.", back.Act, back.Bck)
	case back.Bck > 0:
		what = " is running on backup servers !"
	default:
		what = " has no server available !"
	}
	pending := back.Qcur
	for _, s := range p.Servers {
		pending += s.Qcur
	}
	return fmt.Sprintf("SIGHUP: Proxy %s%s Conn: act(FE+BE): %d+%d, %d pend (%d unass), tot(FE+BE): %d+%d.",
		p.Proxy.Name, what, front.Scur, back.Scur, pending, back.Qcur, front.ConnTot, back.Stot)
}

// Warnings tells what the states that an earlier process has left will bring about when a director of this configuration is made, in
// the words of HAProxy's warnings. Whether the configuration can be used at all New decides.
func Warnings(cfg *config.Config) []string {
	if len(cfg.Saved) == 0 {
		return nil
	}
	e, err := engine.New(cfg, engine.Options{})
	if err != nil {
		return nil
	}
	return e.Foretold()
}
