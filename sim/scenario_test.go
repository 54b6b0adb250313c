package sim

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestBoundHoldsExactlyAtItsEdge(t *testing.T) {
	for _, c := range []struct {
		b    Bound
		v    float64
		want bool
	}{
		{Bound{Op: ">=", Value: 0.999}, 999.0 / 1000, true},
		{Bound{Op: ">=", Value: 0.999}, 998.0 / 1000, false},
		{Bound{Op: "<=", Value: 0.1}, 3.0 / 30, true},
		{Bound{Op: "<=", Value: 0.1}, 0.1001, false},
		{Bound{Op: ">", Value: 0}, 0, false},
		{Bound{Op: ">", Value: 0}, 0.0001, true},
		{Bound{Op: "<", Value: 1}, 1, false},
		{Bound{Op: "=", Value: 1.0 / 3, Tolerance: 0.01}, 0.3432, true},
		{Bound{Op: "=", Value: 1.0 / 3, Tolerance: 0.01}, 0.3234, true},
		{Bound{Op: "=", Value: 1.0 / 3, Tolerance: 0.01}, 0.3435, false},
		{Bound{Op: "="}, 0, true},
		{Bound{Op: "="}, 1.0 / 100_000, false},
	} {
		assert.Equal(t, c.want, c.b.Holds(c.v), "%+v %v", c.b, c.v)
	}
	assert.Equal(t, ">= 99.9 %", Bound{Op: ">=", Value: 0.999}.Percent())
	assert.Equal(t, "33.3 % ± 1 %", Bound{Op: "=", Value: 0.333, Tolerance: 0.01}.Percent())
}

func TestRewritePutsThePlansNetworksInPlace(t *testing.T) {
	outer, err := ParseNet("10.0.100") // the practical's inner network as somebody's outer one: no address is rewritten twice
	require.NoError(t, err)
	inner, err := ParseNet("10.0.7")
	require.NoError(t, err)
	p := Plan{Outer: outer, Inner: inner, Servers: 3}
	assert.Equal(t, "curl http://10.0.100.101/ via 10.0.7.12:80", p.Rewrite("curl http://192.168.1.101/ via 10.0.100.12:80"))
	assert.Equal(t, "Listen 80", p.Rewrite("Listen 80"))
	text := "bind 192.168.1.101:80"
	assert.Equal(t, text, DefaultPlan().Rewrite(text))
}

const cfg = `global
    maxconn 3000
defaults
    timeout  server   1m
    retries 3

# who asks
backend http_back
    balance roundrobin
    server cluster2 10.0.100.12:80 check
    server cluster22 10.0.100.22:80 check

frontend http_front
    default_backend http_back
`

func TestApplyPatch(t *testing.T) {
	for _, c := range []struct {
		name    string
		patches []SectionPatch
		want    string
	}{
		{"nothing", nil, cfg},
		{"all three", []SectionPatch{
			{Section: "backend  http_back", Remove: []string{"server cluster2"}, Replace: []LineChange{{"balance", "balance leastconn"}}, Add: []string{"option httpchk GET /"}},
			{Section: "defaults", Replace: []LineChange{{"timeout server", "timeout server 3s"}}},
		}, `global
    maxconn 3000
defaults
    timeout server 3s
    retries 3

# who asks
backend http_back
    balance leastconn
    server cluster22 10.0.100.22:80 check
    option httpchk GET /

frontend http_front
    default_backend http_back
`},
		{"before a comment of the next section", []SectionPatch{{Section: "defaults", Add: []string{"option redispatch"}}}, `global
    maxconn 3000
defaults
    timeout  server   1m
    retries 3
    option redispatch

# who asks
backend http_back
    balance roundrobin
    server cluster2 10.0.100.12:80 check
    server cluster22 10.0.100.22:80 check

frontend http_front
    default_backend http_back
`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := ApplyPatch(cfg, c.patches)
			require.NoError(t, err)
			assert.Equal(t, c.want, got)
		})
	}
}

func TestAPatchThatWouldDoNothingIsRefused(t *testing.T) {
	for want, p := range map[string]SectionPatch{
		`no section "backend http"`:               {Section: "backend http", Add: []string{"x"}},
		`no line "server cluster9" to remove`:     {Section: "backend http_back", Remove: []string{"server cluster9"}},
		`no line "timeout client" to replace`:     {Section: "defaults", Replace: []LineChange{{"timeout client", "x"}}},
		`no line "balance" to replace`:            {Section: "global", Replace: []LineChange{{"balance", "x"}}},
		`no line "retries" to remove`:             {Section: "defaults", Remove: []string{"retries", "retries"}},
		`section "defaults" has no line "" to re`: {Section: "defaults", Remove: []string{""}},
	} {
		_, err := ApplyPatch(cfg, []SectionPatch{p})
		assert.ErrorContains(t, err, want)
	}
}

// Lines that are added and removed again leave the configuration as it was.
func TestAddAndRemoveAreOpposites(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		section := rapid.SampledFrom([]string{"global", "defaults", "backend http_back", "frontend http_front"}).Draw(t, "section")
		lines := rapid.SliceOfNDistinct(rapid.StringMatching(`new[0-9]{1,6}`), 1, 5, rapid.ID[string]).Draw(t, "lines")
		got, err := ApplyPatch(cfg, []SectionPatch{{Section: section, Add: lines}, {Section: section, Remove: lines}})
		if err != nil || got != cfg {
			t.Fatalf("%v\n%s", err, got)
		}
	})
}
