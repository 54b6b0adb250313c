package stats

import (
	"fmt"
	"slices"
	"strconv"
	"time"
)

// Stream is a session under way, as `show sess` tells of it (management manual, section 9.3). Times of -1 are not running.
type Stream struct {
	ID       uint64 // by which commands name it
	Number   uint64 // among the process's requests
	Began    time.Time
	Frontend Section
	Listener Owner
	Backend  Section // ID -1: none yet
	Server   Owner   // "": none
	Age      time.Duration
	Expires  time.Duration // until the next timeout
	Thread   int

	Client, Upstream StreamEnd
	Connect          time.Duration // until an attempt to get a server is over
	Rules            time.Duration // until a wait of rules is over
	Retries          int

	HTTP              bool
	Method            string
	Status            int    // -1: none yet
	Request, Response string // MSG_DATA and its like
}

// Section is a proxy with its number and mode.
type Section struct {
	Owner
	Mode string // "http", "tcp"
}

// StreamEnd is one side of a Stream.
type StreamEnd struct {
	State       int // HAProxy's number of it, of those that stateNames has
	FD          int // -1: none
	Proto       string
	Local, Peer string // "": none, or not known
	TLS         bool
	Bytes       int64         // sent by it
	Read        time.Duration // until it has been silent for too long
}

// stateNames are the states of a side in `show sess <id>`.
var stateNames = map[int]string{0: "INI", 2: "QUE", 3: "TAR", 5: "CON", 8: "EST", 10: "CLO"}

// showSess lists all sessions, or tells of one in several lines. What is no number lists all, as with HAProxy.
func showSess(s *session, args []string) reply {
	admin, ok := s.cli.admin.(SessionAdmin)
	if !ok {
		return done()
	}
	id, all := leadingNumber(first(args)), first(args) == "all"
	var out []byte
	for _, x := range admin.Sessions() {
		switch {
		case all || id != 0 && id == x.ID:
			out = x.appendAll(out)
		case id == 0:
			out = x.append(out)
		}
	}
	if len(out) == 0 && id != 0 {
		return fail("Session not found.\n")
	}
	return dump(out)
}

// leadingNumber reads what a text begins with as C does: decimal, 0x and hexadecimal, or 0 and octal; 0: no number.
func leadingNumber(text string) uint64 {
	for end := len(text); end > 0; end-- {
		if n, err := strconv.ParseUint(text[:end], 0, 64); err == nil {
			return n
		}
	}
	return 0
}

// append writes a session's line. Flags, calls and the rest of HAProxy's inside are 0.
func (x *Stream) append(dst []byte) []byte {
	dst = fmt.Appendf(dst, "%#x: proto=%s src=%s fe=%s be=%s srv=%s ts=00 epoch=0 age=%s calls=0 rate=0 cpu=0 lat=0",
		x.ID, x.Client.Proto, x.Client.Peer, x.Frontend.Name, x.Backend.Name, or(x.Server.Name, "<none>"), span(x.Age))
	dst = fmt.Appendf(dst, " rq[f=00h,i=0,an=00h,rx=%s,wx=,ax=%s] rp[f=00h,i=0,an=00h,rx=%s,wx=,ax=]", until(x.Client.Read), until(x.Rules), until(x.Upstream.Read))
	return fmt.Appendf(dst, " scf=[%d,0h,fd=%d] scb=[%d,0h,fd=%d] exp=%s rc=%d c_exp=%s\n",
		x.Client.State, x.Client.FD, x.Upstream.State, x.Upstream.FD, until(x.Expires), x.Retries, until(x.Connect))
}

// appendAll writes all that is known of a session, on HAProxy's lines. Where HAProxy has an address in its memory there stands the
// session's number.
func (x *Stream) appendAll(dst []byte) []byte {
	dst = fmt.Appendf(dst, "%#x: [%s] id=%d proto=%s source=%s\n", x.ID, x.Began.Format("02/Jan/2006:15:04:05.000000"), x.Number, x.Client.Proto, x.Client.Peer)
	dst = fmt.Appendf(dst, "  flags=0x0, conn_retries=%d, conn_exp=%s conn_et=0x000 srv_conn=%s, pend_pos=%s waiting=0 epoch=0\n",
		x.Retries, orNever(x.Connect), x.pointer(x.Server.Name != ""), x.pointer(x.Upstream.State == 2))
	dst = fmt.Appendf(dst, "  frontend=%s (id=%d mode=%s), listener=%s (id=%d)%s\n", x.Frontend.Name, x.Frontend.ID, x.Frontend.Mode,
		or(x.Listener.Name, "?"), x.Listener.ID, addr(x.Client.Local))
	dst = fmt.Appendf(dst, "  backend=%s (id=%d mode=%s)%s\n", x.Backend.Name, x.Backend.ID, x.Backend.Mode, addr(x.Upstream.Local))
	dst = x.appendServer(dst)
	dst = fmt.Appendf(dst, "  task=%s (state=0x00 nice=0 calls=0 rate=0 exp=%s tmask=%#x age=%s)\n",
		x.pointer(true), orNever(x.Expires), 1<<x.Thread, span(x.Age))
	if x.HTTP {
		dst = fmt.Appendf(dst, "  txn=%s flags=0x0 meth=%d status=%d req.st=%s rsp.st=%s req.f=0x00 rsp.f=0x00\n",
			x.pointer(true), methodNumber(x.Method), x.Status, x.Request, x.Response)
	}
	dst = x.appendEnd(dst, &x.Client, "scf", "co0", "LISTENER")
	dst = x.appendEnd(dst, &x.Upstream, "scb", "co1", "SERVER")
	dst = x.appendChannel(dst, "req", x.Client.Bytes, x.Client.Read, x.Rules)
	return x.appendChannel(dst, "res", x.Upstream.Bytes, x.Upstream.Read, -1)
}

