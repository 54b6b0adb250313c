package config

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// serverBase is a server while its line is read: settings that default-server may give, and what is looked at later.
type serverBase struct {
	Server
	checkPort int // `port`; 0: the server's own
	checkAddr parsedAddr
	agentSaid agentWords
	initAddr  []string // init-addr; nil: the default
	noPort    bool     // the address has no port: connections keep the client's
}

// What HAProxy takes where a server line does not say (section 5.2).
const (
	defaultInter = 2 * time.Second
	defaultRise  = 2
	defaultFall  = 3
	maxWeight    = 256
	defaultPurge = 5 * time.Second
)

func newServerBase() serverBase {
	return serverBase{Server: Server{Name: "default-server", Weight: 1, Inter: defaultInter, Rise: defaultRise, Fall: defaultFall,
		PoolPurge: defaultPurge, Agent: Agent{Inter: defaultInter}, OnError: defaultOnError, ErrorLimit: defaultErrorLimit}}
}

// clone makes a server that may be changed without the one that it comes from.
func (s serverBase) clone() serverBase {
	s.TLS = s.TLS.clone()
	return s
}

// serverContext begins the next message of a server line; HAProxy names the server once it is known, and only in the line's
// first message.
func (p *parser) serverContext(name string) {
	p.context = fmt.Sprintf("[%s:%d] : ", p.pos.File, p.pos.Line)
	if name != "" {
		p.context += fmt.Sprintf("'server %s/%s' : ", p.px.Name, name)
	}
}

// serverError reports on a server line.
func (p *parser) serverError(format string, args ...any) {
	p.alert("%s", p.takeContext()+fmt.Sprintf(format, args...))
}

// takeContext gives what the next message begins with, once.
func (p *parser) takeContext() string {
	s := p.context
	p.context = ""
	return s
}

func parseServer(p *parser, w words) {
	p.serverContext("")
	defer p.takeContext()
	if !p.serverAllowed(w) {
		return
	}
	if w.at(2) == "" {
		p.serverError("'%s' expects <name> and <addr>[:<port>] as arguments.", w[0])
		return
	}
	if c := invalidChar(w[1]); c != "" {
		p.serverError("character '%s' is not permitted in %s name '%s'.", c, w[0], w[1])
		return
	}
	s := p.px.server.clone()
	if s.TLS != nil {
		s.TLS.ready = s.TLS.On
	}
	s.Pos, s.Name = p.pos, w[1]
	p.serverContext(s.Name)
	a, err := p.parseAddr(w[2], portOK|portOffset|stream|resolveLate)
	if err != nil {
		p.serverError("%s", err)
		return
	}
	s.Addr, s.noPort = a.Address, a.offset
	if !p.serverWords(w, 3, &s, true) {
		return
	}
	p.addServer(s, a)
}

// addServer puts the finished server into its backend; a name is looked up when all files have been read.
func (p *parser) addServer(s serverBase, a parsedAddr) {
	one := s.clone().Server
	one.PortMap = s.noPort && s.Addr.Unix == ""
	if !one.ProxyV2 && one.ProxyParts != (ProxyParts{}) {
		one.ProxyV1 = true // what version 2 would say is a wish for a header, and the first version is the default
	}
	if s.checkPort != 0 || s.checkAddr.IP.IsValid() || s.checkAddr.Unix != "" {
		one.CheckAddr = s.checkTarget()
	}
	one.CheckHost, one.CheckPort, one.Host = s.checkAddr.Address, s.checkPort, a.host
	p.px.Servers = append(p.px.Servers, &one)
	if a.host != "" {
		p.lookups = append(p.lookups, lookup{section: p.px, server: &one, host: a.host, family: a.family, checkPort: s.checkPort,
			initAddr: s.initAddr})
	}
}

// checkTarget is where checks go: `addr` and `port`, each replacing the server's own.
func (s *serverBase) checkTarget() Address {
	a := s.checkAddr
	if !a.IP.IsValid() && a.Unix == "" {
		a.Address = s.Addr
	}
	switch {
	case s.checkPort != 0:
		a.Port = s.checkPort
	case a.Port == 0:
		a.Port = s.Addr.Port
	}
	if a.IP.IsValid() {
		a.setIP(a.IP)
	}
	return a.Address
}

func (p *parser) serverAllowed(w words) bool {
	switch {
	case p.px.isDefaults && w[0] != "default-server":
		p.serverError("'%s' not allowed in 'defaults' section.", w[0])
		return false
	case !p.px.back:
		p.serverError("%s", p.at("'%s' not allowed because %s '%s' has no backend capability.", w[0], p.px.word(), p.px.Name))
		return false
	}
	return true
}

func parseDefaultServer(p *parser, w words) {
	p.serverContext("")
	defer p.takeContext()
	if p.serverAllowed(w) {
		p.serverWords(w, 1, &p.px.server, false)
	}
}

// serverKeyword is a setting of a server line.
type serverKeyword struct {
	args int
	set  func(p *parser, s *serverBase, name, value string) error
}

// toggles is a setting without a value.
func toggles(set func(s *serverBase)) serverKeyword {
	return serverKeyword{set: func(_ *parser, s *serverBase, _, _ string) error { set(s); return nil }}
}

