package sim

import (
	"regexp"
	"strings"
	"unicode"
)

// sequences are what steers a terminal: colours, cursor, title (ECMA-48, 5.4; the title is xterm's).
var sequences = regexp.MustCompile(`\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\^_])`)

// Plain is a text as a person may be shown it: what nodes print, their logs and files may hold what steers a terminal, and XML has no
// place for most control characters. Lines and tabs stay.
func Plain(s string) string {
	harmless := func(r rune) bool {
		return r == '\n' || r == '\t' || !unicode.IsControl(r) && r != unicode.ReplacementChar
	}
	if strings.IndexFunc(s, func(r rune) bool { return !harmless(r) }) < 0 {
		return s
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\r':
			return -1
		case r == unicode.ReplacementChar || harmless(r):
			return r
		}
		return '·'
	}, strings.ToValidUTF8(sequences.ReplaceAllString(s, ""), "\ufffd"))
}
