package config

import (
	"strings"

	"simulacro/proxy/rules"
)

// formatText is a format that is compiled once all has been read, as captures that it names may stand behind it.
type formatText struct {
	text string
	pos  Pos
}

// formats are a section's own: log-format and unique-id-format.
type formats struct {
	log, uniqueID formatText
}

// movesFormat are the actions that HAProxy 2.6 takes the place of a proxy's log-format from: where the format is wrong, the
// last of them is named.
var movesFormat = []string{"set-header", "add-header", "replace-header", "replace-value", "early-hint", "set-var-fmt"}

// noteFormatPlace follows that.
func (p *parser) noteFormatPlace(w words) {
	action, _, _ := strings.Cut(w.at(1), "(")
	if strings.HasPrefix(w[0], "http-") && contains(movesFormat, action) {
		p.px.formats.log.pos = p.pos
	}
}

// compileFormats makes the formats of a section that accepts clients.
func (p *parser) compileFormats(s *section) {
	if !s.front {
		return
	}
	p.px = s
	if f := s.formats.log; f.text != "" {
		p.pos = f.pos
		format, err := rules.ParseFormat(p.envFor(rules.Logs), f.text, true)
		if err != nil {
			p.alert("Parsing [%s:%d]: failed to parse log-format : %s.", f.pos.File, f.pos.Line, err)
		}
		s.Rules.LogLine = format
	}
	if f := s.formats.uniqueID; f.text != "" {
		p.pos = f.pos
		format, err := rules.ParseFormat(p.envFor(rules.Request), f.text, false)
		if err != nil {
			p.alert("Parsing [%s:%d]: failed to parse unique-id : %s.", f.pos.File, f.pos.Line, err)
		}
		s.Rules.UniqueID = format
	}
}
