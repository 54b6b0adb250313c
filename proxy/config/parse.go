package config

import (
	"crypto"
	"fmt"
	"slices"
	"strings"

	"simulacro/proxy/rules"
)

// parser holds what is known while the files are read.
type parser struct {
	opt  Options
	rep  *Report
	cfg  *Config
	pos  Pos
	open string // the section that is open: global, defaults, frontend, backend, listen, or "" before the first
	skip bool   // the open section is not supported: its lines are not looked at

	px           *section // the proxy or defaults that lines go to; nil after a refused heading
	defaults     *section // the last defaults, which proxies inherit from
	named        map[string]*section
	defaultsUsed []*section
	proxies      []*section
	env          func(string) (string, bool)
	vars         map[string]*string // setenv, unsetenv; nil: unset
	cliOpen      bool               // a `stats` line in global made HAProxy's internal frontend
	conds        []condState
	lookups      []lookup
	errorsName   string             // of the http-errors section that is open
	listName     string             // of the last userlist
	program      *Program           // the last one
	external     bool               // global external-check
	forks        bool               // insecure-fork-wanted
	lastAddr     map[*Server]string // that state files have
	users        map[string]*rules.UserList
	jwtKeys      map[string]crypto.PublicKey // of the files that jwt_verify names
	httpErrors   map[string]map[int][]byte
	blankEnd     bool // the line ends in a blank: conditions are shown with it
	userNames    []userName
	stray        bool            // a line after which HAProxy reads no further in the file
	given        map[string]bool // keywords of the global section that count once
	base         string          // default-path: where relative names of files are looked for; "": where the process is
	pathMode     string
	experimental bool // expose-experimental-directives
	client       httpClient
	caseFile     string                 // h1-case-adjust-file
	extra        besideFiles            // that lie beside certificates and are not looked for
	context      string                 // what the next message of a server line begins with
	cas          map[string]authorities // that have been read
	tracked      map[*Server]*Server    // which server each tracks
	modifier     modifier
	lineFatal    bool
	fileFatal    bool
	abort        bool
}

// modifier is `no` or `default` before a keyword.
type modifier int

const (
	plain modifier = iota
	negated
	reset
)

// maxFatal is the number of refused lines after which HAProxy gives a file up.
const maxFatal = 50

// Parse reads the files in order as one configuration. The Config is nil if the report is fatal.
func Parse(files []string, opt Options) (*Config, *Report) {
	p := newParser(opt)
	for _, name := range files {
		text, err := p.opt.ReadFile(name)
		if err != nil {
			p.alert("Could not open configuration file %s : %s", name, errnoText(err))
			return nil, p.rep
		}
		p.file(name, string(text))
		if p.fileFatal {
			p.alert("Error(s) found in configuration file : %s", name)
		}
		if p.abort {
			return nil, p.rep
		}
	}
	return p.finish()
}

// ParseText reads one file that is in memory; name is what messages call it.
func ParseText(name, text string, opt Options) (*Config, *Report) {
	opt.ReadFile = overlay(name, text, opt.ReadFile)
	return Parse([]string{name}, opt)
}

func overlay(name, text string, next func(string) ([]byte, error)) func(string) ([]byte, error) {
	return func(n string) ([]byte, error) {
		if n == name {
			return []byte(text), nil
		}
		return Options{ReadFile: next}.withDefaults().ReadFile(n)
	}
}

func newParser(opt Options) *parser {
	p := &parser{
		opt:        opt.withDefaults(),
		rep:        &Report{},
		cfg:        &Config{},
		named:      map[string]*section{},
		vars:       map[string]*string{},
		users:      map[string]*rules.UserList{},
		jwtKeys:    map[string]crypto.PublicKey{},
		httpErrors: map[string]map[int][]byte{},
		given:      map[string]bool{},
		cas:        map[string]authorities{},
		tracked:    map[*Server]*Server{},
		lastAddr:   map[*Server]string{},
	}
	p.env = p.getenv
	p.cfg.Global = Global{StatsTimeout: defaultStatsTimeout, StatsMaxconn: defaultStatsMaxconn, LogTag: defaultLogTag, MaxReloads: -1}
	p.defaults = newDefaults()
	return p
}

// getenv answers the lexer: the internal pseudo variables of section 2.3, the file's own setenv, then the environment.
func (p *parser) getenv(name string) (string, bool) {
	switch name {
	case ".LINE":
		return fmt.Sprint(p.pos.Line), true
	case ".FILE":
		return p.pos.File, true
	case ".SECTION":
		return p.open, p.open != ""
	}
	if v, ok := p.vars[name]; ok {
		if v == nil {
			return "", false
		}
		return *v, true
	}
	return p.opt.Getenv(name)
}

