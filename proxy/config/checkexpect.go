package config

import (
	"regexp"
	"strings"

	"simulacro/proxy/health"
	"simulacro/proxy/rules"
)

// checkExpect reads `expect [<setting> ...] [!] <match> <pattern>` (section 4.2, "http-check expect", "tcp-check expect").
func checkExpect(w words, http bool) (health.Step, error) {
	s := health.Step{Kind: health.Expect}
	e := &s.Expect
	e.MinRecv = -1
	if w.at(0) == "" {
		return s, sayf("expects at least a matching pattern as arguments")
	}
	matched := false
	for i := 0; w.at(i) != ""; i++ {
		word := w[i]
		if word == "!" {
			e.Negate, word, i = true, w.at(i+1), i+1
		} else if strings.HasPrefix(word, "!") {
			e.Negate, word = true, word[1:]
		}
		used, err := expectSetting(&s, word, w.from(i+1), http)
		if used > 0 || err != nil {
			if err != nil {
				return s, err
			}
			i += used
			continue
		}
		if matched {
			return s, sayf("only on pattern expected")
		}
		if used, err = expectMatch(e, word, w.from(i+1), http); err != nil {
			return s, err
		}
		matched = true
		i += used
	}
	if !matched {
		return s, sayf("expects at least a matching pattern as arguments")
	}
	return s, nil
}

// expectStatuses are those that the settings of that name take.
var expectStatuses = map[string][]string{
	"ok-status":    {"L7OK", "L7OKC", "L6OK", "L4OK"},
	"error-status": {"L7OKC", "L7RSP", "L7STS", "L6RSP", "L4CON"},
	"tout-status":  {"L7TOUT", "L6TOUT", "L4TOUT"},
}

// expectSetting reads one setting before or after the pattern; 0: the word is none.
func expectSetting(s *health.Step, word string, args words, http bool) (used int, err error) {
	e := &s.Expect
	v := args.at(0)
	switch word {
	case "min-recv", "comment", "on-success", "on-error", "status-code", "ok-status", "error-status", "tout-status":
		if v == "" {
			return 0, sayf("'%s' expects a %s as argument", word, map[bool]string{true: "integer", false: "string"}[word == "min-recv"])
		}
	default:
		return 0, nil
	}
	switch word {
	case "min-recv":
		if e.MinRecv = atoi(v); e.MinRecv < -1 {
			return 1, sayf("'%s' expects -1 or an integer from 0 to INT_MAX", word)
		}
	case "comment":
		s.Comment = v
	case "on-success":
		e.OnSuccess, err = rules.ParseFormat(nil, v, false)
	case "on-error":
		e.OnError, err = rules.ParseFormat(nil, v, false)
	case "status-code":
		e.StatusCode, err = rules.ParseExpr(nil, v)
	default:
		if !contains(expectStatuses[word], v) {
			return 1, sayf("'%s' only supports '%s' as argument, got '%s'", word, strings.Join(expectStatuses[word], "', '"), v)
		}
		*map[string]*health.Status{"ok-status": &e.OK, "error-status": &e.Error, "tout-status": &e.Tout}[word] = health.StatusNamed(v)
	}
	return 1, err
}

func errExpect(word string, http bool) error {
	if http {
		return sayf("'only supports min-recv, [!]string', '[!]rstring', '[!]string-lf', '[!]status', '[!]rstatus', [!]hdr, "+
			"[!]fhdr or comment but got '%s' as argument.", word)
	}
	return sayf("'only supports min-recv, '[!]binary', '[!]string', '[!]rstring', '[!]string-lf''[!]rbinary', '[!]binary-lf' or "+
		"comment but got '%s' as argument.", word)
}

// expectMatch reads the pattern and gives the number of words behind its kind.
func expectMatch(e *health.Expectation, word string, args words, http bool) (used int, err error) {
	v := args.at(0)
	known := []string{"string", "rstring", "string-lf", "binary", "rbinary", "binary-lf"}
	if http {
		known = []string{"string", "rstring", "string-lf", "status", "rstatus", "hdr", "fhdr"}
	}
	switch {
	case !contains(known, word):
		return 0, errExpect(word, http)
	case word == "hdr" || word == "fhdr":
		e.Match, e.Full = health.HeaderFields, word == "fhdr"
		return expectHeader(e, word, args)
	case v == "":
		return 0, sayf("'%s' expects a <pattern> as argument", word)
	}
	e.Pattern, e.Binary = v, strings.Contains(word, "binary")
	switch word {
	case "string", "binary":
		if e.Match = health.Text; http {
			e.Match = health.Body
		}
		if _, bad := health.Hex(v); e.Binary && bad != nil {
			err = sayf("'%s' : invalid binary string (%s)", word, hexFault(v))
		}
	case "rstring", "rbinary", "rstatus":
		e.Match = health.Regex
		if http {
			e.Match = map[string]health.Match{"rstring": health.BodyRegex, "rstatus": health.StatusRegex}[word]
		}
		if e.Regex, err = regexp.Compile(v); err != nil {
			err = sayf("'%s' : regex '%s' is invalid", word, v)
		}
	case "string-lf", "binary-lf":
		if e.Match = health.TextFormat; http {
			e.Match = health.BodyFormat
		}
		e.Format, err = rules.ParseFormat(nil, v, false)
	case "status":
		e.Match = health.StatusCodes
		if bad := strings.TrimLeft(v, "0123456789,- "); bad != "" {
			return 1, sayf("invalid character '%s' in the list of status codes", bad[:1])
		}
		e.Codes, err = health.Codes(v)
	}
	return 1, err
}

// expectHeader reads `{name | name-lf} [-m <meth>] <name> [{value | value-lf} [-m <meth>] <value>]`.
func expectHeader(e *health.Expectation, word string, args words) (int, error) {
	if args.at(0) != "name" && args.at(0) != "name-lf" {
		return 0, sayf("'%s' expects at the keyword name as first argument followed by a pattern", word)
	}
	name, used, err := expectPattern(args, true)
	if err != nil {
		return 0, err
	}
	e.Name = name
	rest := args.from(used)
	if rest.at(0) != "value" && rest.at(0) != "value-lf" {
		return used, nil
	}
	value, more, err := expectPattern(rest, false)
	if err != nil {
		return 0, err
	}
	e.Value = &value
	return used + more, nil
}

func expectPattern(args words, fold bool) (x health.Pattern, used int, err error) {
	what, format := args[0], strings.HasSuffix(args[0], "-lf")
	x.Method, used = "str", 1
	if args.at(1) == "-m" {
		x.Method, used = args.at(2), 3
		if !contains([]string{"str", "beg", "end", "sub", "reg"}, x.Method) {
			return x, 0, sayf("'%s' : unexpected matching method '%s'", what, x.Method)
		}
		if x.Method == "reg" && format {
			return x, 0, sayf("'%s' : -m reg is not supported by log-format string", what)
		}
	}
	if x.Text = args.at(used); x.Text == "" {
		return x, 0, sayf("'%s' expects a <pattern> as argument", what)
	}
	switch {
	case format:
		x.Format, err = rules.ParseFormat(nil, x.Text, false)
	case x.Method == "reg":
		expr := x.Text
		if fold {
			expr = "(?i)" + expr
		}
		if x.Regex, err = regexp.Compile(expr); err != nil {
			err = sayf("'%s' : regex '%s' is invalid", what, x.Text)
		}
	}
	return x, used + 1, err
}
