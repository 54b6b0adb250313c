package main

import (
	"bytes"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"

	"simulacro/sim"
	"simulacro/sim/narrate"
	"simulacro/sim/run"
	"simulacro/sim/simtest"
)

func killed(since time.Duration) run.Live {
	return run.Live{Since: since, Length: 20 * time.Second, Target: 100, Failed: 3, Counts: map[string]int64{"cluster2": 50, "cluster4": 25, "503": 3},
		Servers: []run.ServerNow{{Name: "cluster2", Status: "UP"}, {Name: "cluster3", Status: "DOWN"}, {Name: "cluster4", Status: "UP 2/3"}}}
}

func TestBoardShowsWhatThereIsToSee(t *testing.T) {
	l := &liveRun{progress: &progress{w: &bytes.Buffer{}}}
	l.event(sim.Event{At: simtest.Epoch, Kind: sim.KindPhase, Text: "load"})
	l.event(sim.Event{At: simtest.Epoch.Add(2 * time.Second), Kind: sim.KindFault, Fault: &sim.FaultStep{ID: "kill", Kind: "node-kill", Target: "cluster3", Step: sim.StepEffect}})
	assert.Equal(t, []string{
		"██████████░░░░░░░░░░ 10 s of 20 s or more  78 answers/s of 100  3 failed",
		"  cluster2   UP           50/s ████████████████████",
		"  cluster3   DOWN          0/s",
		"  cluster4   UP 2/3       25/s ██████████",
		"  503                      3/s █▏",
		"  kill (node-kill) on cluster3: in effect for 8 s",
	}, l.rows(killed(10*time.Second), 0))
	for _, width := range []int{40, 80, 120} {
		for _, row := range l.rows(killed(time.Hour), width) {
			assert.Less(t, utf8.RuneCountInString(row), width, row)
		}
	}
	assert.Contains(t, l.rows(killed(time.Hour), 0)[0], strings.Repeat("█", barWidth), "longer than planned")
	l.event(sim.Event{At: simtest.Epoch.Add(9 * time.Second), Kind: sim.KindFault, Fault: &sim.FaultStep{ID: "kill", Kind: "node-kill", Target: "cluster3", Step: sim.StepRecovered}})
	assert.Len(t, l.rows(killed(10*time.Second), 0), 5, "a fault that is over needs no row")
}

func TestBoardCountsManyServersTogether(t *testing.T) {
	s := run.Live{Since: time.Second, Counts: map[string]int64{}}
	for i := range 30 {
		s.Servers = append(s.Servers, run.ServerNow{Name: "s" + string(rune('A'+i)), Status: "UP"})
	}
	s.Servers[20].Status = "DOWN"
	rows := (&liveRun{progress: &progress{w: &bytes.Buffer{}}}).rows(s, 0)
	assert.Len(t, rows, 1+boardServers+1+1)
	assert.Contains(t, strings.Join(rows, "\n"), "… and 21 more, UP")
	assert.Contains(t, strings.Join(rows, "\n"), "DOWN", "what is not well is always shown")
}

// A line that comes while the board stands takes it away first and puts it back below.
func TestLinesStandAboveTheBoard(t *testing.T) {
	var out bytes.Buffer
	l := &liveRun{progress: &progress{w: &out, live: true}}
	l.second(killed(time.Second))
	out.Reset()
	l.event(sim.Event{Kind: sim.KindPhase, Text: "after"})
	text := out.String()
	assert.True(t, strings.HasPrefix(text, "\x1b[4A\r\x1b[J"), "%q", text)
	assert.Less(t, strings.Index(text, "after\n"), strings.Index(text, "cluster2"))
	l.close()
	assert.True(t, strings.HasSuffix(out.String(), "\x1b[4A\r\x1b[J"))
}

func TestWithoutATerminalThereAreOnlyLines(t *testing.T) {
	var out bytes.Buffer
	l := &liveRun{progress: &progress{w: &out}, narrator: narrate.New("es")}
	for _, e := range simtest.KillServer() {
		l.event(e)
		l.hear(e)
	}
	l.second(killed(time.Second))
	l.close()
	assert.NotContains(t, out.String(), "\x1b")
	assert.NotContains(t, out.String(), "█")
	assert.Contains(t, out.String(), "   5.0 s  kill: node-kill on cluster3: effect: cluster3: process gone")
	assert.Contains(t, out.String(), "          » cluster3 se queda sin corriente")
	assert.Contains(t, out.String(), "          ? Hasta que las comprobaciones lo vean")
	for _, row := range strings.Split(out.String(), "\n") {
		if strings.Contains(row, "» ") || strings.Contains(row, "? ") {
			assert.LessOrEqual(t, utf8.RuneCountInString(row), textWidth, row)
		}
	}
}
