package config

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// listenRule is what a listener's address may be.
const listenRule = resolveNow | portOK | portMust | portRange | fdSocket | stream

// bindError is why a word of a bind line was refused: HAProxy words it one way in a proxy and another in `stats socket`.
type bindError struct {
	unknown bool
	word    string
	best    string
	text    string
}

// bindText is the form after "'bind <address>' in section '<section>'"; socketText that after "'stats socket' : ".
func (e *bindError) bindText() string {
	switch {
	case !e.unknown:
		return " : " + strings.TrimRight(e.text, "\n")
	case e.best != "":
		return fmt.Sprintf(": unknown keyword '%s'; did you mean '%s' maybe ?", e.word, e.best)
	}
	return fmt.Sprintf(": unknown keyword '%s'.", e.word)
}

func (e *bindError) socketText() string {
	switch {
	case !e.unknown:
		return "'" + e.text + "'"
	case e.best != "":
		return fmt.Sprintf("unknown keyword '%s'. Did you mean '%s' maybe ?", e.word, e.best)
	}
	return fmt.Sprintf("unknown keyword '%s'.", e.word)
}

// bindKeyword is a setting of a bind line.
type bindKeyword struct {
	args int
	set  func(p *parser, b *Bind, name, value string) error
}

// findBind looks a setting up.
func findBind(word string) (bindKeyword, bool) {
	if word == "crt-list" { // in no table, because it looks up there what its lines say
		return bindKeyword{1, bindCrtList}, true
	}
	for _, table := range []map[string]bindKeyword{bindKeywords, bindTLSKeywords, bindSocketKeywords} {
		if k, ok := table[word]; ok {
			return k, true
		}
	}
	return bindKeyword{}, false
}

// bindKeywords are the settings after a bind line's address, with the number of their arguments (section 5.1). Those
// without a function tune what this director does in its own way.
var bindKeywords = map[string]bindKeyword{
	"name":         {1, bindName},
	"id":           {1, bindID},
	"maxconn":      {1, bindMaxconn},
	"backlog":      {1, bindBacklog},
	"level":        {1, bindLevel},
	"mode":         {1, bindMode},
	"user":         {1, bindUser},
	"group":        {1, bindGroup},
	"uid":          {1, bindUID},
	"gid":          {1, bindGID},
	"accept-proxy": {0, func(_ *parser, b *Bind, _, _ string) error { b.Accept = true; return nil }},
	"process":      {1, bindProcess},
	"thread":       {1, bindThread},
}

// parseBind reads `bind`: one listener for each address, and for each port of a range.
func parseBind(p *parser, w words) {
	if w.at(1) == "" {
		p.bad("'%s' expects {<path>|[addr1]:port1[-end1]}{,[addr]:port[-end]}... as arguments.", w[0])
		return
	}
	addrs, err := p.listenAddrs(w[1])
	if err != nil {
		p.bad("'%s' : %s", w[0], strings.TrimRight(err.Error(), "\n"))
		return
	}
	b := Bind{Pos: p.pos, Arg: w[1], UID: -1, GID: -1, several: len(addrs) > 1}
	if err := p.bindWords(w, 2, &b); err != nil {
		p.bad("'%s %s' in section '%s'%s", w[0], w[1], p.open, err.bindText())
		return
	}
	if !p.px.front {
		p.px.listens = true // warned of: HAProxy counts the address as a listener, and never opens it
		return
	}
	for _, b.Addr = range addrs {
		p.px.Binds = append(p.px.Binds, b)
	}
}

// listenAddrs reads addresses to listen on, with commas between: one for each port of a range.
func (p *parser) listenAddrs(list string) ([]Address, error) {
	var all []Address
	for _, text := range strings.Split(strings.TrimSuffix(list, ","), ",") {
		a, err := p.parseAddr(text, listenRule)
		if err != nil {
			return nil, err
		}
		for last := max(a.Port, a.last); a.Port <= last; a.Port++ {
			a.setIP(a.IP)
			all = append(all, a.Address)
		}
	}
	return all, nil
}

