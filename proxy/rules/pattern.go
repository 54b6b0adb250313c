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
	how    string
	fold   bool
	dotted bool
}

// Pattern is one of them.
type Pattern struct {
	Text string // as written
	text string // as compared
	lo   int64
	hi   int64
	net  netip.Prefix
	re   *regex
}

// matcher is one way to match.
type matcher struct {
	takes Kind
	fits  func(v Value, p *Pattern, fold bool) bool
}

// matchers is the table of -m, also of the suffixes of fetches' names.
var matchers = map[string]matcher{
	"str":   {Str, func(v Value, p *Pattern, fold bool) bool { return folded(v, fold) == p.text }},
	"beg":   {Str, func(v Value, p *Pattern, fold bool) bool { return strings.HasPrefix(folded(v, fold), p.text) }},
	"end":   {Str, func(v Value, p *Pattern, fold bool) bool { return strings.HasSuffix(folded(v, fold), p.text) }},
	"sub":   {Str, func(v Value, p *Pattern, fold bool) bool { return strings.Contains(folded(v, fold), p.text) }},
	"dir":   {Str, func(v Value, p *Pattern, fold bool) bool { return matchPart(folded(v, fold), p.text, "/?") }},
	"dom":   {Str, func(v Value, p *Pattern, fold bool) bool { return matchPart(folded(v, fold), p.text, "/?.:") }},
	"reg":   {Str, func(v Value, p *Pattern, _ bool) bool { return p.re.matches(v.Str) }},
	"len":   {Str, func(v Value, p *Pattern, _ bool) bool { n := int64(len(v.Str)); return p.lo <= n && n <= p.hi }},
	"int":   {Int, func(v Value, p *Pattern, _ bool) bool { return p.lo <= v.Int && v.Int <= p.hi }},
	"ip":    {IP, func(v Value, p *Pattern, _ bool) bool { return matchIP(v.IP, p.net) }},
	"bin":   {Bin, func(v Value, p *Pattern, _ bool) bool { return v.Str == p.text }},
	"meth":  {Str, func(v Value, p *Pattern, _ bool) bool { return v.Str == p.text }},
	"bool":  {Int, nil},
	"found": {Any, nil},
	"auth":  {Any, nil},
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
	return l.first(m, v) != nil
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
	l.mu.RLock()
	defer l.mu.RUnlock()
	for _, p := range l.Items {
		if m.fits(v, p, l.fold) {
			return p
		}
	}
	return nil
}

func folded(v Value, fold bool) string {
	if fold {
		return strings.ToLower(v.Str)
	}
	return v.Str
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

// matchIP compares addresses of either version (section 7.1.6).
func matchIP(a netip.Addr, net netip.Prefix) bool {
	if net.Addr().Is4() {
		if a = toIPv4(a); !a.Is4() {
			return false
		}
	}
	if a.Is4() && net.Addr().Is6() {
		a = netip.AddrFrom16(a.As16())
	}
	if a.Is4In6() && net.Addr().Is4In6() {
		n := net.Bits()
		return n <= 128 && samePrefix(a.As16(), net.Addr().As16(), n)
	}
	return net.Contains(a)
}

// toIPv4 takes the IPv4 address out of 2002:IPV4::, ::IPV4 and ::ffff:IPV4; others stay.
func toIPv4(a netip.Addr) netip.Addr {
	if !a.Is6() {
		return a
	}
	b := a.As16()
	switch {
	case a.Is4In6():
		return a.Unmap()
	case b[0] == 0x20 && b[1] == 0x02: // 6to4
		return netip.AddrFrom4([4]byte(b[2:6]))
	case [12]byte(b[:12]) == [12]byte{}:
		return netip.AddrFrom4([4]byte(b[12:16]))
	}
	return a
}

func samePrefix(a, b [16]byte, bits int) bool {
	for i := 0; i < bits; i++ {
		mask := byte(0x80) >> (i % 8)
		if a[i/8]&mask != b[i/8]&mask {
			return false
		}
	}
	return true
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
	l.mu.Lock()
	defer l.mu.Unlock()
	l.Items = append(l.Items, p)
	return nil
}

func (l *Patterns) compile(w string) (*Pattern, error) {
	p := &Pattern{Text: w, text: w}
	if l.fold {
		p.text = strings.ToLower(w)
	}
	var ok bool
	var err error
	switch l.how {
	case "int", "len":
		return p, p.numbers(w, l.dotted)
	case "ip":
		if p.net, ok = parseNet(w); !ok {
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
