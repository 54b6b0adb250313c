package health

import (
	"encoding/hex"
	"fmt"
	"time"

	"simulacro/proxy/rules"
)

// Want is what a Run needs next.
type Want int

// The wants.
const (
	WantOpen    Want = iota // a connection, as Run.Open says
	WantSend                // Run.Out is to be sent
	WantAnswer              // bytes of the answer, or its end
	WantNothing             // it is over: Run.Result
)

// Facts are what a script may need to know of its server.
type Facts struct {
	Accept404 bool // disable-on-404, on a server that is up
	State     func() string
	Tx        *rules.Tx // what formats and variables see
	Room      int       // how much of an answer is looked at, in bytes; 0: all
}

// Run is a script under way. It does no I/O: its owner does what Want says, and tells what came of it.
type Run struct {
	Open    Open
	Out     []byte
	IsHTTP  bool // Out is a request of HTTP
	Secured bool // the connection is one of TLS
	Result  Result

	s     *Script
	f     Facts
	at    int // the next step
	cur   int // the step that was begun last; -1: none
	in    []byte
	said  string // what a protocol's own function has found
	ended bool   // no more of the answer will come
	over  bool
}

// Begin starts a script.
func (s *Script) Begin(f Facts) *Run {
	if f.Tx == nil {
		f.Tx = &rules.Tx{Session: &rules.Session{}}
	}
	f.Tx.Final = true
	return &Run{s: s, f: f, cur: -1}
}

// Next goes on until something is needed from outside.
func (r *Run) Next() Want {
	for !r.over && r.at < len(r.s.Steps) {
		x := &r.s.Steps[r.at]
		switch x.Kind {
		case Connect:
			r.connect(x)
			return WantOpen
		case Send:
			r.cur, r.in = r.at, nil
			r.at++
			if !r.fill(x) {
				continue
			}
			return WantSend
		case Expect:
			r.cur = r.at
			if !r.expect(x) {
				return WantAnswer
			}
		case SetVar:
			r.setVar(x)
			r.at++
		case UnsetVar:
			r.f.Tx.Unset(x.Var)
			r.at++
		default:
			r.at++
		}
	}
	if !r.over {
		r.succeed()
	}
	return WantNothing
}

// connect begins a connection.
func (r *Run) connect(x *Step) {
	r.cur, r.in, r.ended, r.Secured = r.at, nil, false, false
	r.Open = x.Open
	if x.Open.PortExpr != nil {
		if v, ok := x.Open.PortExpr.Eval(r.f.Tx); ok {
			r.Open.Port = int(v.Int)
		}
	}
	r.at++
}

// Answer takes more of an answer; end says that it is the last.
func (r *Run) Answer(p []byte, end bool) {
	r.in = append(r.in, p...)
	r.ended = r.ended || end || r.f.Room > 0 && len(r.in) >= r.f.Room
	if r.cur >= 0 && r.s.Steps[r.cur].Kind == Expect {
		r.at = r.s.Steps[r.cur].Expect.head // what matched before must match still
	}
}

// Any tells whether something of an answer has come.
func (r *Run) Any() bool { return len(r.in) > 0 }

// Fail ends the run because of the connection: words are the system's, or none.
func (r *Run) Fail(status Status, words string) {
	if status == L7Tout && r.cur >= 0 && r.s.Steps[r.cur].Kind == Expect {
		if t := r.s.Steps[r.cur].Expect.Tout; t != Unknown {
			status = t
		}
	}
	r.finish(status, r.Result.Code, words+r.place())
}

func (r *Run) finish(status Status, code int, info string) {
	r.over = true
	r.Result = Result{Status: status, Code: code, Info: info}
}

// place tells where a script was, in HAProxy's words; only scripts of tcp-check do.
func (r *Run) place() string {
	if r.s.Protocol || r.s.HTTP || r.cur < 0 {
		return ""
	}
	x := &r.s.Steps[r.cur]
	if x.Implicit {
		return " at initial connection step of tcp-check"
	}
	text := fmt.Sprintf(" at step %d of tcp-check", x.Number)
	switch x.Kind {
	case Connect:
		if text += " (connect"; x.Open.Port != 0 {
			text += fmt.Sprintf(" port %d", x.Open.Port)
		}
		text += ")"
	case Send:
		text += " (send)"
	case Expect:
		text += " (expect " + x.Expect.describe() + ")"
	}
	if x.Comment != "" {
		text += " comment: '" + x.Comment + "'"
	}
	return text
}

func (e *Expectation) describe() string {
	switch {
	case e.Match == Text && e.Binary:
		return "binary '" + e.Pattern + "'"
	case e.Match == Text:
		return "string '" + e.Pattern + "'"
	case e.Match == Regex && e.Binary:
		return "binary regex"
	case e.Match == Regex:
		return "regex"
	case e.Binary:
		return "log-format binary"
	}
	return "log-format string"
}

// succeed ends a run whose steps have all been done.
func (r *Run) succeed() {
	if r.cur < 0 {
		r.finish(L7OK, 0, "(tcp-check)")
		return
	}
	x := &r.s.Steps[r.cur]
	plain := ""
	if !r.s.Protocol && !r.s.HTTP && !x.Implicit {
		plain = "(tcp-check)"
	}
	code := r.Result.Code
	switch {
	case x.Kind == Connect && r.Secured:
		r.finish(L6OK, code, "")
	case x.Kind == Connect:
		r.finish(L4OK, code, plain)
	case x.Kind != Expect:
		r.finish(L7OK, code, "(tcp-check)")
	case r.f.Accept404 && code == 404:
		r.finish(L7OKCond, code, "")
	default:
		e := &x.Expect
		status := e.OK
		if status == Unknown {
			status = L7OK
		}
		if e.Match == Custom { // what it has found is logged; the statistics do not keep it
			r.finish(status, code, "")
			r.Result.Told = r.said
			return
		}
		info := ""
		if e.OnSuccess != nil {
			info += e.OnSuccess.Text(r.tx())
		} else if info == "" {
			info = plain
		}
		r.finish(status, r.code(e, code), info)
	}
}

// code evaluates an expectation's status-code.
func (r *Run) code(e *Expectation, code int) int {
	if e.StatusCode != nil {
		if v, ok := e.StatusCode.Eval(r.tx()); ok {
			if n, ok := v.Number(); ok {
				return int(n)
			}
		}
	}
	return code
}

// tx shows formats the answer.
func (r *Run) tx() *rules.Tx {
	t := r.f.Tx
	if t.Now.IsZero() {
		t.Now = time.Now()
	}
	t.Payload = string(r.in)
	if t.Res = nil; r.s.HTTP {
		if a, ok := parseAnswer(r.in); ok {
			t.Res = a.message()
		}
	}
	return t
}

func (r *Run) setVar(x *Step) {
	if x.Format != nil {
		r.f.Tx.Set(x.Var, rules.Text(x.Format.Text(r.tx())))
		return
	}
	if v, ok := x.Expr.Eval(r.tx()); ok {
		r.f.Tx.Set(x.Var, v)
	}
}

// fill makes what a Send step sends; false: it is nothing.
func (r *Run) fill(x *Step) bool {
	if r.IsHTTP = x.Ask != nil; r.IsHTTP {
		r.Out = x.Ask.bytes(r)
		return true
	}
	text := x.Data.Text(r.tx())
	if !x.Hex {
		r.Out = []byte(text)
		return len(r.Out) > 0
	}
	b, err := hex.DecodeString(text)
	r.Out = b
	return err == nil && len(b) > 0
}
