package engine

import (
	"time"

	"simulacro/proxy/health"
)

// stop ends the checks.
func (k *checker) stop() {
	k.drop()
	if k.external != nil && k.external.now != nil {
		k.external.now.giveUp()
	}
	k.trial = nil
	k.l.timers.remove(&k.timer)
}

// skip lets a check pass that is not wanted now. Its interval goes on, as HAProxy's does, so that checks that are wanted again
// begin at its end.
func (k *checker) skip() {
	if k.l.e.stopping.Load() {
		return
	}
	k.srv.be.mu.Lock()
	at := k.m.Skip(time.Now())
	k.srv.be.mu.Unlock()
	k.l.timers.set(&k.timer, k.l.e.at(at))
}

// end reports a check and plans the next.
func (k *checker) end(r health.Result) {
	k.linger = k.linger || !r.Status.Passed() // a failed check ends as HAProxy's: the server may still be about to answer
	if k.agent {
		defer k.drop() // whoever sees the end finds what was asked for done
	} else {
		k.drop()
	}
	k.trial = nil
	now := time.Now()
	if r.Duration = now.Sub(k.begun); k.took > 0 {
		r.Duration = k.took
	}
	spread := 0.0
	if pct := k.l.e.cfg.Global.SpreadChecks; pct > 0 {
		spread = float64(pct) / 100 * (1 - 2*k.rng.Float64())
	}
	if k.idle() {
		k.skip()
		return
	}
	if k.agent {
		k.srv.heard(now, r, spread, k.l)
	} else {
		k.srv.checked(k, now, r, spread, k.l)
	}
	k.plan()
}

// plan sets the timer to the next check, which other loops may bring forward.
func (k *checker) plan() {
	k.srv.be.mu.Lock()
	at := k.m.Next()
	k.srv.be.mu.Unlock()
	k.l.timers.set(&k.timer, k.l.e.at(at))
}
