package http1

import "fmt"

// Fault says where a message stops being one, for operators (`show errors`, management manual, section 9.3). Finding it takes a
// second, slower look at the message, so that the first one need not keep account.
type Fault struct {
	At          int        // offset of the first byte that can not stand there
	State       FaultState // what was being read
	Flags       uint32     // of the message so far: the Fault… constants
	Chunk, Body int64      // bytes of the current chunk, and of the body, that were announced so far
}

// FaultState is a step of reading a message, numbered as HAProxy 2.6 shows it.
type FaultState uint8

// The steps.
const (
	inRequestStart FaultState = iota
	inRequestStartCR
	inMethod
	inMethodBlank
	inTarget
	inTargetBlank
	inRequestVersion
	inRequestLineEnd
	inResponseStart
	inResponseStartCR
	inResponseVersion
	inResponseVersionBlank
	inStatus
	inStatusBlank
	inReason
	inStatusLineEnd
	inFirstField
	inName
	inColon
	inBlank
	inBlankLF
	inBlankFold
	inValue
	inValueLF
	inValueFold
	inLastLF
	inChunkSize
	inData
	inChunkEnd
	inTrailers
	inDone
)

var faultStates = [...]string{
	"RQBEFORE", "RQBEFORE_CR", "RQMETH", "RQMETH_SP", "RQURI", "RQURI_SP", "RQVER", "RQLINE_END",
	"RPBEFORE", "RPBEFORE_CR", "RPVER", "RPVER_SP", "RPCODE", "RPCODE_SP", "RPREASON", "RPLINE_END",
	"HDR_FIRST", "HDR_NAME", "HDR_COL", "HDR_L1_SP", "HDR_L1_LF", "HDR_L1_LWS", "HDR_VAL", "HDR_L2_LF", "HDR_L2_LWS",
	"LAST_LF", "CHUNK_SIZE", "DATA", "CHUNK_CRLF", "TRAILERS", "DONE",
}

// String gives HAProxy's name and number.
func (s FaultState) String() string { return fmt.Sprintf("MSG_%s(%d)", faultStates[s], uint8(s)) }

// What a message has said of itself, in HAProxy's bits.
const (
	faultLength    = 1 << 0
	faultChunked   = 1 << 1
	faultResponse  = 1 << 2
	faultV11       = 1 << 4
	faultClose     = 1 << 5
	faultKeepAlive = 1 << 6
	faultUpgrade   = 1 << 7
	faultSized     = 1 << 8
	faultCoded     = 1 << 9
	faultAlways    = 1<<10 | 1<<12 // how HAProxy reads all messages
	faultToHead    = 1 << 14
	faultWebSocket = 1 << 15
	faultTEChunked = 1 << 16
	faultTEOther   = 1 << 17
)

// Message says which kind a message is of that is looked at again.
type Message struct {
	Response bool
	ToHead   bool // it answers a HEAD
	Lenient  bool // as Head has it
	Limits   Limits
}

// Diagnose finds what is wrong with the message that b begins with; whole lines that are folded become spaces in b.
func (m Message) Diagnose(b []byte) Fault {
	d := m.look(b)
	if d.start(m.Response) && d.fieldLines() && d.together() {
		d.bodyOf(inChunkSize, 0)
	}
	return d.Fault
}

// TooLong is the fault of a response with a whole head that is right but for its length: how long the body is is not settled yet.
func (m Message) TooLong(b []byte) Fault {
	d := m.look(b)
	_ = d.start(m.Response) && d.fieldLines() && d.together()
	d.At, d.State = d.headEnd, inData
	d.Flags &^= faultSized
	return d.Fault
}

// Odd finds what is odd in a lenient message's head that has been let through.
func (m Message) Odd(b []byte) Fault {
	d := m.look(b)
	_ = d.start(m.Response) && d.fieldLines() && d.together() // all of them give where the look has ended
	d.At = d.odd
	return d.Fault
}

func (m Message) look(b []byte) *diagnosis {
	d := &diagnosis{b: b, host: Span{-1, -1}, lenient: m.Lenient, limits: m.Limits, odd: -1}
	d.Flags = faultAlways
	if m.Response {
		d.Flags |= faultResponse
	}
	if m.ToHead {
		d.Flags |= faultToHead
	}
	return d
}

// noteOdd remembers the first of what only a lenient look passes over.
func (d *diagnosis) noteOdd(at int) {
	if d.odd < 0 {
		d.odd = at
	}
}

// diagnosis is the second look. Its steps give false where the fault is found, or the message ends.
type diagnosis struct {
	Fault
	b              []byte
	method, target Span
	version        Span
	host           Span // the first Host's value; -1: none
	status, fields int
	limits         Limits
	headEnd        int
	lastValue      int // where that of the last field begins
	lenient        bool
	odd            int // where the first thing is that only a lenient look passes over; -1: none
}

