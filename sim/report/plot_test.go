package report

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"simulacro/sim"
	"simulacro/sim/simtest"
)

func labels(list []segment) (out []string) {
	for _, s := range list {
		out = append(out, s.label)
	}
	return out
}

func TestAFaultsTimeIsCutIntoItsPhases(t *testing.T) {
	plan := sim.DefaultPlan()
	for _, c := range []struct {
		name string
		h    sim.History
		want []string
	}{
		{"taken out and back", simtest.KillServer(), []string{"injecting", "not yet detected", "detected", "recovering"}},
		{"all", simtest.AllKilled(), []string{"injecting", "not yet detected", "detected", "recovering"}},
		{"green checks", simtest.StorageHang(), []string{"injecting", "not detected", "recovering"}},
	} {
		s := newSeries(c.h)
		assert.Len(t, s.bands, 1, c.name)
		assert.Equal(t, c.want, labels(s.bands[0].segments(s.length)), c.name)
	}
	assert.True(t, beyond(&sim.RunInfo{Plan: plan}, []string{"cluster1"}), "checks are not about the director itself")
	assert.False(t, beyond(&sim.RunInfo{Plan: plan}, []string{"cluster1", "storage"}))
	assert.False(t, beyond(nil, []string{"cluster1"}))
}

// Segments follow one another without a gap or an overlap and stay within the plot, whichever steps were seen.
func TestSegmentsNeverOverlap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		length := 30 * time.Second
		at := func(name string) time.Duration {
			if rapid.Bool().Draw(t, name+" unseen") {
				return unseen
			}
			return time.Duration(rapid.Int64Range(0, int64(40*time.Second)).Draw(t, name))
		}
		b := band{injected: at("injected"), effect: at("effect"), down: at("down"), recover: at("recover"), recovered: at("recovered"), up: at("up")}
		var last time.Duration
		for _, s := range b.segments(length) {
			if s.from < last || s.to <= s.from || s.to > length {
				t.Fatalf("%+v in %+v", s, b)
			}
			last = s.to
		}
	})
}

func TestScales(t *testing.T) {
	for most, top := range map[float64]float64{0: 1, 0.9: 1, 7: 8, 99: 100, 101: 125, 125: 125, 126: 150, 2000: 2000} {
		got, ticks := niceScale(most)
		assert.GreaterOrEqual(t, got, most)
		assert.InDelta(t, top, got, 0.001, "%v: %v", most, ticks)
		assert.LessOrEqual(t, len(ticks), 7)
		assert.Zero(t, ticks[0])
	}
	for _, length := range []time.Duration{time.Second, 20 * time.Second, 3 * time.Minute, time.Hour} {
		for _, n := range []int{1, 100, 10_000, 1_000_000} {
			step := niceStep(length, n)
			assert.Positive(t, step)
			assert.LessOrEqual(t, int(length/step), 200, "%v %d", length, n)
		}
	}
	assert.Equal(t, 5*time.Second, tickStep(31*time.Second, 12))
	assert.Equal(t, "5.8 s", seconds(5780*time.Millisecond))
	assert.Equal(t, "3 s", seconds(3*time.Second))
}

func TestLayersAreOrderedForTheEye(t *testing.T) {
	at := simtest.Epoch
	req := func(status int, err, server string) sim.Event {
		at = at.Add(10 * time.Millisecond)
		return sim.Event{At: at, Kind: sim.KindRequest, Request: &sim.Request{Status: status, Error: err, Server: server}}
	}
	s := newSeries(sim.History{req(200, "", "cluster10"), req(200, "", "cluster2"), req(503, "", ""), req(0, "refused", ""), req(0, "refused", ""), req(403, "", "cluster2"), req(200, "", ""), req(0, "", "")})
	assert.Equal(t, []string{"cluster2", "cluster10", "refused", "200", "403", "503", "error"}, s.keys)
	assert.Equal(t, 2, s.servers)
	assert.Equal(t, 8, s.sent)
}
