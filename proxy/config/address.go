package config

import (
	"net"
	"net/netip"
	"os"
	"strconv"
	"strings"
)

// addrRule says what an address may be where it stands.
type addrRule uint

const (
	portOK      addrRule = 1 << iota // a port may follow
	portMust                         // a port must follow
	portRange                        // first-last may follow
	portOffset                       // +n or -n may follow
	resolveNow                       // names are looked up while parsing
	resolveLate                      // names are looked up once the file has been read
	fdSocket                         // fd@n, a socket that is open already
	fdRaw                            // fd@n, any descriptor
	stream                           // TCP and unix streams
	dgram                            // UDP and unix datagrams
)

// parsedAddr is an address with what only the parser needs to know of it.
type parsedAddr struct {
	Address
	last   int    // of a range of ports: the last one
	offset bool   // the port is relative to the client's (no port given, +n, -n)
	host   string // the name to look up later
	family string // ip4 or ip6 where that is asked for
}

// addrPrefixes are the families of section 2.1 and 4.2 ("bind"); rest says how to read what follows.
var addrPrefixes = []struct {
	text   string
	family string // ip4, ip6, unix, abns, fd or "" for any IP
	udp    bool
	fixed  bool // the prefix itself chooses between stream and datagram
}{
	{"unix@", "unix", false, false}, {"uxdg@", "unix", true, true}, {"uxst@", "unix", false, true},
	{"abns@", "abns", false, false}, {"fd@", "fd", false, false}, {"sockpair@", "sockpair", false, false},
	{"ip@", "", false, false}, {"ipv4@", "ip4", false, false}, {"ipv6@", "ip6", false, false},
	{"tcp4@", "ip4", false, true}, {"tcp6@", "ip6", false, true}, {"tcp@", "", false, true},
	{"udp4@", "ip4", true, true}, {"udp6@", "ip6", true, true}, {"udp@", "", true, true},
}

// parseAddr reads an address as rule allows. The error is HAProxy's text, some with a line end of their own.
func (p *parser) parseAddr(text string, rule addrRule) (parsedAddr, error) {
	s := os.Expand(text, func(name string) string { v, _ := p.env(name); return v })
	if s == "" {
		return parsedAddr{}, sayf("'%s' resolves to an empty address (environment variable missing?)\n", text)
	}
	udp := rule&(stream|dgram) != stream
	if rest, ok := strings.CutPrefix(s, "stream+"); ok {
		s, udp = rest, false
	} else if rest, ok := strings.CutPrefix(s, "dgram+"); ok {
		s, udp = rest, true
	}
	family := ""
	for _, prefix := range addrPrefixes {
		if rest, ok := strings.CutPrefix(s, prefix.text); ok {
			s, family = rest, prefix.family
			if prefix.fixed {
				udp = prefix.udp
			}
			break
		}
	}
	if family == "" && strings.HasPrefix(s, "/") {
		family = "unix"
	}
	a, err := p.parseFamily(text, s, family, rule)
	if err != nil {
		return a, err
	}
	a.IsUDP = udp
	switch {
	case !udp && rule&stream == 0:
		return a, sayf("stream-type address not acceptable in '%s'\n", text)
	case udp && rule&dgram == 0:
		return a, sayf("dgram-type address not acceptable in '%s'\n", text)
	}
	return a, nil
}

func (p *parser) parseFamily(text, s, family string, rule addrRule) (parsedAddr, error) {
	switch family {
	case "sockpair":
		return parsedAddr{}, sayf("'sockpair@' is not supported by this director in '%s'", text)
	case "fd":
		return parseFD(text, s, rule)
	case "unix", "abns":
		return parseUnix(text, s, family == "abns")
	}
	return p.parseInet(text, s, family, rule)
}

// maxUnixPath is sun_path's length without its NUL and, for paths, without the ".<pid>.bak" that HAProxy reserves.
const maxUnixPath = 107

func parseUnix(text, s string, abstract bool) (parsedAddr, error) {
	limit := maxUnixPath
	if !abstract {
		limit -= 10
	}
	if len(s) > limit {
		return parsedAddr{}, sayf("socket path '%s' too long (max %d)\n", text, limit)
	}
	if abstract {
		return parsedAddr{Address: Address{Text: "abns@" + s, Unix: "@" + s}}, nil
	}
	return parsedAddr{Address: Address{Text: s, Unix: s}}, nil
}

func parseFD(text, s string, rule addrRule) (parsedAddr, error) {
	fd, err := strconv.Atoi(s)
	if err != nil || fd < 0 {
		return parsedAddr{}, sayf("file descriptor '%s' is not a valid integer in '%s'\n", s, text)
	}
	a := parsedAddr{Address: Address{Text: "fd@" + s, FD: fd, IsFD: true}}
	switch {
	case rule&fdRaw != 0:
		return a, nil
	case rule&fdSocket == 0:
		return a, sayf("a file descriptor is not acceptable here in '%s'\n", text)
	}
	return a, checkSocket(fd)
}

