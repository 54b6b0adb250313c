package rules

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

func checkJSONQuery(a []arg) error {
	if a[0].s == "" {
		return sayf("json_path must not be empty")
	}
	if kind := argText(a, 1, "int"); kind != "int" {
		return sayf("output_type only supports \"int\" as argument")
	}
	return nil
}

// mostJSONInt is the largest number that a double has exactly with all below it (RFC 8259, section 6).
const mostJSONInt = 1<<53 - 1

// convJSONQuery gives what a path leads to: of a text its content, nothing of a list or an object.
func convJSONQuery(_ *Tx, v Value, a []arg) (Value, bool) {
	token := jsonFind(v.Str, a[0].s)
	switch {
	case token == "":
		return v, false
	case token[0] == '"':
		s, ok := jsonText(token[1 : len(token)-1])
		return Text(s), ok
	case token[0] == 't', token[0] == 'f':
		return boolean(token[0] == 't'), true
	case token[0] == 'n':
		return v, false
	case argText(a, 1, "") == "int":
		n, _ := socketNumber(token)
		return integer(n), n >= -mostJSONInt && n <= mostJSONInt
	}
	f, _ := jsonNumber(token)
	if math.IsInf(f, 0) {
		return Text(strings.Trim(strings.ToLower(strconv.FormatFloat(f, 'g', -1, 64)), "+")), true
	}
	return Text(fmt.Sprintf("%.6g", f)), true
}

// jsonNumber reads the number at s's beginning and gives how long it is; 0: it is none, or ends in a dot. More is taken for one than
// RFC 8259 does: zeros in front, and an exponent or a fraction without digits.
func jsonNumber(s string) (f float64, size int) {
	digits := func(from int) int {
		for from < len(s) && isDigit(s[from]) {
			from++
		}
		return from
	}
	sign := len(s) - len(strings.TrimPrefix(s, "-"))
	end := digits(sign)
	if end == sign && !strings.HasPrefix(s[end:], ".") {
		return 0, 0
	}
	number, dotted := s[:end], false
	if strings.HasPrefix(s[end:], ".") {
		from := end
		end = digits(end + 1)
		number, dotted = s[:end]+"0", end == from+1
	}
	if strings.HasPrefix(strings.ToLower(s[end:]), "e") {
		from := end + 1
		if from < len(s) && (s[from] == '+' || s[from] == '-') {
			from++
		}
		exponent := s[end:from]
		if end = digits(from); end > from {
			number += exponent + s[from:end]
		}
		dotted = false
	}
	f, _ = strconv.ParseFloat(number, 64) // what is too large is infinite
	if dotted {
		end = 0
	}
	return f, end
}

// jsonText reads escapes, of \u those only that stand for one byte.
func jsonText(s string) (string, bool) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] != '\\' || i+1 == len(s):
			b.WriteByte(s[i])
		case s[i+1] == 'u' && i+5 < len(s):
			v, ok := unhex(s[i+4 : i+6])
			if !ok || s[i+2:i+4] != "00" {
				return "", false
			}
			b.WriteString(v.Str)
			i += 5
		default:
			c := jsonUnescaped(s[i+1])
			if c == 0 {
				return "", false
			}
			b.WriteByte(c)
			i++
		}
	}
	return b.String(), true
}

// jsonUnescaped is what a backslash and c stand for; 0: nothing.
func jsonUnescaped(c byte) byte {
	const from, to = `"\bfnrt`, "\"\\\b\f\n\r\t"
	if i := strings.IndexByte(from, c); i >= 0 {
		return to[i]
	}
	return 0
}
