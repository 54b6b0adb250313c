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
	Check  func(password string) bool // nil: no password is right
	Groups []string
}

// Test is a fetch, a way to match and patterns.
type Test struct {
	expr     *Expr
	how      string
	fold     bool
	dotted   bool // numbers may be versions: 3.1
	numeric  bool // hosts' names are no patterns
	maps     bool // files are maps, whose keys are the patterns
	patterns []*Patterns
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
	files, rest, err := t.flags(env, words[1:])
	if err != nil {
		return nil, err
	}
	t.settle()
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

// settle takes the way to match that the type has by itself where no other is named.
func (t *Test) settle() {
	if t.how == "" {
		t.how = defaultMatch(t.expr.Kind())
	}
}

// readable tells what is wrong with files of patterns, which HAProxy reads as they come.
func (t *Test) readable(env *Env, files []string) error {
	t.settle()
	for _, file := range files {
		if _, err := t.file(env, file); err != nil {
			return err
		}
	}
	return nil
}

// flags reads -i, -f, -m, -M, -n, -u and --.
func (t *Test) flags(env *Env, words []string) (files, rest []string, err error) {
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
			t.numeric = true
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
			if n, err := strconv.Atoi("0" + words[0]); err != nil || n < 0 {
				return nil, nil, sayf("the argument of -u must be an integer")
			}
		case "-m":
			if len(files) > 0 {
				if err = t.readable(env, files); err != nil {
					return nil, nil, err
				}
				return nil, nil, sayf("'-m' must only be specified before patterns and files in parsing ACL expression")
			}
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
	if _, ok := matchers[how]; !ok || how == "meth" || how == "auth" {
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
	return t.expr.any(tx, func(v Value) bool {
		return t.how == "found" || slices.ContainsFunc(t.patterns, func(p *Patterns) bool { return p.Match(v) })
	})
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
