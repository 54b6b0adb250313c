package stats

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// addrFrom ends what is said of a changed address: who has changed it.
const addrFrom = " by 'stats socket command'\n"

// setServerAddr: set server b/s addr ADDR [port PORT]. Whatever comes of it, the server waits no longer for its name to resolve.
func setServerAddr(s *session, server *Row, args []string) reply {
	if first(args) == "" {
		return fail("set server <b>/<s> addr requires an address and optionally a port.\n")
	}
	admin, ok := s.cli.admin.(AddrAdmin)
	if !ok {
		return unsupported("set server <b>/<s> addr")
	}
	said, err := moveServer(admin, server, args)
	if err == nil {
		err = admin.Resolved(server.Ref())
	}
	if err != nil {
		return result(err)
	}
	return warn(said + addrFrom)
}

// moveServer does it, and tells what was done.
func moveServer(admin AddrAdmin, server *Row, args []string) (said string, err error) {
	ip, ok := parseIP(args[0])
	switch {
	case !ok:
		return "Invalid addr '" + args[0] + "'", nil
	case !server.IP.IsValid():
		return "Update for the current server address family is only supported through configuration file", nil
	case ip == server.IP:
		said = "no need to change the addr"
	default:
		said = fmt.Sprintf("IP changed from '%s' to '%s'", server.IP, args[0])
	}
	port, mapped := server.Port, server.PortMap
	if len(args) > 1 && args[1] == "port" {
		var more string
		more, port, mapped = movePort(server, first(args[2:]))
		said += ", " + more
	}
	if ip == server.IP && port == server.Port && mapped == server.PortMap {
		return said, nil
	}
	return said, admin.SetServerAddr(server.Ref(), ip, port, mapped)
}

// movePort reads a port, one with a sign as what is added to the client's, and tells what it changes. Only 16 bits of it count.
func movePort(server *Row, text string) (said string, port int, mapped bool) {
	port, mapped = server.Port, server.PortMap
	sign := strings.HasPrefix(text, "+") || strings.HasPrefix(text, "-")
	if sign && server.CheckPort == 0 {
		return "can't change <port> to port map because it is incompatible with current health check port configuration " +
			"(use 'port' statement from the 'server' directive.", port, mapped
	}
	n, ok := parseLong(text)
	if !ok {
		return "problem converting port '" + text + "' to an int", port, mapped
	}
	to := int(uint16(n))
	if sign == mapped && to == int(uint16(port)) {
		return "no need to change the port", port, mapped
	}
	from, shown := strconv.Itoa(int(uint16(port))), strconv.Itoa(to)
	if mapped {
		from = "+" + from
	}
	if sign {
		shown = text[:1] + shown
	}
	if strings.HasPrefix(text, "-") {
		shown = "-" + strconv.Itoa(int(uint16(-to)))
	}
	return fmt.Sprintf("port changed from '%s' to '%s'", from, shown), to, sign
}

// parseLong is C's strtol of what begins with a number that fits.
func parseLong(text string) (int64, bool) {
	digits := strings.TrimLeft(text, "0123456789")
	if strings.HasPrefix(text, "+") || strings.HasPrefix(text, "-") {
		digits = strings.TrimLeft(text[1:], "0123456789")
	}
	n, err := strconv.ParseInt(text[:len(text)-len(digits)], 10, 64)
	return n, err == nil
}

// parseIP takes an address alone; * and nothing are any address.
func parseIP(text string) (netip.Addr, bool) {
	if text == "*" || text == "" {
		return netip.IPv4Unspecified(), true
	}
	if in, ok := strings.CutPrefix(text, "["); ok {
		text = strings.TrimSuffix(in, "]")
	}
	ip, err := netip.ParseAddr(text)
	return ip, err == nil && ip.Zone() == ""
}

// setCheckAddr: set server b/s check-addr ADDR [port PORT].
func setCheckAddr(s *session, server *Row, args []string) reply {
	if first(args) == "" {
		return fail("set server <b>/<s> check-addr requires an address and optionally a port.\n")
	}
	if len(args) > 1 && args[1] == "port" {
		port := first(args[2:])
		return moveChecks(s, server, &args[0], &port)
	}
	return moveChecks(s, server, &args[0], nil)
}

// setCheckPort: set server b/s check-port PORT.
func setCheckPort(s *session, server *Row, args []string) reply {
	if first(args) == "" {
		return fail("set server <b>/<s> check-port requires a port.\n")
	}
	return moveChecks(s, server, nil, &args[0])
}

// moveChecks changes the address, the port, or both. HAProxy ends no line of what is wrong.
func moveChecks(s *session, server *Row, addr, port *string) reply {
	if !checked(server) {
		return warn("health checks are not enabled on this server")
	}
	ip, to, problem := parsePlace(addr, port)
	switch {
	case problem != "":
		return warn(problem)
	case to == 0 && server.PortMap:
		return warn("can't unset 'port' since MAPPORTS is in use")
	}
	admin, ok := s.cli.admin.(AddrAdmin)
	if !ok {
		return unsupported("set server <b>/<s> check-addr")
	}
	return result(admin.SetCheckAddr(server.Ref(), ip, to))
}
