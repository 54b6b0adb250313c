package run

import (
	"bytes"
	"encoding/json"
	"flag"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"simulacro/sim"
	"simulacro/sim/fault"
	"simulacro/sim/narrate"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the golden files anew")

// root is the project's top from here.
const root = "../.."

func golden(t *testing.T, path string, got []byte, hint string) {
	t.Helper()
	if *update {
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, got, 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err, hint)
	if bytes.Equal(want, got) {
		return
	}
	have, made := strings.Split(string(want), "\n"), strings.Split(string(got), "\n")
	i := 0 // of the first line that differs: the files are long, and a whole difference would hide the hint
	for i < min(len(have), len(made)) && have[i] == made[i] {
		i++
	}
	t.Errorf("%s\n%s:%d is\n\t%s\nand would be\n\t%s", hint, path, i+1, strings.Join(have[i:min(i+1, len(have))], ""), strings.Join(made[i:min(i+1, len(made))], ""))
}

func TestWhatIsMadeFromTheTablesIsCurrent(t *testing.T) {
	for path, write := range map[string]func(io.Writer) error{"scenarios/schema.json": WriteSchema, "docs/scenarios.md": WriteReference} {
		var b bytes.Buffer
		require.NoError(t, write(&b))
		golden(t, filepath.Join(root, path), b.Bytes(), path+" is stale: make docs")
	}
}

// The coverage table is made from every file of the tree.
func TestCoverageIsCurrent(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(root, "scenarios", "*.yaml"))
	require.NoError(t, err)
	var all []*sim.Scenario
	for _, path := range files {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		s, err := Load(path, text)
		require.NoError(t, err)
		all = append(all, s)
	}
	var b bytes.Buffer
	require.NoError(t, WriteCoverage(&b, all))
	golden(t, filepath.Join(root, "docs", "coverage.md"), b.Bytes(), "docs/coverage.md is stale: make docs")
	for _, s := range all {
		assert.Contains(t, b.String(), s.Name, "every scenario is in it")
	}
}

