package rules

import (
	"strconv"
	"strings"
)

// ACL is a named list of tests, of which one has to hold (section 7.1).
type ACL struct {
	Name  string
	Pos   Pos
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
	how      string
	fold     bool
	dotted   bool // numbers may be versions: 3.1
	patterns *Patterns
}

// derived are the fetches whose names may carry the match: path_beg, hdr_dom and their like. The value is the fetch.
var derived = map[string]string{
	"base": "base", "cook": "req.cook", "hdr": "req.hdr", "path": "path", "scook": "res.cook", "shdr": "res.hdr", "url": "url", "urlp": "urlp",
	"ssl_fc_sni": "ssl_fc_sni",
}

// aliases are criteria that HAProxy knows by another name than the fetch's (haproxy -dKacl).
var aliases = map[string]string{
	"cook": "req.cook", "hdr": "req.hdr", "scook": "res.cook", "shdr": "res.hdr", "payload": "req.payload", "payload_lv": "req.payload_lv",
	"req_rdp_cookie": "req.rdp_cookie", "req_rdp_cookie_cnt": "req.rdp_cookie_cnt", "req_ssl_sni": "req.ssl_sni", "req_ssl_ver": "req.ssl_ver",
	"req_ver": "req.ver", "resp_ver": "res.ver",
}

// criterion reads an ACL's first word: a sample expression, whose name may end in a way to match.
func criterion(env *Env, word string) (*Expr, string, error) {
	name, rest := keyword(word)
	if alias, ok := aliases[name]; ok {
		how := ""
		if strings.HasPrefix(name, "payload") {
			how = "bin"
		}
		e, err := ParseExpr(env, alias+rest)
		return e, how, err
	}
	if i := strings.LastIndexByte(name, '_'); i > 0 && findFetch(name) == nil {
		how := name[i+1:]
		if fetch, ok := derived[name[:i]]; ok && contains([]string{"beg", "dir", "dom", "end", "len", "reg", "sub"}, how) {
			e, err := ParseExpr(env, fetch+rest)
			return e, how, err
		}
	}
	e, err := ParseExpr(env, word)
	return e, "", err
}

// defaultMatch is how values of a type are matched without -m.
func defaultMatch(k Kind) string {
	return map[Kind]string{Bool: "bool", Int: "int", IP: "ip", Str: "str"}[k]
}

// ParseTest compiles a criterion with its flags and patterns.
func ParseTest(env *Env, words []string) (*Test, error) {
	if len(words) == 0 {
		return nil, sayf("missing fetch method in ACL expression ''")
	}
	t := &Test{}
	var err error
	if env != nil {
		env.inACL = true
		defer func() { env.inACL = false }()
	}
	if t.expr, t.how, err = criterion(env, words[0]); err != nil {
		return nil, aclError(err, words[0])
	}
	name := t.expr.fetch.name
	t.dotted = name == "req.ssl_ver"
	files, rest, err := t.flags(words[1:])
	if err != nil {
		return nil, err
	}
	if t.how == "" {
		t.how = defaultMatch(t.expr.Kind())
	}
	switch {
	case name == "http_auth_group" && len(t.expr.convs) == 0:
		t.how = "auth"
	case name == "method" && len(t.expr.convs) == 0 && t.how == "str":
		t.how = "meth"
	}
	if t.how == "" {
		return nil, sayf("matching method must be specified first (using '-m') when using a sample fetch of this type ('%s')", name)
	}
	if t.patterns, err = t.list(env, files, rest); err != nil {
		return nil, err
	}
	return t, nil
}

func aclError(err error, word string) error {
	if u, ok := err.(UnsupportedError); ok {
		return u
	}
	return sayf("%w in ACL expression '%s'", err, word)
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
		case "-M":
			return nil, nil, UnsupportedError("-M")
		default:
			return nil, nil, sayf("'%s' is not a valid ACL option. Please use '--' before any pattern beginning with a '-'", flag)
		}
		if len(words) == 0 {
			words = []string{""}
		}
		switch flag {
		case "-f":
			files = append(files, words[0])
		case "-u":
			if n, err := strconv.Atoi(words[0]); err != nil || n < 0 {
				return nil, nil, sayf("the argument of -u must be an integer")
			}
		case "-m":
			if t.how, err = t.method(words[0]); err != nil {
				return nil, nil, err
			}
		}
		words = words[1:]
	}
	return files, words, nil
}

// method checks that a way to match fits the expression.
func (t *Test) method(how string) (string, error) {
	if _, ok := matchers[how]; !ok {
		return "", sayf("unknown matching method '%s' when parsing ACL expression", how)
	}
	kind := t.expr.Kind()
	if how != "found" && !castable(kind, matchers[how].takes) {
		return "", sayf("matching method '%s' cannot be used with fetch keyword '%s'", how, t.expr.fetch.name)
	}
	return how, nil
}

// list makes the patterns: those of the files, then those of the line.
func (t *Test) list(env *Env, files, words []string) (*Patterns, error) {
	p := &Patterns{how: t.how, fold: t.fold, dotted: t.dotted, Pos: envPos(env)}
	for _, name := range files {
		if p.File == "" {
			p.File = name
		}
		if env == nil || env.ReadFile == nil {
			return nil, sayf("failed to open pattern file <%s>", name)
		}
		text, err := env.ReadFile(name)
		if err != nil {
			return nil, sayf("failed to open pattern file <%s>", name)
		}
		for i, line := range strings.Split(string(text), "\n") {
			if line = strings.Trim(line, " \t\r"); line == "" || line[0] == '#' {
				continue
			}
			if err := p.Add(line); err != nil {
				return nil, sayf("%w at line %d of file '%s'", err, i+1, name)
			}
		}
	}
	if err := p.addWords(words); err != nil {
		return nil, err
	}
	if env != nil && env.Patterns != nil {
		*env.Patterns = append(*env.Patterns, p)
	}
	return p, nil
}

func envPos(env *Env) Pos {
	if env == nil {
		return Pos{}
	}
	return env.Pos
}

// authorized tells whether the client belongs to one of the groups.
func (t *Test) authorized(tx *Tx) bool {
	if tx.Req == nil || tx.Res != nil {
		return false
	}
	list := t.expr.args[0].users[t.expr.args[0].s]
	u := tx.user(list)
	if u == nil {
		return false
	}
	for _, p := range t.patterns.Items {
		if contains(u.Groups, p.Text) {
			return true
		}
	}
	return false
}

// Holds tells whether one of the values fits one of the patterns.
func (t *Test) Holds(tx *Tx) bool {
	if t.how == "auth" {
		return t.authorized(tx)
	}
	values := t.expr.All(tx)
	if t.how == "found" {
		return len(values) > 0
	}
	for _, v := range values {
		if t.patterns.Match(v) {
			return true
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

// conflict tells whether none of the ACL's tests can ever hold where env's rules stand.
func (a *ACL) conflict(env *Env) bool {
	if env == nil {
		return false
	}
	for _, t := range a.Tests {
		if t.expr.usable(env) == nil {
			return false
		}
	}
	return len(a.Tests) > 0
}
