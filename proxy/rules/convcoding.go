package rules

import (
	"encoding/base64"
	"encoding/hex"
	"strconv"
	"strings"
)

func codingConvs() []conv {
	return []conv{
		{name: "hex", in: Bin, out: Str, do: func(_ *Tx, v Value, _ []arg) (Value, bool) { return Text(hexText(v.Str)), true }},
		{name: "base64", in: Bin, out: Str, do: func(tx *Tx, v Value, _ []arg) (Value, bool) {
			return Text(base64.StdEncoding.EncodeToString([]byte(v.Str))), base64.StdEncoding.EncodedLen(len(v.Str)) <= tx.longest()
		}},
		{name: "b64dec", in: Str, out: Bin, do: func(_ *Tx, v Value, _ []arg) (Value, bool) {
			b, err := base64.StdEncoding.DecodeString(v.Str)
			return Value{Kind: Bin, Str: string(b)}, err == nil && !strings.ContainsAny(v.Str, "\r\n")
		}},
		{name: "ub64enc", in: Bin, out: Str, do: func(tx *Tx, v Value, _ []arg) (Value, bool) {
			return Text(base64.RawURLEncoding.EncodeToString([]byte(v.Str))), base64.RawURLEncoding.EncodedLen(len(v.Str)) <= tx.longest()
		}},
		{name: "ub64dec", in: Str, out: Bin, do: func(_ *Tx, v Value, _ []arg) (Value, bool) {
			s, ok := unbase64url(v.Str)
			return Value{Kind: Bin, Str: s}, ok
		}},
		{name: "url_dec", sig: "|i", in: Str, out: Str, do: func(_ *Tx, v Value, a []arg) (Value, bool) {
			s, ok := urlDecode(v.Str, argNumber(a, 0, 0) != 0)
			return Text(s), ok
		}},
		{name: "url_enc", sig: "|s", in: Str, out: Str, do: text(func(s string, _ []arg) string { return urlEncode(s) }), check: func(a []arg) error {
			if kind := argText(a, 0, "query"); kind != "query" {
				return sayf("Unexpected encode type. Allowed value is 'query'")
			}
			return nil
		}},
		{name: "be2dec", sig: "s|ii", in: Bin, out: Str, do: convBE2Dec, check: checkChunk(8)},
		{name: "be2hex", sig: "|sii", in: Bin, out: Str, do: convBE2Hex, check: checkChunk(0)},
		{name: "json", sig: "|s", in: Str, out: Str, do: convJSON, check: func(a []arg) error {
			if mode := argText(a, 0, "ascii"); !contains([]string{"ascii", "utf8", "utf8s", "utf8p", "utf8ps"}, mode) {
				return sayf("Unexpected input code type. Allowed value are 'ascii', 'utf8', 'utf8s', 'utf8p' and 'utf8ps'")
			}
			return nil
		}},
		{name: "json_query", sig: "s|s", in: Str, out: Any, do: convJSONQuery, check: checkJSONQuery},
	}
}

// unbase64url reads base64url with or without its padding.
func unbase64url(s string) (string, bool) {
	b, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(s, "="))
	return string(b), err == nil && !strings.ContainsAny(s, "\r\n")
}

const hexDigits = "0123456789ABCDEF"

// hexText writes bytes as hexadecimal digits.
func hexText(s string) string {
	b := make([]byte, 0, 2*len(s))
	for i := range len(s) {
		b = append(b, hexDigits[s[i]>>4], hexDigits[s[i]&15])
	}
	return string(b)
}

func unhex(s string) (Value, bool) {
	b, err := hex.DecodeString(s)
	return Value{Kind: Bin, Str: string(b)}, err == nil
}

// urlDecode reads %xx. A plus is a blank in a form, and behind a question mark. The result ends at a zero byte.
func urlDecode(s string, form bool) (string, bool) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '+' && form:
			b.WriteByte(' ')
		case c == '%':
			if i+2 >= len(s) {
				return "", false
			}
			v, ok := unhex(s[i+1 : i+3])
			if !ok {
				return "", false
			}
			b.WriteString(v.Str)
			i += 2
		default:
			form = form || c == '?'
			b.WriteByte(c)
		}
	}
	return b.String(), true
}

// urlEncode writes all but RFC 3986's unreserved characters as %XX.
func urlEncode(s string) string {
	b := make([]byte, 0, len(s))
	for i := range len(s) {
		c := s[i]
		if c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || strings.IndexByte("-._~", c) >= 0 {
			b = append(b, c)
		} else {
			b = append(b, '%', hexDigits[c>>4], hexDigits[c&15])
		}
	}
	return string(b)
}

// checkChunk looks at a chunk's size, at most so many bytes (0: any number), and at the flag that cuts an incomplete last one off.
func checkChunk(most int64) func(a []arg) error {
	return func(a []arg) error {
		size := argNumber(a, 1, 0)
		switch given := len(a) > 1 && a[1].s != ""; {
		case most > 0 && (size <= 0 || size > most):
			return sayf("chunk_size out of [1..%d] range (%d)", most, size)
		case most == 0 && size <= 0 && (given || argText(a, 0, "") != ""):
			return sayf("chunk_size needs to be positive (%d)", size)
		}
		if n := argNumber(a, 2, 0); n != 0 && n != 1 {
			return sayf("Unsupported truncate value (%d)", n)
		}
		return nil
	}
}

// convBE2Dec writes chunks of bytes, the most significant first, as decimal numbers with a separator. With a third
// argument an incomplete last chunk is left out.
func convBE2Dec(_ *Tx, v Value, a []arg) (Value, bool) {
	return chunked(v, a[0].s, argNumber(a, 1, 1), argNumber(a, 2, 0) != 0, func(chunk string) string {
		n := uint64(0)
		for i := range len(chunk) {
			n = n<<8 | uint64(chunk[i])
		}
		return strconv.FormatUint(n, 10)
	})
}

// convBE2Hex is the same in hexadecimal.
func convBE2Hex(_ *Tx, v Value, a []arg) (Value, bool) {
	return chunked(v, argText(a, 0, ""), argNumber(a, 1, 1), argNumber(a, 2, 0) != 0, hexText)
}

func chunked(v Value, sep string, size int64, truncate bool, text func(string) string) (Value, bool) {
	var parts []string
	for s := v.Str; s != ""; {
		k := min(int(size), len(s))
		if k < int(size) && truncate {
			break
		}
		parts = append(parts, text(s[:k]))
		s = s[k:]
	}
	return Text(strings.Join(parts, sep)), true
}
