package report_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"flag"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"simulacro/sim"
	"simulacro/sim/judge"
	"simulacro/sim/report"
	"simulacro/sim/scenario"
	"simulacro/sim/simtest"
)

var update = flag.Bool("update", false, "write the golden files anew")

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(path, got, 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, string(want), string(got))
}

func judged(t *testing.T, h sim.History) sim.Verdict {
	t.Helper()
	s, err := scenario.Load(h.Run().Scenario, []byte(h.Run().Source), scenario.Options{})
	require.NoError(t, err)
	return judge.Judge(h, s)
}

// spoilt is the drill with a failed and an inconclusive check, an action, and texts that must be escaped.
func spoilt(t *testing.T) (sim.History, sim.Verdict) {
	h := simtest.StorageHang()
	h[0].Run.Title = `Storage <b>"dies"</b> & hangs`
	h = append(h, sim.Event{At: simtest.Epoch.Add(6 * time.Second), Kind: sim.KindAction, Node: "cluster1", Action: &sim.ActionDone{
		ID: "look", Command: "df -h /mnt/web && echo '<ok>'", Output: sim.Output{Code: 1, Stderr: "df: \x1b[31m<mnt>\x1b[0m: Stale\n"}, Took: 1200 * time.Millisecond}})
	v := judged(t, h)
	v.Checks[2].Outcome, v.Checks[2].Reason = sim.Fail, "cluster2 was DOWN <at> 10:00:05 & later"
	v.Checks[3].Outcome, v.Checks[3].Measured, v.Checks[3].Reason = sim.Inconclusive, "not measured", "no request was sent"
	v.Outcome = sim.Inconclusive
	return h, v
}

func write(t *testing.T, f func(w io.Writer) error) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, f(&b))
	return b.Bytes()
}

// What the scenario's author says is told in the run's language, on the page marked as such.
func TestTheAuthorsWords(t *testing.T) {
	h := simtest.KillServer()
	v := judged(t, h)
	h[0].Run.Title, h[0].Run.Description, h[0].Run.Lang = "Un servidor muere", "Se retira & vuelve.", "es"
	h = append(h, sim.Event{At: simtest.Epoch.Add(4 * time.Second), Kind: sim.KindSay, Text: "Ahora <muere>."})
	text := string(write(t, func(w io.Writer) error { return report.Text(w, h, v, report.Options{}) }))
	assert.Contains(t, text, "PASS  Un servidor muere\n")
	assert.Contains(t, text, "\n      Se retira & vuelve.\n")
	page := string(write(t, func(w io.Writer) error { return report.HTML(w, h, v) }))
	for _, want := range []string{`<h1 lang="es">Un servidor muere</h1>`, `<p lang="es">Se retira &amp; vuelve.</p>`, `<q lang="es">Ahora &lt;muere&gt;.</q>`} {
		assert.Contains(t, page, want)
	}
	assert.Contains(t, string(write(t, func(w io.Writer) error { return report.JSON(w, h, v) })), `"description": "Se retira & vuelve."`)
}

func TestText(t *testing.T) {
	h, v := spoilt(t)
	golden(t, "spoilt.txt", write(t, func(w io.Writer) error { return report.Text(w, h, v, report.Options{}) }))
	colour := write(t, func(w io.Writer) error { return report.Text(w, h, v, report.Options{Color: true}) })
	plain := regexp.MustCompile(`\x1b\[[0-9;]*m`).ReplaceAllString(string(colour), "")
	want, err := os.ReadFile("testdata/spoilt.txt")
	require.NoError(t, err)
	strip := func(s string) string { return regexp.MustCompile(`(?m) +$`).ReplaceAllString(s, "") }
	assert.Equal(t, string(want), strip(plain), "colours change nothing but colours")

	h = simtest.KillServer()
	v = judged(t, h)
	golden(t, "kill-server.txt", write(t, func(w io.Writer) error { return report.Text(w, h, v, report.Options{Width: 120, Reasons: true}) }))
	narrow := write(t, func(w io.Writer) error { return report.Text(w, h, v, report.Options{Width: 80}) })
	for _, l := range strings.Split(string(narrow), "\n") {
		assert.LessOrEqual(t, len([]rune(l)), 80, l)
	}
	assert.Equal(t, "✓ kill-server on simulacro: pass, 16 of 16 checks passed", report.Line(h, v))
}

func TestJSON(t *testing.T) {
	h, v := spoilt(t)
	text := write(t, func(w io.Writer) error { return report.JSON(w, h, v) })
	golden(t, "spoilt.json", text)
	var back struct {
		Scenario string
		Seed     int64
		sim.Verdict
	}
	require.NoError(t, json.Unmarshal(text, &back))
	assert.Equal(t, v, back.Verdict)
	assert.Equal(t, "storage-hang", back.Scenario)
}

