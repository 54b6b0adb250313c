package config

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"simulacro/proxy/rules"
)

// ruleEnv is what rules of the open section may refer to.
func (p *parser) ruleEnv() *rules.Env {
	r := &p.px.Rules
	if r.acls == nil {
		r.acls = map[string]*rules.ACL{}
	}
	return &rules.Env{
		Pos: rules.Pos{File: p.pos.File, Line: p.pos.Line}, ACLs: r.acls, Users: p.users, Keys: p.jwtKeys, Errors: p.httpErrors,
		ReadFile: p.readFile, Captures: &r.Slots, Front: p.px.front, Back: p.px.back, Refs: &p.px.refs, Patterns: &p.cfg.Patterns,
		Time: func(text string) (time.Duration, *rules.TimeFault) {
			d, fault := p.parseTime(text, time.Millisecond)
			if fault == nil {
				return d, nil
			}
			return 0, &rules.TimeFault{Over: fault.over, Under: fault.under, Char: fault.char}
		},
		Resolve:      p.resolvePattern,
		Warn:         func(text string) { p.warnAt("%s", text) },
		Caution:      func(text string) { p.warnAt("%s.", text) },
		Bare:         func(text string) { p.warn("%s", text) },
		TCP:          p.px.Mode == ModeTCP,
		Experimental: p.experimental, Section: p.px.Name, Kind: p.px.word(),
	}
}

// resolvePattern looks up a name that stands for an address in a rule. Of the C library's forms of an address, which are names
// to HAProxy, those with hexadecimal numbers are refused.
func (p *parser) resolvePattern(host string) (netip.Addr, bool) {
	if _, legacy := legacyIPv4(host); legacy && strings.ContainsAny(host, "xX") {
		return netip.Addr{}, false
	}
	return p.resolve(host, "ip4")
}

// envFor is ruleEnv for samples of one place.
func (p *parser) envFor(list rules.List) *rules.Env {
	env := p.ruleEnv()
	env.List = list
	return env
}

// ruleKeywords is the table of lines that are evaluated for each request (section 4.2).
var ruleKeywords = []keyword{
	{name: "acl", usage: "<name> <criterion> [<flags>] [<pattern> ...]", max: -1, parse: parseACL},
	{name: "http-request", usage: "<action> [if | unless <condition>]", max: -1, need: bothSides, parse: httpRules(rules.Request)},
	{name: "http-response", usage: "<action> [if | unless <condition>]", max: -1, need: bothSides, parse: httpRules(rules.Response)},
	{name: "http-after-response", usage: "<action> [if | unless <condition>]", max: -1, need: bothSides, parse: httpRules(rules.After)},
	{name: "tcp-request", usage: "connection | session | content | inspect-delay", max: -1, parse: parseTCPRequest},
	{name: "tcp-response", usage: "content | inspect-delay", max: -1, parse: parseTCPResponse},
	{name: "redirect", usage: "location | prefix | scheme <to> [<option>] [if | unless <condition>]", max: -1, parse: parseRedirectLine},
	{name: "use_backend", usage: "<backend> [if | unless <condition>]", max: -1, need: frontSide, local: true, parse: parseUseBackend},
	{name: "use-server", usage: "<server> if | unless <condition>", max: -1, need: backSide, local: true, parse: parseUseServer},
	{name: "force-persist", usage: "if | unless <condition>", max: -1, need: backSide, local: true, parse: parsePersist},
	{name: "ignore-persist", usage: "if | unless <condition>", max: -1, need: backSide, local: true, parse: parsePersist},
	{name: "monitor", usage: "fail if | unless <condition>", max: -1, need: frontSide, local: true, parse: parseMonitor},
	{name: "log-format", usage: "<format>", max: -1, parse: parseLogFormat},
	{name: "log-format-sd", usage: "<format>", max: -1, parse: parseLogData},
	{name: "error-log-format", usage: "<format>", max: -1, parse: parseErrorLog},
	{name: "unique-id-format", usage: "<format>", max: -1, parse: parseUniqueID},
	{name: "unique-id-header", usage: "<name>", max: -1, parse: parseUniqueIDHeader},
	{name: "capture", usage: "request header | response header | cookie <name> len <length>", max: -1, need: frontSide, parse: parseCapture},
	{name: "declare", usage: "capture request | response len <length>", max: -1, parse: parseDeclare},
	{name: "http-error", usage: "status <status> [<argument> ...]", max: -1, need: bothSides, parse: parseHTTPError},
	{name: "errorfiles", usage: "<section> [<status> ...]", max: -1, need: bothSides, parse: parseErrorFiles},
	{name: "errorloc", usage: "<status> <url>", max: -1, need: bothSides, parse: parseErrorLoc},
	{name: "errorloc302", usage: "<status> <url>", max: -1, need: bothSides, parse: parseErrorLoc},
	{name: "errorloc303", usage: "<status> <url>", max: -1, need: bothSides, parse: parseErrorLoc},
}

func parseACL(p *parser, w words) {
	if p.inDefaults(w) {
		return
	}
	if w.at(1) == "" {
		p.bad("'%s' expects a name and a criterion.", w[0])
		return
	}
	if c := invalidChar(w[1]); c != "" {
		p.bad("character '%s' is not permitted in acl name '%s'.", c, w[1])
		return
	}
	if strings.EqualFold(w[1], "or") {
		p.bad("acl name '%s' will never match. 'or' is used to express a logical disjunction within a condition.", w[1])
		return
	}
	env := p.ruleEnv()
	env.ACL = w[1]
	t, err := rules.ParseTest(env, w.from(2))
	if err != nil {
		if p.refused(err) {
			return
		}
		p.bad("error detected while parsing ACL '%s' : %s.", w[1], err)
		return
	}
	a := env.ACLs[w[1]]
	if a == nil {
		a = &rules.ACL{Name: w[1], Pos: env.Pos}
		env.ACLs[w[1]] = a
	}
	a.Tests = append(a.Tests, t)
}

