package rules

import (
	"encoding/base64"
	"encoding/hex"
	"hash/crc32"
	"math"
	"net/netip"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
)

// convs is the table of converters by name (section 7.3.1).
var convs = sync.OnceValue(func() map[string]*conv {
	m := map[string]*conv{}
	for _, table := range [][]conv{textConvs(), numberConvs(), codingConvs(), hashConvs()} {
		for i := range table {
			m[table[i].name] = &table[i]
		}
	}
	return m
})

func findConv(name string) *conv { return convs()[name] }

// text makes a converter of strings.
func text(f func(s string, a []arg) string) func(*Tx, Value, []arg) (Value, bool) {
	return func(_ *Tx, v Value, a []arg) (Value, bool) { return Value{Kind: v.Kind, Str: f(v.Str, a)}, true }
}

func textConvs() []conv {
	return []conv{
		{name: "lower", in: Str, out: Str, do: text(func(s string, _ []arg) string { return strings.ToLower(s) })},
		{name: "upper", in: Str, out: Str, do: text(func(s string, _ []arg) string { return strings.ToUpper(s) })},
		{name: "length", in: Str, out: Int, do: func(_ *Tx, v Value, _ []arg) (Value, bool) { return integer(len(v.Str)), true }},
		{name: "bytes", sig: "i|i", in: Bin, out: Bin, do: convBytes},
		{name: "field", sig: "is|i", in: Str, out: Str, do: convField},
		{name: "word", sig: "is|i", in: Str, out: Str, do: convWord},
		{name: "regsub", sig: "ss|s", in: Str, out: Str, do: convRegsub},
		{name: "concat", sig: "|svs", in: Str, out: Str, do: convConcat},
		{name: "ltrim", sig: "s", in: Str, out: Str, do: text(func(s string, a []arg) string { return strings.TrimLeft(s, a[0].s) })},
		{name: "rtrim", sig: "s", in: Str, out: Str, do: text(func(s string, a []arg) string { return strings.TrimRight(s, a[0].s) })},
		{name: "strcmp", sig: "v", in: Str, out: Int, do: func(tx *Tx, v Value, a []arg) (Value, bool) {
			vars, name := tx.variable(a[0].s)
			if vars == nil {
				return v, false
			}
			x, ok := vars.Get(name)
			return integer(strings.Compare(v.Str, x.String())), ok
		}},
		{name: "set-var", sig: "v", keep: true, do: func(tx *Tx, v Value, a []arg) (Value, bool) {
			if vars, name := tx.variable(a[0].s); vars != nil {
				vars.Set(name, v)
			}
			return v, true
		}},
		{name: "unset-var", sig: "v", keep: true, do: func(tx *Tx, v Value, a []arg) (Value, bool) {
			if vars, name := tx.variable(a[0].s); vars != nil {
				vars.Unset(name)
			}
			return v, true
		}},
		{name: "str", in: Str, out: Str, do: text(func(s string, _ []arg) string { return s })},
		{name: "iif", sig: "ss", in: Bool, out: Str, do: func(_ *Tx, v Value, a []arg) (Value, bool) {
			if v.Truth() {
				return Text(a[0].s), true
			}
			return Text(a[1].s), true
		}},
		{name: "host_only", in: Str, out: Str, do: text(func(s string, _ []arg) string { h, _ := cutPort(s); return h })},
		{name: "port_only", in: Str, out: Int, do: func(_ *Tx, v Value, _ []arg) (Value, bool) {
			_, p := cutPort(v.Str)
			n, ok := Text(p).number()
			return integer(n), ok || p == ""
		}},
		{name: "ltime", sig: "s|i", in: Int, out: Str, do: convTime(time.Local)},
		{name: "utime", sig: "s|i", in: Int, out: Str, do: convTime(time.UTC)},
		{name: "http_date", sig: "|is", in: Int, out: Str, do: convHTTPDate},
	}
}

func cutPort(s string) (host, port string) {
	if i := strings.LastIndexByte(s, ':'); i >= 0 && i > strings.LastIndexByte(s, ']') {
		return s[:i], s[i+1:]
	}
	return s, ""
}

