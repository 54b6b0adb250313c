package rules

import (
	"math"
	"math/bits"
	"net/netip"
)

// operand is an argument that is a number or a variable.
func (a arg) operand(tx *Tx) (int64, bool) {
	if a.s == "" {
		return a.n, true
	}
	v, ok := tx.lookup(a.s)
	if !ok {
		return 0, false
	}
	return v.number()
}

func arith(name string, f func(x, y int64) int64) conv {
	return conv{name: name, sig: "x", in: Int, out: Int, do: func(tx *Tx, v Value, a []arg) (Value, bool) {
		y, ok := a[0].operand(tx)
		v.Int = f(v.Int, y)
		return v, ok
	}}
}

func unary(name string, out Kind, f func(x int64) int64) conv {
	return conv{name: name, in: Int, out: out, do: func(_ *Tx, v Value, _ []arg) (Value, bool) {
		if v.Int = f(v.Int); out == Bool {
			v.Kind = Bool
		}
		return v, true
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

// multiply stops at the ends of the range, too.
func multiply(x, y int64) int64 {
	hi, lo := bits.Mul64(magnitude(x), magnitude(y))
	negative := (x < 0) != (y < 0)
	switch {
	case hi == 0 && lo <= math.MaxInt64 && !negative:
		return int64(lo)
	case hi == 0 && lo <= 1<<63 && negative:
		return int64(-lo)
	case negative:
		return math.MinInt64
	}
	return math.MaxInt64
}

func magnitude(x int64) uint64 {
	if x < 0 {
		return -uint64(x)
	}
	return uint64(x)
}

// sum is what the converters add up to: HAProxy 2.6 also takes the sum of two negative numbers for an overflow, upwards.
func sum(x, y int64) int64 {
	if x < 0 && y < 0 && y >= math.MinInt64-x {
		return math.MaxInt64
	}
	return saturate(x, y)
}

func subtract(x, y int64) int64 {
	if y == math.MinInt64 {
		return sum(sum(x, math.MaxInt64), 1)
	}
	return sum(x, -y)
}

// negate gives the largest number for the smallest.
func negate(x int64) int64 {
	if x == math.MinInt64 {
		return math.MaxInt64
	}
	return -x
}

func divide(x, y int64) int64 {
	switch {
	case y == 0 || x == math.MinInt64 && y == -1:
		return math.MaxInt64
	default:
		return x / y
	}
}

func remainder(x, y int64) int64 {
	if y == 0 || x == math.MinInt64 && y == -1 {
		return 0
	}
	return x % y
}

func numberConvs() []conv {
	return []conv{
		arith("add", sum), arith("sub", subtract), arith("mul", multiply), arith("div", divide), arith("mod", remainder),
		arith("and", func(x, y int64) int64 { return x & y }),
		arith("or", func(x, y int64) int64 { return x | y }),
		arith("xor", func(x, y int64) int64 { return x ^ y }),
		unary("neg", Int, negate),
		unary("cpl", Int, func(x int64) int64 { return ^x }),
		unary("bool", Bool, func(x int64) int64 { return bit(x != 0) }),
		unary("not", Bool, func(x int64) int64 { return bit(x == 0) }),
		unary("even", Bool, func(x int64) int64 { return bit(x&1 == 0) }),
		unary("odd", Bool, func(x int64) int64 { return bit(x&1 == 1) }),
		{name: "htonl", in: Int, out: Bin, do: func(_ *Tx, v Value, _ []arg) (Value, bool) {
			return Value{Kind: Bin, Str: bigEndian(v.Int)[4:]}, true
		}},
		{name: "hex2i", in: Str, out: Int, do: func(_ *Tx, v Value, _ []arg) (Value, bool) {
			n := int64(0)
			for i := range len(v.Str) {
				d, ok := hexDigit(v.Str[i])
				if !ok {
					return v, false
				}
				n = n<<4 | int64(d)
			}
			return integer(n), true
		}},
	}
}

func hexDigit(c byte) (byte, bool) {
	switch {
	case c >= '0' && c <= '9':
		return c - '0', true
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return (c | 0x20) - 'a' + 10, true
	}
	return 0, false
}

func addressConvs() []conv {
	return []conv{{name: "ipmask", sig: "4|6", in: IP, out: IP, do: convIPMask}}
}

// convIPMask applies the first argument to IPv4 addresses, and the second to IPv6 ones.
func convIPMask(_ *Tx, v Value, a []arg) (Value, bool) {
	mask := a[0].ip
	if v.IP = v.IP.Unmap(); !v.IP.Is4() {
		if len(a) < 2 || !a[1].ip.IsValid() {
			return v, false
		}
		mask = a[1].ip
	}
	b, m := v.IP.AsSlice(), mask.AsSlice()
	for i := range b {
		b[i] &= m[i]
	}
	ip, _ := netip.AddrFromSlice(b)
	return Value{Kind: IP, IP: ip}, true
}
