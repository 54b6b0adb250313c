package rules

import (
	"math"
	"strconv"
	"strings"
)

// protocolConvs look into other protocols' messages.
func protocolConvs() []conv {
	return []conv{
		{name: "protobuf", sig: "p|s", in: Bin, out: Bin, check: checkField, do: convProtobuf},
		{name: "ungrpc", sig: "p|s", in: Bin, out: Bin, check: checkField, do: func(tx *Tx, v Value, a []arg) (Value, bool) {
			// A gRPC message begins with a byte that says whether it is compressed, and its length.
			if len(v.Str) <= 5 || v.Str[0] != 0 {
				return v, false
			}
			n := int(uint32(v.Str[1])<<24 | uint32(v.Str[2])<<16 | uint32(v.Str[3])<<8 | uint32(v.Str[4]))
			v.Str = v.Str[5:]
			v.Str = v.Str[:min(n, len(v.Str))]
			return convProtobuf(tx, v, a)
		}},
		{name: "fix_is_valid", in: Bin, out: Bool, do: func(tx *Tx, v Value, _ []arg) (Value, bool) {
			return boolean(fixValid(v.Str)), len(v.Str) >= fixShortest && strings.Contains(v.Str, soh)
		}},
		{name: "fix_tag_value", sig: "s", in: Bin, out: Bin, do: convFIXTag, check: func(a []arg) error {
			if _, ok := fixTag(a[0].s); !ok {
				return sayf("Unknown FIX tag name '%s'", a[0].s)
			}
			return nil
		}},
		{name: "mqtt_is_valid", in: Bin, out: Bool, do: func(tx *Tx, v Value, _ []arg) (Value, bool) {
			m, ok := parseMQTT(v.Str)
			tx.waiting = tx.waiting && m == nil && ok // more bytes make no difference to a packet that is all here
			return boolean(ok), m != nil || !ok
		}},
		{name: "mqtt_field_value", sig: "ss", in: Bin, out: Str, do: convMQTT, check: checkMQTT},
	}
}

// fieldNumbers reads a path of field numbers with dots.
func fieldNumbers(s string) (list []uint64, err error) {
	for _, w := range strings.Split(s, ".") {
		n, err := strconv.ParseUint(w, 10, 32)
		if err != nil {
			return nil, sayf("invalid protocol buffers field number '%s'", w)
		}
		list = append(list, n)
	}
	return list, nil
}

// fieldTypes are the scalar types by their wire type.
var fieldTypes = map[string]uint64{
	"int32": 0, "int64": 0, "uint32": 0, "uint64": 0, "sint32": 0, "sint64": 0, "bool": 0, "enum": 0,
	"fixed64": 1, "sfixed64": 1, "double": 1, "fixed32": 5, "sfixed32": 5, "float": 5,
}

func checkField(a []arg) error {
	if kind := argText(a, 1, "int32"); fieldTypes[kind] == 0 && kind != "int32" {
		if _, ok := fieldTypes[kind]; !ok {
			return sayf("Wrong protocol buffer type '%s'", kind)
		}
	}
	return nil
}

// convProtobuf follows field numbers through messages (protobuf's encoding, "Message Structure"). Without a type it gives the
// field's bytes.
func convProtobuf(_ *Tx, v Value, a []arg) (Value, bool) {
	path, _ := fieldNumbers(a[0].s)
	message := v.Str
	for i, number := range path {
		wire, raw, n, ok := protoField(message, number)
		if !ok || i < len(path)-1 && wire != 2 {
			return v, false
		}
		if i < len(path)-1 {
			message = raw
			continue
		}
		kind := argText(a, 1, "")
		if kind == "" {
			return Value{Kind: Bin, Str: raw}, true
		}
		if fieldTypes[kind] != wire {
			return v, false
		}
		return protoValue(kind, n), true
	}
	return v, false
}

