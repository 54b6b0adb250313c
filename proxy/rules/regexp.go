package rules

import (
	"errors"
	"regexp/syntax"
	"strings"
)

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
	syntax.ErrInvalidRepeatOp:       {text: "quantifier does not follow a repeatable item", at: from(1)},
	syntax.ErrInvalidRepeatSize:     {text: "numbers out of order in {} quantifier", at: back(1)},
	syntax.ErrUnexpectedParen:       {text: "unmatched closing parenthesis", at: openedParens},
	syntax.ErrInvalidNamedCapture:   {text: "syntax error in subpattern name (missing terminator?)", at: captureName},
	syntax.ErrInvalidCharRange:      {text: "range out of order in character class", at: back(1)},
	syntax.ErrInvalidEscape:         {text: `unrecognized character follows \`, at: back(0)},
}

// BadRegexp words what is wrong with a regular expression as HAProxy does.
func BadRegexp(pat string, err error) error {
	text, at := err.Error(), len(pat)
	var e *syntax.Error
	if errors.As(err, &e) {
		f, ok := regexpFaults[e.Code]
		if e.Code == syntax.ErrInvalidCharRange && strings.HasPrefix(e.Expr, "[:") {
			f = regexpFault{text: "unknown POSIX class name", at: from(2)}
		}
		if i := strings.Index(pat, e.Expr); f.at != nil && i >= 0 {
			at = i + f.at(e.Expr)
		}
		if text = f.text; !ok {
			text = string(e.Code)
		}
	}
	return sayf("regex '%s' is invalid (error=%s, erroffset=%d)", pat, text, at)
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