// Every scenario file names the schema, for editors, and is without mistakes; so is what the guide has its reader type.
func TestFilesOfTheTree(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(root, "scenarios", "*.yaml"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, path := range append(files, filepath.Join(root, "cmd", "simulacro", "starter.yaml")) {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		first, _, _ := strings.Cut(string(text), "\n")
		assert.Equal(t, "# yaml-language-server: $schema=schema.json", first, path)
		assert.Empty(t, Lint(path, text), path)
	}
	guide, err := os.ReadFile(filepath.Join(root, "docs", "writing-a-scenario.md"))
	require.NoError(t, err)
	blocks := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(string(guide), -1)
	require.NotEmpty(t, blocks)
	for _, b := range blocks {
		assert.Empty(t, Lint("writing-a-scenario.md", []byte(b[1])), b[1])
		assert.Empty(t, preview(t, b[1]).Doubts)
		require.Contains(t, b[1], "for: 25s", "the guide speaks of it")
		assert.Len(t, preview(t, strings.Replace(b[1], "for: 25s", "for: 5s", 1)).Doubts, 1)
	}
}

func TestPracticalCfgIsTheImages(t *testing.T) {
	template, err := os.ReadFile(filepath.Join(root, "images/director/usr/share/simulacro/template/etc/haproxy/haproxy.cfg"))
	require.NoError(t, err)
	assert.Equal(t, string(template), practical, "copy the images' template to sim/run/practical.cfg")
	plan := sim.DefaultPlan()
	plan.Servers = 4
	cfg := PracticalCfg(plan)
	assert.NotContains(t, cfg, "@")
	assert.Contains(t, cfg, "    bind 192.168.1.101:80\n")
	assert.True(t, strings.HasSuffix(cfg, "    server cluster4 10.0.100.14:80 weight 1 maxconn 1000 check\n    server cluster5 10.0.100.25:80 weight 1 maxconn 1000 check\n"), cfg)
	script, err := os.ReadFile(filepath.Join(root, "images/common/usr/sbin/simulacro-init"))
	require.NoError(t, err)
	assert.Contains(t, string(script), `"    server cluster$n $inner.$host:80 weight 1 maxconn 1000 check"`, "the line that PracticalCfg writes")
}

func TestLint(t *testing.T) {
	assert.Empty(t, Lint("kill.yaml", []byte(killText)))
	assert.Equal(t, []Mistake{{1, 1, `unknown field of scenario "titel": did you mean "title"?`}},
		Lint("x.yaml", []byte("titel: x\nload: {rate: 1, count: 1}\nexpect: [{availability: 1 %}]\n")))
	found := Lint("x.yaml", []byte("title: x\ncluster: {patch: {section: defaults, remove: timeout tunnel}}\nload: {rate: 1, count: 1}\nexpect: [{availability: 1 %}]\n"))
	require.Len(t, found, 1)
	assert.Equal(t, `patch: section "defaults" has no line "timeout tunnel" to remove`, found[0].Message)
	found = Lint("x.yaml", []byte("title: x\nload: {rate: 1, count: 1}\ntimeline: [{fault: partition, target: cluster2, at: 1s, params: {way: sideways}}]\nexpect: [{availability: 1 %}]\n"))
	require.Len(t, found, 1)
	assert.Equal(t, `unknown way of partition "sideways": it must be one of in, out, both`, found[0].Message)
}

const previewText = `
title: {en: Everything at once, es: Todo a la vez}
cluster: {mount: "soft", patch: [{section: defaults, add: [default-server inter 1s fall 2]}, {section: backend http_back, replace: {server cluster4: "server cluster4 10.0.100.14:80"}}]}
load: {rate: 50, paths: {/index.php: 3, /a: 1}, keepalive: true, timeout: 8s}
warm: 1s
timeline:
  - {fault: node-kill, name: kill, target: [cluster2, cluster3], at: 2s, for: 5s, say: {en: They die., es: Mueren.}}
  - {run: "curl http://192.168.1.101/", name: look, node: client, after: kill effect, at: 500ms, exit: 0}
  - {fault: node-kill, name: dark, target: storage, after: kill recovered, at: 1s}
  - {fault: partition, target: cluster4, at: 1s, for: 60s, params: {peer: cluster1, way: in}}
limit: 1m
expect:
  - {availability: 99 %}
  - {availability: 100 %, in: before}
  - {share: {cluster2: 0 %}, in: detected kill}
  - {status: {only: [2xx], 503: <= 2 %}, in: restored kill}
  - {latency: {p50: 20ms}, in: undetected kill}
  - {detection: {fault: kill, allow: 2s}}
  - {detection: {fault: kill, servers: [cluster4]}}
  - {detection: {fault: dark, within: 9s}}
  - {recovery: kill}
  - {state: {of: cluster4, always: UP}, in: after kill}
  - {distribution: {law: weights, of: [cluster3, cluster4], within: 2}, in: during kill}
  - {output: {of: look, exit: 0, contains: cluster}}
  - {log: {lacks: ALERT}, in: during dark}
  - {status: {only: [2xx]}, in: before look}
  - {status: {only: [2xx]}, in: during look}
  - {status: {only: [2xx]}, in: after look}
`

func preview(t *testing.T, text string) *Preview {
	t.Helper()
	outer, err := sim.ParseNet("192.168.77")
	require.NoError(t, err)
	spec := sim.Spec{Plan: sim.DefaultPlan(), Director: sim.HAProxy}
	spec.Plan.Outer = outer
	s, err := Load("x.yaml", []byte(text))
	require.NoError(t, err)
	p, err := NewPreview(s, spec, "es")
	require.NoError(t, err)
	return p
}

func TestPreview(t *testing.T) {
	p := preview(t, previewText)
	assert.Contains(t, p.HAProxyCfg, "bind 192.168.77.101:80")
	assert.Contains(t, p.HAProxyCfg, "default-server inter 1s fall 2")
	p.HAProxyCfg = ""
	text, err := json.MarshalIndent(p, "", "  ")
	require.NoError(t, err)
	golden(t, "testdata/preview.json", append(bytes.ReplaceAll(bytes.ReplaceAll(bytes.ReplaceAll(text, []byte(`\u003c`), []byte("<")), []byte(`\u003e`), []byte(">")), []byte(`\u0026`), []byte("&")), '\n'), "-update writes it")
}

func TestPreviewDoubts(t *testing.T) {
	const head, kill = "title: x\nload: {rate: 50}\n", "timeline: [{fault: node-kill, target: cluster2, at: 2s, for: %s}]\n"
	for name, c := range map[string]struct{ text, want string }{
		"nothing":            {head + strings.Replace(kill, "%s", "13s", 1) + "expect: [{detection: node-kill}]\n", ""},
		"over before it is":  {head + strings.Replace(kill, "%s", "5s", 1) + "expect: [{availability: 9 %, in: detected}]\n", "node-kill lasts 5s, and the director may take 12s to see it"},
		"nobody needs to":    {head + strings.Replace(kill, "%s", "5s", 1) + "expect: [{availability: 9 %}]\n", ""},
		"beyond the load":    {"title: x\nload: {rate: 50, for: 3s}\ntimeline: [{run: ls, name: late, node: client, at: 4s}]\nexpect: [{availability: 9 %}]\n", "late comes at 4s, when the load is over (3s)"},
		"beyond the limit":   {head + strings.Replace(kill, "%s", "13s", 1) + "limit: 10s\nexpect: [{availability: 9 %}]\n", "the run takes 17s at least, and its limit is 10s"},
		"whatever was wrong": {head + strings.Replace(kill, "%s", "13s", 1) + "steady: 0\nexpect: [{availability: 9 %}]\n", "the steady state is not waited for"},
		"green checks": {head + "timeline: [{fault: service-hang, target: cluster2, params: {service: httpd}, at: 2s, for: 13s}]\nexpect: [{detection: service-hang}]\n",
			"while service-hang is held the real servers accept connections, and the director's checks only connect"},
		"green checks, storage": {head + "timeline: [{fault: node-kill, target: storage, at: 2s, for: 13s}]\nexpect: [{detection: node-kill}]\n", "while node-kill is held"},
		"checks that read":      {head + "cluster: {patch: {section: backend http_back, add: [option httpchk]}}\ntimeline: [{fault: service-hang, target: cluster2, params: {service: httpd}, at: 2s, for: 45s}]\nexpect: [{detection: service-hang}]\n", ""},
		"blind":                 {head + strings.Replace(kill, "%s", "13s", 1) + "cluster: {haproxy: \"backend b\\n server x 10.0.100.12:80\\n\"}\nexpect: [{detection: node-kill}]\n", "haproxy.cfg has no check for x"},
	} {
		doubts := strings.Join(preview(t, c.text).Doubts, "\n")
		if c.want == "" {
			assert.Empty(t, doubts, name)
		} else {
			assert.Contains(t, doubts, c.want, name)
		}
	}
}

func TestPreviewOfAPatchThatDoesNotFit(t *testing.T) {
	s, err := Load("x.yaml", []byte("title: x\ncluster: {patch: {section: listen x, add: [mode tcp]}}\nload: {rate: 1, count: 1}\nexpect: [{availability: 1 %}]\n"))
	require.NoError(t, err)
	_, err = NewPreview(s, sim.Spec{Plan: sim.DefaultPlan()}, "en")
	assert.EqualError(t, err, `plan x: haproxy.cfg has no section "listen x"`)
	_, err = NewPreview(s, sim.Spec{Plan: sim.DefaultPlan(), HAProxyCfg: "listen x\n"}, "en")
	assert.NoError(t, err)
}

// The times of a plan are kept by the run, as far as it had to wait for nothing.
func TestRunKeepsThePlansTimes(t *testing.T) {
	s := scene(t, killText)
	p, err := NewPreview(s, sim.Spec{Plan: sim.DefaultPlan(), HAProxyCfg: practicalCfg}, "en")
	require.NoError(t, err)
	res, err := Play(t.Context(), newFakeCluster(), s, Options{})
	require.NoError(t, err)
	var zero time.Time
	happened := map[string]time.Duration{}
	for _, e := range res.History {
		switch {
		case e.Kind == sim.KindPhase && e.Text == phaseLoad:
			zero = e.At
		case e.Fault != nil && e.Fault.Step == sim.StepInjected:
			happened["kill node-kill on cluster3"] = e.At.Sub(zero)
		case e.Fault != nil && e.Fault.Step == sim.StepRecover:
			happened["kill recovery, 600ms after the effect"] = e.At.Sub(zero)
		case e.Action != nil:
			happened["look client# echo 192.168.1.101  (code 0)"] = e.At.Sub(zero)
		case e.Kind == sim.KindPhase && e.Text == phaseAfter:
			happened["load ends, 200ms after all holds again"] = e.At.Sub(zero)
		}
	}
	require.Len(t, p.Timeline, len(happened))
	for _, m := range p.Timeline {
		at, ok := happened[m.Name+" "+m.What]
		require.True(t, ok, "%+v", m)
		assert.GreaterOrEqual(t, at, m.At, "%+v", m)
		assert.Less(t, at, m.At+3*time.Second, "%+v", m)
	}
}

// What simulacro new writes runs as it is: here at a twentieth of its times, on a director that is as much quicker.
func TestStarterPlays(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "cmd", "simulacro", "starter.yaml"))
	require.NoError(t, err)
	s := scene(t, string(text))
	for _, d := range []*time.Duration{&s.Timeline[0].When.At, &s.Timeline[0].Fault.For, &s.Settle, &s.Load.Timeout} {
		*d /= 20
	}
	res, err := Play(t.Context(), newFakeCluster(), s, Options{})
	require.NoError(t, err)
	assert.Equal(t, sim.Pass, res.Verdict.Outcome, Why(res.Verdict))
}