// ownLine are those that default-server does not take: it says so, and goes on without them.
var ownLine = []string{"id", "no-sslv3", "no-tlsv10", "no-tlsv11", "no-tlsv12", "no-tlsv13"}

// serverKeywords is the table of section 5.2; a setting without a function has nothing to act on here.
var serverKeywords = map[string]serverKeyword{
	"weight":    {1, serverWeight},
	"maxconn":   {1, func(_ *parser, s *serverBase, _, v string) error { s.Maxconn = max(0, atoi(v)); return nil }},
	"minconn":   {1, func(_ *parser, s *serverBase, _, v string) error { s.Minconn = max(0, atoi(v)); return nil }},
	"maxqueue":  {1, func(_ *parser, s *serverBase, _, v string) error { s.Maxqueue = max(0, atoi(v)); return nil }},
	"id":        {1, serverID},
	"backup":    toggles(func(s *serverBase) { s.Backup = true }),
	"no-backup": toggles(func(s *serverBase) { s.Backup = false }),
	"disabled":  toggles(func(s *serverBase) { s.Disabled = true }),
	"enabled":   toggles(func(s *serverBase) { s.Disabled = false }),
	"cookie":    {1, serverCookie},
	"check":     toggles(func(s *serverBase) { s.Check = true }),
	"no-check":  toggles(func(s *serverBase) { s.Check = false }),
	"addr":      {1, serverCheckAddr},
	"port":      {1, serverCheckPort},
	"inter":     {1, func(p *parser, s *serverBase, n, v string) error { return p.serverDelay(&s.Inter, s, n, v) }},
	"fastinter": {1, func(p *parser, s *serverBase, n, v string) error { return p.serverDelay(&s.FastInter, s, n, v) }},
	"downinter": {1, func(p *parser, s *serverBase, n, v string) error { return p.serverDelay(&s.DownInter, s, n, v) }},
	"rise":      {1, func(_ *parser, s *serverBase, n, v string) error { return serverCount(&s.Rise, n, v) }},
	"fall":      {1, func(_ *parser, s *serverBase, n, v string) error { return serverCount(&s.Fall, n, v) }},
}

// findServer looks a setting up.
func findServer(word string) (serverKeyword, bool) {
	for _, table := range []map[string]serverKeyword{serverKeywords, serverHealthKeywords, serverAgentKeywords, serverTLSKeywords, serverRouteKeywords} {
		if k, ok := table[word]; ok {
			return k, true
		}
	}
	return serverKeyword{}, false
}

// serverWords applies the settings from word i on; false if one was refused.
func (p *parser) serverWords(w words, i int, s *serverBase, line bool) bool {
	for w.at(i) != "" {
		k, ok := findServer(w[i])
		switch {
		case w[i] == "source":
			n, err := p.serverSource(w, i, s)
			if err != nil {
				p.serverFault(err)
				return false
			}
			i += n
			continue
		case !ok:
			p.unknownServerWord(w[i], line)
			return false
		case !line && slices.Contains(ownLine, w[i]):
			p.remark("%s'%s' option is not accepted in default-server sections", p.takeContext(), w[i])
		case k.set != nil:
			if err := k.set(p, s, w[i], w.at(i+1)); err != nil {
				p.serverFault(err)
				return false
			}
		}
		i += 1 + k.args
	}
	if !line {
		return true
	}
	err := s.consistent()
	if err != nil {
		p.serverFault(err)
	}
	return err == nil
}

// consistent looks at what the settings of a line mean together.
func (s *serverBase) consistent() error {
	if s.Check && s.TrackServer != "" {
		return &plainError{"unable to enable checks and tracking at the same time!"}
	}
	if s.Agent.Check && s.Agent.Port == 0 {
		return &plainError{"server " + s.Name + " does not have agent port. Agent check has been disabled."}
	}
	return s.readSNI()
}

// serverFault reports why a word was refused.
func (p *parser) serverFault(err error) {
	if plain, ok := err.(*plainError); ok {
		p.serverError("%s", plain.text)
		return
	}
	p.serverError("%s.", cString(strings.TrimRight(err.Error(), "\n")))
}

// plainError is a text that HAProxy ends by itself.
type plainError struct{ text string }

func (e *plainError) Error() string { return e.text }

// quoted is an error about a word and its value. HAProxy sets one with a line end of its own apart from its context.
func quoted(word, value string, err error) error {
	text := fmt.Sprintf("'%s %s' : %s", word, value, err)
	if one, ok := strings.CutSuffix(text, "\n"); ok {
		return &plainError{"\n  " + one + "\n  \n."}
	}
	return said(text)
}

func (p *parser) unknownServerWord(word string, line bool) {
	hint := ""
	if !line {
		hint = " Hint: no address was expected for this server."
	}
	best := suggest(word, knownServer)
	switch {
	case slices.Contains(knownServer, word) && best == word:
		p.serverError("'%s' is not supported by this director", word)
	case best != "":
		p.serverError("unknown keyword '%s'; did you mean '%s' maybe ?%s", word, best, hint)
	default:
		p.serverError("unknown keyword '%s'.%s", word, hint)
	}
}
