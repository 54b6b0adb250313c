package rules

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
)

// hyphened tells whether a hyphen stands for what is empty.
func (k varKind) hyphened() bool { return k == textVar || k == ipVar || k == portVar }

func (o options) empty(dst []byte) []byte {
	switch {
	case o.quote:
		return append(dst, `""`...)
	case o.log:
		return append(dst, '-')
	}
	return dst
}

// variable adds a log variable's text with flags.
func (o options) variable(dst []byte, kind varKind, text []byte) []byte {
	switch kind {
	case plainVar:
		return append(dst, text...)
	case hexVar, milliVar:
		return o.number(dst, kind, text)
	case listVar:
		return o.list(dst, text)
	}
	switch {
	case len(text) == 0 && kind == groupVar:
		return dst
	case len(text) == 0 && kind.hyphened():
		return o.empty(dst)
	case kind == portVar:
		return o.number(dst, hexVar, text)
	case kind == ipVar && o.hex:
		a, _ := Text(string(text)).addr()
		return append(dst, hexAddr(a.AsSlice())...)
	}
	return o.text(dst, text)
}

// number adds a number, in hexadecimal digits where X says so.
func (o options) number(dst []byte, kind varKind, text []byte) []byte {
	n, err := strconv.ParseInt(string(text), 10, 64)
	if !o.hex || err != nil {
		return append(dst, text...)
	}
	if kind == milliVar {
		return fmt.Appendf(dst, "%02X", n)
	}
	return fmt.Appendf(dst, "%04X", n)
}

// list adds texts that each end in a zero octet, apart from each other.
func (o options) list(dst, text []byte) []byte {
	for i, s := range bytes.Split(bytes.TrimSuffix(text, []byte{0}), []byte{0}) {
		switch {
		case len(text) == 0:
			return dst
		case i > 0:
			dst = append(dst, ' ')
		}
		if len(s) == 0 {
			dst = options{quote: o.quote, log: true}.empty(dst)
		} else {
			dst = o.text(dst, s)
		}
	}
	return dst
}

// text adds a text with quotes and escapes.
func (o options) text(dst, s []byte) []byte {
	if o.quote {
		dst = append(dst, '"')
	}
	for _, c := range s {
		if o.escape && strings.IndexByte(escaped, c) >= 0 {
			dst = append(dst, '\\')
		}
		dst = append(dst, c)
	}
	if o.quote {
		dst = append(dst, '"')
	}
	return dst
}

// escaped are the characters that E puts a backslash before (RFC 5424, section 6.3.3).
const escaped = "\"\\]"

// append adds a sample. In a log line it stands as it is (section 8.6 is about captures and the request line); in a header
// what would break it is encoded, and no quotes are put around it.
func (o options) append(dst []byte, s string) []byte {
	if o.raw {
		return append(dst, s...)
	}
	if o.log {
		return o.text(dst, []byte(s))
	}
	for i := range len(s) {
		c := s[i]
		switch {
		case o.escape && strings.IndexByte(escaped, c) >= 0:
			dst = append(dst, '\\', c)
		case c < 0x20 && c != '\t' || c == 0x7f:
			dst = append(dst, '%', hexDigits[c>>4], hexDigits[c&15])
		default:
			dst = append(dst, c)
		}
	}
	return dst
}

// appendEncoded adds a part of the request line; what could break a log line is encoded (section 8.6), and so is what own lists.
func appendEncoded(dst []byte, s, own string) []byte {
	for i := range len(s) {
		if c := s[i]; c < 0x20 || c >= 0x7f || c == '"' || c == '#' || strings.IndexByte(own, c) >= 0 {
			dst = append(dst, '#', hexDigits[c>>4], hexDigits[c&15])
		} else {
			dst = append(dst, c)
		}
	}
	return dst
}

func hexAddr(b []byte) string { return fmt.Sprintf("%X", b) }