// protoField finds a field: its wire type, its bytes, and the number that they make.
func protoField(s string, number uint64) (wire uint64, raw string, n uint64, ok bool) {
	for s != "" {
		key, k := varint(s)
		if k == 0 {
			return 0, "", 0, false
		}
		s = s[k:]
		size, value := 0, uint64(0)
		switch wire = key & 7; wire {
		case 0:
			value, size = varint(s)
		case 1:
			size = 8
		case 2:
			length, head := varint(s)
			if head == 0 || length > uint64(len(s)-head) {
				return 0, "", 0, false
			}
			s, size = s[head:], int(length)
		case 5:
			size = 4
		}
		if size > len(s) || size == 0 && wire != 2 {
			return 0, "", 0, false
		}
		if wire == 1 || wire == 5 {
			for i := size - 1; i >= 0; i-- {
				value = value<<8 | uint64(s[i])
			}
		}
		if key>>3 == number {
			return wire, s[:size], value, true
		}
		s = s[size:]
	}
	return 0, "", 0, false
}

// varint reads a base-128 number, and gives how many bytes it took; 0: it has no end.
func varint(s string) (n uint64, size int) {
	for i := 0; i < len(s) && i < 10; i++ {
		n |= uint64(s[i]&0x7f) << (7 * i)
		if s[i] < 0x80 {
			return n, i + 1
		}
	}
	return n, 0
}

func protoValue(kind string, n uint64) Value {
	switch kind {
	case "int32", "enum", "sfixed32":
		return integer(int64(int32(n)))
	case "uint32", "fixed32":
		return integer(int64(uint32(n)))
	case "sint32":
		return integer(int64(int32(uint32(n)>>1) ^ -int32(n&1)))
	case "sint64":
		return integer(int64(n>>1) ^ -int64(n&1))
	case "bool":
		return boolean(n != 0)
	case "float":
		return integer(int64(math.Float32frombits(uint32(n))))
	case "double":
		return integer(int64(math.Float64frombits(n)))
	}
	return integer(int64(n))
}

// fixNames are the tags that have names here.
var fixNames = map[string]string{"BeginString": "8", "BodyLength": "9", "MsgType": "35", "SenderCompID": "49", "TargetCompID": "56", "CheckSum": "10"}

func fixTag(s string) (string, bool) {
	for name, n := range fixNames {
		if strings.EqualFold(name, s) {
			return n, true
		}
	}
	n, err := strconv.ParseUint(s, 10, 32)
	return s, err == nil && n > 0
}

const soh = "\x01"

// fixShortest is the length of the shortest message: 8=FIX.4.4, 9=5, 35=0, 10=161.
const fixShortest = 26

func convFIXTag(_ *Tx, v Value, a []arg) (Value, bool) {
	tag, _ := fixTag(a[0].s)
	for s := v.Str; s != ""; {
		field, rest, ended := strings.Cut(s, soh)
		if name, value, ok := strings.Cut(field, "="); ended && ok && name == tag {
			return Value{Kind: Bin, Str: value}, true
		}
		s = rest
	}
	return v, false
}

// fixVersions are FIX's, as BeginString has them.
var fixVersions = []string{"FIX.4.0", "FIX.4.1", "FIX.4.2", "FIX.4.3", "FIX.4.4", "FIXT.1.1"}

// fixValid tells whether s begins with a whole FIX message: BeginString, BodyLength, MsgType, whatever, CheckSum.
func fixValid(s string) bool {
	begin, rest, ok := strings.Cut(s, soh)
	version, is := strings.CutPrefix(begin, "8=")
	if !ok || !is || !contains(fixVersions, version) {
		return false
	}
	length, body, ok := strings.Cut(rest, soh)
	text, is := strings.CutPrefix(length, "9=")
	n, err := strconv.Atoi(text)
	const trailer = 7 // 10=xxx and its SOH
	if !ok || !is || err != nil || n < 0 || n > len(body)-trailer || !strings.HasPrefix(body, "35=") {
		return false
	}
	for _, field := range strings.Split(strings.TrimSuffix(body[:n], soh), soh) {
		tag, value, ok := strings.Cut(field, "=")
		if _, err := strconv.ParseUint(tag, 10, 31); !ok || err != nil || value == "" {
			return false
		}
	}
	sum := byte(0)
	for _, c := range []byte(s[:len(s)-len(body)+n]) {
		sum += c
	}
	last := body[n : n+trailer]
	want, err := strconv.Atoi(last[3:6])
	return strings.HasPrefix(last, "10=") && last[6] == soh[0] && err == nil && want == int(sum)
}
