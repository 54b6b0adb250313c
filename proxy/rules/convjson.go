package rules

import (
	"encoding/json"
	"fmt"
	"math/bits"
	"strconv"
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

func checkJSONQuery(a []arg) error {
	if a[0].s == "" {
		return sayf("json_path must not be empty")
	}
	if kind := argText(a, 1, "int"); kind != "int" {
		return sayf("output_type only supports \"int\" as argument")
	}
	return nil
}

// convJSONQuery gives what a path leads to: of a text its content, nothing of a list or an object.
func convJSONQuery(_ *Tx, v Value, a []arg) (Value, bool) {
	raw, ok := jsonFind(json.RawMessage(v.Str), a[0].s[1:])
	if !ok || len(raw) == 0 {
		return v, false
	}
	switch c := raw[0]; {
	case c == '"':
		var s string
		if json.Unmarshal(raw, &s) != nil {
			return v, false
		}
		return Text(s), true
	case c == 't', c == 'f':
		return boolean(c == 't'), true
	case c == '[', c == '{', c == 'n':
		return v, false
	}
	if argText(a, 1, "") == "int" {
		return integer(leadingNumber(string(raw))), true
	}
	f, err := strconv.ParseFloat(string(raw), 64)
	return Text(fmt.Sprintf("%.6g", f)), err == nil
}

// jsonFind follows a path of .name and [n]. A dot in a name stands behind a backslash.
func jsonFind(raw json.RawMessage, path string) (json.RawMessage, bool) {
	for path != "" {
		if path[0] == '[' {
			end := strings.IndexByte(path, ']')
			var list []json.RawMessage
			if end < 0 || json.Unmarshal(raw, &list) != nil {
				return nil, false
			}
			n, err := strconv.Atoi(path[1:end])
			if err != nil || n < 0 || n >= len(list) {
				return nil, false
			}
			raw, path = list[n], path[end+1:]
			continue
		}
		name, rest := jsonName(strings.TrimPrefix(path, "."))
		var object map[string]json.RawMessage
		if path[0] != '.' || name == "" || json.Unmarshal(raw, &object) != nil {
			return nil, false
		}
		var ok bool
		if raw, ok = object[name]; !ok {
			return nil, false
		}
		path = rest
	}
	return raw, true
}

func jsonName(path string) (name, rest string) {
	var b strings.Builder
	for i := 0; i < len(path); i++ {
		switch {
		case path[i] == '\\' && i+1 < len(path):
			i++
		case path[i] == '.' || path[i] == '[':
			return b.String(), path[i:]
		}
		b.WriteByte(path[i])
	}
	return b.String(), ""
}
