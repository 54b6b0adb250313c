package rules

import (
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestTextsDoNotGrowBeyondABuffer doubles a variable with each rule, as a session's requests might.
func TestTextsDoNotGrowBeyondABuffer(t *testing.T) {
	for _, words := range [][]string{
		{"set-var(txn.v)", "var(txn.v),concat(,txn.v)"}, {"set-var(txn.v)", "var(txn.v),regsub(.,xx,g)"}, {"set-var(txn.v)", "var(txn.v),hex"}, {"set-var-fmt(txn.v)", "%[var(txn.v)]%[var(txn.v)]"},
	} {
		tx := request()
		tx.Set("txn.v", Text("four"))
		for range 30 {
			require.Equal(t, Next, run(t, tx, Request, words...))
		}
		v, _ := tx.lookup("txn.v")
		require.Len(t, v.Str, 16383, words)
	}
}

// TestBlocksBehindALengthAsHAProxy: the answers are those of HAProxy 2.6 to req.payload_lv(2,1,…) on these octets.
func TestBlocksBehindALengthAsHAProxy(t *testing.T) {
	for offset, want := range map[string]string{"": "abc", "+1": "bcd", "-1": "\x03ab", "+": "abc", "6": "abc", "8": "bcd", "3": "bcd", "2": "B\x03a"} {
		e, err := ParseExpr(nil, "req.payload_lv(2,1,"+offset+")")
		require.NoError(t, err, offset)
		v, ok := e.Eval(&Tx{Payload: "AB\x03abcdef", Final: true})
		require.True(t, ok, offset)
		require.Equal(t, want, v.Str, offset)
	}
}

// TestNumbersAtTheEdgeEndNoProcess asks for parts that would end beyond the largest number.
func TestNumbersAtTheEdgeEndNoProcess(t *testing.T) {
	message := "8=FIX.4.4\x019=9223372036854775807\x0135=0\x0110=161\x01"
	for _, expr := range []string{
		"req.payload(1,9223372036854775807)", "req.payload(4294967295,4294967295)", "req.payload(1,-1)", "req.payload(-1,1)",
		"req.payload_lv(1,1,9223372036854775800)", "req.payload_lv(0,1,-1)", "req.payload_lv(0,1,4294967295)", "req.payload_lv(1,-1)",
	} {
		e, err := ParseExpr(nil, expr)
		require.NoError(t, err, expr)
		_, ok := e.Eval(&Tx{Payload: message, Final: true})
		require.False(t, ok, expr)
	}
	for _, expr := range []string{"str(a.b),word(3,.,-1)", "str(a.b),field(9,.,-9)", "str(a.b),word(-9,.,-1)"} {
		e, err := ParseExpr(nil, expr)
		require.NoError(t, err, expr)
		e.Eval(request())
	}
	require.False(t, fixValid(message))
	require.False(t, fixValid("8=FIX.4.4\x019=5\x0135=0"))
}

// TestJSONQuery follows paths through JSON that is none in places, of which HAProxy reads no more than it must.
func TestJSONQuery(t *testing.T) {
	for _, c := range []struct{ text, path, kind, want string }{
		{`{"a":1,"a":2}`, "$.a", "", "1"},
		{`{"b":[1,{"a":3}],"a":1.50`, "$.a", "", "1.5"},
		{`{"a":0x10}`, "$.a", "int", "16"},
		{`{"a":9007199254740991}`, "$.a", "int", "9007199254740991"},
		{`{"a":9007199254740992}`, "$.a", "int", "none"},
		{`{"a":-1e400}`, "$.a", "", "-inf"},
		{`{"a":"\u00e9\n"}`, "$.a", "", "\xe9\n"},
		{`{"a":"\u0100"}`, "$.a", "", "none"},
		{`{"a.b":[4,"x"]}`, `$.a\.b[1]`, "", "x"},
		{`[[5],[6,7]]`, "$[1][1]", "", "7"},
		{`{"a":[0,{"c":1},{"b":7}]}`, "$.a[1].b", "", "7"},
		{`{"a":{"b":{}}}`, "$.a.b", "", "none"},
		{`{"b":1x,"a":2}`, "$.a", "", "none"},
		{`true`, "$", "", "1"},
		{`5`, "a", "", "none"},
		{`{"a":`, "$.a", "", "none"},
	} {
		v, ok := convJSONQuery(nil, Text(c.text), []arg{{s: c.path}, {s: c.kind}})
		got := "none"
		if ok {
			got = v.String()
		}
		require.Equal(t, c.want, got, "%s of %s", c.path, c.text)
	}
}

// TestManyReplacementsTakeTheirTextOnce: each of them widened all that was left, and made a gigabyte of a head's 16 KB.
func TestManyReplacementsTakeTheirTextOnce(t *testing.T) {
	e, err := ParseExpr(nil, "var(txn.v),regsub(.,x,g)")
	require.NoError(t, err)
	tx := request()
	tx.Set("txn.v", Text(strings.Repeat("\xe9", 16000)))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	v, ok := e.Eval(tx)
	require.True(t, ok)
	require.Equal(t, strings.Repeat("x", 16000), v.Str)
	runtime.ReadMemStats(&after)
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(300<<20)) // the race detector takes more than twice as much
}
