package rules

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestRegexFaultsAsPCRE2: the words and places are those of Debian's HAProxy, which PCRE2 gives it.
func TestRegexFaultsAsPCRE2(t *testing.T) {
	for pat, want := range map[string]string{
		"a{3,2}": "numbers out of order in {} quantifier, erroffset=5", "a{70000}": "number too big in {} quantifier, erroffset=7", "*": "quantifier does not follow a repeatable item, erroffset=0",
		"a{2}{3}": "quantifier does not follow a repeatable item, erroffset=6", "(a": "missing closing parenthesis, erroffset=2", "(?i": "missing closing parenthesis, erroffset=3", "a)": "unmatched closing parenthesis, erroffset=1",
		`ab\j`: `unrecognized character follows \, erroffset=3`, `\1`: "reference to non-existent subpattern, erroffset=1", `\u`: `PCRE2 does not support \F, \L, \l, \N{name}, \U, or \u, erroffset=2`,
		"(?z)": "unrecognized character after (? or (?-, erroffset=2", "(?^a)": "unrecognized character after (? or (?-, erroffset=3", `\p{Foo}`: `unknown property after \P or \p, erroffset=7`,
		"[\xe9-\xe8]": "range out of order in character class, erroffset=3", "[[:foo:]]": "unknown POSIX class name, erroffset=3", "[a": "missing terminating ] for character class, erroffset=2",
	} {
		_, err := compileRegex(pat, false)
		require.ErrorContains(t, err, "(error="+want+")", pat)
	}
}

// TestForeignRegexesAreNamed: PCRE2 takes all of these.
func TestForeignRegexesAreNamed(t *testing.T) {
	for _, pat := range []string{
		"a(?=b)", "(?<!a)b", "(?>a)", "(?|a)", "(?#c)", "(?x)a", "(?m-x:a)", "(?J)", "(?C)", "(?R)", "(*UTF)a", "a*+", "a{2000}", "(?:a{500}){500}", `\e`, `\cA`, `\o{7}`, `\xg`, `\C`, `\K`, `\R`, `[\b]`, "\\\xe9", `(a)\1`,
	} {
		_, err := compileRegex(pat, true)
		var unsupported UnsupportedError
		require.ErrorAs(t, err, &unsupported, pat)
	}
}
