package engine

import (
	"syscall"

	"simulacro/proxy/config"
	"simulacro/proxy/http1"
)

// upstream is a connection to a server: in use by a client, idle in a pool, or spare (a socket without connection).
type upstream struct {
	sock
	srv     *server
	c       *client
	body    http1.Body // of the response
	dialing bool       // nothing has gone out yet
	reused  bool       // from the pool
	noKeep  bool       // not to be kept after this response
	plain   bool       // an ordinary socket, closed in the ordinary way: for bytes whose end means something
	pooled  bool
	beside  bool      // its way is not the loop's alone
	proven  bool      // has been reused before
	kind    uint8     // index of the list of spares
	owner   *client   // the only one who may use it; nil: anybody
	taken   uint32    // the round (its lower half) in which the socket was dialled again: its events of that round are of the connection before; 0: not so
	uses    uint32    // how often it has been used again
	key     string    // who may use it, see wayKey; "": anybody
	way     *reaching // being gone; fd is -1 until then
}

// newUpstream gives a socket for s: one that has just been left, a spare one, or a new one. nil: the system has none.
func (l *loop) newUpstream(s *server, family int, plain bool) *upstream {
	kind := uint8(0)
	if family == syscall.AF_INET6 {
		kind = 1
	}
	if b := l.takeSpare(s, kind, plain); b != nil {
		return b
	}
	fd, e := s.socket(family)
	if e != 0 {
		return nil
	}
	b := l.blankUpstream()
	b.fd, b.plain, b.kind = fd, plain, kind
	if family != syscall.AF_UNIX {
		setOption(fd, syscall.IPPROTO_TCP, syscall.TCP_NODELAY) // these options outlive a disconnect
		if !b.plain {
			// On a connecting socket: no bare ACK for the SYN-ACK, the request carries it.
			setOption(fd, syscall.IPPROTO_TCP, syscall.TCP_DEFER_ACCEPT)
		}
	}
	b.reset(s)
	return b
}

// blankUpstream gives one without a socket.
func (l *loop) blankUpstream() *upstream {
	var b *upstream
	if k := len(l.upstreams); k > 0 {
		b, l.upstreams = l.upstreams[k-1], l.upstreams[:k-1]
	} else {
		b = &upstream{}
		b.timer = timer{owner: b, due: never}
	}
	b.l, b.fd, b.added, b.asked = l, -1, false, false
	b.uses, b.key = 0, ""
	return b
}

func (l *loop) takeSpare(s *server, kind uint8, plain bool) *upstream {
	if plain || !s.direct() {
		return nil
	}
	for k := len(l.late) - 1; k >= 0; k-- {
		if b := l.late[k]; b.kind == kind && disconnect(b.fd) {
			l.late = append(l.late[:k], l.late[k+1:]...)
			b.reset(s)
			b.taken = uint32(l.round)
			return b
		}
	}
	if k := len(l.spare[kind]); k > 0 {
		b := l.spare[kind][k-1]
		l.spare[kind] = l.spare[kind][:k-1]
		l.trim.saw(kind)
		b.reset(s)
		b.taken = uint32(l.round)
		return b
	}
	return nil
}

func (b *upstream) reset(s *server) {
	b.srv, b.c = s, nil
	b.readable, b.fin, b.reused, b.noKeep, b.dialing, b.pooled, b.beside = false, false, false, false, false, false, false
	b.body, b.raw = http1.Body{}, traffic{}
	b.proven, b.owner, b.uses, b.key = false, nil, 0, ""
	b.putAway()
}

// hangUp ends a connection with a reset: all of the response is here, or nobody wants it any more, so nothing can be lost,
// and neither side has a TIME_WAIT. connect(AF_UNSPEC) does that and leaves a fresh socket. It is put off to the end of
// the round: a request of the same round can use the socket without epoll seeing it closed.
func (b *upstream) hangUp() {
	b.disarm()
	b.c, b.dialing, b.pooled = nil, false, false
	b.putAway()
	if b.plain || b.beside || !b.srv.way.direct {
		b.discard()
		return
	}
	b.l.late = append(b.l.late, b)
}

// discard closes the socket itself.
func (b *upstream) discard() {
	if b.way != nil {
		b.way.giveUp()
		b.way = nil
	}
	if b.fd >= 0 && (b.srv.be.cfg.NoLinger || b.plain && !b.fin) { // a port in TIME_WAIT is spared where the server has not ended itself
		setReset(b.fd)
	}
	b.shut()
	b.l.upstreams = append(b.l.upstreams, b)
}

func (l *loop) disconnectLate() {
	for i, b := range l.late {
		l.late[i] = nil
		if len(l.spare[b.kind]) < maxSpare && disconnect(b.fd) {
			l.spare[b.kind] = append(l.spare[b.kind], b)
			l.trim.saw(b.kind)
		} else {
			setReset(b.fd)
			b.discard()
		}
	}
	l.late = l.late[:0]
}

