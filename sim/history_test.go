package sim

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAHistoryThatIsNoneIsToldWithItsLine(t *testing.T) {
	const good = `{"at":"2026-01-01T00:00:00Z","kind":"phase","text":"load"}` + "\n"
	for _, c := range []struct{ line, want string }{
		{`{"at":"2026-01-01T00:00:00Z","kind":"req`, "h:2: no event (the line breaks off: the run was killed while it wrote it, or the file was cut): unexpected end of JSON input"},
		{"\x00\x01garbage", "h:2: no event: invalid character"},
		{`{"foo":1}`, "h:2: no event: it has no kind"},
		{`{"at":"2026-01-01T00:00:00Z","kind":"omen"}`, `h:2: an event of the kind "omen", which this version does not know`},
		{`{"at":"2026-01-01T00:00:00Z","kind":"request"}`, `h:2: an event of the kind "request" without what it tells`},
		{`{"kind":"say","text":"x"}`, `h:2: an event of the kind "say" without its time`},
		{`{"at":"2026-01-01T00:00:00Z","kind":"run","run":{"scenario":"x"}}`, "h:2: the run's addresses: outer"},
		{`{"at":"2026-01-01T00:00:00Z","kind":"run","run":{"plan":{"outer":"fd00::/24","inner":"10.0.100.0/24","servers":3}}}`, "h:2: the run's addresses: outer"},
		{strings.Repeat("x", maxLine+1), "h:2: a line of more than 4 MB"},
	} {
		_, err := ReadHistory("h", strings.NewReader(good+c.line))
		if assert.Error(t, err) {
			assert.True(t, strings.HasPrefix(err.Error(), c.want), "%.200s", err)
		}
	}
}

func TestWhatARecorderWritesIsRead(t *testing.T) {
	at := time.Unix(1, 0).UTC()
	var b strings.Builder
	r := NewRecorder(&b)
	for _, e := range []Event{
		{At: at, Kind: KindRun, Run: &RunInfo{Plan: DefaultPlan()}}, {At: at, Kind: KindLoad, Text: "begin"}, {At: at, Kind: KindLoad, Load: &LoadSummary{}},
		{At: at, Kind: KindRequest, Request: &Request{}}, {At: at, Kind: KindStats, Stats: &ServerStats{}}, {At: at, Kind: KindFault, Fault: &FaultStep{}},
		{At: at, Kind: KindAction, Action: &ActionDone{}}, {At: at, Kind: KindPage, Page: &Page{}}, {At: at, Kind: KindLog}, {At: at, Kind: KindPhase},
		{At: at, Kind: KindContainer}, {At: at, Kind: KindFile}, {At: at, Kind: KindSay},
	} {
		r.Record(e)
	}
	require.NoError(t, r.Err())
	h, err := ReadHistory("h", strings.NewReader(b.String()))
	require.NoError(t, err)
	assert.Equal(t, r.History(), h)
}

// The targets of a fault tell of themselves in any order; judged again they are what the seed had drawn.
func TestADrawIsReadOffAHistoryInThePlansOrder(t *testing.T) {
	s := &Scenario{Cluster: Cluster{Servers: 3}, Timeline: []Step{{Fault: &Fault{Name: "kill", Pick: &Pick{N: 2, Of: []string{"cluster2", "cluster3", "cluster4"}}}}}}
	drew, err := s.Drew(History{{Run: &RunInfo{Plan: DefaultPlan()}}, {Fault: &FaultStep{ID: "kill", Target: "cluster4"}}, {Fault: &FaultStep{ID: "kill", Target: "cluster2"}}})
	require.NoError(t, err)
	text, _ := json.Marshal(drew.Timeline[0].Fault.Targets)
	assert.JSONEq(t, `["cluster2","cluster4"]`, string(text))
}