// addRule compiles a rule and puts it at its list's end. HAProxy reads no further behind a wrong one.
func (p *parser) addRule(kind rules.List, w words) {
	env := p.ruleEnv()
	if list := *p.px.Rules.list(kind); kind&tcpRules == 0 && len(list) > 0 {
		if last := list[len(list)-1]; last.Final() && last.Unconditional() {
			p.warnTight("previous '%s' action is final and has no condition attached, further entries are NOOP.",
				kind.Name())
		}
	}
	r, err := rules.ParseRule(env, kind, w)
	if err != nil {
		p.badRule(kind, w, err)
		return
	}
	p.noteFormats(env)
	p.px.Rules.add(kind, r)
}

// noteFormats keeps what HAProxy remembers of a rule's formats in the section.
func (p *parser) noteFormats(env *rules.Env) {
	if env.Moved {
		p.px.logFormatPos = p.pos
	}
	p.px.httpFormat = p.px.httpFormat || env.NeedsHTTP
}

// inDefaults refuses rules in a defaults section without a name.
func (p *parser) inDefaults(w words) bool {
	if p.px.isDefaults && p.px.Name == "" {
		p.bad("'%s' not allowed in anonymous 'defaults' section.", w[0])
		return true
	}
	return false
}

func httpRules(kind rules.List) func(*parser, words) {
	return func(p *parser, w words) {
		if !p.inDefaults(w) {
			p.addRule(kind, w.from(1))
		}
	}
}

func parseTCPRequest(p *parser, w words) {
	kinds := map[string]rules.List{"connection": rules.Connection, "session": rules.SessionList, "content": rules.TCPRequest}
	p.tcpLine(w, kinds, &p.px.Rules.InspectRequest, "'inspect-delay', 'connection', or 'content'")
}

func parseTCPResponse(p *parser, w words) {
	p.tcpLine(w, map[string]rules.List{"content": rules.TCPResponse}, &p.px.Rules.InspectResponse, "'inspect-delay' or 'content'")
}

func (p *parser) tcpLine(w words, kinds map[string]rules.List, delay *time.Duration, expected string) {
	if p.px.isDefaults && p.px.Name == "" && w[0] == "tcp-request" && w.at(1) != "" {
		p.bad("%s %s is not allowed in anonymous 'defaults' sections", w[0], w[1])
		return
	}
	if p.px.isDefaults && p.px.Name == "" && w.at(1) == "content" {
		p.bad("%s %s is only allowed in 'backend' sections or 'defaults' section with a name", w[0], w[1])
		return
	}
	if p.inDefaults(w) {
		return
	}
	if w.at(1) == "inspect-delay" {
		p.inspectDelay(w, delay)
		return
	}
	kind, ok := kinds[w.at(1)]
	if !ok {
		if w.at(1) == "" {
			p.bad("missing argument for '%s' in %s '%s'", w[0], p.px.word(), p.px.Name)
			return
		}
		p.bad("'%s' expects %s in %s '%s' (got '%s')", w[0], expected, p.px.word(), p.px.Name, w.at(1))
		return
	}
	if !p.px.front && kind&(rules.Connection|rules.SessionList) != 0 {
		p.bad("%s %s is not allowed because %s %s is not a frontend", w[0], w[1], p.px.word(), p.px.Name)
		return
	}
	if !p.px.back && !p.px.isDefaults && kind == rules.TCPResponse {
		p.bad("%s %s is only allowed in 'backend' sections or 'defaults' section with a name", w[0], w[1])
		return
	}
	p.addRule(kind, w.from(2))
}

func (p *parser) inspectDelay(w words, delay *time.Duration) {
	d, fault := p.parseTime(w.at(2), time.Millisecond)
	reason := ""
	switch {
	case w.at(2) == "":
	case fault == nil:
		*delay = d
		return
	case fault.over:
		reason = fmt.Sprintf(" (timer overflow in '%s', maximum value is 2147483647 ms or ~24.8 days)", w[2])
	case fault.under:
		reason = fmt.Sprintf(" (timer underflow in '%s', minimum non-null value is 1 ms)", w[2])
	default:
		reason = fmt.Sprintf(" (unexpected character '%s')", fault.char)
	}
	p.bad("'%s %s' expects a positive delay in milliseconds, in %s '%s'%s", w[0], w[1], p.px.word(), p.px.Name, reason)
}

// parseRedirectLine reads `redirect`, which unlike `http-request redirect` takes its target as it is.
func parseRedirectLine(p *parser, w words) {
	if p.px.isDefaults {
		p.bad("'%s' not allowed in 'defaults' section.", w[0])
		return
	}
	env := p.ruleEnv()
	env.Plain = true
	r, err := rules.ParseRule(env, rules.Request, append(words{"redirect"}, w.from(1)...))
	if err != nil {
		if p.refused(err) {
			return
		}
		reason := ""
		if cond := new(rules.CondError); errors.As(err, &cond) {
			reason = "error in condition: "
		}
		p.bad("error detected in %s '%s' while parsing redirect rule : %s%s.", p.px.word(), p.px.Name, reason, err)
		return
	}
	p.px.Rules.Redirects = append(p.px.Rules.Redirects, r)
}
