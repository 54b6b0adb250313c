package rules

import (
	"crypto"
	"errors"
	"net/netip"
	"strconv"
	"time"
)

// ErrDirectory is what an Env's ReadFile fails with where the name is that of a folder.
var ErrDirectory = errors.New("is a directory")

// Env is what a section gives its rules while the configuration is read. A nil one gives nothing and asks for nothing.
type Env struct {
	Pos           Pos
	ACLs          map[string]*ACL
	Users         map[string]*UserList        // filled while the files are read; looked into when requests come
	Keys          map[string]crypto.PublicKey // of jwt_verify's files
	Errors        map[string]map[int][]byte   // http-errors sections
	ReadFile      func(name string) ([]byte, error)
	Time          func(text string) (time.Duration, *TimeFault) // nil: as package time has them
	Resolve       func(host string) (netip.Addr, bool)          // nil: names have no addresses
	Caution       func(text string)
	Warn          func(text string) // without the position
	Bare          func(text string) // a warning that names no line
	Captures      *[2][]int         // how long each declared capture may be; rules may add to them
	Front         bool              // the section has a frontend's side
	Back          bool              // … and a backend's
	TCP           bool              // mode tcp
	NeedsHTTP     bool              // set where a format asks for something of HTTP
	Moved         bool              // set by a format whose place HAProxy takes for that of the section's log format
	Plain         bool              // formats are texts as they are: the line `redirect`
	Experimental  bool              // expose-experimental-directives
	Kind, Section string            // the section's kind, in words, and its name
	List          List              // where the samples are taken
	Refs          *[]Ref            // what is named and must exist once all has been read; nil: nobody looks
	inACL         bool
	ACL           string         // the name of the ACL that is read
	Patterns      *[]*PatternSet // the patterns that there are; nil: nobody asks
}

// Ref is a section or server that an expression names.
type Ref struct {
	Kind byte // b backend, f frontend, S server, u userlist, r regex, G group, E http-errors, < and > request and response capture
	Name string
	What string // the keyword that names it, with the place, in words; of http-errors: the status
	In   string // the section
	Pos  Pos
	Of   string // of a group: the userlist. What is the ACL then, and no name means that no group is named
}

// expressionIn are the places of expressions, in words.
var expressionIn = map[List]string{
	Connection: "tcp-request connection expression in", SessionList: "tcp-request session expression in", TCPRequest: "tcp-request content expression in",
	TCPResponse: "tcp-response content expression in", Request: "http-request expression in", Response: "http-response response expression in",
	After: "http-after-response expression in", Logs: "log-format string in", UseBackend: "use_backend expression in",
	UseServer: "use-server or balance expression in", Parsing: "configuration file expression in", CLI: "command line expression in",
	Checks: "server directive in", CheckVars: "tcp-check expression in",
}

// refer notes a name that must exist.
func (env *Env) refer(kind byte, what, name string) {
	if name == "" && env != nil && env.own() == "" && (kind == 'b' || kind == 'f') {
		return
	}
	if env != nil && env.Refs != nil {
		where := "sample fetch keyword '" + what + "' in " + expressionIn[env.List]
		if env.inACL {
			where = "ACL keyword '" + what + "' in"
		}
		*env.Refs = append(*env.Refs, Ref{kind, name, where, env.Section, env.Pos, ""})
	}
}

// TimeFault is why a text is no time.
type TimeFault struct {
	Over, Under bool
	Char        string // the first one that does not belong there
}

// duration reads a time, in ms without a unit.
func (env *Env) duration(text string) (time.Duration, *TimeFault) {
	if env.Time == nil {
		d, err := time.ParseDuration(text)
		if err != nil {
			return 0, &TimeFault{Char: text[:1]}
		}
		return d, nil
	}
	return env.Time(text)
}

// own is the section that an argument means which names none; "": that is known only when requests come.
func (env *Env) own() string {
	if env == nil || env.Kind == "defaults" {
		return ""
	}
	return env.Section
}

// lacks notes that a converter's first argument, of that kind, is missing.
func (env *Env) lacks(kind byte, conv string, e *Expr) {
	if env != nil && env.Refs != nil {
		env.refer(kind, e.fetch.name, "")
		r := &(*env.Refs)[len(*env.Refs)-1]
		r.What = "conversion keyword '" + conv + "' for " + r.What
	}
}

// answered notes that an http-errors section must have an answer for a status.
func (env *Env) answered(status int, section string) {
	if env.Refs != nil {
		*env.Refs = append(*env.Refs, Ref{'E', section, strconv.Itoa(status), env.Section, env.Pos, ""})
	}
}

// where gives the places where env's samples are taken.
func (env *Env) where() place { return env.List.places(env.Front, env.Back) }

// captured notes that a capture must have been declared.
func (env *Env) captured(id, side int, what string) {
	if env != nil && env.Refs != nil && env.Front {
		*env.Refs = append(*env.Refs, Ref{"<>"[side], strconv.Itoa(id), what, env.Section, env.Pos, ""})
	}
}

func (env *Env) warn(format string, args ...any) {
	if env != nil && env.Warn != nil {
		env.Warn(sayf(format, args...).Error())
	}
}

// bare is a warning of which HAProxy does not say where it stands.
func (env *Env) bare(format string, args ...any) {
	if env != nil && env.Bare != nil {
		env.Bare(sayf(format, args...).Error())
	}
}

// caution is a warning that refuses nothing, where Warn is one that HAProxy counts as an alert.
func (env *Env) caution(format string, args ...any) {
	if env.Caution != nil {
		env.Caution(sayf(format, args...).Error())
	}
}