func TestWhatTheAuthorSaysIsToldInTheRunsLanguage(t *testing.T) {
	s := scene(t, `
title: {en: a kill, es: una muerte}
description: {en: It dies., es: Se muere.}
load: {rate: 100}
timeline:
  - {fault: node-kill, name: kill, target: [cluster2, cluster3], at: 100ms, for: 200ms, say: {en: Now., es: Ahora.}}
  - {run: echo x, name: look, node: client, after: kill effect, say: Look.}
settle: 100ms
expect:
  - {availability: {is: "> 99.9 %", ok: ["404"]}, why: {en: It should not., es: No debería.}}
`)
	var told []string
	res, err := Play(t.Context(), newFakeCluster(), s, Options{Lang: "es", Tell: func(e sim.Event) {
		if e.Kind == sim.KindSay {
			told = append(told, e.Text)
		}
	}})
	require.NoError(t, err)
	assert.Equal(t, []string{"Ahora.", "Look."}, told, "once for all targets; English where there is no other")
	info := res.History.Run()
	assert.Equal(t, []string{"una muerte", "Se muere.", "es"}, []string{info.Title, info.Description, info.Lang})
	assert.Contains(t, Why(res.Verdict), "No debería.")
	again, err := JudgeAgain(res.History)
	require.NoError(t, err)
	assert.Equal(t, res.Verdict, again)
}

// Every fault of the catalogue can be told to a class.
func TestTheNarratorKnowsTheCatalogue(t *testing.T) {
	for _, k := range fault.Catalogue() {
		assert.True(t, narrate.Knows(k.Name), "sim/narrate has no words for %s", k.Name)
	}
}