func convBytes(_ *Tx, v Value, a []arg) (Value, bool) {
	from := a[0].n
	if from < 0 || from > int64(len(v.Str)) {
		return Value{Kind: v.Kind}, from >= 0
	}
	s := v.Str[from:]
	if len(a) > 1 && a[1].n < int64(len(s)) {
		if a[1].n < 0 {
			return v, false
		}
		s = s[:a[1].n]
	}
	return Value{Kind: v.Kind, Str: s}, true
}

// convField cuts at every one of the delimiters: empty fields count. A number below 0 counts from the end; the third
// argument is how many fields are taken, 0 for all that follow.
func convField(_ *Tx, v Value, a []arg) (Value, bool) {
	return pick(v.Str, a, false)
}

// convWord is convField, but empty ones do not count.
func convWord(_ *Tx, v Value, a []arg) (Value, bool) {
	return pick(v.Str, a, true)
}

type extent struct{ from, to int }

func pick(s string, a []arg, skipEmpty bool) (Value, bool) {
	var list []extent
	from := 0
	for i := 0; i <= len(s); i++ {
		if i == len(s) || strings.IndexByte(a[1].s, s[i]) >= 0 {
			if i > from || !skipEmpty {
				list = append(list, extent{from, i})
			}
			from = i + 1
		}
	}
	n, count := int(a[0].n), 1
	if len(a) > 2 {
		count = int(a[2].n)
	}
	first, last := n-1, n-1+count-1
	if n < 0 {
		last = len(list) + n
		first = last - count + 1
	}
	if count == 0 {
		if first, last = n-1, len(list)-1; n < 0 {
			first, last = 0, len(list)+n
		}
	}
	if n == 0 || first >= len(list) || last < 0 {
		return Text(""), false
	}
	first, last = max(first, 0), min(last, len(list)-1)
	out := s[list[first].from:list[last].to]
	return Text(out), out != ""
}

// regexes keeps what regsub's patterns compile to: they are few and come from the configuration.
var regexes sync.Map

func compiled(pattern string) (*regexp.Regexp, error) {
	if re, ok := regexes.Load(pattern); ok {
		return re.(*regexp.Regexp), nil
	}
	re, err := regexp.Compile(pattern)
	if err == nil {
		regexes.Store(pattern, re)
	}
	return re, err
}

// convRegsub replaces the first match, or all with the flag g; i ignores case.
func convRegsub(_ *Tx, v Value, a []arg) (Value, bool) {
	pattern, flags := a[0].s, ""
	if len(a) > 2 {
		flags = a[2].s
	}
	if strings.Contains(flags, "i") {
		pattern = "(?i)" + pattern
	}
	re, err := compiled(pattern)
	if err != nil {
		return v, false
	}
	n := 1
	if strings.Contains(flags, "g") {
		n = -1
	}
	return Text(substitute(re, v.Str, a[1].s, n)), true
}

// substitute replaces up to n matches (-1: all) by what with stands for, where \1 is the first group.
func substitute(re *regexp.Regexp, s, with string, n int) string {
	var b strings.Builder
	at := 0
	for _, m := range re.FindAllStringSubmatchIndex(s, n) {
		b.WriteString(s[at:m[0]])
		b.WriteString(expand(with, s, m))
		at = m[1]
	}
	b.WriteString(s[at:])
	return b.String()
}

// expand puts groups in place of \0 to \9.
func expand(with, s string, m []int) string {
	var b strings.Builder
	for i := 0; i < len(with); i++ {
		c := with[i]
		if c != '\\' || i+1 == len(with) {
			b.WriteByte(c)
			continue
		}
		i++
		d := int(with[i] - '0')
		if with[i] < '0' || with[i] > '9' {
			b.WriteByte(with[i])
		} else if 2*d+1 < len(m) && m[2*d] >= 0 {
			b.WriteString(s[m[2*d]:m[2*d+1]])
		}
	}
	return b.String()
}

// convConcat appends a text, a variable's value and another text.
func convConcat(tx *Tx, v Value, a []arg) (Value, bool) {
	for i, x := range a {
		if i != 1 {
			v.Str += x.s
		} else if vars, name := tx.variable(x.s); vars != nil {
			if w, ok := vars.Get(name); ok {
				v.Str += w.String()
			}
		}
	}
	return Text(v.Str), true
}

