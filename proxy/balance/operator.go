package balance

import (
	"math"
	"strconv"
	"strings"
)

// heaviest is the weight that no server may exceed.
const heaviest = maxWeight / scale

// Static tells whether the shares of an algorithm are laid out once, so that a server may only have its whole weight or none.
func Static(name string, consistent bool) bool {
	return name == "static-rr" || Deterministic(name) && !consistent
}

// ParseWeight reads the weight that an operator or an agent wants a server to have: a number, or a percentage of the initial one.
// problem is HAProxy's, whose texts end with a newline or without; "": there is none.
func ParseWeight(text string, initial int, static bool) (weight int, problem string) {
	if text == "" {
		return 0, "Require <weight> or <weight%>.\n"
	}
	n, rest, ok := cutNumber(text)
	switch {
	case !ok:
		return 0, "Empty weight string empty or preceded by garbage"
	case rest == "%" && n < 0:
		return 0, "Relative weight must be positive.\n"
	case rest == "%":
		n = min(int64(initial)*min(n, 100*heaviest)/100, heaviest)
	case n < 0 || n > heaviest:
		return 0, "Absolute weight can only be between 0 and 256 inclusive.\n"
	case rest != "":
		return 0, "Trailing garbage in weight string"
	}
	if static && n != 0 && n != int64(initial) {
		return 0, "Backend is using a static LB algorithm and only accepts weights '0%' and '100%'.\n"
	}
	return int(n), ""
}

// ParseMaxconn reads how many requests at once an operator or an agent allows a server. HAProxy keeps 32 bits of the number without its
// sign, so that one below 0 is no limit that anybody reaches.
func ParseMaxconn(text string) (n int, problem string) {
	v, rest, ok := cutNumber(text)
	switch {
	case text == "":
		return 0, "Require <maxconn>.\n"
	case !ok:
		return 0, "maxconn string empty or preceded by garbage"
	case rest != "":
		return 0, "Trailing garbage in maxconn string"
	}
	return int(uint32(v)), ""
}

// cutNumber reads the number that a text begins with, as C's strtol: one that does not fit is the nearest that does.
func cutNumber(text string) (n int64, rest string, ok bool) {
	digits := strings.TrimLeft(text, " \t\n\v\f\r")
	sign := ""
	if strings.HasPrefix(digits, "-") || strings.HasPrefix(digits, "+") {
		sign, digits = digits[:1], digits[1:]
	}
	rest = strings.TrimLeft(digits, "0123456789")
	if rest == digits {
		return 0, text, false
	}
	n, err := strconv.ParseInt(sign+digits[:len(digits)-len(rest)], 10, 64)
	if err != nil { // out of range
		n = math.MaxInt64
		if sign == "-" {
			n = math.MinInt64
		}
	}
	return n, rest, true
}
