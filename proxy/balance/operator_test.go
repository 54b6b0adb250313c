package balance_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"simulacro/proxy/balance"
)

const (
	outOfRange = "Absolute weight can only be between 0 and 256 inclusive.\n"
	garbage    = "Trailing garbage in weight string"
	whole      = "Backend is using a static LB algorithm and only accepts weights '0%' and '100%'.\n"
)

func TestParseWeight(t *testing.T) {
	for _, c := range []struct {
		text    string
		static  bool
		weight  int
		problem string
	}{
		{"5", false, 5, ""}, {"+5", false, 5, ""}, {"0", true, 0, ""}, {"256", false, 256, ""},
		{"50%", false, 20, ""}, {"0%", true, 0, ""}, {"100%", true, 40, ""}, {"40", true, 40, ""}, {"30000%", false, 256, ""},
		{"99999999999999999999%", false, 256, ""}, {"3%", false, 1, ""},
		{"", false, 0, "Require <weight> or <weight%>.\n"},
		{"x", false, 0, "Empty weight string empty or preceded by garbage"},
		{"-5%", false, 0, "Relative weight must be positive.\n"},
		{"257", false, 0, outOfRange}, {"300x", false, 0, outOfRange}, {"-1", false, 0, outOfRange}, {"300x%", false, 0, outOfRange},
		{"5x", false, 0, garbage}, {"5x%", false, 0, garbage}, {"5%%", false, 0, garbage},
		{"5", true, 0, whole}, {"50%", true, 0, whole},
	} {
		n, problem := balance.ParseWeight(c.text, 40, c.static)
		assert.Equal(t, c.weight, n, c.text)
		assert.Equal(t, c.problem, problem, c.text)
	}
}

func TestParseMaxconn(t *testing.T) {
	for text, want := range map[string]int{"5": 5, "0": 0, "-5": 4294967291, "99999999999": 1215752191, "+3": 3} {
		n, problem := balance.ParseMaxconn(text)
		assert.Equal(t, want, n, text)
		assert.Empty(t, problem, text)
	}
	for text, want := range map[string]string{
		"": "Require <maxconn>.\n", "x": "maxconn string empty or preceded by garbage", "5x": "Trailing garbage in maxconn string",
	} {
		_, problem := balance.ParseMaxconn(text)
		assert.Equal(t, want, problem, text)
	}
}

func TestStaticAlgorithms(t *testing.T) {
	for _, name := range []string{"roundrobin", "leastconn", "first", "random"} {
		assert.False(t, balance.Static(name, false), name)
	}
	assert.True(t, balance.Static("static-rr", false))
	for _, name := range []string{"source", "uri", "url_param", "hdr"} {
		assert.True(t, balance.Static(name, false), name)
		assert.False(t, balance.Static(name, true), name)
	}
}