// operand is an argument that is a number or a variable.
func (a arg) operand(tx *Tx) (int64, bool) {
	if a.s == "" {
		return a.n, true
	}
	vars, name := tx.variable(a.s)
	if vars == nil {
		return 0, false
	}
	v, ok := vars.Get(name)
	if !ok {
		return 0, false
	}
	return v.number()
}

func arith(name string, f func(x, y int64) int64) conv {
	return conv{name: name, sig: "v", in: Int, out: Int, do: func(tx *Tx, v Value, a []arg) (Value, bool) {
		y, ok := a[0].operand(tx)
		return integer(f(v.Int, y)), ok
	}}
}

func unary(name string, out Kind, f func(x int64) int64) conv {
	return conv{name: name, in: Int, out: out, do: func(_ *Tx, v Value, _ []arg) (Value, bool) {
		return Value{Kind: out, Int: f(v.Int)}, true
	}}
}

func bit(b bool) int64 { return boolean(b).Int }

// saturate adds, and stops at the ends of the range.
func saturate(x, y int64) int64 {
	switch s := x + y; {
	case x > 0 && y > 0 && s < 0:
		return math.MaxInt64
	case x < 0 && y < 0 && s >= 0:
		return math.MinInt64
	default:
		return s
	}
}

func numberConvs() []conv {
	return []conv{
		arith("add", saturate),
		arith("sub", func(x, y int64) int64 {
			if y == math.MinInt64 {
				return saturate(saturate(x, math.MaxInt64), 1)
			}
			return saturate(x, -y)
		}),
		arith("mul", func(x, y int64) int64 { return x * y }),
		arith("div", func(x, y int64) int64 {
			if y == 0 {
				return math.MaxInt64
			}
			return x / y
		}),
		arith("mod", func(x, y int64) int64 {
			if y == 0 {
				return 0
			}
			return x % y
		}),
		arith("and", func(x, y int64) int64 { return x & y }),
		arith("or", func(x, y int64) int64 { return x | y }),
		arith("xor", func(x, y int64) int64 { return x ^ y }),
		unary("neg", Int, func(x int64) int64 { return -x }),
		unary("cpl", Int, func(x int64) int64 { return ^x }),
		unary("bool", Bool, func(x int64) int64 { return bit(x != 0) }),
		unary("not", Bool, func(x int64) int64 { return bit(x == 0) }),
		unary("even", Bool, func(x int64) int64 { return bit(x&1 == 0) }),
		unary("odd", Bool, func(x int64) int64 { return bit(x&1 == 1) }),
		{name: "ipmask", sig: "s|s", in: IP, out: IP, do: convIPMask},
	}
}

// convIPMask applies the first argument, a mask or its length, to IPv4 addresses, and the second to IPv6 ones.
func convIPMask(_ *Tx, v Value, a []arg) (Value, bool) {
	text := a[0].s
	if !v.IP.Is4() {
		if len(a) < 2 {
			return v, false
		}
		text = a[1].s
	}
	if n, err := strconv.Atoi(text); err == nil {
		p, err := v.IP.Prefix(n)
		return Value{Kind: IP, IP: p.Addr()}, err == nil
	}
	mask, err := netip.ParseAddr(text)
	if err != nil || mask.Is4() != v.IP.Is4() {
		return v, false
	}
	b, m := v.IP.AsSlice(), mask.AsSlice()
	for i := range b {
		b[i] &= m[i]
	}
	ip, _ := netip.AddrFromSlice(b)
	return Value{Kind: IP, IP: ip}, true
}

