package config

import (
	"fmt"
	"slices"
	"strings"

	"simulacro/proxy/rules"
)

// section is a proxy or defaults section while it is being read: the Proxy that will come of it, and what is resolved or
// looked at only once all has been read.
type section struct {
	*Proxy
	isDefaults bool
	front      bool
	back       bool

	backendName    string // default_backend
	logs           []logRef
	oddNames       oddNames   // option http-restrict-req-hdr-names
	ownLog         bool       // an option chose the log format here, not in the defaults
	logFormat      string     // log-format; "": Proxy.LogFormat
	logFormatPos   Pos        // of what chose the log format, or of a later format that HAProxy takes for it
	logData        formatText // log-format-sd
	errorLine      formatText // error-log-format
	uniqueID       formatText
	httpFormat     bool // a rule's format asks for something of HTTP
	errors         []errorLine
	refs           []rules.Ref // what expressions name
	from           *Proxy      // the defaults, of a section that is none
	statsInherited bool        // Stats is that of the defaults
	httpOptions    map[string]bool
	explicitID     bool
	listens        bool       // a backend with an (ignored) bind line
	server         serverBase // default-server
	forFront       bool       // a defaults section: a frontend has taken its settings, or
	forBack        bool       // … a backend
	byName         bool       // a defaults section: used with `from`, or by standing before
	byPlace        bool
	namesake       *section // a defaults section of the same name, before this one
	checks         checkState
	states         stateSource
	stateName      string  // server-state-file-name; "": the section's
	balanced       bool    // a balance line, here or in its defaults
	placed         [8]bool // which of ruleOrder the section has
}

// capable tells whether the section has a side; defaults have both.
func (s *section) capable(need side) bool {
	return need == 0 || need&frontSide != 0 && s.front || need&backSide != 0 && s.back
}

// word is the section's kind in messages: a listen section is a proxy there.
func (s *section) word() string {
	switch {
	case s.isDefaults:
		return "defaults"
	case s.front && s.back:
		return "proxy"
	case s.front:
		return "frontend"
	}
	return "backend"
}

// Retries without a `retries` line (section 4.2).
const defaultRetries = 3

func newDefaults() *section {
	return &section{
		Proxy:       &Proxy{Mode: ModeTCP, Retries: defaultRetries, Balance: Balance{Algorithm: "roundrobin"}},
		isDefaults:  true,
		front:       true,
		back:        true,
		httpOptions: map[string]bool{},
		server:      newServerBase(),
	}
}

// inherit makes a new section with all of from's settings.
func (s *section) inherit() *section {
	proxy := *s.Proxy
	n := *s
	n.Proxy = &proxy
	n.Logs = nil
	n.logs = append([]logRef(nil), s.logs...)
	n.httpOptions = map[string]bool{}
	for k, v := range s.httpOptions {
		n.httpOptions[k] = v
	}
	n.Rules = s.Rules.inherit()
	n.errors = s.errors[:len(s.errors):len(s.errors)]
	n.checks = s.checks.inherit()
	n.server = s.server.clone()
	n.statsInherited, n.from = s.Stats != nil, s.Proxy
	n.forFront, n.forBack = false, false
	n.stateName = ""
	n.byName, n.byPlace, n.listens, n.namesake, n.placed, n.refs = false, false, false, nil, [8]bool{}, nil
	return &n
}

// openProxy opens frontend, backend or listen.
func (p *parser) openProxy(w words) {
	name := w.at(1)
	if name == "" {
		p.stopAt("'%s' expects an <id> argument", w[0])
		return
	}
	front, back := w[0] != "backend", w[0] != "frontend"
	p.px = nil
	p.checkName(w[0], name)
	p.checkDuplicate(w[0], name, front)
	if !p.checkHeading(w, front) {
		return
	}
	from := p.defaults
	if w.at(2) == "from" {
		if from = p.lookupDefaults(w, 2, w[0], name); from == nil {
			return
		}
	} else {
		from.byPlace = true
	}
	p.checkMixed(from)
	p.checkInherited(from, front, back)
	p.use(from)
	s := from.inherit()
	s.isDefaults, s.front, s.back = false, front, back
	s.Pos, s.Name = p.pos, name
	switch {
	case front && back:
		s.Kind = Listen
	case front:
		s.Kind = Frontend
	default:
		s.Kind = Backend
	}
	p.px = s
	p.proxies = append(p.proxies, s)
}

func (p *parser) openDefaults(w words) {
	name, i := w.at(1), 2
	if w.at(1) == "from" && w.at(2) != "" && w.at(3) == "" {
		name, i = "", 1
	}
	s := newDefaults()
	if w.at(i) == "from" { // their statistics stay one with this section's, and its lines count for both: as in HAProxy
		from := p.lookupDefaults(w, i, "defaults", name)
		if from == nil {
			return
		}
		p.checkInherited(from, true, true)
		p.use(from)
		s = from.inherit()
		s.isDefaults, s.front, s.back, s.statsInherited = true, true, true, false
	}
	s.Pos, s.Name = p.pos, name
	p.px, p.defaults = s, s
	if name != "" {
		s.namesake = p.named[name]
		p.named[name] = s
	}
}

