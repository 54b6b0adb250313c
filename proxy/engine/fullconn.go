package engine

import "math"

// deriveFullconn gives each backend without a `fullconn` of its own the derived one: a tenth of what the frontends that
// lead to it may hold, rounded up (section 4.2, "fullconn").
func (e *Engine) deriveFullconn() {
	for _, p := range e.proxies {
		b := p.backend()
		if !p.cfg.Front() || b == nil {
			continue
		}
		n := int64(p.maxconn)
		if n == 0 {
			n = e.maxconn.Load()
		}
		b.fullconn += int(min(n, math.MaxInt32)) // no limit at all: never full
	}
	for _, p := range e.proxies {
		p.fullconn = max(1, (p.fullconn+9)/10)
		if n := p.cfg.Fullconn; n > 0 {
			p.fullconn = n
		}
	}
}
