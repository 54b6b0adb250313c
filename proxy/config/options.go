package config

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"os/user"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Options say where the parser finds what is not in the files. The zero value reads the machine.
type Options struct {
	Getenv      func(string) (string, bool)
	LookupUser  func(name string) (uid int, ok bool)
	LookupGroup func(name string) (gid int, ok bool)
	Resolve     func(host string) (netip.Addr, error)
	ReadFile    func(name string) ([]byte, error)
	// KeepUnresolved accepts servers whose names have no address (HAProxy's -dr): they start in maintenance.
	KeepUnresolved bool
	// Master tells that there will be a master (HAProxy's -W): programs need one.
	Master bool
}

func (o Options) withDefaults() Options {
	if o.Getenv == nil {
		o.Getenv = os.LookupEnv
	}
	if o.LookupUser == nil {
		o.LookupUser = lookupUser
	}
	if o.LookupGroup == nil {
		o.LookupGroup = lookupGroup
	}
	if o.Resolve == nil {
		o.Resolve = lookupHost
	}
	if o.ReadFile == nil {
		o.ReadFile = os.ReadFile
	}
	return o
}

func lookupUser(name string) (int, bool) {
	u, err := user.Lookup(name)
	if err != nil {
		return 0, false
	}
	uid, err := strconv.Atoi(u.Uid)
	return uid, err == nil
}

func lookupGroup(name string) (int, bool) {
	g, err := user.LookupGroup(name)
	if err != nil {
		return 0, false
	}
	gid, err := strconv.Atoi(g.Gid)
	return gid, err == nil
}

// resolveTimeout bounds one look-up: HAProxy waits for the C library, whose default is about this.
const resolveTimeout = 10 * time.Second

// lookupHost gives a name's first address, IPv4 first as most of the practical's networks have no other.
func lookupHost(host string) (netip.Addr, error) {
	ctx, cancel := context.WithTimeout(context.Background(), resolveTimeout)
	defer cancel()
	for _, network := range []string{"ip4", "ip6"} {
		ips, err := net.DefaultResolver.LookupNetIP(ctx, network, host)
		if err == nil && len(ips) > 0 {
			return ips[0].Unmap(), nil
		}
	}
	return netip.Addr{}, sayf("look up %s: no address", host)
}

// legacyIPv4 reads the C library's forms of an address with fewer than four parts, the last of which fills the rest:
// 127.1 is 127.0.0.1, and 80 is 0.0.0.80.
func legacyIPv4(s string) (netip.Addr, bool) {
	parts := strings.Split(s, ".")
	if len(parts) > 4 {
		return netip.Addr{}, false
	}
	var b [4]byte
	for i, part := range parts {
		bits := 8
		if i == len(parts)-1 {
			bits = 8 * (4 - i)
		}
		n, err := strconv.ParseUint(part, 0, bits)
		if err != nil || strings.ContainsAny(part, "_+") {
			return netip.Addr{}, false
		}
		if i < len(parts)-1 {
			b[i] = byte(n)
			continue
		}
		for j := 3; j >= i; j-- {
			b[j] = byte(n)
			n >>= 8
		}
	}
	return netip.AddrFrom4(b), true
}

// checkSocket tells in HAProxy's words why a descriptor cannot be listened on.
func checkSocket(fd int) error {
	if _, err := syscall.Getsockname(fd); err != nil {
		return sayf("cannot use file descriptor '%d' : %s.\n", fd, errnoText(err))
	}
	if kind, err := syscall.GetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_TYPE); err != nil || kind != syscall.SOCK_STREAM {
		return sayf("socket on file descriptor '%d' is of the wrong type.\n", fd)
	}
	return nil
}

// errnoText gives the system's part of an error as C's strerror does, with its capital letter.
func errnoText(err error) string {
	var errno syscall.Errno
	if errors.As(err, &errno) {
		err = errno
	}
	s := err.Error()
	return strings.ToUpper(s[:1]) + s[1:]
}