// ParseListener reads an address with settings, separated by commas, as `-S` has it: /run/haproxy-master.sock,mode,600. It gives the
// alerts where that is wrong.
func ParseListener(text string, opt Options) (Bind, []string) {
	p := newParser(opt)
	addr, settings, _ := strings.Cut(text, ",")
	w := words{addr}
	for _, word := range strings.Split(settings, ",") {
		if word != "" {
			w = append(w, word)
		}
	}
	b := Bind{UID: -1, GID: -1, Level: LevelAdmin}
	a, err := p.parseAddr(addr, listenRule)
	if err != nil {
		return b, []string{"Cannot create the listener of the master CLI", err.Error()}
	}
	b.Addr = a.Address
	if err := p.bindWords(w, 1, &b); err != nil {
		return b, []string{fmt.Sprintf("'%s %s' : %s", addr, w[1], err.socketText())} // the first setting's name, whichever is wrong
	}
	return b, nil
}

// bindWords applies the settings from word i on.
func (p *parser) bindWords(w words, i int, b *Bind) *bindError {
	for w.at(i) != "" {
		k, ok := findBind(w[i])
		switch {
		case !ok && slices.Contains(knownBind, w[i]):
			return &bindError{text: fmt.Sprintf("'%s' is not supported by this director", w[i])}
		case !ok:
			return &bindError{unknown: true, word: w[i], best: suggest(w[i], knownBind)}
		case k.set != nil:
			if err := k.set(p, b, w[i], w.at(i+1)); err != nil {
				return &bindError{text: err.Error()}
			}
		}
		i += 1 + k.args
	}
	return nil
}

func bindName(_ *parser, b *Bind, name, value string) error {
	if value == "" {
		return sayf("'%s' : missing name", name)
	}
	b.Name = value
	return nil
}

func bindID(p *parser, b *Bind, name, value string) error {
	n, ok := wholeLong(value)
	id := int(int32(n))
	switch {
	case b.several:
		return sayf("'%s' can only be used with a single socket", name)
	case value == "":
		return sayf("'%s' : expects an integer argument", name)
	case !ok:
		return sayf("'%s' : expects an integer argument, found '%s'", name, value)
	case id <= 0:
		return sayf("'%s' : custom id has to be > 0", name)
	case b.Arg == "": // a runtime socket
		return nil
	}
	for _, other := range p.px.Binds {
		if other.ID == id {
			return sayf("'%s' : custom id %d already used at %s:%d ('bind %s')", name, id, other.Pos.File, other.Pos.Line, other.Arg)
		}
	}
	b.ID = id
	return nil
}

func bindMaxconn(_ *parser, b *Bind, name, value string) error {
	return bindNumber(&b.Maxconn, name, value, ">= 0")
}

func bindBacklog(_ *parser, b *Bind, name, value string) error {
	return bindNumber(&b.Backlog, name, value, "> 0")
}

func bindNumber(n *int, name, value, want string) error {
	if value == "" {
		return sayf("'%s' : missing value", name)
	}
	if *n = atoi(value); *n < 0 {
		return sayf("'%s' : invalid value %d, must be %s", name, *n, want)
	}
	return nil
}

func bindLevel(_ *parser, b *Bind, name, value string) error {
	if value == "" {
		return sayf("'%s' : missing level", name)
	}
	i := slices.Index([]string{"user", "operator", "admin"}, value)
	if i < 0 {
		return sayf("'%s' only supports 'user', 'operator', and 'admin' (got '%s')", name, value)
	}
	b.Level = Level(i)
	return nil
}

func bindMode(_ *parser, b *Bind, name, value string) error {
	mode, err := strconv.ParseInt(value, 8, 64)
	if err != nil {
		return sayf("'%s' : missing or invalid mode '%s' (octal integer expected)", name, value)
	}
	b.Mode = uint32(mode) & 0o7777
	return nil
}

func bindUser(p *parser, b *Bind, name, value string) (err error) {
	b.UID, err = bindAccount(name, value, "user", p.opt.LookupUser)
	return err
}

func bindGroup(p *parser, b *Bind, name, value string) (err error) {
	b.GID, err = bindAccount(name, value, "group", p.opt.LookupGroup)
	return err
}

func bindAccount(name, value, kind string, lookup func(string) (int, bool)) (int, error) {
	if value == "" {
		return -1, sayf("'%s' : missing %s name", name, kind)
	}
	id, ok := lookup(value)
	if !ok {
		return -1, sayf("'%s' : unknown %s name '%s'", name, kind, value)
	}
	return id, nil
}

func bindUID(_ *parser, b *Bind, name, value string) error {
	return bindOwner(&b.UID, name, value)
}

func bindGID(_ *parser, b *Bind, name, value string) error {
	return bindOwner(&b.GID, name, value)
}

func bindOwner(id *int, name, value string) error {
	if value == "" {
		return sayf("'%s' : missing value", name)
	}
	*id = atoi(value)
	return nil
}
