package engine

import (
	"net/netip"
	"syscall"

	"golang.org/x/sys/unix"
)

// destination is the address that the client has connected to, as the PROXY protocol, a rule or else the system has it.
func (c *client) destination() netip.AddrPort {
	if c.dest.IsValid() {
		return c.dest
	}
	return c.localAddr()
}

// localAddr asks the system, since a listener's address may be a wildcard; invalid for a unix socket.
func (c *client) localAddr() netip.AddrPort {
	var a sockaddr
	a.len = uint32(unix.SizeofSockaddrAny)
	if _, e := raw(syscall.SYS_GETSOCKNAME, c.fd, ptr(&a.raw), ptr(&a.len), 0, 0, 0); e != 0 {
		return netip.AddrPort{}
	}
	to := a.addrPort()
	return netip.AddrPortFrom(to.Addr().Unmap(), to.Port())
}
