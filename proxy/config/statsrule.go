package config

import (
	"crypto/sha256"
	"crypto/subtle"
	"slices"

	"simulacro/proxy/rules"
)

// defaultRealm is what a browser shows where neither `stats realm` nor a rule names a realm (section 4.2, "stats realm").
const defaultRealm = "HAProxy Statistics"

// statsActions are those of `stats http-request` (section 4.2) and those of http-request that change nothing but the request. With
// the others HAProxy sends two answers, the rule's and the page.
var statsActions = []string{
	"allow", "deny", "auth", "set-header", "add-header", "del-header", "replace-header", "replace-value", "set-log-level",
	"set-var", "set-var-fmt", "unset-var", "capture", "strict-mode",
}

// statsRule reads a rule of who may see the page.
func (p *parser) statsRule(w words) {
	if p.px.isDefaults {
		p.badTight("'%s' not allowed in 'defaults' section.", w[0])
		return
	}
	s := p.stats()
	if n := len(s.Rules); n > 0 && s.Rules[n-1].Unconditional() {
		p.warnTight("previous '%s' action has no condition attached, further entries are NOOP.", w[0])
	}
	list := w.from(2)
	env := p.ruleEnv()
	r, err := rules.ParseRule(env, rules.Request, withRealm(list))
	if err != nil {
		p.badRule(rules.Request, list, err)
		return
	}
	if !slices.Contains(statsActions, r.Name) {
		p.unsupported("stats http-request " + r.Name)
		return
	}
	p.noteFormats(env)
	s.Rules = append(s.Rules, r)
}

// withRealm names the realm of the page where a rule that asks for a password does not.
func withRealm(list words) words {
	if list.at(0) != "auth" || list.at(1) == "realm" {
		return list
	}
	return append(words{"auth", "realm", defaultRealm}, list[1:]...)
}

// finishStats makes of `stats auth` the rule that it stands for. The section gets a page of its own: it may have inherited that of the
// defaults.
func (p *parser) finishStats(s *section) {
	if s.Stats == nil || len(s.Stats.auth) == 0 && s.Stats.realm == "" {
		return
	}
	if len(s.Stats.Rules) > 0 {
		p.alert("%s '%s': stats 'auth'/'realm' and 'http-request' can't be used at the same time.", s.word(), s.Name)
		return
	}
	if len(s.Stats.auth) == 0 {
		return
	}
	page := *s.Stats
	realm := page.realm
	if realm == "" {
		realm = defaultRealm
	}
	const list = "stats auth"
	env := &rules.Env{Pos: rules.Pos{File: s.Pos.File, Line: s.Pos.Line}, Users: map[string]*rules.UserList{list: accounts(page.auth)},
		Front: s.front, Back: s.back}
	r, err := rules.ParseRule(env, rules.Request, words{"auth", "realm", realm, "unless", "{", "http_auth(" + list + ")", "}"})
	if err != nil { // it cannot: the words are these
		p.alert("%s '%s': stats 'auth': %s.", s.word(), s.Name, err)
		return
	}
	page.Rules = []*rules.Rule{r}
	s.Stats = &page
}

// accounts makes a userlist of the lines `stats auth`. Passwords are compared in a time that tells nothing of them.
func accounts(list []credential) *rules.UserList {
	users := map[string]*rules.User{}
	for _, c := range list {
		want := sha256.Sum256([]byte(c.password))
		users[c.user] = &rules.User{Check: func(password string) bool {
			given := sha256.Sum256([]byte(password))
			return subtle.ConstantTimeCompare(given[:], want[:]) == 1
		}}
	}
	return &rules.UserList{Users: users}
}
