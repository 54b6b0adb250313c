package rules

import (
	"slices"
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
	maps     bool // files are maps, whose keys are the patterns
	patterns []*Patterns
}

// derived are the fetches whose names may carry the match: path_beg, hdr_dom and their like. The value is the fetch. All but
// the last are criteria by themselves too (haproxy -dKacl).
var derived = map[string]string{
	"base": "base", "cook": "req.cook", "hdr": "req.hdr", "path": "path", "scook": "res.cook", "shdr": "res.hdr", "url": "url", "urlp": "urlp",
	"ssl_fc_sni": "ssl_fc_sni",
}

// suffixes are the ways to match that a derived name may end in.
var suffixes = []string{"beg", "dir", "dom", "end", "len", "reg", "sub"}

// aliases are the criteria that HAProxy has beside the fetches, some by other names, with the fetch of each.
var aliases = map[string]string{
	"http_auth_group": "http_auth_group", "method": "method", "payload": "req.payload", "payload_lv": "req.payload_lv",
	"req.ssl_ver": "req.ssl_ver", "req_rdp_cookie": "req.rdp_cookie", "req_rdp_cookie_cnt": "req.rdp_cookie_cnt", "req_ssl_sni": "req.ssl_sni",
	"req_ssl_ver": "req.ssl_ver", "req_ver": "req.ver", "resp_ver": "res.ver",
}

// criterion reads an ACL's first word: a sample expression, whose name may end in a way to match.
func criterion(env *Env, word string) (e *Expr, how string, err error) {
	name, rest := keyword(word)
	if f, how := aclKeyword(name); f != nil {
		e, err := named(env, f, name, rest)
		return e, how, err
	}
	if e, err = ParseExpr(env, word); err != nil {
		if _, ok := err.(UnsupportedError); !ok {
			err = sayf("%w in ACL expression '%s'", err, word)
		}
	}
	return e, "", err
}

// aclKeyword finds the fetch of a criterion of HAProxy's own table, and the match that its name says; nil: it is none.
func aclKeyword(name string) (*fetch, string) {
	if alias, ok := aliases[name]; ok {
		if strings.HasPrefix(name, "payload") {
			return findFetch(alias), "bin"
		}
		return findFetch(alias), ""
	}
	if fetch, ok := derived[name]; ok && name != "ssl_fc_sni" {
		return findFetch(fetch), ""
	}
	i := strings.LastIndexByte(name, '_')
	if i <= 0 || findFetch(name) != nil || !contains(suffixes, name[i+1:]) {
		return nil, ""
	}
	if fetch, ok := derived[name[:i]]; ok && (name[:i] != "ssl_fc_sni" || name[i:] == "_end" || name[i:] == "_reg") {
		return findFetch(fetch), name[i+1:]
	}
	return nil, ""
}

// named compiles what follows a criterion of HAProxy's table, which words its mistakes in its own way.
func named(env *Env, f *fetch, name, rest string) (*Expr, error) {
	e := &Expr{text: name + rest, fetch: f}
	rest, err := e.arguments(env, "ACL keyword", name, rest)
	if err != nil {
		return nil, err
	}
	if rest, err = e.converters(env, rest); err == nil && rest != "" {
		if err = e.noComma(""); len(e.convs) == 0 {
			err = sayf("missing comma after fetch keyword")
		}
	}
	if _, ok := err.(UnsupportedError); err != nil && !ok {
		err = sayf("ACL keyword '%s' : %w.", name, err)
	}
	return e, err
}

// defaultMatch is how values of a type are matched without -m.
func defaultMatch(k Kind) string {
	return map[Kind]string{Bool: "bool", Int: "int", IP: "ip", Str: "str"}[k]
}

// noPatterns is HAProxy's advice on an ACL without any.
const noPatterns = "  no pattern to match against were provided, so this ACL will never match.\n" +
	"  If this is what you intended, please add '--' to get rid of this warning.\n" +
	"  If you intended to match only for existence, please use '-m found'.\n" +
	"  If you wanted to force an int to match as a bool, please use '-m bool'.\n"

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
		return nil, err
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
	if len(words) == 1 && t.how != "bool" && t.how != "found" {
		env.bare("parsing acl keyword '%s' :\n"+noPatterns, words[0])
	}
	if err = t.lists(env, words[0], files, rest); err != nil {
		return nil, err
	}
	return t, nil
}

// flags reads -i, -f, -m, -M, -n, -u and --.
func (t *Test) flags(words []string) (files, rest []string, err error) {
	for len(words) > 0 && strings.HasPrefix(words[0], "-") {
		flag := words[0]
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
			t.maps = true
			continue
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
	for _, list := range t.patterns {
		for _, p := range list.Items {
			if contains(u.Groups, p.Text) {
				return true
			}
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
		if slices.ContainsFunc(t.patterns, func(p *Patterns) bool { return p.Match(v) }) {
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
