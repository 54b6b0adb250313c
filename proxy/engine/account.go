package engine

import (
	"time"

	"simulacro/proxy/rules"
)

// countRequest counts a request on its frontend, and numbers it.
func (c *client) countRequest() {
	p, now := c.fe, c.l.now
	p.mu.Lock()
	p.front.reqTot++
	c.openStream()
	p.front.reqRate.add(now, 1)
	p.mu.Unlock()
	c.number = p.e.requests.Add(1) - 1
}

// countBad counts what was no request; fresh says that it has not been counted as a request yet.
func (c *client) countBad(fresh bool) {
	p := c.fe
	if fresh {
		c.countRequest()
	}
	p.mu.Lock()
	p.front.ereq++
	c.li.count.ereq++
	p.front.status[class(c.status)]++
	p.mu.Unlock()
}

// countRuled counts what rules have decided of a request: of an answer by the section whose rule it was, of a denial also by the
// frontend.
func (c *client) countRuled(v rules.Verdict) {
	inBackend := c.tx.req.phase > stepSwitch
	c.fe.mu.Lock()
	switch {
	case v == rules.Serve: // counted where it is asked
	case v != rules.Respond:
		c.fe.front.denReq++
		c.li.count.denReq++
	case !inBackend:
		c.fe.front.intercepted++
	}
	c.fe.mu.Unlock()
	if v != rules.Respond && v != rules.Serve && c.tx.req.phase >= stepBackHTTP {
		c.be.mu.Lock()
		c.be.back.denReq++
		c.be.mu.Unlock()
	}
}

// countPage counts a request that the page or a service answers: on the frontend, unless a backend has seen it, and as the last session
// of whichever that is.
func (c *client) countPage() {
	p := c.be
	if p == nil {
		p = c.fe
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.back.last = c.l.now
	if p == c.fe {
		p.front.intercepted++
	}
}

// countReply counts a server's answer.
func (c *client) countReply() {
	p := c.be
	p.mu.Lock()
	c.srv.status[class(c.status)]++
	c.srv.req++
	p.mu.Unlock()
	if c.status >= 500 && c.status != 501 && c.status != 505 {
		c.srv.observe(c.l, sawStatus)
	} else {
		c.srv.observe(c.l, sawAnswer)
	}
}

// countBadReply counts a server's failure to answer, of which live traffic saw this.
func (c *client) countBadReply(saw observed) {
	p := c.be
	p.mu.Lock()
	c.srv.eresp++
	p.back.eresp++
	p.mu.Unlock()
	c.srv.observe(c.l, saw)
}

// countReset counts a connection that a server has reset, beside what comes of that; abort: nothing does.
func (p *proxy) countReset(s *server, abort bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	s.eresp++
	p.back.eresp++
	if abort {
		s.srvAbort++
		p.back.srvAbort++
	}
}

func class(status int) int {
	if k := status / 100; k >= 1 && k <= 5 {
		return k
	}
	return 0
}

// liveStep is how many bytes a long transfer may hide from the counters.
const liveStep = 256 << 10

// countLive lets the counters see a long transfer before its end.
func (c *client) countLive() {
	if c.out-c.seenOut+c.in-c.seenIn >= liveStep {
		c.settle()
	}
}

// settle adds the bytes that the counters have not seen.
func (c *client) settle() {
	in, out := uint64(c.in-c.seenIn), uint64(c.out-c.seenOut)
	raw, served := c.raw.take(), c.served.take()
	if c.up != nil {
		b := c.up.raw.take()
		served.in, served.out = served.in+b.in, served.out+b.out
	}
	if in+out == 0 && raw == (traffic{}) && served == (traffic{}) {
		return
	}
	c.seenIn, c.seenOut = c.in, c.out
	c.fe.mu.Lock()
	c.fe.front.in += in
	c.fe.front.out += out
	c.fe.front.outRate.add(c.l.now, out)
	c.fe.front.h1.add(raw)
	c.li.count.in += in
	c.li.count.out += out
	c.fe.mu.Unlock()
	c.l.e.bytesOut.Add(out)
	if c.be == nil {
		return
	}
	c.be.mu.Lock()
	c.be.back.in += in
	c.be.back.out += out
	c.be.back.h1.add(served)
	if c.srv != nil {
		c.srv.in += in
		c.srv.out += out
	}
	c.be.mu.Unlock()
}

// countUnsent counts what a client in mode tcp has sent to a server that was never reached: HAProxy reads it while it connects.
func (c *client) countUnsent() {
	if c.fe.http || c.connected >= 0 {
		return
	}
	c.in += int64(len(c.held))
	if c.readable {
		if n := c.recv(); n > 0 {
			c.in += int64(n)
		}
	}
}

// end counts and logs the request.
func (c *client) end() {
	if c.refused {
		return
	}
	c.leaveBackend()
	c.countUnsent()
	c.settle()
	now := c.l.now
	p := c.fe
	p.mu.Lock()
	if p.http {
		p.front.status[class(c.status)]++
	}
	c.closeStream()
	if c.aborted() {
		p.front.cliAbort++
		if c.be == nil { // its own section stands for the backend that is not known yet
			p.back.cliAbort++
		}
	}
	p.mu.Unlock()
	if c.be != nil {
		c.endBackend(now)
	}
	c.log()
}

// aborted tells whether the end counts as one that the client has brought about.
func (c *client) aborted() bool {
	return c.lost || !c.excused && (c.flags[0] == 'C' || c.flags[0] == 'c')
}

// countUnfit counts a request on its frontend that ended before it could be sent on.
func (c *client) countUnfit() {
	c.fe.mu.Lock()
	c.fe.front.ereq++
	c.li.count.ereq++
	c.fe.mu.Unlock()
}

// countServerAbort counts a server that has let the client wait for the rest.
func (c *client) countServerAbort() {
	c.be.mu.Lock()
	c.srv.srvAbort++
	c.be.back.srvAbort++
	c.be.mu.Unlock()
}

// endBackend counts the request on its backend and server.
func (c *client) endBackend(now int64) {
	be := c.be
	be.mu.Lock()
	defer be.mu.Unlock()
	be.back.req++
	if be.http {
		be.back.status[class(c.status)]++
	}
	lists := [2]*counters{&be.back, nil}
	if c.srv != nil {
		lists[1] = &c.srv.counters
	}
	for _, k := range lists {
		if k == nil {
			continue
		}
		if c.aborted() {
			k.cliAbort++
		}
		if c.connected < 0 || be.http && c.replied < 0 {
			k.addNoTimes()
			continue
		}
		k.qtime.add(between(c.got, c.assigned))
		k.ctime.add(between(c.assigned, c.connected))
		k.rtime.add(between(c.connected, c.replied))
		k.all.add(now - c.start)
	}
}

// addNoTimes counts a request that no server has answered: HAProxy's averages are of all, with times of those alone that one has.
func (k *counters) addNoTimes() {
	for _, a := range []*average{&k.qtime, &k.ctime, &k.rtime, &k.all} {
		a.add(0)
	}
}

// between gives the ms from a to b; -1: b never came.
func between(a, b int64) int64 {
	if a < 0 || b < 0 {
		return -1
	}
	return b - a
}

func dur(ms int64) time.Duration {
	if ms < 0 {
		return -1
	}
	return time.Duration(ms) * time.Millisecond
}
