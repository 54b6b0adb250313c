package config

import (
	"errors"
	"strings"
	"time"

	"simulacro/proxy/rules"
)

// Rules are a section's rules, those of its defaults first.
type Rules struct {
	Connection, Session      []*rules.Rule
	TCPRequest, TCPResponse  []*rules.Rule
	Request, Response, After []*rules.Rule
	InspectRequest           time.Duration // tcp-request inspect-delay
	InspectResponse          time.Duration
	Switches                 []*Switch
	UseServers               []*UseServer
	MonitorFail              []*rules.Cond
	UniqueID                 *rules.Format
	UniqueIDHeader           string
	LogLine                  *rules.Format // log-format; nil: LogFormat
	Captures                 [2][]Capture  // capture request header, capture response header
	Slots                    [2][]int      // how long captures may be, those of rules included
	CookieName               string        // capture cookie
	CookieLen                int
	HTTPErrors               map[int]*rules.Reply // http-error, by status
	acls                     map[string]*rules.ACL
}

// Any tells whether some rule looks at requests or responses.
func (r *Rules) Any() bool {
	return len(r.TCPRequest)+len(r.TCPResponse)+len(r.Request)+len(r.Response)+len(r.After)+len(r.Switches)+len(r.UseServers) > 0 ||
		len(r.MonitorFail) > 0 || r.UniqueID != nil || r.LogLine != nil || len(r.Captures[0])+len(r.Captures[1]) > 0 || len(r.HTTPErrors) > 0
}

// Capture is a header that is logged.
type Capture struct {
	Name string // in lower case
	Len  int
}

// Switch is one `use_backend`: a backend, or a format that makes its name.
type Switch struct {
	Cond    *rules.Cond
	Backend *Proxy
	Name    *rules.Format
	name    string
	pos     Pos
}

// UseServer is one `use-server`.
type UseServer struct {
	Cond   *rules.Cond
	Server string
	pos    Pos
}

// ruleEnv is what rules of the open section may refer to.
func (p *parser) ruleEnv() *rules.Env {
	r := &p.px.Rules
	if r.acls == nil {
		r.acls = map[string]*rules.ACL{}
	}
	return &rules.Env{
		Pos: rules.Pos{File: p.pos.File, Line: p.pos.Line}, ACLs: r.acls, Users: p.users, Errors: p.httpErrors,
		ReadFile: p.readFile, Captures: &r.Slots, Front: p.px.front, Back: p.px.back, Refs: &p.refs, Patterns: &p.cfg.Patterns,
		Warn:         func(text string) { p.warn("parsing [%s:%d] : %s", p.pos.File, p.pos.Line, text) },
		Caution:      func(text string) { p.warn("parsing [%s:%d] : %s.", p.pos.File, p.pos.Line, text) },
		Experimental: p.experimental, Section: p.px.Name, Kind: p.px.word(),
	}
}

// envFor is ruleEnv for samples of one place.
func (p *parser) envFor(list rules.List) *rules.Env {
	env := p.ruleEnv()
	env.List = list
	return env
}

