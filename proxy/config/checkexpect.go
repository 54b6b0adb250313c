package config

import (
	"regexp"
	"slices"
	"strings"

	"simulacro/proxy/health"
	"simulacro/proxy/rules"
)

// checkExpect reads `expect [<setting> ...] [!] <match> <pattern>` (section 4.2, "http-check expect", "tcp-check expect").
func (p *parser) checkExpect(w words, http bool) (health.Step, error) {
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
		used, err := p.expectSetting(&s, word, w.from(i+1), http)
		if used > 0 || err != nil {
			if err != nil {
				return s, err
			}
			i += used
			continue
		}
		switch {
		case matched && slices.Contains(expectWords(http), word):
			return s, sayf("only on pattern expected")
		case matched:
			return s, errExpect(word, http)
		}
		if used, err = p.expectMatch(e, word, w.from(i+1), http); err != nil {
			return s, err
		}
		matched = true
		i += used
	}
	if !matched {
		return s, sayf("pattern not found")
	}
	return s, nil
}

// expectStatuses are those that the settings of that name take. HAProxy takes L7OKC for error-status too, but does not say so.
var expectStatuses = map[string]struct {
	known []string
	words string
}{
	"ok-status":    {[]string{"L4OK", "L6OK", "L7OK", "L7OKC"}, "'L4OK', 'L6OK', 'L7OK' or 'L7OKC'"},
	"error-status": {[]string{"L4CON", "L6RSP", "L7RSP", "L7STS", "L7OKC"}, "'L4CON', 'L6RSP', 'L7RSP' or 'L7STS'"},
	"tout-status":  {[]string{"L4TOUT", "L6TOUT", "L7TOUT"}, "'L4TOUT', 'L6TOUT' or 'L7TOUT'"},
}

// expectSetting reads one setting before or after the pattern; 0: the word is none.
func (p *parser) expectSetting(s *health.Step, word string, args words, http bool) (used int, err error) {
	e := &s.Expect
	v := args.at(0)
	switch word {
	case "min-recv", "comment", "on-success", "on-error", "status-code", "ok-status", "error-status", "tout-status":
		if v == "" {
			what := "a string"
			switch word {
			case "min-recv":
				what = "a integer"
			case "status-code":
				what = "an expression"
			}
			return 0, sayf("'%s' expects %s as argument", word, what)
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
		e.OnSuccess, err = p.checkFormat(v)
	case "on-error":
		e.OnError, err = p.checkFormat(v)
	case "status-code":
		e.StatusCode, err = p.checkExpr("status-code", v)
	default:
		if x := expectStatuses[word]; !slices.Contains(x.known, v) {
			return 1, sayf("'%s' only supports %s status (got '%s').", word, x.words, v)
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

// expectWords are the kinds of patterns.
func expectWords(http bool) []string {
	if http {
		return []string{"string", "rstring", "string-lf", "status", "rstatus", "hdr", "fhdr"}
	}
	return []string{"string", "rstring", "string-lf", "binary", "rbinary", "binary-lf"}
}

// expectMatch reads the pattern and gives the number of words behind its kind.
func (p *parser) expectMatch(e *health.Expectation, word string, args words, http bool) (used int, err error) {
	v := args.at(0)
	switch {
	case !slices.Contains(expectWords(http), word):
		return 0, errExpect(word, http)
	case word == "hdr" || word == "fhdr":
		e.Match, e.Full = health.HeaderFields, word == "fhdr"
		return p.expectHeader(e, word, args)
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
			err = sayf("invalid binary string (%v)", rules.BadHex(v))
		}
	case "rstring", "rbinary", "rstatus":
		e.Match = health.Regex
		if http {
			e.Match = map[string]health.Match{"rstring": health.BodyRegex, "rstatus": health.StatusRegex}[word]
		}
		if e.Regex, err = regexp.Compile(v); err != nil {
			err = rules.RegexFault(v, err)
		}
	case "string-lf", "binary-lf":
		if e.Match = health.TextFormat; http {
			e.Match = health.BodyFormat
		}
		e.Format, err = p.checkFormat(v)
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
func (p *parser) expectHeader(e *health.Expectation, word string, args words) (int, error) {
	if args.at(0) != "name" && args.at(0) != "name-lf" || args.at(1) == "" {
		return 0, sayf("'%s' expects at the name keyword as first argument followed by a pattern", word)
	}
	name, used, err := p.expectPattern(word, args, true)
	if err != nil {
		return 0, err
	}
	e.Name = name
	rest := args.from(used)
	if rest.at(0) != "value" && rest.at(0) != "value-lf" {
		return used, nil
	}
	if rest.at(1) == "" {
		return 0, sayf("'%s' expect a pattern with the value keyword", word)
	}
	value, more, err := p.expectPattern(word, rest, false)
	if err != nil {
		return 0, err
	}
	e.Value = &value
	return used + more, nil
}

// expectPattern reads a name or a value of a field, and gives the number of words it took.
func (p *parser) expectPattern(word string, args words, fold bool) (x health.Pattern, used int, err error) {
	format := strings.HasSuffix(args[0], "-lf")
	x.Method, used = "str", 1
	if args.at(1) == "-m" {
		x.Method, used = args.at(2), 3
		switch {
		case x.Method == "":
			return x, 0, sayf("'%s' : '-m' expects at a matching pattern ('str', 'beg', 'end', 'sub' or 'reg')", word)
		case !slices.Contains([]string{"str", "beg", "end", "sub", "reg"}, x.Method):
			return x, 0, sayf("'%s' : '-m' only supports 'str', 'beg', 'end', 'sub' or 'reg' (got '%s')", word, x.Method)
		case x.Method == "reg" && format:
			return x, 0, sayf("'%s': log-format string is not supported with a regex matching method", word)
		}
	}
	x.Text = args.at(used)
	switch {
	case format:
		x.Format, err = p.checkFormat(x.Text)
	case x.Method == "reg":
		expr := x.Text
		if fold {
			expr = "(?i)" + expr
		}
		if x.Regex, err = regexp.Compile(expr); err != nil {
			err = rules.RegexFault(x.Text, err)
		}
	}
	return x, used + 1, err
}
