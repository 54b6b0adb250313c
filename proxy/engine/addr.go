package engine

import (
	"encoding/binary"
	"net/netip"
	"syscall"
	"unsafe"

	"simulacro/proxy/config"
)

// sockaddr is an address as the system wants it. It is only used on the heap.
type sockaddr struct {
	raw syscall.RawSockaddrAny
	len uint32
}

// newSockaddr translates a configured address.
func newSockaddr(a config.Address) *sockaddr {
	s := &sockaddr{}
	switch {
	case a.Unix != "":
		u := (*syscall.RawSockaddrUnix)(unsafe.Pointer(&s.raw))
		u.Family = syscall.AF_UNIX
		for i := 0; i < len(a.Unix) && i < len(u.Path)-1; i++ {
			u.Path[i] = int8(a.Unix[i])
		}
		if a.Unix[0] == '@' {
			u.Path[0] = 0
			s.len = syscall.SizeofSockaddrUnix // the name goes on with zeros, as HAProxy's do
		} else {
			s.len = uint32(3 + len(a.Unix))
		}
	case a.IP.Is6():
		in := (*syscall.RawSockaddrInet6)(unsafe.Pointer(&s.raw))
		in.Family, in.Addr, in.Port = syscall.AF_INET6, a.IP.As16(), bigEndian(a.Port)
		s.len = syscall.SizeofSockaddrInet6
	default:
		in := (*syscall.RawSockaddrInet4)(unsafe.Pointer(&s.raw))
		in.Family, in.Port = syscall.AF_INET, bigEndian(a.Port)
		if a.IP.IsValid() {
			in.Addr = a.IP.As4()
		}
		s.len = syscall.SizeofSockaddrInet4
	}
	return s
}

func (s *sockaddr) family() int { return int(s.raw.Addr.Family) }

// addrPort reads an IP address back; the zero value for any other.
func (s *sockaddr) addrPort() netip.AddrPort {
	switch s.family() {
	case syscall.AF_INET:
		in := (*syscall.RawSockaddrInet4)(unsafe.Pointer(&s.raw))
		return netip.AddrPortFrom(netip.AddrFrom4(in.Addr), bigEndian(int(in.Port)))
	case syscall.AF_INET6:
		in := (*syscall.RawSockaddrInet6)(unsafe.Pointer(&s.raw))
		return netip.AddrPortFrom(netip.AddrFrom16(in.Addr), bigEndian(int(in.Port)))
	}
	return netip.AddrPort{}
}

// bigEndian swaps a port between the machine's and the network's order.
func bigEndian(p int) uint16 {
	var b [2]byte
	binary.BigEndian.PutUint16(b[:], uint16(p))
	return binary.NativeEndian.Uint16(b[:])
}
