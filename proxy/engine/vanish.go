package engine

import "golang.org/x/sys/unix"

// vanish closes the connection without the client's knowing (section 4.2, "http-request silent-drop").
func (c *client) vanish() {
	forget(c.fd)
	c.close()
}

// forget lets a socket's end go unannounced. A connection in repair mode is closed without a packet; where the process may not
// do that, the reset's time to live ends it at the next router.
func forget(fd int) {
	if unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_REPAIR, 1) == nil {
		return
	}
	_ = unix.SetsockoptLinger(fd, unix.SOL_SOCKET, unix.SO_LINGER, &unix.Linger{Onoff: 1})
	_ = unix.SetsockoptInt(fd, unix.IPPROTO_IP, unix.IP_TTL, 1)
	_ = unix.SetsockoptInt(fd, unix.IPPROTO_IPV6, unix.IPV6_UNICAST_HOPS, 1)
}