func TestJUnit(t *testing.T) {
	h, v := spoilt(t)
	k := simtest.KillServer()
	text := write(t, func(w io.Writer) error {
		return report.JUnit(w, report.Result{History: h, Verdict: v}, report.Result{History: k, Verdict: judged(t, k)})
	})
	golden(t, "junit.xml", text)
	var back struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
		Errors   int `xml:"errors,attr"`
		Suites   []struct {
			Cases []struct{} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	require.NoError(t, xml.Unmarshal(text, &back))
	assert.Equal(t, []int{23, 1, 1, 7, 16}, []int{back.Tests, back.Failures, back.Errors, len(back.Suites[0].Cases), len(back.Suites[1].Cases)})
}

func TestSVG(t *testing.T) {
	for name, drill := range map[string]func() sim.History{"kill-server": simtest.KillServer, "all-killed": simtest.AllKilled, "storage-hang": simtest.StorageHang} {
		h := drill()
		text := write(t, func(w io.Writer) error { return report.SVG(w, h, judged(t, h)) })
		golden(t, name+".svg", text)
		wellFormed(t, text)
		assert.Less(t, len(text), 100_000, "small enough for a front page")
	}
}

func wellFormed(t *testing.T, text []byte) {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(text))
	for {
		_, err := d.Token()
		if err == io.EOF {
			return
		}
		require.NoError(t, err)
	}
}

func TestHTML(t *testing.T) {
	h, v := spoilt(t)
	text := string(write(t, func(w io.Writer) error { return report.HTML(w, h, v) }))
	golden(t, "spoilt.html", []byte(text))
	for _, want := range []string{`Storage &lt;b&gt;&#34;dies&#34;&lt;/b&gt; &amp; hangs`, "cluster2 was DOWN &lt;at&gt;", "df: &lt;mnt&gt;: Stale", "storage: port 80 answers 200", "option redispatch", "10.0.100.12"} {
		assert.Contains(t, text, want)
	}
	assert.NotRegexp(t, `(?i)<script|<link|<img|@import|src=|url\((?:'|")?[^#]`, text, "nothing is loaded from elsewhere")
	assert.NotRegexp(t, `https?://(?:[^w]|w[^w])`, strings.ReplaceAll(text, "http://www.w3.org/2000/svg", ""), "and nothing leads there")
	assert.Equal(t, 2, strings.Count(text, `viewBox="0 0 `), "one plot for a screen, one for a phone")
	assert.Equal(t, 1, strings.Count(text, `id="hatch"`))
	assert.NotContains(t, text, "ZgotmplZ")
}

// A run that broke off at any moment can be reported on: that is when a report is needed most.
func TestReportsBearWhatIsMissing(t *testing.T) {
	whole := simtest.KillServer()
	v := judged(t, whole)
	for _, n := range []int{0, 1, 2, 3, 10, 500, 2000, len(whole) - 1} {
		h := whole[:n]
		for _, f := range []func(w io.Writer) error{
			func(w io.Writer) error { return report.Text(w, h, v, report.Options{}) },
			func(w io.Writer) error { return report.JSON(w, h, v) },
			func(w io.Writer) error { return report.JUnit(w, report.Result{History: h, Verdict: v}) },
			func(w io.Writer) error { return report.HTML(w, h, v) },
			func(w io.Writer) error { return report.SVG(w, h, v) },
		} {
			assert.NotContains(t, string(write(t, f)), "NaN", "%d events", n)
		}
	}
	var noLoad sim.History
	for _, e := range whole {
		if e.Request == nil && e.Stats == nil {
			noLoad = append(noLoad, e)
		}
	}
	wellFormed(t, write(t, func(w io.Writer) error { return report.SVG(w, noLoad, v) }))
}

func TestEveryReportIsTheSameToTheByte(t *testing.T) {
	h, v := spoilt(t)
	for _, f := range []func(w io.Writer) error{
		func(w io.Writer) error { return report.HTML(w, h, v) },
		func(w io.Writer) error { return report.SVG(w, h, v) },
		func(w io.Writer) error { return report.Text(w, h, v, report.Options{}) },
	} {
		first := write(t, f)
		for range 5 {
			require.Equal(t, first, write(t, f))
		}
	}
}

// A page, a log or a scenario may hold what steers a terminal; a report in XML may not hold it at all.
func TestReportsSteerNoTerminal(t *testing.T) {
	evil := "a\x1b[2Jb\x00"
	h := sim.History{{At: time.Unix(1, 0), Kind: sim.KindRun, Run: &sim.RunInfo{Title: evil, Description: evil, Plan: sim.DefaultPlan()}}}
	v := sim.Verdict{Outcome: sim.Fail, Checks: []sim.Check{{Name: evil, Outcome: sim.Fail, Measured: evil, Bound: evil, Reason: evil}}, Facts: []sim.Fact{{Name: "x", Value: evil}}}
	for name, write := range map[string]func(io.Writer) error{
		"text": func(w io.Writer) error { return report.Text(w, h, v, report.Options{}) },
		"svg":  func(w io.Writer) error { return report.SVG(w, h, v) },
	} {
		var b strings.Builder
		require.NoError(t, write(&b), name)
		assert.NotContains(t, b.String(), "\x1b", name)
		assert.NotContains(t, b.String(), "\x00", name)
	}
}
