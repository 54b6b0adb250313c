package rules

import (
	"encoding/base64"
	"strings"
)

// credentials is the value of the field that has the client's credentials (RFC 9110, sections 11.6.2 and 11.7.2).
func (tx *Tx) credentials() string {
	name := "authorization"
	if tx.Proxied {
		name = "proxy-authorization"
	}
	v, _ := tx.Req.first(name)
	return v
}

// basicAuth reads credentials of the scheme Basic (RFC 7617).
func (tx *Tx) basicAuth() (user, password string, ok bool) {
	v := tx.credentials()
	scheme, token, _ := strings.Cut(v, " ")
	if !strings.EqualFold(scheme, "basic") {
		return "", "", false
	}
	b, err := base64.StdEncoding.DecodeString(strings.TrimSpace(token))
	if err != nil {
		return "", "", false
	}
	return strings.Cut(string(b), ":")
}

// onAuth takes a sample of a request's credentials.
func onAuth(f func(tx *Tx) (string, bool)) func(*Tx, []arg) (Value, bool) {
	return func(tx *Tx, _ []arg) (Value, bool) {
		if tx.Req == nil {
			return none()
		}
		s, ok := f(tx)
		return Text(s), ok
	}
}

// authFetches read what the client has shown of itself.
func authFetches() []fetch {
	return []fetch{
		{name: "http_auth", sig: "u", kind: Bool, from: srcReqHead, get: func(tx *Tx, a []arg) (Value, bool) {
			if tx.Req == nil {
				return none()
			}
			_, _, ok := tx.basicAuth()
			return boolean(tx.user(a[0].users[a[0].s]) != nil), ok
		}},
		{name: "http_auth_group", sig: "u", kind: Str, from: srcReqHead, get: func(tx *Tx, a []arg) (Value, bool) {
			if tx.Req == nil || tx.user(a[0].users[a[0].s]) == nil {
				return none()
			}
			name, _, _ := tx.basicAuth()
			return Text(name), true
		}},
		{name: "http_auth_user", kind: Str, from: srcReqHead, get: onAuth(func(tx *Tx) (string, bool) { u, _, ok := tx.basicAuth(); return u, ok })},
		{name: "http_auth_pass", kind: Str, from: srcReqHead, get: onAuth(func(tx *Tx) (string, bool) { _, p, ok := tx.basicAuth(); return p, ok })},
		{name: "http_auth_type", kind: Str, from: srcReqHead, get: onAuth(func(tx *Tx) (string, bool) {
			scheme, _, ok := strings.Cut(tx.credentials(), " ")
			if _, _, basic := tx.basicAuth(); strings.EqualFold(scheme, "basic") {
				return "Basic", basic
			}
			return "Bearer", ok && strings.EqualFold(scheme, "bearer")
		})},
		{name: "http_auth_bearer", sig: "|s", kind: Str, from: srcReqHead, get: fetchBearer},
	}
}

// user finds the one that the client's name and password are of; nil: none.
func (tx *Tx) user(l *UserList) *User {
	name, password, ok := tx.basicAuth()
	if l == nil || !ok {
		return nil
	}
	if u := l.Users[name]; u != nil && u.Check != nil && u.Check(password) {
		return u
	}
	return nil
}

// fetchBearer reads the token of the Bearer scheme (RFC 6750). Of a header that is named it gives nothing for want of one.
func fetchBearer(tx *Tx, a []arg) (Value, bool) {
	if tx.Req == nil {
		return none()
	}
	v, name := tx.credentials(), argText(a, 0, "")
	named := name != ""
	if named {
		v, _ = tx.Req.first(strings.ToLower(name))
	}
	scheme, token, ok := strings.Cut(v, " ")
	if !ok && !named {
		return none()
	}
	if !strings.EqualFold(scheme, "bearer") {
		return Text(""), named
	}
	return Text(strings.TrimLeft(token, " ")), true
}
