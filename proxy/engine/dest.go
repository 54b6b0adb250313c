package engine

import (
	"net/netip"
	"syscall"

	"golang.org/x/sys/unix"
)

// destination is the address that the client has connected to, as the PROXY protocol, a rule or else the system has it.
func (c *client) destination() netip.AddrPort {
	if c.tx != nil && c.tx.Session.Dst.IsValid() {
		return c.tx.Session.Dst
	}
	if c.dest.IsValid() {
		return c.dest
	}
	return c.localAddr()
}

// addrPair is both addresses of a client's connection.
type addrPair struct{ src, dst netip.AddrPort }

// own gives the connection's own ends, as the system or a rule of connections has them (section 7.3.3, "fc_src" and "fc_dst").
func (c *client) own() addrPair {
	e := addrPair{c.addr, c.dest}
	switch {
	case c.socketEnds != nil:
		e = *c.socketEnds
	case c.sessionEnds != nil:
		e = *c.sessionEnds
	}
	if !e.dst.IsValid() {
		e.dst = c.localAddr()
	}
	return e
}

// readdress gives the session other ends than its connection's.
func (c *client) readdress(e addrPair) {
	if c.socketEnds == nil {
		c.socketEnds = &addrPair{c.addr, c.dest}
	}
	c.addr, c.dest = e.src, e.dst
}

// follow gives the request the ends that its rules have set, other than its session's; the next request has the session's again.
func (c *client) follow(t *txn) {
	if !t.Src && !t.Dst {
		return
	}
	if c.sessionEnds == nil {
		c.sessionEnds = &addrPair{c.addr, c.dest}
	}
	c.addr, c.dest, c.xff = t.Session.Src, t.Session.Dst, c.xff[:0]
}

// localAddr asks the system, since a listener's address may be a wildcard; invalid for a unix socket.
func (c *client) localAddr() netip.AddrPort {
	var a sockaddr
	a.len = uint32(unix.SizeofSockaddrAny)
	if _, e := raw(syscall.SYS_GETSOCKNAME, c.fd, ptr(&a.raw), ptr(&a.len), 0, 0, 0); e != 0 {
		return netip.AddrPort{}
	}
	return a.addrPort()
}
