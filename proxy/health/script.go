package health

import (
	"net/netip"
	"regexp"
	"slices"

	"simulacro/proxy/rules"
)

// Kind is what one step of a script does.
type Kind int

// The kinds of steps.
const (
	Connect Kind = iota
	Send
	Expect
	SetVar
	UnsetVar
	Comment // only explains the step behind it
)

// Script is what a check does once its turn has come: the rules of tcp-check or http-check (configuration manual, section
// 4.2), or those that one of the protocols' options stands for.
type Script struct {
	HTTP     bool // answers are HTTP responses
	Protocol bool // an option's own script: its messages do not number steps
	Steps    []Step
}

// Step is one rule. Only the fields of its kind are in use.
type Step struct {
	Kind     Kind
	Number   int  // as messages count, from 1 on
	Implicit bool // a connection that no rule asked for
	Comment  string

	Open   Open
	Data   *rules.Format // Send: text, or hexadecimal digits where Hex is set
	Hex    bool
	Ask    *Request // Send: an HTTP request
	Expect Expectation

	Var    string // SetVar, UnsetVar
	Expr   *rules.Expr
	Format *rules.Format
}

// Open says where and how a Connect step connects.
type Open struct {
	Default   bool // with the server's settings for checks
	Port      int  // 0: the server's
	PortExpr  *rules.Expr
	Addr      netip.Addr // invalid: the server's
	SendProxy bool
	TLS       bool
	SNI       string   // "": as with the server's own
	ALPN      []string // nil: as with the server's own
	Linger    bool     // close in the ordinary way
}

// Request is what an HTTP check asks.
type Request struct {
	Method, Version string
	URI             *rules.Format
	Headers         []Header
	Body            *rules.Format // nil: none
}

// Or gives the request with what it does not say taken from another, which may be nil.
func (q *Request) Or(o *Request) *Request {
	r := *q
	if o == nil {
		return &r
	}
	if r.Method == "" {
		r.Method = o.Method
	}
	if r.URI == nil {
		r.URI = o.URI
	}
	if r.Version == "" {
		r.Version = o.Version
	}
	return &r
}

// Header is a field of a Request.
type Header struct {
	Name  string
	Value *rules.Format
}

// Match is how an Expectation looks at an answer.
type Match int

// The ways to match. The last one is of protocols' own scripts.
const (
	Text Match = iota // string, and binary where Binary is set
	Regex
	TextFormat
	StatusCodes
	StatusRegex
	Body
	BodyRegex
	BodyFormat
	HeaderFields
	Custom
)

// Expectation is what an answer must be like, and what is said of it.
type Expectation struct {
	Match   Match
	Negate  bool
	Binary  bool // the pattern is of bytes that were written as hexadecimal digits; a regular expression sees such digits
	Pattern string
	Regex   *regexp.Regexp
	Format  *rules.Format
	Codes   [][2]int
	Name    Pattern // of HeaderFields
	Value   *Pattern
	Full    bool                                         // the whole value of a field, not its parts between commas
	Judge   func(answer []byte, more bool) CustomVerdict // of Custom

	MinRecv         int    // bytes to wait for; -1: not set
	OK, Error, Tout Status // Unknown: not set
	OnSuccess       *rules.Format
	OnError         *rules.Format
	StatusCode      *rules.Expr
	head            int // index of the first of the expectations in a row
}

// CustomVerdict is what a protocol's own function makes of an answer. The zero value waits for more.
type CustomVerdict struct {
	Status Status // Unknown: wait
	OK     bool   // go on with the next step
	Code   int
	Info   string
}

// Pattern is a pattern for a header field's name or value.
type Pattern struct {
	Method string // str, beg, end, sub, reg
	Text   string
	Format *rules.Format
	Regex  *regexp.Regexp
}

// Finish numbers the steps, puts comments to the steps they are about, and adds the connection that must come first.
func (s *Script) Finish() {
	first := s.First()
	if first < 0 || s.Steps[first].Kind != Connect {
		s.Steps = append([]Step{{Kind: Connect, Implicit: true, Open: Open{Default: true}}}, s.Steps...)
	}
	comment, head := "", -1
	for i := range s.Steps {
		x := &s.Steps[i]
		if x.Kind == Comment {
			comment = x.Comment
			continue
		}
		if x.Comment == "" {
			x.Comment = comment
		}
		comment = ""
		switch {
		case x.Kind != Expect:
			head = -1
		case head < 0:
			head = i
		}
		x.Expect.head = head
	}
}

// First gives the index of the first step that does something on the wire; -1: there is none.
func (s *Script) First() int {
	for i := range s.Steps {
		switch s.Steps[i].Kind {
		case Connect, Send, Expect:
			return i
		}
	}
	return -1
}

// OnlyConnects tells whether nothing is said or awaited on any connection.
func (s *Script) OnlyConnects() bool {
	return !slices.ContainsFunc(s.Steps, func(x Step) bool { return x.Kind == Send || x.Kind == Expect })
}
