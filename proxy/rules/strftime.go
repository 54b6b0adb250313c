package rules

import (
	"strconv"
	"strings"
	"time"
)

// directive is one of strftime(3)'s with what stands before its letter.
type directive struct {
	letter   byte
	pad      byte // _, - or 0; 0: none
	width    int
	upper    bool // ^
	change   bool // #
	modifier byte // E or O; 0: none
}

// strftime writes a time as the C library does in the C locale. What is no directive stays as it is.
func strftime(format string, t time.Time) string {
	var b strings.Builder
	for format != "" {
		if format[0] != '%' || len(format) == 1 {
			b.WriteByte(format[0])
			format = format[1:]
			continue
		}
		d, size := readDirective(format)
		text, ok := d.text(t)
		if !ok {
			if text = format[:size]; d.upper {
				text = strings.ToUpper(text)
			}
			text = d.fill(text)
		}
		b.WriteString(text)
		format = format[size:]
	}
	return b.String()
}

// readDirective reads what a percent sign begins, and gives how long it is.
func readDirective(s string) (d directive, size int) {
	i := 1
	for ; i < len(s) && strings.IndexByte("_-0^#", s[i]) >= 0; i++ {
		switch s[i] {
		case '^':
			d.upper = true
		case '#':
			d.change = true
		default:
			d.pad = s[i]
		}
	}
	for ; i < len(s) && isDigit(s[i]); i++ {
		d.width = min(d.width*10+int(s[i]-'0'), mostWidth)
	}
	if i < len(s) && (s[i] == 'E' || s[i] == 'O') {
		d.modifier = s[i]
		i++
	}
	if i < len(s) {
		d.letter = s[i]
		i++
	}
	return d, i
}

// mostWidth keeps a text within what a buffer holds.
const mostWidth = 16384

// text is what the directive stands for; false: there is none of that letter, or not with that modifier.
func (d directive) text(t time.Time) (string, bool) {
	if d.modifier != 0 && strings.IndexByte(unmodified[d.modifier], d.letter) >= 0 {
		return "", false
	}
	if n, ok := timeNumbers[d.letter]; ok {
		return d.number(n.value(t), n.digits, n.spaced), true
	}
	if format, ok := timeFormats[d.letter]; ok {
		text := strftime(format, t)
		if d.upper {
			text = strings.ToUpper(text)
		}
		return d.fill(text), true
	}
	if d.letter == 'z' {
		_, offset := t.Zone()
		sign, minutes := "+", offset/60
		if offset < 0 {
			sign, minutes = "-", -minutes
		}
		return d.fill(sign) + d.number(int64(minutes/60*100+minutes%60), 4, false), true
	}
	text, ok := d.word(t)
	return d.fill(text), ok
}

// word is a text that the letter stands for.
func (d directive) word(t time.Time) (string, bool) {
	upper, lower := d.upper, false
	text := ""
	switch d.letter {
	case 'a', 'A', 'b', 'B', 'h':
		upper = upper || d.change
		text = t.Format(map[byte]string{'a': "Mon", 'A': "Monday", 'b': "Jan", 'B': "January", 'h': "Jan"}[d.letter])
	case 'p', 'P':
		lower = d.change || d.letter == 'P'
		text = t.Format("PM")
	case 'Z':
		lower = d.change
		if text = t.Format("MST"); t.Location() == time.UTC {
			text = "GMT"
		}
	case 's':
		text = strconv.FormatInt(t.Unix(), 10)
	case 'n':
		text = "\n"
	case 't':
		text = "\t"
	case '%':
		text = "%"
	default:
		return "", false
	}
	switch {
	case lower:
		return strings.ToLower(text), true
	case upper:
		return strings.ToUpper(text), true
	}
	return text, true
}

// number writes a number of so many digits at least.
func (d directive) number(n int64, digits int, spaced bool) string {
	text := strconv.FormatInt(n, 10)
	if missing := max(digits, d.width) - len(text); d.pad != '-' && missing > 0 {
		with := "0"
		if d.pad == '_' || spaced && d.pad == 0 {
			with = " "
		}
		return strings.Repeat(with, missing) + text
	}
	return d.fill(text)
}

// fill brings a text to the directive's width.
func (d directive) fill(text string) string {
	with := " "
	if d.pad == '0' {
		with = "0"
	}
	return strings.Repeat(with, max(0, d.width-len(text))) + text
}

// unmodified are the letters that take no such modifier.
var unmodified = map[byte]string{'E': "aAbBdDeFgGhHIjklmMSUVwW", 'O': "aAcDFxXY"}

// timeFormats are the directives that stand for several others.
var timeFormats = map[byte]string{
	'c': "%a %b %e %H:%M:%S %Y", 'D': "%m/%d/%y", 'F': "%Y-%m-%d", 'r': "%I:%M:%S %p", 'R': "%H:%M", 'T': "%H:%M:%S", 'x': "%m/%d/%y", 'X': "%H:%M:%S",
}

// timeNumber is a directive that is a number; a spaced one has blanks in front instead of zeros.
type timeNumber struct {
	digits int
	spaced bool
	value  func(t time.Time) int64
}

var timeNumbers = map[byte]timeNumber{
	'C': {2, false, func(t time.Time) int64 { return int64(t.Year() / 100) }},
	'd': {2, false, func(t time.Time) int64 { return int64(t.Day()) }},
	'e': {2, true, func(t time.Time) int64 { return int64(t.Day()) }},
	'g': {2, false, func(t time.Time) int64 { y, _ := t.ISOWeek(); return int64(y % 100) }},
	'G': {1, false, func(t time.Time) int64 { y, _ := t.ISOWeek(); return int64(y) }},
	'H': {2, false, func(t time.Time) int64 { return int64(t.Hour()) }},
	'I': {2, false, func(t time.Time) int64 { return int64((t.Hour()+11)%12 + 1) }},
	'j': {3, false, func(t time.Time) int64 { return int64(t.YearDay()) }},
	'k': {2, true, func(t time.Time) int64 { return int64(t.Hour()) }},
	'l': {2, true, func(t time.Time) int64 { return int64((t.Hour()+11)%12 + 1) }},
	'm': {2, false, func(t time.Time) int64 { return int64(t.Month()) }},
	'M': {2, false, func(t time.Time) int64 { return int64(t.Minute()) }},
	'S': {2, false, func(t time.Time) int64 { return int64(t.Second()) }},
	'u': {1, false, func(t time.Time) int64 { return int64(t.Weekday()+6)%7 + 1 }},
	'U': {2, false, func(t time.Time) int64 { return int64(t.YearDay()+6-int(t.Weekday())) / 7 }},
	'V': {2, false, func(t time.Time) int64 { _, w := t.ISOWeek(); return int64(w) }},
	'w': {1, false, func(t time.Time) int64 { return int64(t.Weekday()) }},
	'W': {2, false, func(t time.Time) int64 { return int64(t.YearDay()+6-int(t.Weekday()+6)%7) / 7 }},
	'y': {2, false, func(t time.Time) int64 { return int64(t.Year() % 100) }},
	'Y': {1, false, func(t time.Time) int64 { return int64(t.Year()) }},
}