func codingConvs() []conv {
	return []conv{
		{name: "hex", in: Bin, out: Str, do: func(_ *Tx, v Value, _ []arg) (Value, bool) {
			return Text(strings.ToUpper(hex.EncodeToString([]byte(v.Str)))), true
		}},
		{name: "base64", in: Bin, out: Str, do: func(_ *Tx, v Value, _ []arg) (Value, bool) {
			return Text(base64.StdEncoding.EncodeToString([]byte(v.Str))), true
		}},
		{name: "b64dec", in: Str, out: Bin, do: func(_ *Tx, v Value, _ []arg) (Value, bool) {
			b, err := base64.StdEncoding.DecodeString(v.Str)
			return Value{Kind: Bin, Str: string(b)}, err == nil
		}},
		{name: "ub64enc", in: Bin, out: Str, do: func(_ *Tx, v Value, _ []arg) (Value, bool) {
			return Text(base64.RawURLEncoding.EncodeToString([]byte(v.Str))), true
		}},
		{name: "ub64dec", in: Str, out: Str, do: func(_ *Tx, v Value, _ []arg) (Value, bool) {
			b, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(v.Str, "="))
			return Text(string(b)), err == nil
		}},
		{name: "url_dec", sig: "|i", in: Str, out: Str, do: func(_ *Tx, v Value, a []arg) (Value, bool) {
			decode := url.PathUnescape
			if _, after, _ := strings.Cut(v.Str, "?"); len(a) > 0 && a[0].n != 0 || after != "" {
				decode = url.QueryUnescape
			}
			s, err := decode(v.Str)
			return Text(s), err == nil
		}},
		{name: "url_enc", sig: "|s", in: Str, out: Str, do: text(func(s string, _ []arg) string {
			return strings.ReplaceAll(url.QueryEscape(s), "+", "%20")
		})},
		{name: "crc32", in: Bin, out: Int, do: func(_ *Tx, v Value, _ []arg) (Value, bool) {
			return integer(int64(crc32.ChecksumIEEE([]byte(v.Str)))), true
		}},
		{name: "sdbm", in: Bin, out: Int, do: func(_ *Tx, v Value, _ []arg) (Value, bool) {
			h := uint32(0)
			for i := range len(v.Str) {
				h = uint32(v.Str[i]) + h<<6 + h<<16 - h
			}
			return integer(int64(h)), true
		}},
	}
}

func unhex(s string) (Value, bool) {
	b, err := hex.DecodeString(s)
	return Value{Kind: Bin, Str: string(b)}, err == nil
}

// parseNet reads address[/mask] as ACLs have it.
func parseNet(s string) (netip.Prefix, bool) {
	host, mask, masked := strings.Cut(s, "/")
	a, err := netip.ParseAddr(host)
	if err != nil {
		return netip.Prefix{}, false
	}
	bits := a.BitLen()
	if masked {
		if m, err := netip.ParseAddr(mask); err == nil && m.Is4() && a.Is4() {
			n, _ := Value{Kind: IP, IP: m}.number()
			for bits = 0; bits < 32 && n&(1<<(31-bits)) != 0; bits++ {
			}
		} else if n, ok := Text(mask).number(); !ok || n < 0 || n > int64(bits) {
			return netip.Prefix{}, false
		} else {
			bits = int(n)
		}
	}
	return netip.PrefixFrom(a, bits).Masked(), true
}

// strftime gives what the manual's time converters do: the directives of strftime(3) that logs and headers need.
var strftime = map[byte]string{
	'Y': "2006", 'm': "01", 'd': "02", 'H': "15", 'M': "04", 'S': "05", 'y': "06", 'b': "Jan", 'B': "January", 'a': "Mon",
	'A': "Monday", 'z': "-0700", 'Z': "MST", 'T': "15:04:05", 'F': "2006-01-02", 'e': "_2", 'j': "002", 'p': "PM", 'I': "03",
}

func convTime(zone *time.Location) func(*Tx, Value, []arg) (Value, bool) {
	return func(_ *Tx, v Value, a []arg) (Value, bool) {
		n := v.Int
		if len(a) > 1 {
			n += a[1].n
		}
		t := time.Unix(n, 0).In(zone)
		var b []byte
		for f := a[0].s; f != ""; f = f[1:] {
			if f[0] != '%' || len(f) == 1 {
				b = append(b, f[0])
				continue
			}
			f = f[1:]
			if layout, ok := strftime[f[0]]; ok {
				b = t.AppendFormat(b, layout)
			} else if f[0] == 's' {
				b = append(b, integer(t.Unix()).String()...)
			} else {
				b = append(b, f[0])
			}
		}
		return Text(string(b)), true
	}
}

func convHTTPDate(_ *Tx, v Value, a []arg) (Value, bool) {
	t := time.Unix(v.Int, 0)
	if len(a) > 1 && a[1].s == "ms" {
		t = time.UnixMilli(v.Int)
	} else if len(a) > 1 && a[1].s == "us" {
		t = time.UnixMicro(v.Int)
	}
	if len(a) > 0 {
		t = t.Add(time.Duration(a[0].n) * time.Second)
	}
	return Text(t.UTC().Format("Mon, 02 Jan 2006 15:04:05 GMT")), true
}
