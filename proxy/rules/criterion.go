package rules

import "strings"

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

// aliasMatch are the matches of aliases that those of their types are not.
var aliasMatch = map[string]string{"method": "meth", "payload": "bin", "payload_lv": "bin"}

// criterion reads an ACL's first word: a sample expression, whose name may end in a way to match.
func criterion(env *Env, word string) (e *Expr, how string, err error) {
	name, rest := keyword(word)
	if f, how := aclKeyword(name); f != nil {
		e, err := named(env, f, name, rest)
		if err == nil && name == "http_auth_group" && len(e.convs) == 0 {
			how = "auth"
		}
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
		return findFetch(alias), aliasMatch[name]
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
	return map[Kind]string{Bool: "bool", Int: "int", IP: "ip", IP6: "ip", Str: "str"}[k]
}
