package engine

import "math"

// deriveFullconn gives each backend without a `fullconn` of its own the derived one: a tenth of what the frontends that
// lead to it may hold, rounded up (section 4.2, "fullconn").
func (e *Engine) deriveFullconn() {
	for _, p := range e.proxies {
		if !p.cfg.Front() {
			continue
		}
		n := int64(p.maxconn)
		if n == 0 {
			n = e.maxconn.Load()
		}
		for b := range e.targets(p) {
			b.fullconn += int(min(n, math.MaxInt32)) // no limit at all: never full
		}
	}
	for _, p := range e.proxies {
		p.fullconn = max(1, (p.fullconn+9)/10)
		if n := p.cfg.Fullconn; n > 0 {
			p.fullconn = n
		}
	}
}

// targets are the backends that a frontend's lines name.
func (e *Engine) targets(p *proxy) map[*proxy]bool {
	set := map[*proxy]bool{}
	if b := p.backend(); b != nil {
		set[b] = true
	}
	for _, x := range p.cfg.Rules.Switches {
		if b := e.byCfg[x.Backend]; x.Name == nil && b != nil {
			set[b] = true
		}
	}
	return set
}
