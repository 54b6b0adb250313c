package rules

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"fmt"
	"hash"
	"hash/crc32"
	"strconv"
	"strings"
	"unicode/utf8"
)

// digests are the algorithms of digest and hmac.
var digests = map[string]func() hash.Hash{
	"sha1": sha1.New, "sha224": sha256.New224, "sha256": sha256.New, "sha384": sha512.New384, "sha512": sha512.New,
}

// hashConvs are those of section 7.3.1 that condense or re-code their input.
func hashConvs() []conv {
	return []conv{
		{name: "sha1", in: Bin, out: Bin, do: func(_ *Tx, v Value, _ []arg) (Value, bool) { return digest("sha1", v) }},
		{name: "sha2", sig: "|i", in: Bin, out: Bin, do: func(_ *Tx, v Value, a []arg) (Value, bool) {
			bits := int64(256)
			if len(a) > 0 {
				bits = a[0].n
			}
			return digest("sha"+strconv.FormatInt(bits, 10), v)
		}},
		{name: "digest", sig: "s", in: Bin, out: Bin, do: func(_ *Tx, v Value, a []arg) (Value, bool) {
			return digest(strings.ToLower(a[0].s), v)
		}},
		{name: "hmac", sig: "ss", in: Bin, out: Bin, do: convHMAC},
		{name: "crc32c", in: Bin, out: Int, do: func(_ *Tx, v Value, _ []arg) (Value, bool) {
			return integer(int64(crc32.Checksum([]byte(v.Str), crc32.MakeTable(crc32.Castagnoli)))), true
		}},
		{name: "djb2", in: Bin, out: Int, do: func(_ *Tx, v Value, _ []arg) (Value, bool) {
			h := uint32(5381)
			for i := range len(v.Str) {
				h = h<<5 + h + uint32(v.Str[i])
			}
			return integer(int64(h)), true
		}},
		{name: "be2dec", sig: "si|i", in: Bin, out: Str, do: convBE2Dec},
		{name: "be2hex", sig: "|sii", in: Bin, out: Str, do: convBE2Hex},
		{name: "json", sig: "|s", in: Str, out: Str, do: convJSON},
	}
}

func digest(name string, v Value) (Value, bool) {
	f := digests[name]
	if f == nil {
		return v, false
	}
	h := f()
	h.Write([]byte(v.Str))
	return Value{Kind: Bin, Str: string(h.Sum(nil))}, true
}

// convHMAC takes the key as base64, or from a variable that holds it so.
func convHMAC(tx *Tx, v Value, a []arg) (Value, bool) {
	f, text := digests[strings.ToLower(a[0].s)], a[1].s
	if validVar(text) == nil {
		vars, name := tx.variable(text)
		if vars == nil {
			return v, false
		}
		x, ok := vars.Get(name)
		if !ok {
			return v, false
		}
		text = x.String()
	}
	key, err := base64.StdEncoding.DecodeString(text)
	if f == nil || err != nil {
		return v, false
	}
	h := hmac.New(f, key)
	h.Write([]byte(v.Str))
	return Value{Kind: Bin, Str: string(h.Sum(nil))}, true
}

// convBE2Dec writes chunks of bytes, the most significant first, as decimal numbers with a separator. With a third
// argument an incomplete last chunk is left out.
func convBE2Dec(_ *Tx, v Value, a []arg) (Value, bool) {
	return chunked(v, a[0].s, a[1].n, len(a) > 2 && a[2].n != 0, func(chunk string) string {
		n := uint64(0)
		for i := range len(chunk) {
			n = n<<8 | uint64(chunk[i])
		}
		return strconv.FormatUint(n, 10)
	})
}

// convBE2Hex is the same in hexadecimal.
func convBE2Hex(_ *Tx, v Value, a []arg) (Value, bool) {
	sep, size := "", int64(1)
	if len(a) > 0 {
		sep = a[0].s
	}
	if len(a) > 1 {
		size = a[1].n
	}
	return chunked(v, sep, size, len(a) > 2 && a[2].n != 0, func(chunk string) string { return hexAddr([]byte(chunk)) })
}

func chunked(v Value, sep string, size int64, truncate bool, text func(string) string) (Value, bool) {
	if size < 1 || size > 8 {
		return v, false
	}
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

// convJSON escapes for a JSON string. The argument says what the input is: ascii takes any byte for a character; utf8 fails
// on what is none, utf8s leaves it out, utf8p and utf8ps pass its bytes on as characters.
func convJSON(_ *Tx, v Value, a []arg) (Value, bool) {
	mode := "ascii"
	if len(a) > 0 && a[0].s != "" {
		mode = a[0].s
	}
	var b strings.Builder
	for s := v.Str; s != ""; {
		r, n := rune(s[0]), 1
		if mode != "ascii" {
			r, n = utf8.DecodeRuneInString(s)
			if r == utf8.RuneError && n == 1 {
				switch mode {
				case "utf8":
					return v, false
				case "utf8s":
					s = s[1:]
					continue
				}
				r = rune(s[0])
			}
		}
		b.WriteString(jsonEscape(r))
		s = s[n:]
	}
	return Text(b.String()), true
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
