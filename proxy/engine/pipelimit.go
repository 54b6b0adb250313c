package engine

import (
	"cmp"

	"simulacro/proxy/config"
)

// ownPipes is how many pipes splicing may use where no section asks for it. With a slow client one stays in use until the client has
// read on, so they are not for everybody.
const ownPipes = 16

// LimitPipes is what limits the pipes for splicing (section 3.1, "maxpipes"): a number of its own, or else a quarter of the connections
// of the sections that ask for it, of which the process has maxconn; 0: none asks.
func LimitPipes(c *config.Config, maxconn int) int {
	if n := c.Global.Maxpipes; n != 0 {
		return max(n, 0)
	}
	var front, back int
	for _, p := range c.Proxies {
		if !p.SpliceAuto && !p.SpliceRequest && !p.SpliceResponse {
			continue
		}
		if p.Front() {
			front += cmp.Or(p.Maxconn, maxconn)
		}
		if p.Back() {
			back += cmp.Or(p.Fullconn, maxconn)
		}
	}
	return min(max(front, back), maxconn) / 4
}

// Pipes is how many pipes splicing may use.
func Pipes(c *config.Config, maxconn int) int {
	if c.Global.NoSplice {
		return 0
	}
	if n := LimitPipes(c, maxconn); n > 0 || c.Global.Maxpipes < 0 {
		return n
	}
	return ownPipes
}
