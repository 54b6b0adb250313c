package config

import (
	"fmt"
	"slices"
	"strings"
)

// condFault is why a condition could not be evaluated, and where.
type condFault struct {
	text string
	at   int
}

// evaluator reads an expression: ! binds closest, then &&, then ||.
type evaluator struct {
	in  string
	pos int
	env func(string) (string, bool)
}

func evalCondition(text string, env func(string) (string, bool)) (bool, *condFault) {
	e := &evaluator{in: text, env: env}
	e.blanks()
	if e.pos == len(e.in) {
		return false, nil
	}
	start := e.pos
	ok, fault := e.or()
	if fault == nil && e.pos < len(e.in) {
		fault = &condFault{fmt.Sprintf("unexpected character '%c' at the end of conditional expression '%s'", e.in[e.pos], e.in[start:]), e.pos}
	}
	return ok, fault
}

func (e *evaluator) blanks() {
	for e.pos < len(e.in) && (e.in[e.pos] == ' ' || e.in[e.pos] == '\t') {
		e.pos++
	}
}

func (e *evaluator) accept(token string) bool {
	if strings.HasPrefix(e.in[e.pos:], token) {
		e.pos += len(token)
		e.blanks()
		return true
	}
	return false
}

// unparsable is the fault of a place that nothing can be made of; shown is where the text begins that the message has.
func (e *evaluator) unparsable(shown, at int) *condFault {
	return &condFault{fmt.Sprintf("unparsable conditional expression '%s'", e.in[shown:]), at}
}

// or reads alternatives. What is missing behind an operator is told of with all that stands before it.
func (e *evaluator) or() (bool, *condFault) {
	start := e.pos
	value, fault := e.and()
	for fault == nil {
		operator := e.pos
		if !e.accept("||") {
			break
		}
		if e.pos == len(e.in) {
			return false, e.unparsable(start, operator)
		}
		var next bool
		next, fault = e.and()
		value = value || next
	}
	return value, fault
}

func (e *evaluator) and() (bool, *condFault) {
	value, fault := e.term()
	for fault == nil {
		operator := e.pos
		if !e.accept("&&") {
			break
		}
		if e.pos == len(e.in) {
			return false, e.unparsable(operator, operator)
		}
		var next bool
		next, fault = e.term()
		value = value && next
	}
	return value, fault
}

// term reads what may be negated: an expression in parentheses, a number or a predicate.
func (e *evaluator) term() (bool, *condFault) {
	start, negate := e.pos, false
	for e.accept("!") {
		negate = !negate
	}
	value, fault := e.operand(start)
	return value != negate, fault
}

func (e *evaluator) operand(start int) (bool, *condFault) {
	if e.accept("(") {
		value, fault := e.or()
		if fault == nil && !e.accept(")") {
			fault = &condFault{fmt.Sprintf("expected ')' after conditional expression '%s'", e.in[start:]), start}
		}
		return value, fault
	}
	if value, ok := e.number(); ok {
		return value, nil
	}
	first := e.pos
	for e.pos < len(e.in) && (isAlpha(e.in[e.pos]) || isDigit(e.in[e.pos]) || e.in[e.pos] == '_') {
		e.pos++
	}
	f, ok := predicates[e.in[first:e.pos]]
	if !ok {
		e.pos = start
		return false, e.unparsable(start, start)
	}
	return e.call(e.in[first:e.pos], f)
}

// number reads digits, which a sign may precede: whether they are other than zero.
func (e *evaluator) number() (value, ok bool) {
	i := e.pos
	if i < len(e.in) && (e.in[i] == '-' || e.in[i] == '+') {
		i++
	}
	digits := i
	for i < len(e.in) && isDigit(e.in[i]) {
		value = value || e.in[i] != '0'
		i++
	}
	if i == digits {
		return false, false
	}
	e.pos = i
	e.blanks()
	return value, true
}

// predicate is a function of a condition, with the number of arguments that it cannot do without.
type predicate struct {
	args int
	eval func(e *evaluator, a []string) bool
	bad  func(a string) bool // tells of a first argument that nothing can be made of; nil: there is none
}