// stop is where the look ends.
func (d *diagnosis) stop(at int, in FaultState) bool {
	d.At, d.State = at, in
	return false
}

// while passes over bytes from i on that ok takes.
func (d *diagnosis) while(i int, ok func(byte) bool) int {
	for i < len(d.b) && ok(d.b[i]) {
		i++
	}
	return i
}

// at tells whether c stands at i; the end of what has come is nothing.
func (d *diagnosis) at(i int, c byte) bool { return i < len(d.b) && d.b[i] == c }

func (d *diagnosis) lineEnds(i int) bool { return d.at(i, '\r') || d.at(i, '\n') }

func isBlank(c byte) bool { return c == ' ' || c == '\t' }
func isToken(c byte) bool { return lower[c] != 0 }

func isVersion(c byte) bool { return digit(c) || c == '.' || c == '/' || 'A' <= c && c <= 'Z' }

// lf wants the LF of a line's end behind an optional CR at i; in is the step of the LF.
func (d *diagnosis) lf(i int, in FaultState) (next int, ok bool) {
	if d.at(i, '\r') {
		i++
	}
	if !d.at(i, '\n') {
		return i, d.stop(i, in)
	}
	return i + 1, true
}

// start reads empty lines and the start line.
func (d *diagnosis) start(response bool) bool {
	before, cr := inRequestStart, inRequestStartCR
	if response {
		before, cr = inResponseStart, inResponseStartCR
	}
	i := 0
	for i < len(d.b) && !isToken(d.b[i]) {
		if !d.lineEnds(i) {
			return d.stop(i, before)
		}
		var ok bool
		if i, ok = d.lf(i, cr); !ok {
			return false
		}
	}
	if i == len(d.b) {
		return d.stop(i, before)
	}
	if response {
		return d.statusLine(i)
	}
	return d.requestLine(i)
}

// requestLine reads method, target and version. A line that ends early is one of HTTP/0.9, whose missing version is found later.
func (d *diagnosis) requestLine(i int) bool {
	m := d.while(i, isToken)
	if m == len(d.b) || !isBlank(d.b[m]) && !d.lineEnds(m) {
		return d.stop(m, inMethod)
	}
	u := d.while(m, isBlank)
	if u == len(d.b) {
		return d.stop(u, inMethodBlank)
	}
	e := d.targetEnd(u)
	if e == len(d.b) || !isBlank(d.b[e]) && !d.lineEnds(e) {
		return d.stop(e, inTarget)
	}
	v := d.while(e, isBlank)
	if v == len(d.b) {
		return d.stop(v, inTargetBlank)
	}
	end := d.while(v, isVersion)
	if end == len(d.b) || !d.lineEnds(end) {
		return d.stop(end, inRequestVersion)
	}
	d.method, d.target, d.version = Span{int32(i), int32(m)}, Span{int32(u), int32(e)}, Span{int32(v), int32(end)}
	d.noteVersion()
	in := inRequestLineEnd
	if v == end {
		in = inLastLF
	}
	next, ok := d.lf(end, in)
	d.headEnd = next
	return ok
}

// targetEnd is where a target ends that begins at i, as Head has it.
func (d *diagnosis) targetEnd(i int) int {
	for {
		i = d.while(i, func(c byte) bool { return c > ' ' && c < 127 && c != '#' })
		if !d.lenient || i == len(d.b) || d.b[i] < 128 && d.b[i] != '#' {
			return i
		}
		d.noteOdd(i)
		i++
	}
}

func (d *diagnosis) noteVersion() {
	if v := d.version.Of(d.b); len(v) == 8 && (v[5] > '1' || v[5] == '1' && v[7] >= '1') {
		d.Flags |= faultV11
	}
}

// statusLine reads version, status and reason.
func (d *diagnosis) statusLine(i int) bool {
	v := d.while(i, isVersion)
	if v == len(d.b) || !isBlank(d.b[v]) {
		return d.stop(v, inResponseVersion)
	}
	d.version = Span{int32(i), int32(v)}
	d.noteVersion()
	c := d.while(v, isBlank)
	if c == len(d.b) || d.lineEnds(c) {
		return d.stop(c, inResponseVersionBlank)
	}
	e := d.while(c, digit)
	if e == len(d.b) || !isBlank(d.b[e]) && !d.lineEnds(e) {
		return d.stop(e, inStatus)
	}
	for _, n := range d.b[c:e] {
		d.status = int(uint16(d.status*10 + int(n-'0')))
	}
	r := d.while(e, isBlank)
	if r == len(d.b) {
		return d.stop(r, inStatusBlank)
	}
	end := d.while(r, func(c byte) bool { return c != '\r' && c != '\n' })
	if end == len(d.b) {
		return d.stop(end, inReason)
	}
	next, ok := d.lf(end, inStatusLineEnd)
	d.headEnd = next
	return ok
}