// lookupDefaults finds the section that `from` names.
func (p *parser) lookupDefaults(w words, i int, kind, name string) *section {
	from := p.named[w.at(i+1)]
	if from == nil {
		p.stopAt("defaults section '%s' not found for %s '%s'.", w.at(i+1), kindWord(kind), name)
		return nil
	}
	if first := from.namesake; first != nil {
		p.bad("ambiguous defaults section name '%s' referenced by %s '%s' exists at least at %s:%d and %s:%d.",
			w.at(i+1), kindWord(kind), name, first.Pos.File, first.Pos.Line, from.Pos.File, from.Pos.Line)
	}
	from.byName = true
	return from
}

// checkMixed warns of a defaults section that is used both by its name and by its place.
func (p *parser) checkMixed(from *section) {
	if from.byName && from.byPlace {
		p.remarkAt("defaults section '%s' (declared at %s:%d) is explicitly referenced by another proxy and "+
			"implicitly used here. To avoid any ambiguity don't mix both usage. Add a last defaults section not explicitly used "+
			"or always use explicit references.", from.Name, from.Pos.File, from.Pos.Line)
	}
}

// use notes that a defaults section is somebody's.
func (p *parser) use(from *section) {
	if !slices.Contains(p.defaultsUsed, from) {
		p.defaultsUsed = append(p.defaultsUsed, from)
	}
}

// checkInherited refuses what a section cannot take from defaults: rules, where it is not a frontend or backend alone or where both
// kinds would share them; rules that its kind does not have; and captures where they could be declared twice.
func (p *parser) checkInherited(from *section, front, back bool) {
	at := fmt.Sprintf("(defaults section at %s:%d).", from.Pos.File, from.Pos.Line)
	var faults []string
	switch hasRules := from.Rules.listed(); {
	case hasRules && p.open == "defaults":
		faults = append(faults, "a defaults section cannot inherit from a defaults section defining TCP/HTTP rules "+at)
	case hasRules && front && back:
		faults = append(faults, "a listen section cannot inherit from a defaults section defining TCP/HTTP rules.")
	case hasRules && (front && from.forBack || back && from.forFront):
		faults = append(faults, "frontends and backends cannot inherit from the same defaults section if it defines TCP/HTTP rules "+at)
	case !front && len(from.Rules.Connection)+len(from.Rules.Session) > 0:
		faults = append(faults, "a backend section cannot inherit from a defaults section defining 'tcp-request connection' or 'tcp-request session' rules "+at)
	case !back && len(from.Rules.TCPResponse) > 0:
		faults = append(faults, "a frontend section cannot inherit from a defaults section defining 'tcp-response content' rules "+at)
	}
	if (back || p.open == "defaults") && len(from.Rules.Slots[0])+len(from.Rules.Slots[1]) > 0 {
		faults = append(faults, "backend or defaults sections cannot inherit from a defaults section defining capptures "+at)
	}
	for _, f := range faults {
		p.badTight("%s", f)
		p.abort = true
	}
	if faults != nil {
		return
	}
	if p.open != "defaults" {
		from.forFront, from.forBack = from.forFront || front, from.forBack || back
	}
}

func (p *parser) checkName(kind, name string) {
	if c := invalidChar(name); c != "" {
		p.bad("character '%s' is not permitted in '%s' name '%s'.", c, kind, name)
	}
}

// invalidChar gives the first character that a name may not hold, or "".
func invalidChar(name string) string { return oddChar(name, ".:_-") }

// oddChar gives the first character that is no letter, no digit and none of others, or "".
func oddChar(text, others string) string {
	for i := range len(text) {
		if c := text[i]; !isAlpha(c) && !isDigit(c) && strings.IndexByte(others, c) < 0 {
			return text[i : i+1]
		}
	}
	return ""
}

// checkDuplicate refuses a second frontend, or a second backend, of a name; a frontend and a backend may share one.
func (p *parser) checkDuplicate(kind, name string, front bool) {
	for _, s := range p.proxies {
		if s.Name == name && (front && s.front || !front && s.back) {
			p.alert("Parsing [%s:%d]: %s '%s' has the same name as %s '%s' declared at %s:%d.",
				p.pos.File, p.pos.Line, kindWord(kind), name, s.word(), s.Name, s.Pos.File, s.Pos.Line)
			return
		}
	}
}

// kindWord is the word for a section that is about to be opened.
func kindWord(keyword string) string {
	if keyword == "listen" {
		return "proxy"
	}
	return keyword
}

// checkHeading looks at what follows the name: nothing, or `from` and a name. HAProxy 1.4's address after the name gets a
// word of advice in frontend and listen; in backend the section is dropped without one.
func (p *parser) checkHeading(w words, front bool) bool {
	if w.at(2) == "" || w.at(2) == "from" && w.at(3) != "" && w.at(4) == "" {
		return true
	}
	if w.at(2) == "from" && w.at(3) != "" {
		p.tooMany(w, 3, 0)
	}
	if front {
		p.remarkAt("please use the 'bind' keyword for listening addresses.")
	}
	return false
}
