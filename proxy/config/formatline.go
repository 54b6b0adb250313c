package config

import (
	"errors"
	"strings"

	"simulacro/proxy/rules"
)

// formatText is a format that is compiled once all has been read, as captures that it names may stand behind it.
type formatText struct {
	text string
	pos  Pos
}

// logFormatNames are the directives that choose a log format, for the warning of one that overrides another.
var logFormatNames = map[LogFormat]string{
	LogTCP: "option tcplog", LogHTTP: "option httplog", LogCLF: "option httplog clf",
}

// chooseLog notes which directive chooses the section's log format; in defaults it is the last that counts.
func (p *parser) chooseLog(name string) {
	old, chosen := logFormatNames[p.px.LogFormat]
	if p.px.logFormat != "" {
		old, chosen = "log-format", true
	}
	if chosen && p.px.isDefaults {
		p.warn("parsing [%s:%d]: '%s' overrides previous '%s' in 'defaults' section.", p.pos.File, p.pos.Line, name, old)
	}
	p.px.logFormatPos = p.pos
}

// compileFormats makes the formats of a section that accepts clients, and tells whether there is a log format.
func (p *parser) compileFormats(s *section) (logged bool) {
	if !s.front {
		return false
	}
	p.px, logged = s, s.LogFormat != LogDefault
	if s.logFormat != "" {
		p.pos = s.logFormatPos
		format, err := rules.ParseFormat(p.envFor(rules.Logs), s.logFormat, true)
		logged = true
		if err != nil {
			p.alert("Parsing [%s:%d]: failed to parse log-format : %s.", p.pos.File, p.pos.Line, err)
			begun := new(rules.FormatError)
			logged = errors.As(err, &begun) && begun.Begun
		}
		s.Rules.LogLine = format
	}
	if f := s.uniqueID; f.text != "" {
		p.pos = f.pos
		format, err := rules.ParseFormat(p.envFor(rules.Request), f.text, false)
		if err != nil {
			p.alert("Parsing [%s:%d]: failed to parse unique-id : %s.", f.pos.File, f.pos.Line, err)
		}
		s.Rules.UniqueID = format
	}
	return logged
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
	p.chooseLog(w[0])
	p.px.LogFormat, p.px.logFormat = LogDefault, w[1]
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
	p.px.uniqueID = formatText{w[1], p.pos}
}

func parseUniqueIDHeader(p *parser, w words) {
	if w.at(1) == "" {
		p.bad("%s expects an argument.", w[0])
		return
	}
	p.px.Rules.UniqueIDHeader = strings.ToLower(w[1])
}
