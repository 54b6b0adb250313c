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
	switch p.px.logFormat {
	case "":
	case httpsLog:
		old, chosen = "option httpslog", true
	default:
		old, chosen = "log-format", true
	}
	if chosen {
		p.overrides(name, old)
	}
	p.px.logFormatPos = p.pos
}

// overrides warns of a format in defaults that takes the place of another.
func (p *parser) overrides(name, old string) {
	if p.px.isDefaults {
		p.warnTight("'%s' overrides previous '%s' in 'defaults' section.", name, old)
	}
}

// compileFormats makes the formats of a section that accepts clients, and tells whether there is a log format. Of a backend's only
// that of a unique ID is looked at, which nothing asks for.
func (p *parser) compileFormats(s *section) (logged bool) {
	p.px = s
	if !s.front {
		_, _ = p.compileFormat("unique-id", s.uniqueID, rules.Request)
		return false
	}
	logged = s.LogFormat != LogDefault
	var begun bool
	s.Rules.LogLine, begun = p.compileFormat("log-format", formatText{s.logFormat, s.logFormatPos}, rules.Logs)
	logged = logged || begun
	data := formatText{s.logData.text, s.logFormatPos} // HAProxy 2.6 gives this one the other's place
	s.Rules.LogData, begun = p.compileFormat("log-format-sd", data, rules.Logs)
	logged = logged || begun
	s.Rules.UniqueID, _ = p.compileFormat("unique-id", s.uniqueID, rules.Request)
	if strings.Contains(s.errorLine.text, "ssl_fc_err") { // OpenSSL's number of what a handshake has failed on
		p.pos = s.errorLine.pos
		p.unsupported("error-log-format with ssl_fc_err")
		return logged
	}
	s.Rules.ErrorLine, _ = p.compileFormat("error-log-format", s.errorLine, rules.Logs)
	return logged
}

// compileFormat makes one of them; nil: there is none. begun: something of it was right.
func (p *parser) compileFormat(name string, f formatText, list rules.List) (format *rules.Format, begun bool) {
	if f.text == "" {
		return nil, false
	}
	p.pos = f.pos
	format, err := rules.ParseFormat(p.envFor(list), f.text, list == rules.Logs)
	if err != nil {
		if p.refused(err) {
			return nil, false
		}
		file := f.pos.File
		if file == "" {
			file = "(null)" // as a C library prints what is not there
		}
		p.alert("Parsing [%s:%d]: failed to parse %s : %s.", file, f.pos.Line, name, err)
		at := new(rules.FormatError)
		return nil, errors.As(err, &at) && at.Begun
	}
	format.MergeBlanks()
	return format, true
}

// formatWord reads the only argument of such a line.
func (p *parser) formatWord(w words) (f formatText, ok bool) {
	switch {
	case w.at(1) == "":
		p.bad("%s expects an argument.", w[0])
	case w.at(2) != "":
		p.bad("%s expects only one argument, don't forget to escape spaces!", w[0])
	default:
		return formatText{w[1], p.pos}, true
	}
	return f, false
}

func parseLogFormat(p *parser, w words) {
	if f, ok := p.formatWord(w); ok {
		p.chooseLog(w[0])
		p.px.LogFormat, p.px.logFormat = LogDefault, f.text
		p.ignoredInBackends(w[0])
	}
}

func parseLogData(p *parser, w words) {
	if f, ok := p.formatWord(w); ok {
		p.px.logData = f
		p.ignoredInBackends(w[0])
	}
}

func parseErrorLog(p *parser, w words) {
	f, ok := p.formatWord(w)
	if !ok {
		return
	}
	if p.px.errorLine.text != "" {
		p.overrides(w[0], w[0])
	}
	p.px.errorLine = f
	p.ignoredInBackends(w[0])
}

func parseUniqueID(p *parser, w words) {
	if f, ok := p.formatWord(w); ok {
		p.px.uniqueID = f
	}
}

func parseUniqueIDHeader(p *parser, w words) {
	if w.at(1) == "" {
		p.bad("%s expects an argument.", w[0])
		return
	}
	p.px.Rules.UniqueIDHeader = strings.ToLower(w[1])
}
