package rules

import (
	"strconv"
	"strings"
)

// numbers reads a number, low:high, or an operator with a number.
func (p *Pattern) numbers(w string, dotted bool) error {
	op, text, found := strings.Cut(w, " ")
	if !found {
		op, text = "eq", w
	}
	var err error
	if p.lo, p.hi, err = parseRange(text, dotted); err != nil {
		if found && op != "eq" {
			return sayf("'%s' is neither a number nor a supported operator", text)
		}
		return err
	}
	const least, most = -1 << 63, 1<<63 - 1
	switch op {
	case "ge":
		p.hi = most
	case "gt":
		p.lo, p.hi = p.lo+1, most
	case "le":
		p.lo = least
	case "lt":
		p.lo, p.hi = least, p.hi-1
	}
	return nil
}

// parseRange reads a number, or two with a colon or a hyphen between them, of which one may be missing.
func parseRange(w string, dotted bool) (lo, hi int64, err error) {
	kind := ""
	if dotted {
		kind = "dotted "
	}
	sign := len(w) - len(strings.TrimPrefix(w, "-"))
	at := strings.IndexAny(w[sign:], ":-")
	if at < 0 {
		n, ok := patternNumber(w, dotted)
		if !ok {
			err = sayf("'%s' is not a %snumber", w, kind)
		}
		return n, n, err
	}
	at += sign
	lo, hi = -1<<63, 1<<63-1
	ok := w != ":"
	if low := w[:at]; ok && low != "" {
		lo, ok = patternNumber(low, dotted)
	}
	if high := w[at+1:]; ok && high != "" {
		hi, ok = patternNumber(high, dotted)
	}
	if !ok || lo > hi {
		err = sayf("'%s' is not a valid %snumber range", w, kind)
	}
	return lo, hi, err
}

// patternNumber reads a number; a dotted one has its major part in the upper 16 bits.
func patternNumber(s string, dotted bool) (int64, bool) {
	major, minor, found := strings.Cut(s, ".")
	if !dotted || !found {
		n, err := strconv.ParseInt(s, 10, 64)
		if dotted {
			n <<= 16
		}
		return n, err == nil && s[0] != '+'
	}
	a, err := strconv.ParseUint(major, 10, 16)
	b, err2 := strconv.ParseUint(minor, 10, 16)
	return int64(a<<16 | b), err == nil && err2 == nil
}
