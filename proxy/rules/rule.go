package rules

import (
	"strings"
	"time"
)

// List is a section's list of rules.
type List uint8

// The lists, each with the events it is evaluated at (section 4.2).
const (
	Connection  List = 1 << iota // tcp-request connection
	SessionList                  // tcp-request session
	TCPRequest                   // tcp-request content
	TCPResponse                  // tcp-response content
	Request                      // http-request
	Response                     // http-response
	After                        // http-after-response
)

const (
	tcp        = Connection | SessionList | TCPRequest | TCPResponse
	http       = Request | Response | After
	everywhere = tcp | http
)

// Name is how configuration lines begin.
func (l List) Name() string {
	return map[List]string{
		Connection: "tcp-request connection", SessionList: "tcp-request session", TCPRequest: "tcp-request content",
		TCPResponse: "tcp-response content", Request: "http-request", Response: "http-response", After: "http-after-response",
	}[l]
}

// Verdict is what an evaluation has come to.
type Verdict uint8

// The verdicts.
const (
	Next    Verdict = iota // the list has ended
	Accept                 // the list is left
	Deny                   // answer with Tx.Answer: an error
	Tarpit                 // … after a while
	Respond                // answer with Tx.Answer
	Reject                 // close without a word
	Yield                  // not all is known yet: call again
	Fail                   // a rewrite had no room, or the like: answer 500
)

// Wait is what a Yield waits for beside the inspection's end.
type Wait struct {
	Body bool          // the message's body …
	Time time.Duration // … so long
}

// Waits tells what the last Yield waits for.
func (tx *Tx) Waits() Wait { return tx.wait }

// Rule is one rule.
type Rule struct {
	Pos  Pos
	cond *Cond
	do   func(tx *Tx) Verdict
}

// Run evaluates a list from its i-th rule on, and gives the rule where it stopped.
func (tx *Tx) Run(list []*Rule, i int) (int, Verdict) {
	for ; i < len(list); i++ {
		r := list[i]
		tx.waiting, tx.wait = false, Wait{}
		holds := r.cond.Holds(tx)
		if tx.waiting && !tx.Final {
			return i, Yield
		}
		if !holds {
			continue
		}
		switch v := r.do(tx); v {
		case Next:
		case Yield:
			return i, v
		default:
			tx.Last = r.Pos
			return i, v
		}
	}
	return i, Next
}

// action is one entry of the actions' table.
type action struct {
	name  string
	on    List // where it may stand
	parse func(p *ruleParser) (func(tx *Tx) Verdict, error)
}

// ruleParser reads one rule.
type ruleParser struct {
	env   *Env
	list  List
	name  string
	param string   // what stands in parentheses behind the name
	words []string // arguments, without the condition
}

// take gives the next argument; false: there is none.
func (p *ruleParser) take() (string, bool) {
	if len(p.words) == 0 {
		return "", false
	}
	w := p.words[0]
	p.words = p.words[1:]
	return w, true
}

// ParseRule compiles the words that follow a list's name. The error is without the position.
func ParseRule(env *Env, list List, words []string) (*Rule, error) {
	if len(words) == 0 {
		return nil, sayf("missing action")
	}
	p := &ruleParser{env: env, list: list, name: words[0]}
	body, cond := splitCond(words[1:])
	p.words = body
	if i := strings.IndexByte(p.name, '('); i > 0 && strings.HasSuffix(p.name, ")") {
		p.name, p.param = p.name[:i], p.name[i+1:len(p.name)-1]
	}
	a := findAction(p.name, list)
	if a == nil {
		return nil, p.unknown()
	}
	r := &Rule{Pos: env.Pos}
	var err error
	if r.do, err = a.parse(p); err != nil {
		return nil, err
	}
	if len(p.words) > 0 {
		return nil, sayf("expects 'if', 'unless' or end of rule after action, but got '%s'", p.words[0])
	}
	if cond != nil {
		if r.cond, err = ParseCond(env, cond); err != nil {
			return nil, &CondError{err}
		}
	}
	return r, nil
}

// CondError says that a rule's condition is wrong, which HAProxy words in its own way.
type CondError struct{ err error }

func (e *CondError) Error() string { return e.err.Error() }

// Unwrap gives the condition's error.
func (e *CondError) Unwrap() error { return e.err }

// UnsupportedError names what HAProxy has and this director has not.
type UnsupportedError string

func (e UnsupportedError) Error() string {
	return "'" + string(e) + "' is not supported by this director"
}

// unsupported are actions that HAProxy 2.6 has and this director does not.
var unsupported = []string{
	"add-acl", "del-acl", "add-map", "set-map", "del-map", "cache-use", "cache-store", "do-resolve", "lua", "normalize-uri",
	"reject-early", "sc-inc-gpc", "sc-inc-gpc0", "sc-inc-gpc1", "sc-set-gpt", "sc-set-gpt0", "send-spoe-group", "set-bandwidth-limit",
	"set-mark", "set-tos", "set-nice", "set-priority-class", "set-priority-offset", "silent-drop", "track-sc0", "track-sc1", "track-sc2",
	"use-service", "early-hint", "disable-l7-retry", "expect-proxy", "expect-netscaler-cip", "switch-mode", "track-sc",
}

func (p *ruleParser) unknown() error {
	if contains(unsupported, p.name) {
		return UnsupportedError(p.list.Name() + " " + p.name)
	}
	var names []string
	for _, a := range actions() {
		if a.on&p.list != 0 {
			names = append(names, "'"+a.name+"'")
		}
	}
	return sayf("'%s' expects %s, but got '%s'", p.list.Name(), strings.Join(names, ", "), p.name)
}

func findAction(name string, list List) *action {
	for i, a := range actions() {
		if a.name == name && a.on&list != 0 {
			return &actions()[i]
		}
	}
	return nil
}

// format reads a log format argument.
func (p *ruleParser) format(what string) (*Format, error) {
	w, ok := p.take()
	if !ok {
		return nil, sayf("expects %s", what)
	}
	return ParseFormat(w, false)
}
