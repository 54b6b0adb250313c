package engine

import "math/rand/v2"

// ends tells whether a connection ends after its next answer because of a soft stop: at once, never, or, within close-spread-time,
// the likelier the less of it is left (section 3.1).
func (l *loop) ends() bool {
	if !l.e.stopping.Load() {
		return false
	}
	spread := l.e.cfg.Global.CloseSpread
	if spread <= 0 {
		return spread == 0
	}
	return l.e.spreadEnd.Load()-l.now <= rand.Int64N(spread.Milliseconds()+1)
}

// idleLeft gives the time in ms that a client's idle connection has left in a soft stop; false: as long as its timeouts allow.
func (l *loop) idleLeft() (int64, bool) {
	spread := l.e.cfg.Global.CloseSpread
	if !l.e.stopping.Load() || spread < 0 {
		return 0, false
	}
	left := l.e.spreadEnd.Load() - l.now
	if spread == 0 || left <= 0 {
		return 0, true
	}
	return 1 + rand.Int64N(left), true
}

// closeIdle ends what waits for nothing but a next request, now or in a while. Who has just connected is still owed an answer to
// its first. The listeners' ends were posted before it; when the sessions that are left have ended, so has the loop.
func (l *loop) closeIdle() {
	l.last = true
	for c := range l.live {
		if c.st == stIdle && c.requests > 0 && !c.readable && len(c.held) == 0 {
			c.wake()
			c.rest()
			c.sleep()
		}
	}
	for _, p := range l.e.proxies {
		for _, s := range p.servers {
			for pool := &s.pools[l.id]; len(pool.idle) > 0; {
				pool.idle[len(pool.idle)-1].leavePool()
			}
			for _, k := range s.checkers() {
				if k.l == l {
					k.stop()
				}
			}
		}
	}
}

// rest lets an idle client wait for as long as it may.
func (c *client) rest() {
	left, bounded := int64(0), false
	if !c.fe.cfg.IdleClose {
		left, bounded = c.l.idleLeft()
	}
	if bounded && left == 0 && !c.readable && len(c.held) == 0 {
		c.close()
		return
	}
	c.arm(shorter(c.fe.keepAlive, left))
}
