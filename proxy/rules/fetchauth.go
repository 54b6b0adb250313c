package rules

import (
	"encoding/base64"
	"strings"
)

// basicAuth reads Authorization: Basic (RFC 7617).
func (m *Message) basicAuth() (user, password string, ok bool) {
	v, _ := m.first("authorization")
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

// authFetches read what the client has shown of itself.
func authFetches() []fetch {
	return []fetch{
		{name: "http_auth", sig: "u", kind: Bool, from: srcReqHead, get: func(tx *Tx, a []arg) (Value, bool) {
			if tx.Req == nil {
				return none()
			}
			_, _, ok := tx.Req.basicAuth()
			return boolean(tx.user(a[0].users[a[0].s]) != nil), ok
		}},
		{name: "http_auth_group", sig: "u", kind: Str, from: srcReqHead, get: func(tx *Tx, a []arg) (Value, bool) {
			if tx.Req == nil || tx.user(a[0].users[a[0].s]) == nil {
				return none()
			}
			name, _, _ := tx.Req.basicAuth()
			return Text(name), true
		}},
		{name: "http_auth_user", kind: Str, from: srcReqHead, get: onReq(func(m *Message) (string, bool) { u, _, ok := m.basicAuth(); return u, ok })},
		{name: "http_auth_pass", kind: Str, from: srcReqHead, get: onReq(func(m *Message) (string, bool) { _, p, ok := m.basicAuth(); return p, ok })},
		{name: "http_auth_type", kind: Str, from: srcReqHead, get: onReq(func(m *Message) (string, bool) {
			v, _ := m.first("authorization")
			scheme, _, ok := strings.Cut(v, " ")
			if _, _, basic := m.basicAuth(); strings.EqualFold(scheme, "basic") {
				return "Basic", basic
			}
			return "Bearer", ok && strings.EqualFold(scheme, "bearer")
		})},
		{name: "http_auth_bearer", sig: "|s", kind: Str, from: srcReqHead, get: fetchBearer},
	}
}

// user finds the one that the client's name and password are of; nil: none.
func (tx *Tx) user(l *UserList) *User {
	name, password, ok := tx.Req.basicAuth()
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
	named := argText(a, 0, "") != ""
	v, _ := tx.Req.first(strings.ToLower(argText(a, 0, "authorization")))
	scheme, token, ok := strings.Cut(v, " ")
	if !ok && !named {
		return none()
	}
	if !strings.EqualFold(scheme, "bearer") {
		return Text(""), named
	}
	return Text(strings.TrimLeft(token, " ")), true
}
