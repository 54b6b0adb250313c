package config

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// cNumber reads a number as C's strtol does: blanks, a sign and digits. Base 0 takes 0x and hexadecimal, 0 and octal, too. What is too
// large becomes the bound of 64 bits. rest begins with the first character that is none of it; all of s: there is no number.
func cNumber(s string, base int) (n int64, rest string) {
	sign, digits := "", strings.TrimLeft(s, " \t\n\v\f\r")
	if digits != "" && (digits[0] == '-' || digits[0] == '+') {
		sign, digits = digits[:1], digits[1:]
	}
	if base == 0 {
		switch base = 10; {
		case len(digits) > 2 && digits[0] == '0' && digits[1]|0x20 == 'x' && digitOf(digits[2]) < 16:
			base, digits = 16, digits[2:]
		case strings.HasPrefix(digits, "0"):
			base = 8
		}
	}
	end := 0
	for end < len(digits) && digitOf(digits[end]) < base {
		end++
	}
	if end == 0 {
		return 0, s
	}
	n, _ = strconv.ParseInt(sign+digits[:end], base, 64) // the only error is the range's, with its bound
	return n, digits[end:]
}

// digitOf is the value of a digit up to f; what is none is larger than any base.
func digitOf(c byte) int {
	switch {
	case isDigit(c):
		return int(c - '0')
	case 'a' <= c|0x20 && c|0x20 <= 'f':
		return int(c|0x20-'a') + 10
	}
	return 99
}

// atoi ignores what follows a number; no digits are 0. The value is cut to 32 bits, which HAProxy's messages show ("is not within 0
// and 256 (-727379969)").
func atoi(s string) int {
	n, _ := cNumber(s, 10)
	return int(int32(n))
}

// wholeLong reads a word that has to be a number and nothing else.
func wholeLong(s string) (n int64, ok bool) {
	n, rest := cNumber(s, 10)
	return n, rest == "" && s != ""
}

// timeFault is why a time could not be read.
type timeFault struct {
	over, under bool
	char        string // the unexpected character; NUL at the end of the word
}

// bounds words, as most keywords do, that a time is too long or too short; "": it is no number.
func (f *timeFault) bounds(value, name string) string {
	switch {
	case f.over:
		return fmt.Sprintf("timer overflow in argument '%s' to '%s' (maximum value is 2147483647 ms or ~24.8 days)", value, name)
	case f.under:
		return fmt.Sprintf("timer underflow in argument '%s' to '%s' (minimum non-null value is 1 ms)", value, name)
	}
	return ""
}

// The longest times, as messages have them.
const (
	longestMillis  = "2147483647 ms (~24.8 days)"
	longestSeconds = "2147483647 s (~68 years)"
)

// angled words the fault as some keywords do; to is what the time is for, most the longest one, unit that of the shortest.
func (f *timeFault) angled(value, to, most, unit string) string {
	switch {
	case f.over:
		return fmt.Sprintf("timer overflow in argument <%s> to %s, maximum value is %s.", value, to, most)
	case f.under:
		return fmt.Sprintf("timer underflow in argument <%s> to %s, minimum non-null value is 1 %s.", value, to, unit)
	}
	return fmt.Sprintf("unexpected character '%s' in argument to %s.", f.char, to)
}

// maxTimer is HAProxy's longest time, in the unit of the value: 31 bits.
const maxTimer = 0x80000000

// unitNanos are the units of section 2.5.
var unitNanos = map[string]uint64{
	"us": 1e3, "ms": 1e6, "s": 1e9, "m": 60e9, "h": 3600e9, "d": 86400e9,
}

// parseTime reads a time in unit (time.Millisecond, time.Second) where it bears none of its own, rounded up to that unit.
func (p *parser) parseTime(text string, unit time.Duration) (time.Duration, *timeFault) {
	n := 0
	value := uint64(0)
	for n < len(text) && isDigit(text[n]) {
		value = value*10 + uint64(text[n]-'0')
		n++
	}
	if n == 0 {
		return 0, &timeFault{char: charAt(text, 0)}
	}
	if n == len(text) {
		if value >= maxTimer {
			return 0, &timeFault{over: true}
		}
		return time.Duration(value) * unit, nil
	}
	size := 1
	if n+1 < len(text) && text[n+1] == 's' && (text[n] == 'u' || text[n] == 'm') {
		size = 2
	}
	scale, ok := unitNanos[text[n:n+size]]
	if !ok {
		return 0, &timeFault{char: charAt(text, n)}
	}
	if rest := text[n+size:]; rest != "" {
		p.warn("%sunexpected character '%s' after the timer value '%s', only (us=microseconds,ms=milliseconds,"+
			"s=seconds,m=minutes,h=hours,d=days) are supported. This will be reported as an error in next versions.",
			p.takeContext(), charAt(rest, 0), text)
	}
	return scaleTime(value, scale, uint64(unit))
}

// scaleTime converts value in units of scale nanoseconds into unit, rounding up. The product wraps as HAProxy's does.
func scaleTime(value, scale, unit uint64) (time.Duration, *timeFault) {
	var result uint64
	if scale >= unit {
		result = value * (scale / unit)
	} else {
		result = (value + unit/scale - 1) / (unit / scale)
	}
	switch {
	case result >= maxTimer:
		return 0, &timeFault{over: true}
	case result == 0 && value != 0:
		return 0, &timeFault{under: true}
	}
	return time.Duration(result * unit), nil
}

// charAt gives the byte at i as C prints it with %c; NUL past the end.
func charAt(s string, i int) string {
	if i >= len(s) {
		return "\x00"
	}
	return s[i : i+1]
}

// cLong reads what C's strtol does: a decimal number behind blanks, whatever follows. It fails where there is none or it does not fit.
func cLong(s string) (n int64, rest string, ok bool) {
	digits := strings.TrimLeft(s, " \t\n\v\f\r")
	end := 0
	if digits != "" && (digits[0] == '-' || digits[0] == '+') {
		end = 1
	}
	for end < len(digits) && isDigit(digits[end]) {
		end++
	}
	n, err := strconv.ParseInt(digits[:end], 10, 64)
	return n, digits[end:], err == nil
}

// cUint reads the digits that a word begins with, of whose number 32 bits count.
func cUint(s string) (n uint32) {
	for i := 0; i < len(s) && isDigit(s[i]); i++ {
		n = n*10 + uint32(s[i]-'0')
	}
	return n
}
