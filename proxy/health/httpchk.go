package health

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Expectation is what an answer must be (configuration manual, section 4.2, "http-check expect").
type Expectation struct {
	negate bool
	kind   string
	text   string
	re     *regexp.Regexp
	ranges [][2]int
}

// NewExpectation compiles an expectation. kind is "", status, rstatus, string or rstring; the empty one accepts 2xx and 3xx.
func NewExpectation(kind, pattern string, negate bool) (*Expectation, error) {
	e := &Expectation{negate: negate, kind: kind, text: pattern}
	switch kind {
	case "":
		e.ranges = [][2]int{{200, 399}}
	case "status":
		for _, r := range strings.Split(pattern, ",") {
			lo, hi, err := statusRange(r)
			if err != nil {
				return nil, fmt.Errorf("http-check expect status %q: %w", pattern, err)
			}
			e.ranges = append(e.ranges, [2]int{lo, hi})
		}
	case "rstatus", "rstring":
		re, err := regexp.Compile(pattern)
		if err != nil {
			return nil, fmt.Errorf("http-check expect %s: %w", kind, err)
		}
		e.re = re
	case "string":
	default:
		return nil, fmt.Errorf("http-check expect: unknown kind %q", kind)
	}
	return e, nil
}

func statusRange(s string) (lo, hi int, err error) {
	a, b, ok := strings.Cut(strings.TrimSpace(s), "-")
	if lo, err = strconv.Atoi(a); err != nil || !ok {
		return lo, lo, err
	}
	if hi, err = strconv.Atoi(b); err == nil && hi < lo {
		err = errors.New("the range is upside down")
	}
	return lo, hi, err
}

// WantsBody tells whether the answer's content counts.
func (e *Expectation) WantsBody() bool { return e.kind == "string" || e.kind == "rstring" }

// Judge looks at what has come of an answer. end says that nothing more will come. With Unknown, wait for more.
func (e *Expectation) Judge(answer []byte, end bool) (s Status, code int, info string) {
	line, _, complete := bytes.Cut(answer, []byte("\n"))
	if !complete && !end && len(answer) < 4096 {
		return Unknown, 0, ""
	}
	code, reason, ok := splitStatus(line)
	if !ok {
		return L7Rsp, 0, string(bytes.TrimRight(line[:min(len(line), 80)], "\r"))
	}
	head, body, hasBody := bytes.Cut(answer, []byte("\r\n\r\n"))
	if !hasBody && !end {
		return Unknown, 0, ""
	}
	var match bool
	switch e.kind {
	case "rstatus":
		match = e.re.MatchString(strconv.Itoa(code))
	case "string", "rstring":
		match = e.matchBody(body)
		if !end && (!match || e.negate) && !lengthReached(head, body) {
			return Unknown, 0, ""
		}
	default:
		for _, r := range e.ranges {
			match = match || r[0] <= code && code <= r[1]
		}
	}
	switch {
	case match != e.negate:
		return L7OK, code, reason
	case e.WantsBody() && e.negate:
		return L7Rsp, code, "HTTP check matched unwanted content"
	case e.WantsBody():
		return L7Rsp, code, "HTTP content check did not match"
	}
	return L7Sts, code, reason
}

func (e *Expectation) matchBody(body []byte) bool {
	if e.re != nil {
		return e.re.Match(body)
	}
	return bytes.Contains(body, []byte(e.text))
}

// lengthReached tells whether the body is as long as its Content-Length says.
func lengthReached(head, body []byte) bool {
	for _, l := range bytes.Split(head, []byte("\r\n")) {
		name, v, _ := bytes.Cut(l, []byte{':'})
		if bytes.EqualFold(name, []byte("content-length")) {
			n, err := strconv.Atoi(string(bytes.TrimSpace(v)))
			return err == nil && len(body) >= n
		}
	}
	return false
}

// splitStatus reads "HTTP/d.d ddd reason".
func splitStatus(line []byte) (code int, reason string, ok bool) {
	line = bytes.TrimRight(line, "\r")
	if len(line) < 12 || !bytes.HasPrefix(line, []byte("HTTP/")) || line[8] != ' ' {
		return 0, "", false
	}
	code, err := strconv.Atoi(string(line[9:12]))
	if err != nil || len(line) > 12 && line[12] != ' ' {
		return 0, "", false
	}
	return code, string(bytes.TrimSpace(line[12:])), true
}

// Request gives the bytes that an HTTP check sends, which closes an HTTP/1.1 connection unless a header of its own says otherwise.
func Request(method, uri, version string, headers []string, body string) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s %s %s\r\n", method, uri, version)
	closes := version != "HTTP/1.0"
	for _, h := range headers {
		name, _, _ := strings.Cut(h, ":")
		closes = closes && !strings.EqualFold(name, "connection")
		b.WriteString(h + "\r\n")
	}
	if body != "" {
		fmt.Fprintf(&b, "content-length: %d\r\n", len(body))
	}
	if closes {
		b.WriteString("connection: close\r\n")
	}
	b.WriteString("\r\n" + body)
	return b.Bytes()
}