// parseInet reads host[:port]. The last colon that no closing bracket follows separates the port.
func (p *parser) parseInet(text, s, family string, rule addrRule) (parsedAddr, error) {
	host, port := s, ""
	i := strings.LastIndexAny(s, ":]")
	if i >= 0 && s[i] == ':' {
		if rule&portOK == 0 {
			return parsedAddr{}, sayf("port specification not permitted here in '%s'", text)
		}
		host, port = s[:i], s[i+1:]
	} else if rule&portMust != 0 {
		return parsedAddr{}, sayf("missing port specification in '%s'", text)
	}
	a := parsedAddr{}
	if err := a.parsePort(text, port, rule); err != nil {
		return a, err
	}
	ip, ok := parseIP(host, family)
	switch {
	case ok:
	case rule&resolveLate != 0:
		a.host, a.family = host, family
	case rule&resolveNow != 0:
		if ip, ok = p.resolve(host, family); ok {
			break
		}
		fallthrough
	default:
		return a, sayf("invalid address: '%s' in '%s'\n", host, text)
	}
	a.setIP(ip)
	return a, nil
}

func (a *parsedAddr) setIP(ip netip.Addr) {
	a.IP = ip
	if ip.IsValid() {
		a.Text = net.JoinHostPort(ip.String(), strconv.Itoa(a.Port))
	}
}

// parsePort reads what follows the colon: nothing, a port, a range, or an offset from the client's port.
func (a *parsedAddr) parsePort(text, port string, rule addrRule) error {
	switch {
	case port == "" && rule&portMust != 0:
		return sayf("missing port specification in '%s'", text)
	case port == "":
		a.offset = true
	case isDigit(port[0]):
		return a.parsePorts(text, port, rule)
	case port[0] == '-' || port[0] == '+':
		if rule&portOffset == 0 {
			return sayf("port offset not permitted here in '%s'", text)
		}
		a.offset, a.Port = true, atoi(port)
	default:
		return sayf("invalid character '%c' in port number '%s' in '%s'\n", port[0], port, text)
	}
	return nil
}

func (a *parsedAddr) parsePorts(text, port string, rule addrRule) error {
	first, last, ranged := strings.Cut(port, "-")
	if !ranged {
		last = first
	} else if rule&portRange == 0 {
		return sayf("port range not permitted here in '%s'", text)
	}
	lowest := 0
	if rule&portMust != 0 {
		lowest = 1
	}
	for _, s := range []string{first, last} {
		if n := atoi(s); n < lowest || n > 65535 {
			return sayf("invalid port '%s'", s)
		}
	}
	a.Port, a.last = atoi(first), atoi(last)
	if a.Port > a.last {
		return sayf("invalid port range '%d-%d'", a.Port, a.last)
	}
	a.offset = a.Port == 0
	return nil
}

// parseIP reads a literal address; nothing and * are any IPv4 address.
func parseIP(s, family string) (netip.Addr, bool) {
	if strings.HasPrefix(s, "[") {
		if len(s) < 4 || !strings.HasSuffix(s, "]") {
			return netip.Addr{}, false
		}
		s = s[1 : len(s)-1]
	}
	if s == "" || s == "*" {
		if family == "ip6" {
			return netip.IPv6Unspecified(), true
		}
		return netip.IPv4Unspecified(), true
	}
	ip, err := netip.ParseAddr(s)
	if err != nil || ip.Zone() != "" || family == "ip4" && !ip.Is4() || family == "ip6" && !ip.Is6() {
		return netip.Addr{}, false
	}
	return ip, true
}

// resolve looks a name up; the family narrows the answer.
func (p *parser) resolve(host, family string) (netip.Addr, bool) {
	if !validHostname(host) {
		return netip.Addr{}, false
	}
	ip, ok := legacyIPv4(host)
	var err error
	if !ok {
		ip, err = p.opt.Resolve(host)
	}
	if err != nil || family == "ip4" && !ip.Is4() || family == "ip6" && !ip.Is6() {
		return netip.Addr{}, false
	}
	return ip, true
}

// validHostname keeps words that cannot be names from being looked up: labels of letters, digits, hyphen and underscore.
func validHostname(s string) bool {
	if s == "" || len(s) > 253 {
		return false
	}
	for _, label := range strings.Split(strings.TrimSuffix(s, "."), ".") {
		if label == "" || len(label) > 63 || oddChar(label, "-_") != "" {
			return false
		}
	}
	return true
}

// CLI names a runtime socket's address as HAProxy's lists do.
func (a Address) CLI() string {
	if a.Unix != "" {
		return "unix@" + a.Unix
	}
	return a.Text
}
