package rules

import (
	"net/netip"
	"strconv"
	"strings"
)

// Kind is the type of a sample.
type Kind uint8

// The types (section 7.1). Methods are strings here.
const (
	Bool Kind = iota
	Int
	IP
	Str
	Bin
	Any    // of converters only: whatever it is
	IP6    // of fetches only: an IPv6 address
	Method // of fetches only: a method, which is a text
)

// Value is a sample.
type Value struct {
	Kind Kind
	Int  int64 // of Bool (0 or 1) and Int
	Str  string
	IP   netip.Addr
}

func boolean(b bool) Value {
	if b {
		return Value{Kind: Bool, Int: 1}
	}
	return Value{Kind: Bool}
}

func integer[T ~int | ~int64 | ~uint16](n T) Value { return Value{Kind: Int, Int: int64(n)} }

// Text makes a string sample.
func Text(s string) Value { return Value{Kind: Str, Str: s} }

func address(a netip.Addr) (Value, bool) { return Value{Kind: IP, IP: a}, a.IsValid() }

// String is the sample as text.
func (v Value) String() string {
	switch v.Kind {
	case Bool, Int:
		return strconv.FormatInt(v.Int, 10)
	case IP:
		return v.IP.String()
	case Bin: // as C has it
		if i := strings.IndexByte(v.Str, 0); i >= 0 {
			return v.Str[:i]
		}
	}
	return v.Str
}

// Truth is the sample as a boolean.
func (v Value) Truth() bool {
	n, ok := v.number()
	return ok && n != 0
}

// Number is the sample as an integer; false: it is none.
func (v Value) Number() (int64, bool) { return v.number() }

// number is the sample as an integer; false: it is none. Of a text it is what stands at the beginning, 0 where that is no digit.
func (v Value) number() (int64, bool) {
	switch v.Kind {
	case Bool, Int:
		return v.Int, true
	case IP:
		if v.IP.Is4() {
			b := v.IP.As4()
			return int64(b[0])<<24 | int64(b[1])<<16 | int64(b[2])<<8 | int64(b[3]), true
		}
		return 0, false
	case Bin:
		return 0, false
	}
	return leadingNumber(v.Str), v.Str != ""
}

// leadingNumber reads digits behind an optional sign, up to what is none. It stops at the ends of the range.
func leadingNumber(s string) int64 {
	digits := s
	negative := strings.HasPrefix(s, "-")
	if negative || strings.HasPrefix(s, "+") {
		digits = s[1:]
	}
	n := int64(0)
	for i := 0; i < len(digits) && digits[i] >= '0' && digits[i] <= '9'; i++ {
		d := int64(digits[i] - '0')
		if negative {
			d = -d
		}
		n = saturate(multiply(n, 10), d)
	}
	return n
}

// addr is the sample as an address; false: it is none.
func (v Value) addr() (netip.Addr, bool) {
	switch v.Kind {
	case IP:
		return v.IP, true
	case Str:
		return textAddr(v.Str)
	case Int:
		n := uint32(v.Int)
		return netip.AddrFrom4([4]byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)}), true
	}
	return netip.Addr{}, false
}

// textAddr reads an address. One of IPv4 ends where something else than a digit or a dot stands, and may have zeros in front.
func textAddr(s string) (netip.Addr, bool) {
	if a, ok := dottedAddr(s); ok {
		return a, true
	}
	a, err := netip.ParseAddr(s)
	return a, err == nil && a.Zone() == "" && a.Is6()
}

func dottedAddr(s string) (netip.Addr, bool) {
	var b [4]byte
	for i := range b {
		digits := len(s) - len(strings.TrimLeft(s, "0123456789"))
		n, err := strconv.ParseUint(s[:digits], 10, 8)
		if dot := strings.HasPrefix(s[digits:], "."); err != nil || dot != (i < 3) {
			return netip.Addr{}, false
		}
		b[i], s = byte(n), strings.TrimPrefix(s[digits:], ".")
	}
	return netip.AddrFrom4(b), true
}

// castable tells whether a value of a type can become one of another (section 7.1).
func castable(from, to Kind) bool {
	switch {
	case to == Any || from == Any || from == to || to == Str || to == Bin:
		return true
	case from == Bin, from == Method:
		return false
	case from == Bool:
		return to != IP
	case from == IP:
		return to != Bool
	case from == IP6:
		return to == IP
	}
	return true
}

// cast makes v what a converter takes. A boolean stays one where a number is asked for, also with other numbers than 0 and 1.
func cast(v Value, to Kind) (Value, bool) {
	switch {
	case to == Any, v.Kind == to, to == Int && v.Kind == Bool:
		return v, true
	case to == Bool && v.Kind == IP:
		return v, false
	case to == Int, to == Bool:
		n, ok := v.number()
		if to == Bool {
			n = bit(n != 0)
		}
		return Value{Kind: to, Int: n}, ok
	case to == IP:
		a, ok := v.addr()
		return Value{Kind: IP, IP: a}, ok
	case to == Bin:
		return Value{Kind: Bin, Str: v.bytes()}, true
	}
	return Value{Kind: Str, Str: v.String()}, true
}

// bytes is the sample as binary.
func (v Value) bytes() string {
	switch v.Kind {
	case Bool:
		return bigEndian(bit(v.Int != 0))
	case Int:
		return bigEndian(v.Int)
	case IP:
		return string(v.IP.AsSlice())
	}
	return v.Str
}

func bigEndian(n int64) string {
	var b [8]byte
	for i := range b {
		b[i] = byte(n >> (56 - 8*i))
	}
	return string(b[:])
}

// isScalar tells whether the value has no length of its own.
func (v Value) isScalar() bool { return v.Kind != Str && v.Kind != Bin }

// TypeName is the type's name as the runtime socket prints it.
func (v Value) TypeName() string {
	switch v.Kind {
	case Bool:
		return "bool"
	case Int:
		return "sint"
	case IP:
		if v.IP.Is4() {
			return "ipv4"
		}
		return "ipv6"
	case Bin:
		return "bin"
	}
	return "str"
}