func (x *Stream) appendServer(dst []byte) []byte {
	switch {
	case x.Backend.ID < 0:
		return append(dst, "  server=<NONE> (id=-1)\n"...)
	case x.Server.Name == "":
		return append(dst, "  server=<none> (id=0)\n"...)
	}
	return fmt.Appendf(dst, "  server=%s (id=%d)%s\n", x.Server.Name, x.Server.ID, addr(x.Upstream.Peer))
}

func (x *Stream) appendEnd(dst []byte, e *StreamEnd, name, conn, target string) []byte {
	kind := "NONE"
	if e.FD >= 0 {
		kind = "CONN"
	}
	dst = fmt.Appendf(dst, "  %s=%s flags=0x00000000 state=%s endp=%s,%s,0x00000000 sub=0\n", name, x.pointer(true), stateNames[e.State], kind, x.pointer(e.FD >= 0))
	if e.FD < 0 {
		return dst
	}
	carrier, mux := "RAW", "PASS"
	if e.TLS {
		carrier = "SSL"
	}
	if x.HTTP {
		mux = "H1"
	}
	dst = fmt.Appendf(dst, "      %s=%s ctrl=%s xprt=%s mux=%s data=STRM target=%s:%s\n", conn, x.pointer(true), e.Proto, carrier, mux, target, x.pointer(true))
	return fmt.Appendf(dst, "      flags=0x00000000 fd=%d fd.state=00 updt=0 fd.tmask=%#x\n", e.FD, 1<<x.Thread)
}

func (x *Stream) appendChannel(dst []byte, name string, total int64, read, rules time.Duration) []byte {
	dst = fmt.Appendf(dst, "  %s=%s (f=0x00 an=0x0 pipe=0 tofwd=0 total=%d)\n      an_exp=%s rex=%s wex=<NEVER>\n", name, x.pointer(true), total, orNever(rules), orNever(read))
	dst = fmt.Appendf(dst, "      buf=%s data=(nil) o=0 p=0 i=0 size=0\n", x.pointer(true))
	if x.HTTP {
		dst = fmt.Appendf(dst, "      htx=%s flags=0x0 size=0 data=0 used=0 wrap=NO extra=0\n", x.pointer(true))
	}
	return dst
}

// pointer stands for an address of something that the session has, or has not.
func (x *Stream) pointer(there bool) string {
	if !there {
		return "(nil)"
	}
	return fmt.Sprintf("%#x", x.ID)
}

// methods are in the order of HAProxy's numbers; what is none of them has the next one.
var methods = []string{"OPTIONS", "GET", "HEAD", "POST", "PUT", "DELETE", "TRACE", "CONNECT"}

func methodNumber(name string) int {
	if i := slices.Index(methods, name); i >= 0 {
		return i
	}
	return len(methods)
}

func addr(text string) string {
	if text == "" {
		return ""
	}
	return " addr=" + text
}

// until shows a time that runs, or nothing.
func until(d time.Duration) string {
	if d < 0 {
		return ""
	}
	return span(d)
}

func orNever(d time.Duration) string { return or(until(d), "<NEVER>") }

// span shows a time by its two greatest units: 59m59s.
func span(d time.Duration) string {
	const day = 24 * 60 * 60
	s := int(max(0, d) / time.Second)
	switch {
	case s >= day:
		return pair(s/day, "d", s%day/3600, "h")
	case s >= 3600:
		return pair(s/3600, "h", s%3600/60, "m")
	case s >= 60:
		return pair(s/60, "m", s%60, "s")
	}
	return strconv.Itoa(s) + "s"
}

func pair(a int, unit string, b int, smaller string) string {
	return fmt.Sprintf("%d%s%d%s", a, unit, b, smaller)
}