// release parts the connection from its client, and keeps or ends it.
func (b *upstream) release(keep bool) {
	c := b.c
	c.served.in, c.served.out = c.served.in+b.raw.in, c.served.out+b.raw.out
	b.raw = traffic{}
	if c.fe.asksServer && !b.dialing {
		s := world{c}.Conn(true)
		c.leftServer = &s
	}
	b.c.up = nil
	b.c = nil
	private := c.be != nil && (c.be.cfg.Reuse == config.ReuseNever || c.be.dispatch)
	if m := b.srv.cfg.PoolMax; !private && (b.srv.cfg.NoPool || m > 0 && int(b.srv.idle.Load()) >= m) {
		keep = false
	}
	if m := b.srv.cfg.MaxReuse; m > 0 && int(b.uses) >= m {
		keep = false
	}
	keep = keep && !(private && c.fullOfPrivate(b))
	unread := b.fin || b.readable // epoll does not tell again of a FIN, or of bytes that nobody has asked for
	if !keep || b.plain || unread || b.l.e.stopping.Load() {
		b.hangUp()
		return
	}
	p := &b.srv.pools[b.l.id]
	p.idle = append(p.idle, b)
	b.l.pooled++
	b.srv.countIdle(b, 1)
	b.pooled = true
	if private {
		b.owner = c
		c.keepPrivate(b)
	}
	b.putAway()
	b.arm(b.srv.purge)
}

// countIdle counts an idle connection that comes or goes.
func (s *server) countIdle(b *upstream, n int32) {
	s.idle.Add(n)
	if b.proven {
		s.safe.Add(n)
	}
}

// fromPool gives an idle connection to s; nil: there is none. proven asks for one that has been reused before; key is
// that of the request.
func (l *loop) fromPool(s *server, proven bool, key string) *upstream {
	p := &s.pools[l.id]
	for k := len(p.idle) - 1; k >= 0; k-- {
		if b := p.idle[k]; b.owner == nil && b.key == key && (b.proven || !proven) {
			b.takeOut()
			return b
		}
	}
	return nil
}

// takeOut takes an idle connection out of its pool, to be used again.
func (b *upstream) takeOut() {
	p := &b.srv.pools[b.l.id]
	for i := len(p.idle) - 1; i >= 0; i-- {
		if p.idle[i] == b {
			p.idle = append(p.idle[:i], p.idle[i+1:]...)
			b.l.pooled--
			break
		}
	}
	b.srv.countIdle(b, -1)
	b.disarm()
	uses, key := b.uses, b.key
	b.reset(b.srv)
	b.uses, b.key = uses+1, key
	b.reused, b.proven = true, true
}

// leavePool ends an idle connection.
func (b *upstream) leavePool() {
	p := &b.srv.pools[b.l.id]
	for i := range p.idle {
		if p.idle[i] == b {
			p.idle = append(p.idle[:i], p.idle[i+1:]...)
			b.l.pooled--
			b.srv.countIdle(b, -1)
			b.hangUp()
			return
		}
	}
}

// expire is the timer of an idle connection.
func (b *upstream) expire() {
	if b.pooled {
		b.leavePool()
	}
}

func (b *upstream) onEvent(ev uint32) {
	c := b.c
	if b.taken != 0 && b.taken == uint32(b.l.round) {
		return
	}
	b.taken = 0 // the same number comes again after 2^32 rounds
	switch {
	case c != nil && c.st == stTunnel:
		c.serverTunnelEvent(ev)
		return
	case b.pooled: // the server closes, or says something nobody asked for
		b.leavePool()
		return
	case c == nil: // the echo of a disconnect
		return
	}
	b.saw(ev)
	if ev&evOutOrErr != 0 && (b.dialing || b.stuck()) && !c.serverWritable() {
		return
	}
	if b.c == c && c.st != stTunnel && b.readable && !b.dialing {
		c.pumpResponse()
	}
}

// serverWritable goes on sending the request; false: that was the end of this connection.
func (c *client) serverWritable() bool {
	b := c.up
	if b.dialing {
		if c.fe.http {
			b.pend = append(b.pend[:0], c.firstBytes()...)
		} else if socketError(b.fd) != 0 {
			c.connectFailed(false)
			return false
		} else if c.srv.way.header {
			b.pend = append(b.pend[:0], c.firstBytes()...)
		}
	}
	left := len(b.pend)
	if !b.flush(b) {
		c.serverFailed(true)
		return false
	}
	if b.dialing && (left == 0 || len(b.pend) < left) {
		c.connectedNow()
	}
	if c.up != b || c.st == stTunnel {
		return true
	}
	if !b.dialing && !b.stuck() && !c.body.Done() {
		return c.pumpRequest()
	}
	if c.ahead && !b.stuck() {
		c.finish(!b.noKeep)
		return false
	}
	return true
}
