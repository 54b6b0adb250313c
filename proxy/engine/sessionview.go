package engine

import (
	"bytes"
	"net/netip"
	"time"

	"golang.org/x/sys/unix"

	"simulacro/proxy/config"
)

// SideState is how far a session has got with one side, under the names that HAProxy's `show sess` has for it.
type SideState int

// The states; a client's side is always established.
const (
	SideInit        SideState = 0  // no server is wanted yet
	SideQueued      SideState = 2  // waits for a place on a server
	SideWaiting     SideState = 3  // waits before another try
	SideConnecting  SideState = 5  // dials
	SideEstablished SideState = 8  // connected
	SideClosed      SideState = 10 // has done its part
)

// Ends is one side of a session.
type Ends struct {
	State SideState
	FD    int            // -1: none
	Local netip.AddrPort // our end; invalid: none, or a unix socket
	Peer  netip.AddrPort // the server's address; invalid: none, or a unix socket
	TLS   bool
	Bytes int64         // that it has sent, heads and all
	Read  time.Duration // until its silence ends the session; -1: nothing is awaited from it
}

// Session is a request, or a connection in mode tcp, that is under way.
type Session struct {
	ID                uint64 // of this one alone
	Number            uint64 // among the process's requests, from 1
	Began             time.Time
	Src               netip.AddrPort // invalid: of a unix socket
	Frontend, Backend *config.Proxy  // nil: none yet
	Bind              *config.Bind
	Server            *config.Server // nil: none yet
	Loop              int
	Age, Expires      time.Duration // Expires: until the timeout of what is waited for; -1: there is none
	Client, Upstream  Ends
	Connect           time.Duration // until an attempt to get a server is over; -1: none is under way
	Rules             time.Duration // until a wait of rules is over; -1: none is under way
	Retries           int
	HTTP              bool
	Method            string
	Status            int    // 0: none yet
	Request, Response string // how far they have come: MSG_DATA and its like
}

// describeSession tells of what is under way. The loop calls it, so that nothing changes meanwhile.
func (c *client) describeSession() Session {
	if c.id == 0 {
		c.id = c.l.e.sessions.Add(1)
	}
	s := Session{ID: c.id, Number: c.number + 1, Began: c.l.e.wall(c.start), Src: c.addr, Frontend: c.fe.cfg, Bind: c.bind, Loop: c.l.id,
		Age: dur(c.l.now - c.start), Expires: c.timer.left(c.l.now), Connect: -1, Rules: -1, Retries: c.tries,
		HTTP: c.fe.http, Method: method(c.keptLine()), Status: c.status}
	if c.be != nil {
		s.Backend = c.be.cfg
	}
	if c.srv != nil {
		s.Server = c.srv.cfg
	}
	s.Client = Ends{State: SideEstablished, FD: c.fd, Local: c.localAddr(), TLS: c.secure != nil, Bytes: c.in, Read: -1}
	s.Upstream = Ends{State: c.serverSide(), FD: -1, Bytes: c.out, Read: -1}
	if b := c.up; b != nil {
		s.Upstream.FD, s.Upstream.TLS = b.fd, b.srv.at.Load().secure
		a := b.srv.at.Load().addr
		s.Upstream.Peer = netip.AddrPortFrom(a.IP, uint16(a.Port))
		if b.fd >= 0 && b.side == nil {
			s.Upstream.Local = sockName(b.fd, unix.Getsockname)
		}
	}
	if c.tx != nil && c.tx.slow != nil {
		s.Status = c.tx.slow.Status
	}
	s.Request, s.Response = c.requestState(), c.responseState()
	c.waits(&s)
	return s
}

// method gives the first word of a request line.
func method(line []byte) string {
	word, _, _ := bytes.Cut(line, []byte(" "))
	return string(word)
}

// left is how long a timer still runs; -1: it does not.
func (t *timer) left(now int64) time.Duration {
	if t.due == never {
		return -1
	}
	return dur(max(0, t.due-now))
}

// waits tells whose silence is being timed.
func (c *client) waits(s *Session) {
	switch c.st {
	case stQueued, stPausing, stConnect:
		s.Connect = s.Expires
	case stRules:
		s.Rules = s.Expires
	case stWaiting, stPassing:
		if s.Client.Read, s.Upstream.Read = -1, s.Expires; c.ahead {
			s.Client.Read, s.Upstream.Read = s.Expires, -1
		}
	case stTunnel:
		left := func(due int64) time.Duration { return (&timer{due: due}).left(c.l.now) }
		s.Client.Read, s.Upstream.Read = left(c.clientDue()), left(c.serverDue())
	}
}

func (c *client) serverSide() SideState {
	switch c.st {
	case stQueued:
		return SideQueued
	case stPausing:
		return SideWaiting
	case stConnect:
		return SideConnecting
	case stWaiting, stPassing, stTunnel, stInternal, stForm:
		return SideEstablished
	case stFlushing:
		return SideClosed
	}
	return SideInit
}

func (c *client) requestState() string {
	switch {
	case c.st == stTunnel:
		return "MSG_TUNNEL"
	case c.st == stRules:
		if c.tx != nil && c.tx.Req != nil && !c.tx.Req.Whole {
			return "MSG_DATA"
		}
		return "MSG_BODY"
	case c.st == stForm, !c.body.Done():
		return "MSG_DATA"
	}
	return "MSG_DONE"
}

func (c *client) responseState() string {
	switch {
	case c.st == stTunnel:
		return "MSG_TUNNEL"
	case c.st == stFlushing, c.ahead:
		return "MSG_DONE"
	case c.st == stPassing:
		return "MSG_DATA"
	}
	return "MSG_RPBEFORE"
}
