package rules

import (
	"net/netip"
	"strconv"
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

// number is the sample as an integer; false: it is none.
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
	}
	n, err := strconv.ParseInt(v.Str, 10, 64)
	return n, err == nil
}

// addr is the sample as an address; false: it is none.
func (v Value) addr() (netip.Addr, bool) {
	if v.Kind == IP {
		return v.IP, true
	}
	a, err := netip.ParseAddr(v.String())
	return a, err == nil
}

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