var predicates = map[string]predicate{
	"defined": {1, func(e *evaluator, a []string) bool { _, ok := e.env(a[0]); return ok && a[0] != "" }, nil},
	"feature": {1, func(_ *evaluator, a []string) bool {
		return a[0] == "" || a[0] == standIn || slices.Contains(features, a[0])
	}, nil},
	"streq":           {2, func(_ *evaluator, a []string) bool { return a[0] == a[1] }, nil},
	"strneq":          {2, func(_ *evaluator, a []string) bool { return a[0] != a[1] }, nil},
	"version_atleast": {1, func(_ *evaluator, a []string) bool { return compareVersions(Version, a[0]) >= 0 }, nil},
	"version_before":  {1, func(_ *evaluator, a []string) bool { return compareVersions(Version, a[0]) < 0 }, nil},
	// What files ask that are written for HAProxy with one library or another.
	"ssllib_name_startswith":  {1, func(_ *evaluator, a []string) bool { return strings.HasPrefix(opensslName, a[0]) }, nil},
	"openssl_version_atleast": {1, func(_ *evaluator, a []string) bool { return atLeastOpenssl(a[0]) }, noOpenssl},
	"openssl_version_before":  {1, func(_ *evaluator, a []string) bool { return !atLeastOpenssl(a[0]) }, noOpenssl},
}

// features are what `feature()` answers yes to: HAProxy's names for what this director has too.
var features = []string{"EPOLL", "ACCEPT4", "THREAD", "GETADDRINFO", "SYSTEMD", "OPENSSL", "LINUX_SPLICE", "PROMEX", "CRYPT_H", "LIBCRYPT", "CPU_AFFINITY"}

// standIn is what it answers yes to where the director has another thing in its place: regexp.
const standIn = "PCRE2"

// Features lists them, for -vv.
func Features() []string { return append([]string(nil), features...) }

// call evaluates a predicate. One argument may be missing, with its parentheses, and is empty then.
func (e *evaluator) call(name string, f predicate) (bool, *condFault) {
	where := fmt.Sprintf("in argument 1 of predicate '%s' used in conditional expression", name)
	args := []string{""}
	if e.pos < len(e.in) && e.in[e.pos] == '(' {
		e.pos++
		args = e.arguments(f.args)
		switch {
		case e.pos == len(e.in):
			return false, &condFault{"expected ')' " + where, e.pos}
		case len(args) < f.args:
			return false, e.lacks(len(args), f.args, where)
		case e.in[e.pos] != ')':
			return false, &condFault{fmt.Sprintf("expected ')' before '%s' %s", e.in[e.pos:], where), e.pos}
		}
		e.pos++
	} else if f.args > 1 {
		return false, e.lacks(1, f.args, where)
	}
	if f.bad != nil && f.bad(args[0]) {
		return false, &condFault{fmt.Sprintf("'%s' is no version of OpenSSL %s", args[0], where), e.pos}
	}
	e.blanks()
	return f.eval(e, args), nil
}

func (e *evaluator) lacks(have, want int, where string) *condFault {
	return &condFault{fmt.Sprintf("missing arguments (got %d/%d), type 'string' expected %s", have, want, where), e.pos}
}

// arguments reads at most n of them up to the parenthesis that closes, or to a comma that is one too many. Quotes and
// backslashes protect as they do on a line (section 2.2), once more.
func (e *evaluator) arguments(n int) []string {
	var list []string
	var word strings.Builder
	quote := byte(0)
	for ; e.pos < len(e.in); e.pos++ {
		c := e.in[e.pos]
		switch {
		case quote != 0 && c == quote:
			quote = 0
		case quote == 0 && (c == '"' || c == '\''):
			quote = c
		case c == '\\' && quote != '\'' && e.pos+1 < len(e.in) && strings.IndexByte(`\"' `, e.in[e.pos+1]) >= 0:
			e.pos++
			word.WriteByte(e.in[e.pos])
		case quote == 0 && c == ')', quote == 0 && c == ',' && len(list) == n-1:
			return append(list, word.String())
		case quote == 0 && c == ',':
			list = append(list, word.String())
			word.Reset()
		default:
			word.WriteByte(c)
		}
	}
	return append(list, word.String())
}

// compareVersions compares dotted numbers; what is missing is 0, a suffix such as -dev2 comes before the release, and a number
// of changes, -1, behind it.
func compareVersions(a, b string) int {
	na, sa, _ := strings.Cut(a, "-")
	nb, sb, _ := strings.Cut(b, "-")
	pa, pb := strings.Split(na, "."), strings.Split(nb, ".")
	for i := 0; i < max(len(pa), len(pb)); i++ {
		if d := atoi(words(pa).at(i)) - atoi(words(pb).at(i)); d != 0 {
			return d
		}
	}
	return suffixRank(sa) - suffixRank(sb)
}

// suffixRank orders what may follow a version's numbers.
func suffixRank(s string) int {
	switch {
	case s == "":
		return 0
	case isDigit(s[0]):
		return 1
	}
	return -1
}
