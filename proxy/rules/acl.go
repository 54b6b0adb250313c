package rules

import (
	"net/netip"
	"regexp"
	"strconv"
	"strings"
)

// Env is what a section gives its rules while the configuration is read.
type Env struct {
	Pos      Pos
	ACLs     map[string]*ACL
	Users    map[string]*UserList
	Errors   map[string]map[int][]byte // http-errors sections
	ReadFile func(name string) ([]byte, error)
	Warn     func(text string) // without the position
	Captures *[2]int           // how many captures are declared; rules may add to them
	Front    bool              // the section has a frontend's side
}

// ACL is a named list of tests, of which one has to hold (section 7.1).
type ACL struct {
	Name  string
	Tests []*Test
}

// UserList is a userlist section: users with their groups.
type UserList struct {
	Users map[string]*User
}

// User is one user of a list.
type User struct {
	Password string
	Check    func(password string) bool
	Groups   []string
}

// Test is a fetch, a way to match and patterns.
type Test struct {
	expr     *Expr
	match    matcher
	how      string
	fold     bool
	patterns []pattern
	users    *UserList // of http_auth and http_auth_group
}

type pattern struct {
	text string
	lo   int64
	hi   int64
	net  netip.Prefix
	re   *regexp.Regexp
}

// matcher tells whether a value fits a pattern.
type matcher func(v Value, p *pattern, fold bool) bool

// matchers is the table of -m, also of the suffixes of fetches' names.
var matchers = map[string]matcher{
	"str":   func(v Value, p *pattern, fold bool) bool { return folded(v, fold) == p.text },
	"beg":   func(v Value, p *pattern, fold bool) bool { return strings.HasPrefix(folded(v, fold), p.text) },
	"end":   func(v Value, p *pattern, fold bool) bool { return strings.HasSuffix(folded(v, fold), p.text) },
	"sub":   func(v Value, p *pattern, fold bool) bool { return strings.Contains(folded(v, fold), p.text) },
	"dir":   func(v Value, p *pattern, fold bool) bool { return matchPart(folded(v, fold), p.text, "/?") },
	"dom":   func(v Value, p *pattern, fold bool) bool { return matchPart(folded(v, fold), p.text, "/?.:") },
	"reg":   func(v Value, p *pattern, _ bool) bool { return p.re.MatchString(v.String()) },
	"len":   func(v Value, p *pattern, _ bool) bool { n := int64(len(v.String())); return p.lo <= n && n <= p.hi },
	"int":   func(v Value, p *pattern, _ bool) bool { n, ok := v.number(); return ok && p.lo <= n && n <= p.hi },
	"ip":    matchIP,
	"bin":   func(v Value, p *pattern, _ bool) bool { return v.String() == p.text },
	"bool":  func(v Value, p *pattern, _ bool) bool { return v.Truth() == (p.lo != 0) },
	"found": nil,
}

func folded(v Value, fold bool) string {
	if fold {
		return strings.ToLower(v.String())
	}
	return v.String()
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

func matchIP(v Value, p *pattern, _ bool) bool {
	a, ok := v.addr()
	return ok && p.net.Contains(a.Unmap())
}

// derived are the fetches of old whose names carry the match: path_beg, hdr_dom and their like.
var derived = []string{
	"path", "url", "base", "hdr", "shdr", "req.hdr", "res.hdr", "req.fhdr", "res.fhdr", "cook", "scook", "req.cook", "res.cook",
	"urlp", "url_param", "capture.req.hdr", "capture.res.hdr", "query",
}

// criterion reads an ACL's first word: a sample expression, whose name may end in a way to match.
func criterion(word string) (*Expr, string, error) {
	name, rest := keyword(word)
	if f := findFetch(name); f == nil {
		if i := strings.LastIndexByte(name, '_'); i > 0 {
			how := name[i+1:]
			if _, ok := matchers[how]; ok && contains(derived, name[:i]) {
				e, err := ParseExpr(name[:i] + rest)
				return e, how, err
			}
		}
	}
	e, err := ParseExpr(word)
	return e, "", err
}

// defaultMatch is how values of a type are matched without -m.
func defaultMatch(k Kind) string {
	return map[Kind]string{Bool: "bool", Int: "int", IP: "ip", Str: "str", Bin: "bin"}[k]
}

// ParseTest compiles a criterion with its flags and patterns.
func ParseTest(env *Env, words []string) (*Test, error) {
	if len(words) == 0 {
		return nil, sayf("missing fetch method in ACL expression ''")
	}
	t := &Test{}
	if name, rest := keyword(words[0]); name == "http_auth" || name == "http_auth_group" {
		return t, t.auth(env, name, rest, words[1:])
	}
	var err error
	if t.expr, t.how, err = criterion(words[0]); err != nil {
		return nil, sayf("%v in ACL expression '%s'", err, words[0])
	}
	files, rest, err := t.flags(words[1:])
	if err != nil {
		return nil, err
	}
	if t.how == "" {
		t.how = defaultMatch(t.expr.Kind())
	}
	t.match = matchers[t.how]
	for _, name := range files {
		text, err := env.ReadFile(name)
		if err != nil {
			return nil, sayf("failed to open pattern file <%s>", name)
		}
		for _, line := range strings.Split(string(text), "\n") {
			if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
				rest = append(rest, line)
			}
		}
	}
	return t, t.compile(rest)
}

