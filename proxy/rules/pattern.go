package rules

import (
	"net/netip"
	"strconv"
	"strings"
	"sync"
)

// Patterns is a list of patterns with the way to match them. The runtime socket may change it while it is in use, see
// PatternSet.
type Patterns struct {
	Items []*Pattern // guarded by mu where the list is in use

	mu     sync.RWMutex
	index  *index // of many patterns; nil: they are tried one after the other
	how    string
	fold   bool
	dotted bool
	// resolve finds a host's address; nil: patterns are no names.
	resolve func(host string) (netip.Addr, bool)
}

// Pattern is one of them.
type Pattern struct {
	Text string // as written
	text string // as compared
	lo   int64
	hi   int64
	net  network
	re   *regex
}

// matcher is one way to match.
type matcher struct {
	takes Kind
	fold  func(s string) string // what -i makes of texts and patterns; nil: nothing
	fits  func(v Value, p *Pattern) bool
}

// matchers is the table of -m, also of the suffixes of fetches' names.
var matchers = map[string]matcher{
	"str":   {Str, lowered, func(v Value, p *Pattern) bool { return v.Str == p.text }},
	"beg":   {Str, lowered, func(v Value, p *Pattern) bool { return strings.HasPrefix(v.Str, p.text) }},
	"end":   {Str, lowered, func(v Value, p *Pattern) bool { return strings.HasSuffix(v.Str, p.text) }},
	"sub":   {Str, lowered, func(v Value, p *Pattern) bool { return strings.Contains(v.Str, p.text) }},
	"dir":   {Str, lowered, func(v Value, p *Pattern) bool { return matchPart(v.Str, p.text, "/?") }},
	"dom":   {Str, lowered, func(v Value, p *Pattern) bool { return matchPart(v.Str, p.text, "/?.:") }},
	"meth":  {Str, foldMethod, func(v Value, p *Pattern) bool { return v.Str == p.text }},
	"reg":   {Str, nil, func(v Value, p *Pattern) bool { return p.re.matches(v.Str) }},
	"len":   {Str, nil, func(v Value, p *Pattern) bool { n := int64(len(v.Str)); return p.lo <= n && n <= p.hi }},
	"int":   {Int, nil, func(v Value, p *Pattern) bool { return p.lo <= v.Int && v.Int <= p.hi }},
	"ip":    {IP, nil, func(v Value, p *Pattern) bool { return p.net.has(v.IP) }},
	"bin":   {Bin, nil, func(v Value, p *Pattern) bool { return v.Str == p.text }},
	"bool":  {Int, nil, nil},
	"found": {Any, nil, nil},
	"auth":  {Any, nil, nil},
}

// foldMethod leaves the methods that HAProxy knows as they are: it compares them by number.
func foldMethod(s string) string {
	switch s {
	case "OPTIONS", "GET", "HEAD", "POST", "PUT", "DELETE", "TRACE", "CONNECT":
		return s
	}
	return lowered(s)
}

// Match tells whether a value fits one of the patterns.
func (l *Patterns) Match(v Value) bool {
	m := matchers[l.how]
	v, ok := cast(v, m.takes)
	if !ok {
		return false
	}
	if l.how == "bool" {
		return v.Int != 0
	}
	return l.fits(m, v)
}

// find gives the first pattern that a text fits; nil: none.
func (l *Patterns) find(text string) *Pattern {
	m := matchers[l.how]
	v, ok := cast(Text(text), m.takes)
	if !ok || m.fits == nil {
		return nil
	}
	return l.first(m, v)
}

func (l *Patterns) first(m matcher, v Value) *Pattern {
	if l.fold && m.fold != nil {
		v.Str = m.fold(v.Str)
	}
	l.mu.RLock()
	defer l.mu.RUnlock()
	for _, p := range l.Items {
		if m.fits(v, p) {
			return p
		}
	}
	return nil
}

// matchPart finds pat between delimiters or the ends; delimiters around pat itself do not count.
func matchPart(s, pat, delims string) bool {
	pat = strings.Trim(pat, delims)
	if pat == "" {
		return false
	}
	for at := 0; at+len(pat) <= len(s); at++ {
		if s[at:at+len(pat)] != pat || at > 0 && strings.IndexByte(delims, s[at-1]) < 0 {
			continue
		}
		if end := at + len(pat); end == len(s) || strings.IndexByte(delims, s[end]) >= 0 {
			return true
		}
	}
	return false
}

// addWords compiles the patterns of a line.
func (l *Patterns) addWords(words []string) error {
	op := ""
	for _, w := range words {
		if (l.how == "int" || l.how == "len") && contains([]string{"eq", "ge", "gt", "le", "lt"}, w) {
			op = w
			continue
		}
		text := w
		if op != "" {
			text = op + " " + w
		}
		if err := l.Add(text); err != nil {
			return err
		}
		if p := l.Items[len(l.Items)-1]; op != "" && !l.dotted {
			p.Text = p.bounds(op)
		}
	}
	return nil
}

// bounds writes what an operator means as a range, as HAProxy keeps it.
func (p *Pattern) bounds(op string) string {
	switch op {
	case "ge", "gt":
		return strconv.FormatInt(p.lo, 10) + ":"
	case "le", "lt":
		return ":" + strconv.FormatInt(p.hi, 10)
	}
	return strconv.FormatInt(p.lo, 10)
}

// Add compiles a pattern and puts it at the list's end.
func (l *Patterns) Add(w string) error {
	p, err := l.compile(w)
	if err != nil {
		return err
	}
	l.push(p)
	return nil
}

func (l *Patterns) compile(w string) (*Pattern, error) {
	p := &Pattern{Text: w, text: w}
	if fold := matchers[l.how].fold; l.fold && fold != nil {
		p.text = fold(w)
	}
	var ok bool
	var err error
	switch l.how {
	case "int", "len":
		return p, p.numbers(w, l.dotted)
	case "ip":
		if p.net, ok = parseNet(w, l.resolve); !ok {
			return nil, sayf("'%s' is not a valid IPv4 or IPv6 address", w)
		}
	case "reg":
		if p.re, err = compileRegex(w, l.fold); err != nil {
			return nil, err
		}
	case "bin":
		v, ok := unhex(w)
		if !ok {
			return nil, BadHex(w)
		}
		p.text = v.Str
	}
	return p, nil
}

// BadHex tells in HAProxy's words why a text is no binary.
func BadHex(w string) error {
	if len(w)%2 != 0 {
		return sayf("an even number of hex digit is expected")
	}
	return sayf("an hex digit is expected (found '%s')", strings.TrimLeft(w, "0123456789abcdefABCDEF")[:1])
}
