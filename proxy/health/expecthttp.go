package health

import (
	"bytes"
	"strconv"
	"strings"

	"simulacro/proxy/rules"
)

// answer is an HTTP response as far as it has come.
type answer struct {
	version string
	code    int
	reason  string
	fields  []rules.Field
	body    []byte
	whole   bool // its length says that all of it is here
}

// expectHTTP evaluates an expectation on an HTTP response (section 4.2, "http-check expect"); false: more is needed.
func (r *Run) expectHTTP(x *Step) bool {
	e := &x.Expect
	a, ok := parseAnswer(r.in)
	switch {
	case !ok && bad(r.in):
		r.refuse(x, Unknown, L7Rsp, false, "")
		return true
	case !ok && r.ended:
		r.refuse(x, Unknown, L7Rsp, false, "")
		return true
	case !ok:
		return false
	}
	r.Result.Code = a.code
	if r.f.Accept404 && a.code == 404 {
		r.at++
		return true
	}
	last := r.ended || a.whole
	switch e.Match {
	case Body, BodyRegex, BodyFormat:
		return r.expectBody(x, a, last)
	}
	match := false
	switch e.Match {
	case StatusCodes:
		for _, c := range e.Codes {
			match = match || c[0] <= a.code && a.code <= c[1]
		}
	case StatusRegex:
		match = e.Regex.MatchString(strconv.Itoa(a.code))
	case HeaderFields:
		match = r.header(e, a)
	}
	if match != e.Negate {
		r.at++
		return true
	}
	words := ""
	if e.OnError == nil {
		words = a.reason
	}
	r.refuse(x, e.Error, L7Sts, match, words)
	return true
}

func (r *Run) expectBody(x *Step, a *answer, last bool) bool {
	e := &x.Expect
	refuse := func(match bool, words string) bool {
		if e.OnError != nil {
			words = ""
		}
		r.refuse(x, e.Error, L7Rsp, match, words)
		return true
	}
	if len(a.body) == 0 {
		if !last {
			return false
		}
		return refuse(false, "HTTP content check could not find a response body")
	}
	pattern := e.Pattern
	if e.Match == BodyFormat {
		pattern = e.Format.Text(r.tx())
	}
	if !last && (e.Match == Body && len(a.body) < len(pattern) || e.MinRecv > 0 && len(a.body) < e.MinRecv) {
		return false
	}
	var match bool
	if e.Match == BodyRegex {
		match = e.Regex.Match(a.body)
	} else {
		match = bytes.Contains(a.body, []byte(pattern))
	}
	switch {
	case !match && !last && e.MinRecv == -1:
		return false
	case match != e.Negate:
		r.at++
		return true
	case match:
		return refuse(match, "HTTP check matched unwanted content")
	}
	return refuse(match, "HTTP content check did not match")
}

// header looks for a field whose name, and value if one is asked for, match.
func (r *Run) header(e *Expectation, a *answer) bool {
	name := e.Name.ready(r)
	value := (*Pattern)(nil)
	if e.Value != nil {
		v := e.Value.ready(r)
		value = &v
	}
	for _, f := range a.fields {
		if !name.matches(f.Name, true) {
			continue
		}
		if value == nil {
			return true
		}
		parts := []string{f.Value}
		if !e.Full {
			parts = strings.Split(f.Value, ",")
		}
		for _, p := range parts {
			if value.matches(strings.TrimSpace(p), false) {
				return true
			}
		}
	}
	return false
}

// ready evaluates a pattern's format.
func (p Pattern) ready(r *Run) Pattern {
	if p.Format != nil {
		p.Text = p.Format.Text(r.tx())
	}
	return p
}

func (p *Pattern) matches(s string, fold bool) bool {
	t := p.Text
	if p.Method == "reg" {
		return p.Regex.MatchString(s)
	}
	if fold {
		s, t = strings.ToLower(s), strings.ToLower(t)
	}
	switch p.Method {
	case "beg":
		return strings.HasPrefix(s, t)
	case "end":
		return strings.HasSuffix(s, t)
	case "sub":
		return strings.Contains(s, t)
	}
	return s == t
}

// parseAnswer reads a response whose head is complete.
func parseAnswer(p []byte) (*answer, bool) {
	end, skip := bytes.Index(p, []byte("\r\n\r\n")), 4
	if lf := bytes.Index(p, []byte("\n\n")); lf >= 0 && (end < 0 || lf < end) {
		end, skip = lf, 2
	}
	if end < 0 {
		return nil, false
	}
	lines := strings.Split(strings.ReplaceAll(string(p[:end]), "\r\n", "\n"), "\n")
	a := &answer{body: p[end+skip:]}
	var ok bool
	if a.version, a.code, a.reason, ok = statusLine(lines[0]); !ok {
		return nil, false
	}
	length, chunked := -1, false
	for _, l := range lines[1:] {
		name, v, found := strings.Cut(l, ":")
		if !found {
			continue
		}
		name, v = strings.ToLower(name), strings.TrimSpace(v)
		a.fields = append(a.fields, rules.Field{Name: name, Value: v})
		switch name {
		case "content-length":
			length, _ = strconv.Atoi(v)
		case "transfer-encoding":
			chunked = strings.HasSuffix(strings.ToLower(v), "chunked")
		}
	}
	switch {
	case chunked:
		a.body, a.whole = dechunk(a.body)
	case a.code == 204 || a.code == 304:
		a.body, a.whole = nil, true
	case length >= 0:
		a.whole = len(a.body) >= length
		a.body = a.body[:min(len(a.body), length)]
	}
	return a, true
}

// bad tells whether what has come cannot become a response.
func bad(p []byte) bool {
	const start = "HTTP/"
	if n := min(len(p), len(start)); string(p[:n]) != start[:n] {
		return len(p) > 0
	}
	line, _, complete := bytes.Cut(p, []byte("\n"))
	if !complete {
		return false
	}
	_, _, _, ok := statusLine(strings.TrimSuffix(string(line), "\r"))
	return !ok
}

// statusLine reads "HTTP/d.d ddd reason".
func statusLine(line string) (version string, code int, reason string, ok bool) {
	if len(line) < 12 || !strings.HasPrefix(line, "HTTP/") || line[6] != '.' || line[8] != ' ' || len(line) > 12 && line[12] != ' ' {
		return "", 0, "", false
	}
	code, err := strconv.Atoi(line[9:12])
	if err != nil || code < 100 {
		return "", 0, "", false
	}
	return line[5:8], code, strings.TrimSpace(line[12:]), true
}

// dechunk gives the content of what has come of a chunked body, and whether that is all.
func dechunk(p []byte) (body []byte, whole bool) {
	for {
		line, rest, ok := bytes.Cut(p, []byte("\n"))
		if !ok {
			return body, false
		}
		digits, _, _ := strings.Cut(strings.TrimSpace(string(line)), ";")
		n, err := strconv.ParseInt(strings.TrimSpace(digits), 16, 32)
		if err != nil || n < 0 {
			return body, false
		}
		if n == 0 {
			return body, true
		}
		body = append(body, rest[:min(int(n), len(rest))]...)
		if len(rest) < int(n)+2 {
			return body, false
		}
		p = rest[n+2:]
	}
}

// message shows rules the response.
func (a *answer) message() *rules.Message {
	return &rules.Message{Version: a.version, Status: a.code, Reason: a.reason, Fields: a.fields, Body: string(a.body), BodyLen: -1,
		Got: int64(len(a.body)), Whole: a.whole, Full: true}
}
