package config

import (
	"slices"
	"time"

	"simulacro/proxy/rules"
)

// Rules are a section's rules, those of its defaults first.
type Rules struct {
	Connection, Session      []*rules.Rule
	TCPRequest, TCPResponse  []*rules.Rule
	Request, Response, After []*rules.Rule
	Redirects                []*rules.Rule // of `redirect` lines: looked at behind Request, whatever that has come to
	InspectRequest           time.Duration // tcp-request inspect-delay
	InspectResponse          time.Duration
	Switches                 []*Switch
	UseServers               []*UseServer
	Persists                 []*Persist
	MonitorFail              []*rules.Cond
	UniqueID                 *rules.Format
	UniqueIDHeader           string
	LogLine                  *rules.Format // log-format; nil: LogFormat
	LogData                  *rules.Format // log-format-sd: structured data of targets with the format rfc5424
	ErrorLine                *rules.Format // error-log-format: of what ended before it was a request
	Captures                 [2][]string   // capture request header, capture response header: names in lower case
	Slots                    [2][]int      // how long captures may be, those of rules included
	CookieName               string        // capture cookie
	CookieLen                int
	HTTPErrors               map[int]*rules.Reply // http-error, by status
	acls                     map[string]*rules.ACL
}

// Any tells whether some rule looks at requests or responses.
func (r *Rules) Any() bool {
	return len(r.TCPRequest)+len(r.TCPResponse)+len(r.Request)+len(r.Redirects)+len(r.Response)+len(r.After)+len(r.Switches)+len(r.UseServers)+len(r.Persists) > 0 ||
		len(r.MonitorFail) > 0 || r.CookieName != "" || r.UniqueID != nil || r.LogLine != nil || r.LogData != nil || len(r.Captures[0])+len(r.Captures[1]) > 0 || len(r.HTTPErrors) > 0
}

// list gives the rules of a kind.
func (r *Rules) list(kind rules.List) *[]*rules.Rule {
	return map[rules.List]*[]*rules.Rule{
		rules.Connection: &r.Connection, rules.SessionList: &r.Session, rules.TCPRequest: &r.TCPRequest,
		rules.TCPResponse: &r.TCPResponse, rules.Request: &r.Request, rules.Response: &r.Response, rules.After: &r.After,
	}[kind]
}

// listed tells whether there is a rule in any list.
func (r *Rules) listed() bool {
	return len(r.Connection)+len(r.Session)+len(r.TCPRequest)+len(r.TCPResponse)+len(r.Request)+len(r.Response)+len(r.After) > 0
}

// add puts a rule at a list's end; the defaults' list stays as it is.
func (r *Rules) add(kind rules.List, rule *rules.Rule) {
	list := r.list(kind)
	*list = append((*list)[:len(*list):len(*list)], rule)
}

// inherit gives a section what its defaults have. It may add captures to theirs.
func (r Rules) inherit() Rules {
	r.acls = nil
	for side, list := range r.Slots {
		r.Slots[side] = slices.Clip(list)
	}
	return r
}

// Switch is one `use_backend`: a backend, or a format that makes its name.
type Switch struct {
	Cond    *rules.Cond
	Backend *Proxy
	Name    *rules.Format
	name    string
	pos     Pos
}

// UseServer is one `use-server`: a server's name, or a format that makes it.
type UseServer struct {
	Cond   *rules.Cond
	Server string
	Name   *rules.Format
	pos    Pos
}

// Persist is one `force-persist` or `ignore-persist`.
type Persist struct {
	Cond   *rules.Cond
	Ignore bool
}
