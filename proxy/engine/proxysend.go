package engine

import (
	"encoding/binary"
	"hash/crc32"
	"net/netip"
	"strconv"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"

	"simulacro/proxy/config"
)

// proxyHeader makes the header that tells the server of the client (HAProxy's proxy-protocol.txt).
func (c *client) proxyHeader() []byte {
	s := c.srv.cfg
	src, dst := c.addr, c.destination()
	if !s.ProxyV2 {
		return headerV1(nil, src, dst)
	}
	h := headerV2{src: src, dst: dst}
	if c.tx != nil && s.ProxyParts.UniqueID {
		h.unique = c.tx.Unique()
	}
	h.secure = c.secure
	return h.append(nil, &s.ProxyParts)
}

// checkHeader is the header of a check, which has no client: it tells of the check's own connection, which fd is.
func checkHeader(s *server, fd int) []byte {
	src, dst := socketAddrs(fd)
	if !s.cfg.ProxyV2 {
		return headerV1(nil, src, dst)
	}
	h := headerV2{src: src, dst: dst, local: !s.be.e.cfg.Global.NeverLocal}
	return h.append(nil, &config.ProxyParts{})
}

// socketAddrs gives both ends of a connection; invalid for a unix socket's.
func socketAddrs(fd int) (own, peer netip.AddrPort) {
	var a [2]sockaddr // escapes to the heap, by ptr
	for i, call := range [2]uintptr{syscall.SYS_GETSOCKNAME, syscall.SYS_GETPEERNAME} {
		a[i].len = uint32(unix.SizeofSockaddrAny)
		if _, _, e := syscall.Syscall(call, uintptr(fd), uintptr(unsafe.Pointer(&a[i].raw)), uintptr(unsafe.Pointer(&a[i].len))); e != 0 {
			return netip.AddrPort{}, netip.AddrPort{}
		}
	}
	return a[0].addrPort(), a[1].addrPort()
}

// headerV1 is the line of version 1.
func headerV1(dst []byte, src, to netip.AddrPort) []byte {
	src, to, known := alike(src, to)
	if !known {
		return append(dst, "PROXY UNKNOWN\r\n"...)
	}
	dst = append(dst, "PROXY TCP4 "...)
	if !src.Addr().Is4() {
		dst[len(dst)-2] = '6'
	}
	dst = append(src.Addr().AppendTo(dst), ' ')
	dst = append(to.Addr().AppendTo(dst), ' ')
	dst = append(strconv.AppendUint(dst, uint64(src.Port()), 10), ' ')
	return append(strconv.AppendUint(dst, uint64(to.Port()), 10), '\r', '\n')
}

// headerV2 is what a header of version 2 says.
type headerV2 struct {
	src, dst netip.AddrPort
	local    bool // a check's: there is no client
	unique   string
	secure   *secured
}

func (h *headerV2) append(b []byte, parts *config.ProxyParts) []byte {
	start := len(b)
	src, dst, known := alike(h.src, h.dst)
	b = append(b, proxySignature...)
	switch {
	case h.local:
		b = append(b, 0x20, 0, 0, 0)
	case !known:
		b = append(b, 0x21, 0, 0, 0)
	default:
		family := byte(0x11)
		if !src.Addr().Is4() {
			family = 0x21
		}
		b = append(b, 0x21, family, 0, 0)
		b = append(append(b, src.Addr().AsSlice()...), dst.Addr().AsSlice()...)
		b = binary.BigEndian.AppendUint16(b, src.Port())
		b = binary.BigEndian.AppendUint16(b, dst.Port())
	}
	if !h.local {
		b = h.records(b, parts)
	}
	binary.BigEndian.PutUint16(b[start+14:], uint16(len(b)-start-proxyFixed))
	if at := crcField(b[start:]); at > 0 && parts.CRC32C && !h.local {
		binary.BigEndian.PutUint32(b[start+at:], crc32.Checksum(b[start:], castagnoli))
	}
	return b
}

// records adds what the options ask for, in HAProxy's order.
func (h *headerV2) records(b []byte, parts *config.ProxyParts) []byte {
	if parts.CRC32C {
		b = record(b, typeCRC, "\x00\x00\x00\x00")
	}
	if h.secure != nil && h.secure.state.NegotiatedProtocol != "" {
		b = record(b, typeALPN, h.secure.state.NegotiatedProtocol)
	}
	if parts.Authority && h.secure != nil && h.secure.state.ServerName != "" {
		b = record(b, typeAuthority, h.secure.state.ServerName)
	}
	if parts.UniqueID && h.unique != "" {
		b = record(b, typeUnique, h.unique)
	}
	if parts.SSL {
		b = h.tlsRecord(b, parts)
	}
	return b
}

// record adds a type, a length and a value.
func record(b []byte, kind byte, value string) []byte {
	b = binary.BigEndian.AppendUint16(append(b, kind), uint16(len(value)))
	return append(b, value...)
}

// Parts of the record about TLS: flags of the client's, and the types inside.
const (
	clientTLS     = 1
	clientCert    = 2 // shown on this connection
	clientSession = 4 // shown in this session
	subVersion    = 0x21
	subCN         = 0x22
	subCipher     = 0x23
	subSigAlg     = 0x24
	subKeyAlg     = 0x25
)

func (h *headerV2) tlsRecord(b []byte, parts *config.ProxyParts) []byte {
	at := len(b)
	b = append(b, typeSSL, 0, 0, 0, 0, 0, 0, 0)
	s := h.secure
	if s == nil {
		binary.BigEndian.PutUint16(b[at+1:], 5)
		return b
	}
	t := s.describe()
	b[at+3] = clientTLS
	b = record(b, subVersion, t.Version)
	if t.Peer != nil {
		b[at+3] |= clientCert | clientSession
		binary.BigEndian.PutUint32(b[at+4:], uint32(t.VerifyCode))
		if parts.CertCN {
			for _, a := range t.Peer.Subject {
				if a.Name == "CN" {
					b = record(b, subCN, a.Value)
					break
				}
			}
		}
	}
	if parts.CertKey && s.own != nil {
		b = record(b, subKeyAlg, keyName(s.own))
	}
	if parts.CertSig && s.own != nil {
		b = record(b, subSigAlg, sigName(s.own.SignatureAlgorithm))
	}
	if parts.Cipher {
		b = record(b, subCipher, t.Cipher)
	}
	binary.BigEndian.PutUint16(b[at+1:], uint16(len(b)-at-3))
	return b
}

// crcField finds the place of the checksum's value; 0: there is none.
func crcField(b []byte) int {
	width := map[byte]int{0x11: 12, 0x21: 36}[b[13]]
	for at := proxyFixed + width; at+3 <= len(b); {
		k := int(binary.BigEndian.Uint16(b[at+1:]))
		if b[at] == typeCRC {
			return at + 3
		}
		at += 3 + k
	}
	return 0
}
