package rules

import (
	"regexp"
	"regexp/syntax"
	"strings"
	"unicode/utf8"
)

// regex is a regular expression over bytes. As in PCRE2 without its UTF mode one byte is one character, whatever the text's encoding.
type regex struct{ re *regexp.Regexp }

// compileRegex compiles a pattern; fold ignores the case of letters.
func compileRegex(pat string, fold bool) (*regex, error) {
	text := widened(pat)
	if fold {
		text = "(?i)" + text
	}
	re, err := regexp.Compile(text)
	if err != nil {
		return nil, RegexFault(pat, err)
	}
	return &regex{re}, nil
}

// matches tells whether the expression fits a part of s.
func (r *regex) matches(s string) bool { return r.re.MatchString(widened(s)) }

// find gives the places of the first match and its groups in s; nil: there is none.
func (r *regex) find(s string) []int {
	t := subject{s, widened(s)}
	return t.find(r)
}

// subject is a text in which a regular expression is looked for again and again: it is widened once only.
type subject struct{ text, wide string }

// find gives the places of the first match and its groups in what is left.
func (t *subject) find(r *regex) []int {
	m := r.re.FindStringSubmatchIndex(t.wide)
	if len(t.wide) > len(t.text) {
		for i, at := range m {
			if at >= 0 {
				m[i] = utf8.RuneCountInString(t.wide[:at])
			}
		}
	}
	return m
}

// skip leaves n bytes behind.
func (t *subject) skip(n int) {
	wide := n
	if len(t.wide) > len(t.text) {
		wide = len(widened(t.text[:n]))
	}
	t.text, t.wide = t.text[n:], t.wide[wide:]
}

// unanchored is the same expression where no text begins: what stands for its beginning fits nothing.
func (r *regex) unanchored() *regex {
	tree, err := syntax.Parse(r.re.String(), syntax.Perl)
	if err != nil {
		return r
	}
	re, err := regexp.Compile(neverBegin(tree).String())
	if err != nil {
		return r
	}
	return &regex{re}
}

// neverBegin puts what never matches in place of a text's beginning.
func neverBegin(x *syntax.Regexp) *syntax.Regexp {
	if x.Op == syntax.OpBeginText {
		return &syntax.Regexp{Op: syntax.OpNoMatch}
	}
	for i, sub := range x.Sub {
		x.Sub[i] = neverBegin(sub)
	}
	return x
}

// widened makes a character of each byte.
func widened(s string) string {
	if !strings.ContainsFunc(s, func(c rune) bool { return c >= utf8.RuneSelf }) {
		return s
	}
	b := make([]rune, len(s))
	for i := range len(s) {
		b[i] = rune(s[i])
	}
	return string(b)
}

// narrowed makes the bytes again.
func narrowed(s string) string {
	var b []byte
	for _, c := range s {
		b = append(b, byte(c))
	}
	return string(b)
}
