package rules

import (
	"net/netip"
	"strings"
	"sync"
	"time"
)

// Field is one header field; names are in lower case, as messages are sent on.
type Field struct{ Name, Value string }

// Message is a request's or response's head as rules see and change it.
type Message struct {
	Method, URI, Version string // of a request; Version also of a response, as "1.1"
	Spelt                string // the version in full, where it is none of HTTP; "": it is
	Status               int    // of a response
	Reason               string
	Fields               []Field
	Body                 string // what of the body has come so far
	BodyLen              int64  // as announced; -1: not known
	Got                  int64  // how much of the body has come
	Whole, Full          bool   // all of it has, or as much as can be kept
}

// Session is a client's connection.
type Session struct {
	Src, Dst   netip.AddrPort
	Frontend   string
	FrontendID int
	Listener   string // name of the bind line
	ListenerID int
	Authority  string // PROXY protocol, version 2: the host name that the client asked for
	HasAuth    bool
	PPUnique   string // the same: the connection's unique ID
	TLS        *TLS   // nil: none
	Proxied    bool   // a PROXY protocol header has come
	Expect     bool   // … has to come first: expect-proxy
	Failed     ConnError
	Vars       Vars
}

// Tx is a request with its response, as far as they are known. The zero value with a Session works; everything else is
// optional.
type Tx struct {
	Session *Session
	World   World
	Req     *Message // nil: not there, or gone
	Res     *Message
	Now     time.Time
	Info    *LogInfo // what log variables show; Line, Cookie and SetCookie are always up to date
	Fill    func()   // brings the rest of Info up to date; nil: it is
	First   bool     // the connection's first request
	Final   bool     // nothing more will come: what is still unknown stays so
	Backend string
	Server  string

	TxnVars, ReqVars, ResVars Vars

	Answer   *Answer // of the verdicts Deny, Tarpit and Respond
	Service  string  // of the verdict Serve
	Last     Pos     // of the last rule that ended an evaluation
	UniqueID string
	ID       *Format // unique-id-format; nil: none
	Captured [2][]string
	LogLevel int  // -1: silent; 0: as configured; otherwise the level and one
	Src, Dst bool // set-src and set-dst have changed the session's addresses
	Lax      bool // strict-mode off
	Proxied  bool // as a proxy the section asks for and reads credentials: option http-use-proxy-header
	Room     int  // bytes that rewriting may still add
	BufSize  int  // one more than a text may have that rules make; 0: the default
	Timeouts map[string]time.Duration
	Close    bool    // the connection ends after this response
	NoRetry  bool    // disable-l7-retry
	Hints    []Field // of a 103 response that has not gone out yet
	Payload  string  // of a connection in mode tcp: what has come so far

	PrioClass, PrioOffset int

	Slots      *[2][]int // how long the captures of each side may be
	resVersion string

	waiting bool // something asked for is not known yet
	wait    Wait
}

// Pos is where a rule stands.
type Pos struct {
	File string
	Line int
}

// Vars are variables of one scope. They may be used by several goroutines.
type Vars struct {
	mu sync.Mutex
	m  map[string]Value
}

// Get reads a variable, which is named without its scope.
func (v *Vars) Get(name string) (Value, bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	x, ok := v.m[name]
	return x, ok
}

// Lookup reads a process's variable by its whole name.
func (v *Vars) Lookup(name string) (Value, bool) {
	rest, ok := strings.CutPrefix(name, "proc.")
	if !ok {
		return Value{}, false
	}
	return v.Get(rest)
}

// Set writes a variable.
func (v *Vars) Set(name string, x Value) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.m == nil {
		v.m = map[string]Value{}
	}
	v.m[name] = x
}

// Unset forgets a variable.
func (v *Vars) Unset(name string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	delete(v.m, name)
}

// scopes are the prefixes of variables (section 2.5).
var scopes = []string{"proc", "sess", "txn", "req", "res", "check"}

// variable finds a variable's scope; nil: there is none now.
func (tx *Tx) variable(name string) (*Vars, string) {
	scope, rest, _ := strings.Cut(name, ".")
	switch scope {
	case "proc":
		if tx.World != nil {
			return tx.World.Process(), rest
		}
	case "sess":
		if tx.Session != nil {
			return &tx.Session.Vars, rest
		}
	case "txn", "check":
		return &tx.TxnVars, rest
	case "req":
		return &tx.ReqVars, rest
	case "res":
		return &tx.ResVars, rest
	}
	return nil, rest
}

// Set writes a variable, which is named with its scope; without a place for that scope it does nothing.
func (tx *Tx) Set(name string, v Value) { tx.setVar(name, v, nil) }

// Unset forgets a variable, which is named with its scope.
func (tx *Tx) Unset(name string) {
	if vars, rest := tx.variable(name); vars != nil {
		vars.Unset(rest)
	}
}

// ValidVar tells in HAProxy's words what is wrong with a variable's name.
func ValidVar(name string) error { return validVar(name, "") }

// validVar tells in HAProxy's words what is wrong with a variable's name.
func validVar(name, tail string) error {
	scope, rest, dotted := strings.Cut(name, ".")
	if name == "" {
		return sayf("Empty variable name cannot be accepted")
	}
	known := false
	for _, s := range scopes {
		known = known || s == scope && dotted && rest != ""
	}
	if !known {
		return sayf("invalid variable name '%s'. A variable name must be start by its scope. The scope can be 'proc', 'sess', 'txn', "+
			"'req', 'res' or 'check'", name)
	}
	for i, c := range rest {
		if c != '_' && c != '.' && !(c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z') {
			return sayf("invalid syntax at char '%s'", rest[i:]+tail)
		}
	}
	return nil
}

// Unique gives the request's unique ID, which is made when it is first asked for.
func (tx *Tx) Unique() string {
	if tx.UniqueID == "" && tx.ID != nil {
		tx.UniqueID = tx.ID.Text(tx)
	}
	return tx.UniqueID
}

// longest is how long a text may become: each request would double a session's variable otherwise.
func (tx *Tx) longest() int {
	if tx.BufSize == 0 {
		return 16<<10 - 1
	}
	return tx.BufSize - 1
}

// cut takes off a text what has no room in HAProxy's buffers.
func (tx *Tx) cut(s string) string { return s[:min(len(s), tx.longest())] }

// message is the one that a rule is about.
func (tx *Tx) message() *Message {
	if tx.Res != nil {
		return tx.Res
	}
	return tx.Req
}

// Get gives the last field of a name, which is in lower case.
func (m *Message) Get(name string) (string, bool) {
	for i := len(m.Fields) - 1; i >= 0; i-- {
		if m.Fields[i].Name == name {
			return m.Fields[i].Value, true
		}
	}
	return "", false
}

// Del takes all fields of a name out.
func (m *Message) Del(name string) {
	kept := m.Fields[:0]
	for _, f := range m.Fields {
		if f.Name != name {
			kept = append(kept, f)
		}
	}
	m.Fields = kept
}

// Add puts a field at the end.
func (m *Message) Add(name, value string) {
	m.Fields = append(m.Fields, Field{strings.ToLower(name), value})
}
