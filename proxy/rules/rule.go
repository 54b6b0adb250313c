package rules

import (
	"errors"
	"strings"
	"time"
)

// List is a section's list of rules.
type List uint16

// The lists, each with the events it is evaluated at (section 4.2), and the other places where samples are taken.
const (
	Connection  List = 1 << iota // tcp-request connection
	SessionList                  // tcp-request session
	TCPRequest                   // tcp-request content
	TCPResponse                  // tcp-response content
	Request                      // http-request
	Response                     // http-response
	After                        // http-after-response
	Logs                         // log-format
	UseBackend                   // use_backend
	UseServer                    // use-server
	Parsing                      // set-var of the global section
	CLI                          // set var of the runtime socket
	Checks                       // rules of tcp-check and http-check
	CheckVars                    // … that set variables
	Persisting                   // force-persist and ignore-persist
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
	Drop                   // forget the connection without telling the client
	Yield                  // not all is known yet: call again
	Fail                   // a rewrite had no room, or the like: answer 500
	Bad                    // the request is broken: answer 400
	Serve                  // Tx.Service answers
)

// Rule is one rule.
type Rule struct {
	Pos   Pos
	Name  string // of its action
	cond  *Cond
	do    func(tx *Tx) Verdict
	hints bool // early-hint
	Waits bool // it depends on what a client sends first
}

// Final tells whether no rule behind one of this action is looked at where it applies.
func (r *Rule) Final() bool {
	return contains([]string{"allow", "auth", "deny", "redirect", "return", "tarpit", "use-service"}, r.Name)
}

// Cond is the rule's condition; nil: it has none.
func (r *Rule) Cond() *Cond { return r.cond }

// Unconditional tells whether the rule always applies.
func (r *Rule) Unconditional() bool { return r.cond == nil }

// Run evaluates a list from its i-th rule on, and gives the rule where it stopped.
func (tx *Tx) Run(list []*Rule, i int) (int, Verdict) {
	for ; i < len(list); i++ {
		r := list[i]
		tx.waiting, tx.wait = false, Wait{}
		if len(tx.Hints) > 0 && !r.hints {
			tx.sendHints()
		}
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
	if len(tx.Hints) > 0 {
		tx.sendHints()
	}
	return i, Next
}

// Wait is what a Yield waits for beside the inspection's end.
type Wait struct {
	Body bool          // the message's body …
	Time time.Duration // … so long
}

// Waits tells what the last Yield waits for.
func (tx *Tx) Waits() Wait { return tx.wait }

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
	word  string   // the action as it is written
	name  string   // without what stands in parentheses behind it
	param string   // what stands in them
	words []string // arguments and the condition
	last  string   // the last word of an expression
	waits bool     // Rule.Waits
}

// done tells whether the arguments have ended.
func (p *ruleParser) done() bool {
	return len(p.words) == 0 || p.words[0] == "if" || p.words[0] == "unless"
}

// take gives the next argument; false: there is none.
func (p *ruleParser) take() (string, bool) {
	if len(p.words) == 0 || p.words[0] == "" {
		return "", false
	}
	w := p.words[0]
	p.words = p.words[1:]
	return w, true
}

// rest takes all arguments up to the condition.
func (p *ruleParser) rest() (words []string) {
	for !p.done() {
		words, p.words = append(words, p.words[0]), p.words[1:]
	}
	return words
}

// ParseRule compiles the words that follow a list's name. The error is without the position.
func ParseRule(env *Env, list List, words []string) (*Rule, error) {
	if len(words) == 0 || words[0] == "" {
		words = []string{""}
	}
	if env.List == 0 {
		env.List = list
	}
	p := &ruleParser{env: env, list: list, word: words[0], name: words[0], words: words[1:]}
	if i := strings.IndexByte(p.name, '('); i > 0 && strings.HasSuffix(p.name, ")") {
		p.name, p.param = p.name[:i], p.name[i+1:len(p.name)-1]
	}
	for _, name := range prefixActions {
		if strings.HasPrefix(p.word, name) && findAction(p.name, list) == nil {
			p.name = name
		}
	}
	written := p.word
	if contains(prefixActions, p.name) {
		written = p.name
	}
	a := findAction(written, list)
	if a == nil {
		return nil, p.unknown()
	}
	r := &Rule{Pos: env.Pos, Name: a.name, hints: a.name == "early-hint"}
	var err error
	r.do, err = a.parse(p)
	if r.Waits = p.waits; err != nil {
		var unsupported UnsupportedError
		if errors.As(err, &unsupported) {
			return nil, unsupported
		}
		return nil, err
	}
	if !p.done() {
		return nil, p.trailing()
	}
	if len(p.words) > 0 {
		if r.cond, err = ParseCond(env, p.words); err != nil {
			return nil, &CondError{err}
		}
	}
	return r, nil
}

// prefixActions take something in parentheses. They are found by what a word begins with, so that it is they that tell what is wrong
// with the rest.
var prefixActions = []string{"set-var-fmt", "set-var", "unset-var"}

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
	p.env.Moved = true
	return ParseFormat(p.env, w, false)
}

// expr reads an expression, whose converters may be words of their own.
func (p *ruleParser) expr() (*Expr, error) {
	e, rest, err := parseWords(p.env, p.words)
	if err != nil {
		return nil, err
	}
	p.last, p.words = p.words[len(p.words)-len(rest)-1], rest
	return e, nil
}

// sample reads an expression of one word.
func (p *ruleParser) sample() (*Expr, error) {
	w, _ := p.take()
	p.last = w
	return ParseExpr(p.env, w)
}

// exactly refuses another number of arguments than n; usage says what they are.
func (p *ruleParser) exactly(n int, usage string) error {
	if len(p.words) < n || len(p.words) > n && p.words[n] != "if" && p.words[n] != "unless" {
		return sayf("expects %s", usage)
	}
	return nil
}

// usable refuses an expression that can have no value where the rule stands.
func (p *ruleParser) usable(e *Expr) error {
	if e.usable(p.env) != nil {
		return unusable(e, p.word)
	}
	return nil
}

func unusable(e *Expr, word string) error {
	return sayf("fetch method '%s' extracts information from '%s', none of which is available here", word, e.fetch.from.needs)
}
