package engine

import (
	"net/netip"
	"syscall"

	"simulacro/proxy/config"
	"simulacro/proxy/rules"
)

// state is what a client's connection is about.
type state uint8

const (
	stIdle     state = iota // between requests
	stHeader                // the PROXY protocol's header comes first
	stTLS                   // the handshake is under way beside the loop
	stReading               // a head has begun
	stForm                  // the body of a request for the statistics page
	stInternal              // the statistics page is being made
	stRules                 // rules wait for more of the request
	stQueued                // waits for a place on a server
	stPausing               // waits before another try on the same server
	stConnect               // dials a server
	stWaiting               // a server has the request
	stPassing               // the response's body is under way
	stFlushing              // the response is complete, but not all of it has gone out
	stDraining              // nothing more goes out; what the client still sends is thrown away
	stTunnel                // bytes both ways, whatever they mean
	stClosed                // the connection has ended: whoever still holds the client has nothing to do with it
)

// client is a connection to a client and its current request. It drives: the server's side only carries.
type client struct {
	sock
	fe        *proxy
	be        *proxy // of the current request; nil: not known yet
	st        state
	streaming bool  // an exchange has begun, and is counted as open
	requests  int32 // on this connection so far
	addr      netip.AddrPort
	xff       []byte         // ready field of forwardfor
	dest      netip.AddrPort // where the client connected to; invalid: not looked up
	bind      *config.Bind
	li        *listener
	shaking   *handshake     // of TLS, under way
	secure    *secured       // what TLS has made of the connection; nil: none
	shook     int64          // ms that the handshake has taken
	private   []*upstream    // idle connections to servers that only this client may use, the oldest first
	session   *rules.Session // rules' view of the connection; nil: none has asked

	socketEnds  *addrPair // the connection's, where the session has others (set-src, PROXY protocol); nil: it has none
	sessionEnds *addrPair // the session's, where the request has others; nil: it has none

	timing
	*exchange // the loop's blank one while nothing is asked
}

// timing is when the steps of a request took place, in ms on the loop's clock; -1: not yet.
type timing struct {
	accepted                                 int64 // the connection; of a further request, when the one before had ended
	start, got, assigned, connected, replied int64
}

func (t *timing) reset() { t.start, t.got, t.assigned, t.connected, t.replied = -1, -1, -1, -1, -1 }

// newClient gives an accepted socket its owner.
func (l *loop) newClient(fd int, li *listener) *client {
	var c *client
	if k := len(l.clients); k > 0 {
		c, l.clients = l.clients[k-1], l.clients[:k-1]
	} else {
		c = &client{exchange: &l.blank}
		c.timer = timer{owner: c, due: never}
	}
	c.l, c.fd, c.fe, c.be = l, fd, li.p, nil
	c.readable, c.fin, c.added, c.asked, c.raw, c.streaming = false, false, false, false, traffic{}, false
	c.xff = c.xff[:0]
	c.putAway()
	c.st, c.requests = stIdle, 0
	c.addr = l.sa.addrPort()
	c.accepted, c.secure, c.shook = l.now, nil, 0
	c.dest, c.bind, c.session, c.socketEnds, c.sessionEnds = netip.AddrPort{}, li.cfg, nil, nil, nil
	c.li = li
	c.wake()
	c.fresh()
	l.live[c] = struct{}{}
	return c
}

// fresh forgets the request before.
func (c *client) fresh() {
	c.l.retake(c.req)
	c.l.retake(c.line)
	*c.exchange = unasked
	c.be, c.srv = nil, nil
	if e := c.sessionEnds; e != nil {
		c.addr, c.dest, c.sessionEnds, c.xff = e.src, e.dst, nil, c.xff[:0]
	}
	c.timing.reset()
}

// begin notes a request's first byte.
func (c *client) begin() {
	c.st = stReading
	c.start = c.l.now
	c.fe.mu.Lock()
	c.openStream()
	c.fe.mu.Unlock()
	if c.requests > 0 {
		c.arm(c.fe.request)
	}
}

func (c *client) onEvent(ev uint32) {
	c.wake()
	if ev&evBroken != 0 && ev&syscall.EPOLLIN == 0 && c.st != stFlushing {
		c.broken()
		return
	}
	c.saw(ev)
	if c.stuck() {
		if ev&evOutOrErr != 0 && !c.flushed() {
			return
		}
		if c.stuck() && !c.passesUp() {
			if c.fin && c.st == stPassing {
				c.left()
			}
			return // an answer goes out before more is heard; a client that has shut its side may still read
		}
	}
	c.proceed()
}

// flushed sends what the client's socket has not taken yet; false: that was the end of the connection.
func (c *client) flushed() bool {
	if !c.flush(c) {
		c.broken()
		return false
	}
	if c.stuck() {
		c.arm(c.fe.client)
		return true
	}
	c.drained()
	return c.st != stClosed
}

// passesUp tells whether what the client sends goes on to the server, whatever becomes of what it is sent.
func (c *client) passesUp() bool {
	return c.st == stTunnel || (c.st == stWaiting || c.st == stPassing) && !c.body.Done()
}

// drained goes on after the client's socket has taken all there was.
func (c *client) drained() {
	switch {
	case c.st == stFlushing:
		c.complete()
	case c.st == stTunnel:
		c.relayDown()
	case c.up != nil:
		c.pumpResponse()
	}
}

// proceed does what the state allows with readable bytes.
func (c *client) proceed() {
	if !c.readable {
		return
	}
	switch c.st {
	case stHeader:
		c.readProxyHeader()
	case stIdle, stReading:
		c.readRequest()
	case stForm:
		c.readForm()
	case stRules:
		c.ruleData()
	case stDraining:
		c.drain()
	case stTunnel:
		c.relayUp()
	case stWaiting, stPassing:
		if !c.body.Done() {
			c.pumpRequest()
			return
		}
	}
	if c.fin {
		c.left()
	}
}

// run is the loop's call for a client that has more to do.
func (c *client) run() {
	if c.st == stClosed || c.takeGrant() {
		return
	}
	c.wake()
	switch {
	case (c.st == stIdle || c.st == stReading) && !c.stuck() && (c.readable || len(c.held) > 0):
		c.readRequest()
	case c.st == stTunnel:
		if c.relayUp(); c.st == stTunnel && c.up != nil {
			c.relayDown()
		}
	case c.up != nil && c.st >= stWaiting && c.st <= stPassing:
		c.proceed()
		if c.up != nil && c.st >= stWaiting && c.st <= stPassing && c.up.readable && !c.stuck() {
			c.pumpResponse()
		}
	default:
		c.proceed()
	}
}
