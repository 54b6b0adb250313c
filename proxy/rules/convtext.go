package rules

import (
	"crypto/subtle"
	"strings"
	"sync"
)

// convs is the table of converters by name (section 7.3.1).
var convs = sync.OnceValue(func() map[string]*conv {
	m := map[string]*conv{}
	for _, table := range [][]conv{
		textConvs(), partConvs(), varConvs(), numberConvs(), addressConvs(), codingConvs(), hashConvs(), digestConvs(), timeConvs(), protocolConvs(), jwtConvs(),
	} {
		for i := range table {
			m[table[i].name] = &table[i]
		}
	}
	return m
})

func findConv(name string) *conv { return convs()[name] }

// foreignConv tells whether HAProxy has a converter that this director has not.
func foreignConv(name string) bool {
	switch name {
	case "aes_gcm_dec", "debug", "in_table", "map":
		return true
	}
	for _, prefix := range []string{"map_", "table_", "51d.", "da-csv", "lua.", "sc_", "x509_", "wurfl"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

// text makes a converter of strings.
func text(f func(s string, a []arg) string) func(*Tx, Value, []arg) (Value, bool) {
	return func(_ *Tx, v Value, a []arg) (Value, bool) { return Value{Kind: v.Kind, Str: f(v.Str, a)}, true }
}

// changeCase moves letters from one range of ASCII to another's, as C does. A text without any stays as it is.
func changeCase(s string, from, to byte) string {
	is := func(c byte) bool { return c >= from && c < from+26 }
	i := 0
	for i < len(s) && !is(s[i]) {
		i++
	}
	if i == len(s) {
		return s
	}
	b := []byte(s)
	for ; i < len(b); i++ {
		if is(b[i]) {
			b[i] += to - from
		}
	}
	return string(b)
}

func lowered(s string) string { return changeCase(s, 'A', 'a') }

func textConvs() []conv {
	return []conv{
		{name: "lower", in: Str, out: Str, do: text(func(s string, _ []arg) string { return lowered(s) })},
		{name: "upper", in: Str, out: Str, do: text(func(s string, _ []arg) string { return changeCase(s, 'a', 'A') })},
		{name: "length", in: Str, out: Int, do: func(_ *Tx, v Value, _ []arg) (Value, bool) { return integer(len(v.Str)), true }},
		{name: "regsub", sig: "rs|s", in: Str, out: Str, do: convRegsub, check: checkRegsub},
		{name: "ltrim", sig: "s", in: Str, out: Str, do: text(func(s string, a []arg) string { return strings.TrimLeft(s, a[0].s) })},
		{name: "rtrim", sig: "s", in: Str, out: Str, do: text(func(s string, a []arg) string { return strings.TrimRight(s, a[0].s) })},
		{name: "cut_crlf", in: Str, out: Str, do: text(func(s string, _ []arg) string {
			if i := strings.IndexAny(s, "\r\n"); i >= 0 {
				return s[:i]
			}
			return s
		})},
		{name: "iif", sig: "ss", in: Bool, out: Str, do: func(_ *Tx, v Value, a []arg) (Value, bool) {
			if v.Truth() {
				return Text(a[0].s), true
			}
			return Text(a[1].s), true
		}},
		{name: "host_only", in: Str, out: Str, do: text(func(s string, _ []arg) string {
			h, _ := cutPort(s)
			return lowered(h)
		})},
		{name: "port_only", in: Str, out: Int, do: func(_ *Tx, v Value, _ []arg) (Value, bool) {
			_, p := cutPort(v.Str)
			return integer(int64(loosePort(p))), true
		}},
		{name: "language", sig: "s|s", in: Str, out: Str, do: convLanguage},
		{name: "capture-req", sig: "i", in: Str, out: Str, do: convCapture(0)},
		{name: "capture-res", sig: "i", in: Str, out: Str, do: convCapture(1)},
		{name: "nbsrv", in: Str, out: Int, do: func(tx *Tx, v Value, _ []arg) (Value, bool) {
			b, ok := tx.backend(v.Str)
			return integer(b.Usable), ok
		}},
		{name: "srv_queue", in: Str, out: Int, do: func(tx *Tx, v Value, _ []arg) (Value, bool) {
			s, ok := tx.server(v.Str)
			return integer(s.Queue), ok
		}},
	}
}

// cutPort cuts the port off a host. A colon belongs to the address where brackets are around it.
func cutPort(s string) (host, port string) {
	i := strings.LastIndexAny(s, ":]")
	if i < 0 || s[i] == ']' {
		return s, ""
	}
	return s[:i], s[i+1:]
}

// loosePort makes a number of 32 bits of what stands for a port, also where it is none, as HAProxy does.
func loosePort(s string) (n uint32) {
	for i := range len(s) {
		n = n*10 + uint32(s[i]) - '0'
	}
	return n
}

// convCapture notes the text in a slot that a capture has declared.
func convCapture(side int) func(*Tx, Value, []arg) (Value, bool) {
	return func(tx *Tx, v Value, a []arg) (Value, bool) {
		if n := a[0].n; n >= 0 && n < int64(len(tx.Captured[side])) {
			tx.Capture(side, int(n), v.Str)
		}
		return v, true
	}
}

// convLanguage picks the range of Accept-Language with the highest weight among those that the argument lists.
func convLanguage(_ *Tx, v Value, a []arg) (Value, bool) {
	wanted := strings.Split(a[0].s, ";")
	best, weight := "", 0
	for _, item := range strings.Split(v.Str, ",") {
		name, params, _ := strings.Cut(strings.TrimLeft(item, " \t"), ";")
		q := quality(params)
		if name = strings.TrimRight(name, " \t"); q <= weight {
			continue
		}
		base, _, _ := strings.Cut(name, "-")
		for _, candidate := range [2]string{name, base} {
			if contains(wanted, candidate) {
				best, weight = candidate, q
				break
			}
		}
	}
	if best == "" && len(a) > 1 {
		best = a[1].s
	}
	return Text(best), best != ""
}

// quality is a weight in thousandths (RFC 9110, section 12.4.2).
func quality(params string) int {
	_, text, found := strings.Cut(params, "q=")
	if !found {
		return 1000
	}
	n, unit := 0, 1000
	for i := 0; i < len(text) && unit > 0; i++ {
		switch c := text[i]; {
		case c == '.':
			continue
		case c < '0' || c > '9':
			return n
		default:
			n += int(c-'0') * unit
			unit /= 10
		}
	}
	return n
}

// partConvs cut parts out of their input.
func partConvs() []conv {
	return []conv{
		{name: "bytes", sig: "i|i", in: Bin, out: Bin, do: convBytes},
		{name: "field", sig: "is|i", in: Str, out: Str, check: indexNotZero, do: func(_ *Tx, v Value, a []arg) (Value, bool) {
			return pick(v.Str, a, false)
		}},
		{name: "word", sig: "is|i", in: Str, out: Str, check: indexNotZero, do: func(_ *Tx, v Value, a []arg) (Value, bool) {
			return pick(v.Str, a, true)
		}},
	}
}

func indexNotZero(a []arg) error {
	if a[0].n == 0 {
		return sayf("Unexpected value 0 for index")
	}
	if a[1].s == "" {
		return sayf("Empty separators list")
	}
	return nil
}

// convBytes takes numbers below 0 for large ones, as C's unsigned numbers are.
func convBytes(_ *Tx, v Value, a []arg) (Value, bool) {
	from := uint64(a[0].n)
	if from >= uint64(len(v.Str)) {
		return Value{Kind: v.Kind}, true
	}
	s := v.Str[from:]
	if n := uint64(argNumber(a, 1, -1)); n < uint64(len(s)) {
		s = s[:n]
	}
	return Value{Kind: v.Kind, Str: s}, true
}

type extent struct{ from, to int }

// pick cuts s at the delimiters and gives the parts from the n-th on. A number below 0 counts from the end; the third argument
// is how many parts are taken, 0 and below for all that follow. Where empty parts do not count, those between the taken ones stay.
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
	n, count := int(a[0].n), max(0, int(argNumber(a, 2, 1)))
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
	if first >= len(list) || last < 0 {
		return Text(""), skipEmpty
	}
	from, to := list[max(first, 0)].from, list[min(last, len(list)-1)].to
	if all := count == 0 || first < 0 || last >= len(list); all && skipEmpty && n < 0 {
		from = 0 // all that there is, with the delimiters around it
	} else if all && skipEmpty {
		to = len(s)
	}
	return Text(s[from:to]), true
}

// equal compares in constant time where the lengths agree.
func equal(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