// file reads one file. A section does not go on into the next file.
func (p *parser) file(name, text string) {
	p.open, p.px, p.skip, p.fileFatal, p.conds = "", nil, false, false, nil
	p.stray = false
	p.enterFolder(name)
	lines := strings.SplitAfter(text, "\n")
	fatal := 0
	for i, line := range lines {
		if line == "" {
			break
		}
		p.pos, p.lineFatal = Pos{name, i + 1}, false
		if fatal >= maxFatal {
			p.badTight("too many fatal errors (%d), stopping now.", fatal)
			break
		}
		body, complete := strings.CutSuffix(line, "\n")
		if at := strings.IndexByte(body, 0); at >= 0 && i+1 < len(lines) {
			p.line(body[:at])
			p.badTight("Stray NUL character at position %d.", at+1)
			break
		}
		p.line(body)
		if p.lineFatal {
			fatal++
		}
		if p.stray {
			break
		}
		if p.abort {
			return
		}
		if !complete {
			p.badTight("Missing LF on last line, file might have been truncated at position %d.", len(body)+1)
		}
	}
	p.closeConds()
}

// line reads one line: it is split, conditions and modifiers are taken off, and the rest goes to its section.
func (p *parser) line(raw string) {
	line := strings.TrimLeft(raw, " \t\v\f\r")
	w, fault := split(line, p.env)
	if fault != nil {
		p.lexError(fault, line, len(raw)-len(line))
		return
	}
	if len(w) > maxWords {
		p.badTight("too many words, truncating after word %d, position %d: <%s>.", maxWords, position(w, maxWords-1)+1, w[maxWords-1])
		return
	}
	if w.at(0) == "" {
		return
	}
	w = w.from(0)
	p.blankEnd = line[len(line)-1] == ' ' || line[len(line)-1] == '\t'
	if w[0][0] == '.' && p.condition(w) || p.masked() {
		return
	}
	if w[0][0] == '.' {
		p.dotDirective(w)
		return
	}
	p.modifier = plain
	switch w[0] {
	case "no":
		w, p.modifier = w[1:], negated
	case "default":
		// HAProxy 2.6 moves the words up and leaves the last one where it was, too.
		if p.modifier = reset; len(w) > 1 {
			w = append(w[1:len(w):len(w)], w[len(w)-1])
		}
	}
	p.checkModifier(w)
	if !p.heading(w) {
		p.keyword(w)
	}
}

// position is where a word stands among the words of its line, each followed by one separator.
func position(w words, i int) int {
	n := 0
	for _, s := range w[:i] {
		n += len(s) + 1
	}
	return n
}

func (p *parser) lexError(f *lexFault, line string, indent int) {
	if f.seen > 0 {
		line = line[:f.seen]
	}
	shown, caret := printable(line, f.at, 80)
	p.badTight("%s at position %d:\n  %s\n  %*s", f.text, f.at+indent+1, shown, caret+1, "^")
}

// negatable are the keywords that `no` and `default` may precede.
var negatable = []string{
	"option", "log", "busy-polling", "set-dumpable", "strict-limits", "insecure-fork-wanted", "numa-cpu-mapping",
}

func (p *parser) checkModifier(w words) {
	if p.modifier == plain || slices.Contains(negatable, w.at(0)) {
		return
	}
	p.badTight("negation/default currently supported only for options, log, busy-polling, set-dumpable, strict-limits, " +
		"insecure-fork-wanted and numa-cpu-mapping.")
}

// heading opens a section, if the line does.
func (p *parser) heading(w words) bool {
	name, open := w.at(0), p.openProxy
	switch name {
	case "frontend", "backend", "listen":
	case "global":
		open = func(w words) { p.tooMany(w, 0, 0) }
	case "defaults":
		open = p.openDefaults
	case "userlist":
		open = p.openUserlist
	case "program":
		open = p.openProgram
	case "http-errors":
		open = p.openHTTPErrors
	default:
		if !slices.Contains(knownSections, name) {
			return false
		}
		p.open, p.skip = name, true
		p.unsupported(name)
		return true
	}
	p.open, p.skip = name, false
	open(w)
	return true
}

// keyword hands a line to its section.
func (p *parser) keyword(w words) {
	switch {
	case p.skip:
	case p.open == "":
		p.badTight("unknown keyword '%s' out of section.", w.at(0))
	case p.open == "global":
		p.global(w)
	case p.open == "userlist":
		p.userlistLine(w)
	case p.open == "http-errors":
		p.httpErrorsLine(w)
	case p.open == "program":
		p.programLine(w)
	case p.px == nil:
		p.bad("'listen' or 'defaults' expected.")
	default:
		p.proxyLine(w)
	}
}
