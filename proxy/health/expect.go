package health

import (
	"bytes"
	"cmp"
	"encoding/hex"
	"fmt"
	"strings"
)

// expect evaluates one expectation on what has come; false: more is needed.
func (r *Run) expect(x *Step) bool {
	e := &x.Expect
	if r.s.HTTP {
		return r.expectHTTP(x)
	}
	if len(r.in) == 0 && !r.ended {
		return false
	}
	if len(r.in) == 0 {
		r.empty(x)
		return true
	}
	if e.Match == Custom {
		return r.custom(x)
	}
	pattern := r.pattern(e)
	if !r.ended && (e.Match == Text && len(r.in) < len(pattern) || e.MinRecv > 0 && len(r.in) < e.MinRecv) {
		return false
	}
	match := e.matches(r.in, pattern)
	if !match && !r.ended && e.MinRecv == -1 {
		return false
	}
	if match != e.Negate {
		r.at++
		return true
	}
	r.refuse(x, e.Error, L7Rsp, match, "")
	return true
}

// pattern gives the bytes that an expectation looks for, of one that is no regular expression.
func (r *Run) pattern(e *Expectation) []byte {
	text := e.Pattern
	if e.Match == TextFormat {
		text = e.Format.Text(r.tx())
	}
	if e.Binary && e.Match != Regex {
		b, _ := hex.DecodeString(text)
		return b
	}
	return []byte(text)
}

// matches tells whether an answer is as a pattern of tcp-check has it, whether or not that is wanted.
func (e *Expectation) matches(in, pattern []byte) bool {
	switch {
	case e.Match == Regex && e.Binary:
		return e.Regex.MatchString(strings.ToUpper(hex.EncodeToString(in)))
	case e.Match == Regex:
		return e.Regex.Match(in)
	}
	return bytes.Contains(in, pattern)
}

// refuse ends the run with an expectation that does not hold; words say why, where the kind of check has its own.
func (r *Run) refuse(x *Step, status, usual Status, match bool, words string) {
	e := &x.Expect
	if status == Unknown {
		status = usual
	}
	switch {
	case words != "":
	case e.OnError != nil:
		words = e.OnError.Text(r.tx())
	case r.s.Protocol || r.s.HTTP:
	default:
		if words = "TCPCHK did not match content"; match {
			words = "TCPCHK matched unwanted content"
		}
		words += e.what() + fmt.Sprintf(" at step %d", x.Number)
	}
	if x.Comment != "" {
		words += " comment: " + x.Comment
	}
	r.finish(status, r.code(e, r.Result.Code), words)
}

// empty ends a check whose server has closed without a word. HAProxy puts the comment into quotes here.
func (r *Run) empty(x *Step) {
	words := fmt.Sprintf("TCPCHK got an empty response at step %d", x.Number)
	if x.Comment != "" {
		words += " comment: '" + x.Comment + "'"
	}
	r.finish(cmp.Or(x.Expect.Error, L7Rsp), r.code(&x.Expect, r.Result.Code), words)
}

// what names a pattern in a message.
func (e *Expectation) what() string {
	switch {
	case e.Match == Text && e.Binary:
		return " (binary)"
	case e.Match == Text:
		return " '" + e.Pattern + "'"
	case e.Match == Regex && e.Binary:
		return " (binary regex)"
	case e.Match == Regex:
		return " (regex)"
	case e.Binary:
		return " (log-format binary)"
	}
	return " (log-format string)"
}

// custom lets a protocol's own function judge.
func (r *Run) custom(x *Step) bool {
	v := x.Expect.Judge(r.in, !r.ended)
	switch {
	case v.OK:
		if r.Result.Code = v.Code; v.Info != "" {
			r.said = v.Info
		}
		r.at++
	case v.Status == Unknown:
		return false
	default:
		r.finish(v.Status, v.Code, v.Info)
	}
	return true
}
