package config

import (
	"math"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// Bits of the file's columns srv_admin_state and srv_check_state (management manual, section 9.3).
const (
	savedForcedMaint = 1 << 0
	savedConfigMaint = 1 << 2
	savedForcedDrain = 1 << 3
	savedRenamed     = 1 << 6

	savedInherited = 1<<1 | 1<<4 | 1<<5 // from tracked servers and names, which is found anew

	checkConfigured = 1 << 1
	checkEnabled    = 1 << 2
	checkBits       = 1<<5 - 1
)

// lastCheckStatus is HAProxy 2.6's highest number of a check's status.
const lastCheckStatus = 20

// stateReader reads the fields of one server, behind its name, and notes what is wrong with them in HAProxy's words.
type stateReader struct {
	fields []string
	faults string
	checks int    // srv_check_state
	agent  int    // srv_agent_state
	name   string // srv_fqdn; "": none
	port   int    // srv_port; -1: there is none
}

// at gives a field by its place in the file, "" for none.
func (f *stateReader) at(i int) string {
	if i -= stateFirst; i < len(f.fields) {
		return f.fields[i]
	}
	return ""
}

// number reads a field; valid looks at it.
func (f *stateReader) number(i int, name string, valid func(n int64) bool) int64 {
	n, _, ok := cLong(f.at(i))
	if !ok || !valid(n) {
		f.bad(i, name)
	}
	return n
}

func (f *stateReader) bad(i int, name string) {
	f.faults += ", invalid " + name + " value '" + f.at(i) + "'"
}

// upTo accepts what is 0 to most in 32 bits, of which more are not looked at.
func upTo(most uint32) func(int64) bool { return func(n int64) bool { return uint32(n) <= most } }

func anyNumber(int64) bool { return true }

// state reads the fields that are numbers.
func (f *stateReader) state() *SavedState {
	s := &SavedState{}
	s.Op = SavedOp(uint32(f.number(5, "srv_op_state", upTo(uint32(SavedStopping)))))
	s.Admin = f.admin()
	s.Weight = int(uint32(f.number(7, "srv_uweight", upTo(256))))
	s.ConfiguredWeight = int(uint32(f.number(8, "srv_iweight", upTo(256))))
	s.Since = ago(f.number(9, "srv_last_time_change", anyNumber))
	s.CheckStatus = int(int16(f.number(10, "srv_check_status", func(n int64) bool { return int16(n) <= lastCheckStatus })))
	s.CheckResult = int(uint32(f.number(11, "srv_check_result", upTo(4))))
	s.Health = int(int32(f.number(12, "srv_check_health", anyNumber)))
	f.checks = int(f.number(13, "srv_check_state", upTo(checkBits)))
	f.agent = int(f.number(14, "srv_agent_state", upTo(checkBits)))
	f.number(15, "bk_f_forced_id", upTo(1))
	f.number(16, "srv_f_forced_id", upTo(1))
	return s
}

// ago is a number of seconds, of which as many count as a Duration holds.
func ago(seconds int64) time.Duration {
	const most = int64(math.MaxInt64 / time.Second)
	return time.Duration(max(-most, min(most, seconds))) * time.Second
}

// admin reads srv_admin_state. Only states that a server can have by itself are valid.
func (f *stateReader) admin() (own int) {
	f.number(6, "srv_admin_state", func(n int64) bool {
		own = int(int32(n)) &^ (savedInherited | savedRenamed)
		switch own {
		case 0, savedForcedMaint, savedConfigMaint, savedConfigMaint | savedForcedMaint, savedConfigMaint | savedForcedDrain, savedForcedDrain:
			return true
		}
		return false
	})
	return own
}

// rest reads the name and the port.
func (f *stateReader) rest() {
	const longestName = 255
	f.port = -1
	if f.name = f.at(17); strings.HasPrefix(f.name, "-") {
		f.name = ""
	}
	if len(f.name) > longestName || strings.IndexFunc(f.name, func(r rune) bool { return r > '~' || !isDomain(byte(r)) }) >= 0 {
		f.bad(17, "srv_fqdn")
	}
	port := cUint(f.at(18))
	if port > math.MaxUint16 {
		f.bad(18, "srv_port")
		return
	}
	f.port = int(port)
}

func isDomain(c byte) bool { return isAlpha(c) || isDigit(c) || c == '-' || c == '_' || c == '.' }

// keepPlace notes what the file says of where the server is and where its checks and its agent go, up to what cannot be so.
func (p *parser) keepPlace(v *Server, f *stateReader, state *SavedState) (fault string) {
	state.Port, state.CheckPort, state.AgentPort = -1, -1, -1
	if addr := f.at(4); addr != "-" {
		p.lastAddr[v] = addr
	}
	if f.name != "" && v.Host == "" && strings.HasPrefix(f.at(19), "_") {
		return "no SRV resolution for server '" + v.Name + "'. Previous state not applied"
	}
	state.Port = f.port
	if t := v.TLS; f.at(20) != "" && t != nil && t.Conf != nil {
		n, _, _ := cLong(f.at(20))
		was := *t
		v.TLS, was.On = &was, int32(n) != 0
	}
	addr, port := f.where(22, 21)
	state.CheckIP, state.CheckPort, fault = movedTo(addr, port, "health", v.Check && !state.ChecksOff, v.PortMap)
	if fault == "" {
		addr, port = f.where(23, 24)
		state.AgentIP, state.AgentPort, fault = movedTo(addr, port, "agent", v.Agent.Check && !state.AgentOff, false)
	}
	return fault
}

// where gives an address and a port; "": none.
func (f *stateReader) where(addr, port int) (string, string) {
	a, n := f.at(addr), f.at(port)
	if a == "-" {
		a = ""
	}
	if n == "0" {
		n = ""
	}
	return a, n
}

// movedTo reads where checks of a kind go; what is "" stays. on tells whether there are any, mapped that they need a port of their own.
func movedTo(addr, port, kind string, on, mapped bool) (ip netip.Addr, n int, fault string) {
	n = -1
	if addr+port == "" {
		return ip, n, ""
	}
	if !on {
		return ip, n, kind + " checks are not enabled on this server"
	}
	if addr != "" {
		var ok bool
		if ip, ok = parseIP(addr, ""); !ok {
			return netip.Addr{}, n, "invalid addr '" + addr + "'"
		}
	}
	if port != "" {
		number, err := strconv.ParseInt(port, 10, 32)
		switch {
		case err != nil || strings.HasPrefix(port, "+"):
			fault = "provided port is not an integer"
		case number < 0 || number > math.MaxUint16:
			fault = "provided port is invalid"
		case number == 0 && mapped:
			fault = "can't unset 'port' since MAPPORTS is in use"
		}
		n = int(number)
	}
	if fault != "" {
		return netip.Addr{}, -1, fault
	}
	return ip, n, ""
}
