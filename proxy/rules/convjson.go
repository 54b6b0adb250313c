package rules

import (
	"fmt"
	"math/bits"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// convJSON escapes for a JSON string. The argument says what the input is: ascii takes any byte for a character; utf8 fails
// on what is none, utf8s leaves it out; utf8p and utf8ps also take what is written longer than it must be.
func convJSON(_ *Tx, v Value, a []arg) (Value, bool) {
	mode := argText(a, 0, "ascii")
	var b strings.Builder
	for s := v.Str; s != ""; {
		r, n := rune(s[0]), 1
		if mode != "ascii" {
			if r, n = decodeUTF8(s); r < 0 || r >= 0xfffe || utf16.IsSurrogate(r) || !strings.Contains(mode, "p") && n > utf8.RuneLen(r) {
				if !strings.HasSuffix(mode, "s") {
					return v, false
				}
				s = s[n:]
				continue
			}
		}
		b.WriteString(jsonEscape(r))
		s = s[n:]
	}
	return Text(b.String()), true
}

// decodeUTF8 reads a character, also one that is written longer than it must be; below 0: there is none.
func decodeUTF8(s string) (r rune, n int) {
	n = bits.LeadingZeros8(^s[0])
	switch {
	case n == 0:
		return rune(s[0]), 1
	case n == 1 || n > 6 || n > len(s):
		return -1, 1
	}
	r = rune(s[0]) & (1<<(7-n) - 1)
	for i := 1; i < n; i++ {
		if s[i]&0xc0 != 0x80 {
			return -1, 1
		}
		r = r<<6 | rune(s[i]&0x3f)
	}
	return r, n
}

func jsonEscape(r rune) string {
	const from, to = "\"\\/\b\f\n\r\t", "\"\\/bfnrt"
	if i := strings.IndexRune(from, r); i >= 0 {
		return "\\" + to[i:i+1]
	}
	if r >= 0x20 && r < 0x7f {
		return string(r)
	}
	return fmt.Sprintf("\\u%04x", r)
}
