package rules

import (
	"errors"
	"regexp"
	"regexp/syntax"
	"strconv"
	"strings"
)

// RegexFault tells of a pattern that cannot be compiled, or names what PCRE2 has and this director has not.
func RegexFault(pat string, err error) error {
	var e *syntax.Error
	if !errors.As(err, &e) {
		return err
	}
	part := narrowed(e.Expr)
	from := max(0, strings.Index(pat, part))
	if name := foreignRegex(e.Code, pat, part, pat[from:]); name != "" {
		return UnsupportedError("regex " + name)
	}
	return badRegex(e.Code, pat, part, pat[from:])
}

// foreignGroup are the beginnings of groups that PCRE2 has and Go has not (pcre2pattern).
var foreignGroup = regexp.MustCompile(`^\(\?(?:[=!|#>(R&C]|<[=!]|P[>=]|[+-]?[0-9]|'[A-Za-z_]|\^?[imsxnJU-]*[:)])`)

// foreignEscape are the escapes.
var foreignEscape = regexp.MustCompile(`^\\(?:[bCeEgGhHkKNRXZ]|c[ -~]|c$|o\{|x|[^\x00-\x7f])`)

// foreignRegex gives what of a pattern PCRE2 would have taken; "": nothing. rest is the pattern from the part on that Go's parser names.
func foreignRegex(code syntax.ErrorCode, pat, part, rest string) string {
	switch code {
	case syntax.ErrLarge, syntax.ErrNestingDepth:
		return pat
	case syntax.ErrInvalidRepeatSize:
		if low, high := repeatBounds(part); low <= high && high <= 65535 {
			return part
		}
	case syntax.ErrInvalidRepeatOp:
		if strings.HasSuffix(part, "+") {
			return part
		}
	case syntax.ErrMissingRepeatArgument:
		if strings.Contains(pat, "(*") {
			return "(*"
		}
	case syntax.ErrInvalidPerlOp, syntax.ErrInvalidNamedCapture:
		return foreignGroup.FindString(rest)
	case syntax.ErrInvalidEscape:
		if digit := int(part[len(part)-1] - '0'); digit > 0 && digit <= strings.Count(pat, "(") {
			return part
		}
		return foreignEscape.FindString(rest)
	}
	return ""
}

// repeatBounds reads {low,high} at a part's end.
func repeatBounds(part string) (low, high int) {
	text := strings.TrimSuffix(part[strings.LastIndexByte(part, '{')+1:], "}")
	from, to, two := strings.Cut(text, ",")
	low, _ = strconv.Atoi(from)
	if high, _ = strconv.Atoi(to); !two || to == "" {
		high = low
	}
	return low, high
}

// regexpFault is what PCRE2, which Debian's HAProxy matches with, says of a mistake, and where it sees it: at, counted from the
// beginning of the part that Go's parser names; nil: at the pattern's end.
type regexpFault struct {
	text string
	at   func(part string) int
}

// from and back count from the part's two ends.
func from(n int) func(string) int      { return func(string) int { return n } }
func back(n int) func(part string) int { return func(part string) int { return len(part) - n } }

// regexpFaults are the mistakes that Go's parser finds in PCRE2's words (pcre2api, "ERROR CODES").
var regexpFaults = map[syntax.ErrorCode]regexpFault{
	syntax.ErrMissingParen:          {text: "missing closing parenthesis"},
	syntax.ErrMissingBracket:        {text: "missing terminating ] for character class"},
	syntax.ErrTrailingBackslash:     {text: `\ at end of pattern`},
	syntax.ErrMissingRepeatArgument: {text: "quantifier does not follow a repeatable item", at: from(0)},
	syntax.ErrInvalidRepeatOp:       {text: "quantifier does not follow a repeatable item", at: back(1)},
	syntax.ErrInvalidRepeatSize:     {text: "numbers out of order in {} quantifier", at: back(1)},
	syntax.ErrUnexpectedParen:       {text: "unmatched closing parenthesis", at: openedParens},
	syntax.ErrInvalidNamedCapture:   {text: "syntax error in subpattern name (missing terminator?)", at: captureName},
	syntax.ErrInvalidCharRange:      {text: "range out of order in character class", at: back(1)},
	syntax.ErrInvalidEscape:         {text: `unrecognized character follows \`, at: back(1)},
	syntax.ErrInvalidPerlOp:         {text: "unrecognized character after (? or (?-", at: groupOption},
}

// badRegex words what is wrong with a regular expression as HAProxy does.
func badRegex(code syntax.ErrorCode, pat, part, rest string) error {
	f, ok := regexpFaults[code]
	switch _, high := repeatBounds(part); {
	case !ok:
		f.text = string(code)
	case code == syntax.ErrInvalidRepeatSize && high > 65535:
		f.text = "number too big in {} quantifier"
	case code == syntax.ErrInvalidPerlOp && groupOption(rest) == len(rest):
		f = regexpFaults[syntax.ErrMissingParen]
	case code == syntax.ErrInvalidCharRange && strings.HasPrefix(part, "[:"):
		f = regexpFault{text: "unknown POSIX class name", at: from(2)}
	case code == syntax.ErrInvalidCharRange && strings.ToLower(part[:2]) == `\p`:
		f = regexpFault{text: `unknown property after \P or \p`, at: back(0)}
	case code == syntax.ErrInvalidEscape && strings.Contains("123456789", part[1:]):
		f.text = "reference to non-existent subpattern"
	case code == syntax.ErrInvalidEscape && strings.Contains("FLlUu", part[1:]):
		f = regexpFault{text: `PCRE2 does not support \F, \L, \l, \N{name}, \U, or \u`, at: back(0)}
	}
	at := len(pat)
	if code == syntax.ErrInvalidPerlOp {
		part = rest
	}
	if f.at != nil && strings.HasPrefix(rest, part) {
		at -= len(rest) - f.at(part)
	}
	return sayf("regex '%s' is invalid (error=%s, erroffset=%d)", pat, f.text, at)
}

// groupOption gives the first place behind (? where no option is.
func groupOption(part string) int {
	at := strings.IndexFunc(part[2:], func(c rune) bool { return !strings.ContainsRune("^imsxnJU-", c) })
	if at < 0 {
		return len(part)
	}
	return 2 + at
}

// captureName gives the first place where a group's name can not go on.
func captureName(part string) int {
	from := strings.IndexByte(part, '<') + 1
	for i := from; i < len(part); i++ {
		if c := part[i]; c != '_' && !isLetter(c) && (c < '0' || c > '9') {
			return i
		}
	}
	return len(part)
}

// openedParens gives the place of the closing parenthesis that none opens.
func openedParens(part string) int {
	open, class := 0, false
	for i := 0; i < len(part); i++ {
		switch c := part[i]; {
		case c == '\\':
			i++
		case class:
			class = c != ']'
		case c == '[':
			class = true
		case c == '(':
			open++
		case c == ')':
			if open--; open < 0 {
				return i
			}
		}
	}
	return len(part)
}
