package docker

import (
	"bufio"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/bits"
	"net"
	"net/netip"
	"os"
	"strings"
)

// taken is a network that a new one must not overlap, and whose it is.
type taken struct {
	net  netip.Prefix
	whom string // "a route of this machine by eth0", "the network lab of the engine"
}

// hostRoutes lists the networks that this machine reaches, other than by its default route: the kernel's main table where
// there is one to read (Linux), else the networks of the interfaces.
func hostRoutes() ([]taken, error) {
	f, err := os.Open("/proc/net/route")
	if errors.Is(err, fs.ErrNotExist) {
		return interfaceNets()
	}
	if err != nil {
		return nil, fmt.Errorf("read this machine's routes: %w", err)
	}
	defer f.Close()
	return parseRoutes(f)
}

// parseRoutes reads the form of /proc/net/route: a heading, then Iface, Destination, Gateway, Flags, RefCnt, Use, Metric,
// Mask …, addresses in hexadecimal as they lie in memory.
func parseRoutes(r io.Reader) ([]taken, error) {
	var routes []taken
	s := bufio.NewScanner(r)
	for s.Scan() {
		f := strings.Fields(s.Text())
		if len(f) < 8 || f[0] == "Iface" {
			continue
		}
		dst, err1 := memoryAddr(f[1])
		mask, err2 := memoryAddr(f[7])
		if err1 != nil || err2 != nil {
			return nil, fmt.Errorf("a route that is not understood: %q", s.Text())
		}
		m := mask.As4()
		ones := bits.OnesCount32(binary.BigEndian.Uint32(m[:]))
		if ones == 0 || f[0] == "lo" {
			continue // a default route reaches everything and means nothing
		}
		routes = append(routes, taken{netip.PrefixFrom(dst, ones).Masked(), "a route of this machine by " + f[0]})
	}
	return routes, s.Err()
}

// memoryAddr reads the kernel's %08X of an address in network order, which a little-endian machine prints reversed.
func memoryAddr(s string) (netip.Addr, error) {
	raw, err := hex.DecodeString(s)
	if err != nil || len(raw) != 4 {
		return netip.Addr{}, fmt.Errorf("address %q", s)
	}
	var a [4]byte
	binary.NativeEndian.PutUint32(a[:], binary.BigEndian.Uint32(raw))
	return netip.AddrFrom4(a), nil
}

func interfaceNets() ([]taken, error) {
	interfaces, err := net.Interfaces()
	if err != nil {
		return nil, fmt.Errorf("list this machine's interfaces: %w", err)
	}
	var nets []taken
	for _, i := range interfaces {
		addrs, err := i.Addrs()
		if err != nil || i.Flags&net.FlagLoopback != 0 {
			continue
		}
		for _, a := range addrs {
			if p, err := netip.ParsePrefix(a.String()); err == nil && p.Addr().Is4() {
				nets = append(nets, taken{p.Masked(), "the network of this machine's " + i.Name})
			}
		}
	}
	return nets, nil
}