// ruleKeywords is the table of lines that are evaluated for each request (section 4.2).
func ruleKeywords() []keyword {
	return []keyword{
		{name: "acl", usage: "<name> <criterion> [<flags>] [<pattern> ...]", max: -1, parse: parseACL},
		{name: "http-request", usage: "<action> [if | unless <condition>]", max: -1, need: bothSides, parse: httpRules(rules.Request)},
		{name: "http-response", usage: "<action> [if | unless <condition>]", max: -1, need: bothSides, parse: httpRules(rules.Response)},
		{name: "http-after-response", usage: "<action> [if | unless <condition>]", max: -1, need: bothSides, parse: httpRules(rules.After)},
		{name: "tcp-request", usage: "connection | session | content | inspect-delay", max: -1, parse: parseTCPRequest},
		{name: "tcp-response", usage: "content | inspect-delay", max: -1, parse: parseTCPResponse},
		{name: "redirect", usage: "location | prefix | scheme <to> [<option>] [if | unless <condition>]", max: -1, parse: parseRedirectLine},
		{name: "use_backend", usage: "<backend> [if | unless <condition>]", max: -1, need: frontSide, local: true, parse: parseUseBackend},
		{name: "use-server", usage: "<server> if | unless <condition>", max: -1, need: backSide, local: true, parse: parseUseServer},
		{name: "monitor", usage: "fail if | unless <condition>", max: -1, need: frontSide, parse: parseMonitor},
		{name: "log-format", usage: "<format>", max: -1, need: frontSide, parse: parseLogFormat},
		{name: "unique-id-format", usage: "<format>", max: -1, need: frontSide, parse: parseUniqueID},
		{name: "unique-id-header", usage: "<name>", max: 1, need: frontSide, parse: parseUniqueIDHeader},
		{name: "capture", usage: "request header | response header | cookie <name> len <length>", max: -1, need: frontSide, parse: parseCapture},
		{name: "declare", usage: "capture request | response len <length>", max: -1, need: frontSide, local: true, parse: parseDeclare},
		{name: "http-error", usage: "status <status> [<argument> ...]", max: -1, need: bothSides, parse: parseHTTPError},
		{name: "errorfiles", usage: "<section> [<status> ...]", max: -1, need: bothSides, parse: parseErrorFiles},
		{name: "errorloc", usage: "<status> <url>", max: 2, need: bothSides, parse: parseErrorLoc},
		{name: "errorloc302", usage: "<status> <url>", max: 2, need: bothSides, parse: parseErrorLoc},
		{name: "errorloc303", usage: "<status> <url>", max: 2, need: bothSides, parse: parseErrorLoc},
	}
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
	t, err := rules.ParseTest(env, w.from(2))
	if err != nil {
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

// list gives the rules of a kind.
func (r *Rules) list(kind rules.List) *[]*rules.Rule {
	return map[rules.List]*[]*rules.Rule{
		rules.Connection: &r.Connection, rules.SessionList: &r.Session, rules.TCPRequest: &r.TCPRequest,
		rules.TCPResponse: &r.TCPResponse, rules.Request: &r.Request, rules.Response: &r.Response, rules.After: &r.After,
	}[kind]
}

// addRule compiles a rule and puts it at its list's end. HAProxy reads no further behind a wrong one.
func (p *parser) addRule(kind rules.List, w words) {
	r, err := rules.ParseRule(p.ruleEnv(), kind, w)
	if err != nil {
		p.badRule(kind, w, err)
		return
	}
	list := p.px.Rules.list(kind)
	*list = append((*list)[:len(*list):len(*list)], r)
}

func (p *parser) badRule(kind rules.List, w words, err error) {
	name := kind.Name()
	if len(w) > 0 {
		name += " " + w[0]
	}
	var cond *rules.CondError
	var unsupported rules.UnsupportedError
	var line *rules.LineError
	p.abort = kind&(rules.Request|rules.Response|rules.After) != 0
	switch {
	case errors.As(err, &unsupported):
		p.abort = false
		p.unsupported(string(unsupported))
	case errors.As(err, &cond):
		p.badRuleCondition(kind, name, w, err)
	case errors.As(err, &line):
		text := line.Error()
		if !line.Bare {
			text += "."
		}
		if best := suggest(w.at(0), line.Names); best != "" {
			text += " Did you mean '" + best + "' maybe ?"
		}
		switch {
		case line.Tight && kind&tcpRules != 0:
			p.bad("'%s' only accepts 'if' or 'unless', in %s '%s' (got '%s')", name, p.px.word(), p.px.Name, line.Word)
			return
		case line.Tight:
			p.badTight("%s", text)
			return
		case kind&tcpRules&^rules.TCPResponse != 0:
			text += "\n"
		}
		p.bad("%s", text)
	default:
		p.bad("error detected in %s '%s' while parsing '%s' rule : %s.", p.px.word(), p.px.Name, name, err)
	}
}

// tcpRules are the lists of tcp-request and tcp-response.
const tcpRules = rules.Connection | rules.SessionList | rules.TCPRequest | rules.TCPResponse

// badRuleCondition tells of a condition; HAProxy does it in three ways.
func (p *parser) badRuleCondition(kind rules.List, name string, w words, err error) {
	word := "if"
	for i := range w {
		if w[i] == "if" || w[i] == "unless" {
			word = w[i]
			break
		}
	}
	switch {
	case kind&tcpRules != 0:
		p.bad("'%s' : error detected in %s '%s' while parsing '%s' condition : %s", name, p.px.word(), p.px.Name, word, err)
	case w.at(0) == "redirect":
		p.bad("error detected in %s '%s' while parsing '%s' rule : error in condition: %s.", p.px.word(), p.px.Name, name, err)
	default:
		p.bad("error detected while parsing an '%s' condition : %s.", name, err)
	}
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
		d, fault := p.parseTime(w.at(2), time.Millisecond)
		if w.at(2) == "" || fault != nil {
			p.bad("'%s %s' expects a positive delay in milliseconds, in %s '%s'", w[0], w[1], p.px.word(), p.px.Name)
			return
		}
		*delay = d
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
	p.addRule(kind, w.from(2))
}

func parseRedirectLine(p *parser, w words) {
	if p.px.isDefaults {
		p.bad("'%s' not allowed in 'defaults' section.", w[0])
		return
	}
	p.addRule(rules.Request, append(words{"redirect"}, w.from(1)...))
}

// ruleCondition compiles what follows if or unless from the i-th word on; nil without one.
func (p *parser) ruleCondition(w words, i int) (*rules.Cond, bool) {
	if w.at(i) == "" {
		return nil, true
	}
	if w[i] != "if" && w[i] != "unless" {
		p.bad("unexpected keyword '%s' after switching rule, only 'if' and 'unless' are allowed.", w[i])
		return nil, false
	}
	c, err := rules.ParseCond(p.ruleEnv(), w.from(i))
	if err != nil {
		p.bad("error detected while parsing switching rule : %s.", err)
		return nil, false
	}
	return c, true
}

func parseUseBackend(p *parser, w words) {
	if w.at(1) == "" {
		p.bad("'%s' expects a backend name.", w[0])
		return
	}
	s := &Switch{name: w[1], pos: p.pos}
	var ok bool
	if s.Cond, ok = p.ruleCondition(w, 2); !ok {
		return
	}
	if strings.Contains(s.name, "%") {
		f, err := rules.ParseFormat(p.envFor(rules.UseBackend), s.name, false)
		if err != nil {
			p.alert("Parsing [%s:%d]: failed to parse use_backend rule '%s' : %s.", p.pos.File, p.pos.Line, s.name, err)
			return
		}
		s.Name = f
	}
	p.px.Rules.Switches = append(p.px.Rules.Switches, s)
}

func parseUseServer(p *parser, w words) {
	if w.at(1) == "" {
		p.bad("'%s' expects a server name.", w[0])
		return
	}
	if w.at(2) != "if" && w.at(2) != "unless" {
		p.bad("'%s' requires either 'if' or 'unless' followed by a condition.", w[0])
		return
	}
	if c, ok := p.ruleCondition(w, 2); ok {
		p.px.Rules.UseServers = append(p.px.Rules.UseServers, &UseServer{Cond: c, Server: w[1], pos: p.pos})
	}
}

func parseMonitor(p *parser, w words) {
	if w.at(1) != "fail" {
		p.bad("'%s' only supports 'fail'.", w[0])
		return
	}
	if w.at(2) != "if" && w.at(2) != "unless" {
		p.bad("'%s %s' requires either 'if' or 'unless' followed by a condition.", w[0], w[1])
		return
	}
	if c, ok := p.ruleCondition(w, 2); ok {
		p.px.Rules.MonitorFail = append(p.px.Rules.MonitorFail, c)
	}
}

func parseLogFormat(p *parser, w words) {
	if w.at(1) == "" {
		p.bad("%s expects an argument.", w[0])
		return
	}
	if w.at(2) != "" {
		p.bad("%s expects only one argument, don't forget to escape spaces!", w[0])
		return
	}
	p.px.formats.log = formatText{w[1], p.pos}
}

func parseUniqueID(p *parser, w words) {
	if w.at(1) == "" {
		p.bad("%s expects an argument.", w[0])
		return
	}
	if w.at(2) != "" {
		p.bad("%s expects only one argument, don't forget to escape spaces!", w[0])
		return
	}
	p.px.formats.uniqueID = formatText{w[1], p.pos}
}

func parseUniqueIDHeader(p *parser, w words) {
	if w.at(1) == "" {
		p.bad("%s expects an argument.", w[0])
		return
	}
	p.px.Rules.UniqueIDHeader = strings.ToLower(w[1])
}

// parseDeclare reads declare capture request|response len <n>.
func parseDeclare(p *parser, w words) {
	if w.at(1) != "capture" {
		p.bad("unknown declaration type '%s' (supports 'capture')", w.at(1))
		return
	}
	side := indexOf([]string{"request", "response"}, w.at(2))
	if side < 0 {
		p.bad("'declare capture' requires a direction ('request' or 'response')")
		return
	}
	n := atoi(w.at(4))
	if w.at(3) != "len" || n <= 0 {
		p.bad("'declare capture' requires a size ('len <size>')")
		return
	}
	r := &p.px.Rules
	r.Slots[side] = append(r.Slots[side], n)
}

// parseCapture reads capture request|response header <name> len <n> and capture cookie <name> len <n>.
func parseCapture(p *parser, w words) {
	side := indexOf([]string{"request", "response"}, w.at(1))
	if p.px.isDefaults {
		p.bad("'%s %s' not allowed in 'defaults' section.", w[0], w.at(1))
		return
	}
	switch {
	case w.at(1) == "cookie":
		if w.at(4) == "" || w[3] != "len" {
			p.bad("'%s' expects 'cookie' <cookie_name> 'len' <len>.", w[0])
			return
		}
		p.px.Rules.CookieName, p.px.Rules.CookieLen = w[2], atoi(w[4])
	case side >= 0 && w.at(2) == "header":
		if w.at(5) == "" || w[4] != "len" {
			p.bad("'%s %s' expects 'header' <header_name> 'len' <len>.", w[0], w[1])
			return
		}
		r := &p.px.Rules
		r.Captures[side] = append(r.Captures[side], Capture{strings.ToLower(w[3]), atoi(w[5])})
		r.Slots[side] = append(r.Slots[side], r.Captures[side][len(r.Captures[side])-1].Len)
	default:
		p.bad("'%s' expects 'cookie' or 'request header' or 'response header'.", w[0])
	}
}
