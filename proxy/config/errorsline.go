package config

import (
	"fmt"
	"strings"

	"simulacro/proxy/rules"
)

// errorLine is a line about a section's own answers. All are applied in their order once the files have been read, since
// http-errors sections may stand behind the sections that name them.
type errorLine func(p *parser, s *section)

func (p *parser) addErrorLine(l errorLine) { p.px.errors = append(p.px.errors, l) }

// addErrorFile notes a line that gives a status a whole message.
func (p *parser) addErrorFile(status int, text []byte) {
	p.addErrorLine(func(_ *parser, s *section) { s.setErrorFile(status, text) })
}

// finishErrors makes the sections' answers.
func (p *parser) finishErrors() {
	for _, s := range p.proxies {
		s.ErrorFiles, s.Rules.HTTPErrors = map[int][]byte{}, map[int]*rules.Reply{}
		for _, l := range s.errors {
			l(p, s)
		}
	}
}

// setErrorFile makes a file the answer of a status; it replaces what an earlier line has said.
func (s *section) setErrorFile(status int, text []byte) {
	s.ErrorFiles[status] = text
	delete(s.Rules.HTTPErrors, status)
}

// parseHTTPError reads http-error status <status> [<argument> ...].
func parseHTTPError(p *parser, w words) {
	env := p.ruleEnv()
	r, rest, err := rules.ParseReply(env, w.from(1), 0)
	if err == nil && len(rest) > 0 {
		p.bad("%s : unknown keyword '%s'.", w[0], rest[0])
		return
	}
	if err != nil {
		p.bad("%s : %s", w[0], err)
		return
	}
	status := r.Status()
	if status == 0 {
		p.bad("%s : expects at least a <status> as arguments.\n", w[0])
		return
	}
	if !rules.HasDefault(status) {
		p.bad("%s: status code '%d' not handled.", w[0], status)
		return
	}
	p.noteFormats(env)
	if name, pos := r.Section(), p.pos; name != "" {
		p.addErrorLine(func(p *parser, s *section) { p.takeErrors(s, name, pos, []int{status}) })
		return
	}
	p.addErrorLine(func(_ *parser, s *section) {
		delete(s.ErrorFiles, status)
		if s.Rules.HTTPErrors[status] = r; r.IsDefault() {
			delete(s.Rules.HTTPErrors, status)
		}
	})
}

// parseErrorFiles takes the files of an http-errors section, all or those of the listed statuses.
func parseErrorFiles(p *parser, w words) {
	if w.at(1) == "" {
		p.bad("%s : expects <name> as argument.", w[0])
		return
	}
	var statuses []int
	for _, word := range w.from(2) {
		status, ok := p.errorStatus(w[0], word)
		if !ok {
			return
		}
		statuses = append(statuses, status)
	}
	name, pos := w[1], p.pos
	p.addErrorLine(func(p *parser, s *section) { p.takeErrors(s, name, pos, statuses) })
}

// takeErrors gives a section the files of an http-errors section; without statuses all of them.
func (p *parser) takeErrors(s *section, name string, pos Pos, statuses []int) {
	files, ok := p.httpErrors[name]
	if !ok {
		p.alert("proxy '%s': unknown http-errors section '%s' (at %s:%d).", s.Name, name, pos.File, pos.Line)
		return
	}
	if statuses == nil {
		for status, text := range files {
			s.setErrorFile(status, text)
		}
	}
	for _, status := range statuses {
		if text, ok := files[status]; ok {
			s.setErrorFile(status, text)
			continue
		}
		p.warn("config: proxy '%s' : status '%d' not declared in http-errors section '%s' (at %s:%d).", s.Name, status, name, pos.File, pos.Line)
	}
}

// parseErrorLoc makes a redirection the answer of a status.
func parseErrorLoc(p *parser, w words) {
	if w.at(1) == "" || w.at(2) == "" {
		p.bad("%s : expects <status_code> and <url> as arguments.\n", w[0])
		return
	}
	status, ok := p.errorStatus(w[0], w[1])
	if !ok {
		return
	}
	line := "302 Found"
	if strings.HasSuffix(w[0], "303") {
		line = "303 See Other"
	}
	p.addErrorFile(status, fmt.Appendf(nil,
		"HTTP/1.1 %s\r\nCache-Control: no-cache\r\nContent-length: 0\r\nLocation: %s\r\n\r\n", line, w[2]))
}

// openHTTPErrors opens an http-errors section; one that is opened again goes on.
func (p *parser) openHTTPErrors(w words) {
	p.errorsName = w.at(1)
	if p.errorsName == "" {
		p.stopAt("missing name for http-errors section.")
		return
	}
	p.checkName(w[0], p.errorsName)
	if p.httpErrors[p.errorsName] == nil {
		p.httpErrors[p.errorsName] = map[int][]byte{}
	}
}

// httpErrorsLine reads a line of an http-errors section.
func (p *parser) httpErrorsLine(w words) {
	if w[0] != "errorfile" {
		p.bad("unknown keyword '%s' in '%s' section", w[0], p.open)
		return
	}
	if w.at(1) == "" || w.at(2) == "" {
		p.bad("%s: expects <status_code> and <file> as arguments.", w[0])
		return
	}
	if status, text, ok := p.errorFile(w); ok {
		p.httpErrors[p.errorsName][status] = text
	}
}

// errorStatus reads a status that HAProxy has an answer of its own for.
func (p *parser) errorStatus(keyword, word string) (status int, ok bool) {
	if status = atoi(word); !rules.HasDefault(status) {
		p.bad("%s : status code '%d' not handled.", keyword, status)
		return 0, false
	}
	return status, true
}

// errorFile reads a status and the file of its answer.
func (p *parser) errorFile(w words) (status int, text []byte, ok bool) {
	if status, ok = p.errorStatus(w[0], w[1]); !ok {
		return 0, nil, false
	}
	text, err := p.readFile(w[2])
	if err != nil {
		p.bad("%s : error opening file '%s'.", w[0], w[2])
	}
	return status, text, err == nil
}

func parseErrorFile(p *parser, w words) {
	if w.at(1) == "" || w.at(2) == "" {
		p.bad("%s : expects <status_code> and <file> as arguments.\n", w[0])
		return
	}
	if status, text, ok := p.errorFile(w); ok {
		p.addErrorFile(status, text)
	}
}