// flags reads -i, -f, -m, -n, -u and --.
func (t *Test) flags(words []string) (files, rest []string, err error) {
	for len(words) > 0 && len(words[0]) >= 2 && words[0][0] == '-' {
		flag := words[0]
		if _, err := strconv.Atoi(flag); err == nil {
			break // a number below 0
		}
		words = words[1:]
		switch flag {
		case "--":
			return files, words, nil
		case "-i":
			t.fold = true
			continue
		case "-n":
			continue
		case "-f", "-m", "-u":
		default:
			return nil, nil, sayf("'%s' is not supported by this director", flag)
		}
		if len(words) == 0 {
			return nil, nil, sayf("flag '%s' expects an argument", flag)
		}
		switch flag {
		case "-f":
			files = append(files, words[0])
		case "-m":
			if _, ok := matchers[words[0]]; !ok {
				return nil, nil, sayf("unknown matching method '%s' when parsing ACL expression", words[0])
			}
			t.how = words[0]
		}
		words = words[1:]
	}
	return files, words, nil
}

// compile reads the patterns as the match needs them.
func (t *Test) compile(words []string) error {
	switch t.how {
	case "found":
		return nil
	case "int", "len":
		return t.ranges(words)
	}
	for _, w := range words {
		p := pattern{text: w}
		if t.fold {
			p.text = strings.ToLower(w)
		}
		var ok bool
		var err error
		switch t.how {
		case "ip":
			if p.net, ok = parseNet(w); !ok {
				return sayf("'%s' is not a valid IPv4 or IPv6 address", w)
			}
		case "reg":
			expr := w
			if t.fold {
				expr = "(?i)" + w
			}
			if p.re, err = regexp.Compile(expr); err != nil {
				return sayf("regex '%s' is invalid (error=%v)", w, err)
			}
		case "bool":
			p.lo = bit(w == "true" || w == "1" || w == "yes" || w == "on")
		case "bin":
			v, ok := unhex(w)
			if !ok {
				return sayf("an even number of hex digits is expected in '%s'", w)
			}
			p.text = v.Str
		}
		t.patterns = append(t.patterns, p)
	}
	return nil
}

// ranges reads numbers, low:high, and the operators that may stand before one.
func (t *Test) ranges(words []string) error {
	op := "eq"
	for _, w := range words {
		switch w {
		case "eq", "ge", "gt", "le", "lt":
			op = w
			continue
		}
		p, ok := parseRange(w)
		if !ok {
			return sayf("'%s' is not a number", w)
		}
		const least, most = -1 << 63, 1<<63 - 1
		switch op {
		case "ge":
			p.hi = most
		case "gt":
			p.lo, p.hi = p.lo+1, most
		case "le":
			p.lo = least
		case "lt":
			p.lo, p.hi = least, p.hi-1
		}
		t.patterns = append(t.patterns, p)
	}
	return nil
}

func parseRange(w string) (p pattern, ok bool) {
	low, high, isRange := strings.Cut(w, ":")
	p.lo, p.hi = -1<<63, 1<<63-1
	if low != "" {
		if p.lo, ok = Text(low).number(); !ok {
			return p, false
		}
	}
	if !isRange {
		p.hi = p.lo
		return p, low != ""
	}
	if high != "" {
		if p.hi, ok = Text(high).number(); !ok {
			return p, false
		}
	}
	return p, true
}

// auth compiles http_auth(list) and http_auth_group(list) with the groups as patterns.
func (t *Test) auth(env *Env, name, rest string, words []string) error {
	args, _, err := arguments(rest, "s")
	if err != nil {
		return sayf("invalid args in fetch method '%s' : %v", name, err)
	}
	if t.users = env.Users[args[0].s]; t.users == nil {
		return sayf("invalid args in fetch method '%s' : unable to find userlist '%s'", name, args[0].s)
	}
	t.how = name
	for _, w := range words {
		t.patterns = append(t.patterns, pattern{text: w})
	}
	return nil
}

func (t *Test) authorized(tx *Tx) bool {
	if tx.Req == nil {
		return false
	}
	name, password, ok := tx.Req.basicAuth()
	u := t.users.Users[name]
	if !ok || u == nil || !u.Check(password) {
		return false
	}
	if t.how == "http_auth" {
		return true
	}
	for i := range t.patterns {
		if contains(u.Groups, t.patterns[i].text) {
			return true
		}
	}
	return false
}

// Holds tells whether one of the values fits one of the patterns.
func (t *Test) Holds(tx *Tx) bool {
	if t.users != nil {
		return t.authorized(tx)
	}
	values := t.expr.All(tx)
	if t.how == "found" {
		return len(values) > 0
	}
	for _, v := range values {
		if t.how == "bool" && len(t.patterns) == 0 && v.Truth() {
			return true
		}
		for i := range t.patterns {
			if t.match(v, &t.patterns[i], t.fold) {
				return true
			}
		}
	}
	return false
}

// Holds tells whether one of the ACL's tests does.
func (a *ACL) Holds(tx *Tx) bool {
	for _, t := range a.Tests {
		if t.Holds(tx) {
			return true
		}
	}
	return false
}
