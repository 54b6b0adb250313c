package scenario

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"simulacro/sim"
)

var update = flag.Bool("update", false, "write the golden files anew")

// catalogue is a fault catalogue for the tests.
var catalogue = []sim.FaultKind{
	{Name: "node-kill", Does: "Kills a node.", Evidence: "It is dead.", Takes: true},
	{Name: "node-pause", Does: "Pauses a node.", Evidence: "It is silent.", Takes: true},
	{Name: "cut", Does: "Cuts a node off.", Evidence: "It is cut off.", Touches: []string{"the cable"}},
	{Name: "bend", Does: "Bends its cable.", Evidence: "It is slow.", Touches: []string{"the cable"}},
	{Name: "service-stop", Does: "Stops a service.", Evidence: "systemd says so.", Roles: []sim.Role{sim.Director, sim.Server},
		Params: []sim.FaultParam{{Name: "unit", Does: "its systemd unit", Required: true},
			{Name: "mode", Does: "how", Default: "fair", Choices: []string{"fair", "rough"}}}},
	{Name: "storage-kill", Does: "Kills the storage node.", Evidence: "No mount answers.", Roles: []sim.Role{sim.Storage}},
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, string(want), got)
}

func TestLoadReadsEveryField(t *testing.T) {
	for _, name := range []string{"everything", "repeated", "kill-server"} {
		t.Run(name, func(t *testing.T) {
			s, err := LoadFile("testdata/"+name+".yaml", Options{Kinds: catalogue})
			require.NoError(t, err)
			assert.NotEmpty(t, s.Source)
			s.Source = ""
			text, err := json.MarshalIndent(s, "", "  ")
			require.NoError(t, err)
			golden(t, name+".json", string(text)+"\n")
		})
	}
}

func TestReference(t *testing.T) {
	var b strings.Builder
	require.NoError(t, WriteReference(&b, Options{Kinds: catalogue}))
	golden(t, "reference.md", b.String())
	for _, k := range sim.WindowKinds() {
		assert.NotEmpty(t, WindowDoc(k), k)
	}
}

func TestLoadTellsEveryMistakeOfAFile(t *testing.T) {
	_, err := LoadFile("testdata/wrong.yaml", Options{Kinds: catalogue})
	require.Error(t, err)
	golden(t, "wrong.txt", err.Error()+"\n")
}

func TestWithoutACatalogueAnyKindIsTaken(t *testing.T) {
	text := "title: x\nload: {rate: 1}\ntimeline: [{fault: volcano, target: storage, at: 1s, params: {heat: 900}}]\nexpect: [{availability: 1 %}]\n"
	s, err := Load("x.yaml", []byte(text), Options{})
	require.NoError(t, err)
	assert.Equal(t, map[string]string{"heat": "900"}, s.Timeline[0].Fault.Params)
	s, err = Load("x.yaml", []byte(strings.Replace(text, "target: storage, ", "", 1)), Options{})
	require.NoError(t, err)
	assert.Empty(t, s.Timeline[0].Fault.Targets, "the history tells what it hit")
}

func TestSingleMistakes(t *testing.T) {
	const head, tail = "title: x\nload: {rate: 1, count: 9}\n", "expect: [{availability: 99 %}]\n"
	for _, c := range []struct{ name, text, want string }{
		{"empty file", "", "x.yaml:1:1: the file is empty"},
		{"comment only", "# nothing\n", "x.yaml:1:1: the file is empty"},
		{"not a mapping", "- a\n", "x.yaml:1:1: scenario must be a mapping (key: value), not a list"},
		{"bad YAML", "title: [\n", "x.yaml:1:8: "},
		{"key twice", "title: x\ntitle: y\n", `x.yaml:2:1: mapping key "title" already defined`},
		{"two documents", head + tail + "---\ntitle: y\n", "x.yaml:5:1: a second document"},
		{"anchors", head + tail + "tags: &a [b]\n", "x.yaml:4:7: tag must be text, not an anchor"},
		{"expects nothing", head, "expects nothing"},
		{"sources through a forward", "title: x\nload: {rate: 1, count: 9, sources: 3, via: port-forward}\n" + tail,
			"x.yaml:2:27: sources is 3: through the port forward all requests come from the client node's own address"},
		{"load without end", "title: x\nload: {rate: 1}\n" + tail, "load has no end"},
		{"availability without load", "title: x\n" + tail, "x.yaml:2:11: availability needs a load"},
		{"fault without target", head + "timeline: [{fault: node-kill, at: 1s}]\n" + tail, "has no target"},
		{"fault without time", head + "timeline: [{fault: storage-kill}]\n" + tail, "step has no time"},
		{"wrong role", head + "timeline: [{fault: storage-kill, target: cluster2, at: 1s}]\n" + tail, "storage-kill cannot hit cluster2, which is a server: it is for storage"},
		{"after itself", head + "timeline: [{fault: storage-kill, after: storage-kill effect}]\n" + tail, `unknown earlier step "storage-kill"`},
		{"after what is later", head + "timeline: [{run: ls, node: client, after: storage-kill effect}, {fault: storage-kill, at: 1s}]\n" + tail, `unknown earlier step "storage-kill"`},
		{"after what only windows know", head + "timeline: [{fault: storage-kill, at: 1s, for: 3s}, {run: ls, node: client, after: storage-kill down}]\n" + tail, "down of storage-kill is what the director finds, and is for windows only"},
		{"window of what expects nothing", head + "expect: [{in: befor}]\n", `unknown window "befor": did you mean "before"?`},
		{"window after a fault without end", head + "timeline: [{fault: storage-kill, at: 1s}]\nexpect: [{availability: 99 %, in: after}]\n", "there is nothing after it"},
		{"tolerance of a limit", head + `expect: [{share: {cluster2: ">= 3 % ± 1 %"}}]`, "both >= and a tolerance"},
		{"more than all", head + `expect: [{availability: 101 %}]`, "more than 100 %"},
		{"empty list", head + "tags: []\n" + tail, "x.yaml:3:7: the list is empty"},
		{"empty share", head + "expect: [{share: {}}]\n", "share says nothing"},
		{"empty latency", head + "expect: [{latency: {}}]\n", "latency says nothing"},
		{"nothing to contain", head + "expect: [{log: {contains: []}}]\n", "the list is empty"},
		{"no such choice", head + "timeline: [{fault: service-stop, target: cluster2, at: 1s, params: {unit: httpd, mode: ruogh}}]\n" + tail, `unknown mode of service-stop "ruogh": did you mean "rough"?`},
		{"limit 0", head + tail + "limit: 0\n", "limit is 0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Load("x.yaml", []byte(c.text), Options{Kinds: catalogue})
			require.Error(t, err)
			assert.Contains(t, err.Error(), c.want)
		})
	}
}

// One misspelt key is one mistake: what stands behind it is read, so that nothing else is missing for it.
func TestAMisspeltKeyIsToldOnce(t *testing.T) {
	for word, text := range map[string]string{
		"laod":     "title: x\nlaod: {rate: 1, count: 9}\nexpect: [{availability: 99 %}]\n",
		"timline":  "title: x\nload: {rate: 1}\ntimline: [{fault: storage-kill, at: 1s}]\nexpect: [{detection: {}}]\n",
		"expekt":   "title: x\nload: {rate: 1, count: 9}\nexpekt: [{availability: 99 %}]\n",
		"cuont":    "title: x\nload: {rate: 1, cuont: 9}\nexpect: [{availability: 99 %}]\n",
		"fualt":    "title: x\nload: {rate: 1}\ntimeline: [{fualt: storage-kill, at: 1s}]\nexpect: [{detection: {}}]\n",
		"rnu":      "title: x\nload: {rate: 1, count: 9}\ntimeline: [{rnu: ls, node: client, at: 1s}]\nexpect: [{output: {of: action-1, contains: [x]}}]\n",
		"secttion": "title: x\ncluster: {patch: {secttion: defaults, add: [retries 3]}}\nload: {rate: 1, count: 9}\nexpect: [{availability: 99 %}]\n",
	} {
		_, err := Load("x.yaml", []byte(text), Options{Kinds: catalogue})
		require.Error(t, err, word)
		assert.Len(t, strings.Split(err.Error(), "\n"), 1, "%v", err)
		assert.Contains(t, err.Error(), strconv.Quote(word)+": did you mean")
	}
	_, err := Load("x.yaml", []byte("title: x\nload: {rate: 1, count: 9}\nlaod: {rate: 2, count: 9}\nexpect: [{availability: 99 %}]\n"), Options{Kinds: catalogue})
	require.EqualError(t, err, `x.yaml:3:1: unknown field of scenario "laod": did you mean "load"?`, "what is there is not read again")
}

func TestPatchesAreTriedWhereTheFileIsKnown(t *testing.T) {
	text := "title: x\nload: {rate: 1, count: 9}\nexpect: [{availability: 99 %}]\ncluster:\n  servers: 7\n  patch:\n    - {section: defaults, add: [retries 3]}\n    - {section: defaults, remove: [retries]}\n    - {section: defaults, remove: [retries]}\n"
	_, err := Load("x.yaml", []byte(text), Options{})
	require.NoError(t, err, "the cluster may have another file")
	asked := 0
	_, err = Load("x.yaml", []byte(text), Options{HAProxy: func(servers int) string { asked = servers; return "defaults\n mode http\n" }})
	require.EqualError(t, err, `x.yaml:9:7: patch: section "defaults" has no line "retries" to remove`)
	assert.Equal(t, 7, asked)
	whole := strings.Replace(text, "  servers: 7\n", "  haproxy: global\n", 1)
	_, err = Load("x.yaml", []byte(whole), Options{})
	assert.ErrorContains(t, err, `x.yaml:7:7: patch: haproxy.cfg has no section "defaults"`)
}

func TestAliasesAndRolesBecomeNodes(t *testing.T) {
	s, err := Load("x.yaml", []byte("title: x\ncluster: {servers: 2}\nload: {rate: 1}\ntimeline: [{fault: node-kill, target: [servers, master], at: 1s}, {fault: storage-kill, at: 1s}]\nexpect: [{availability: 1 %}]"), Options{Kinds: catalogue})
	require.NoError(t, err)
	assert.Equal(t, []string{"cluster1", "cluster2", "cluster3"}, s.Timeline[0].Fault.Targets)
	assert.Equal(t, []string{"storage"}, s.Timeline[1].Fault.Targets, "the only node that the kind can hit")
}

// Whatever the text, Load returns a scenario or mistakes with places in the file, and does not panic.
func TestLoadBearsAnyMutation(t *testing.T) {
	base, err := os.ReadFile("testdata/everything.yaml")
	require.NoError(t, err)
	lines := strings.Split(string(base), "\n")
	rapid.Check(t, func(t *rapid.T) {
		cut := append([]string(nil), lines...)
		for range rapid.IntRange(1, 4).Draw(t, "edits") {
			i := rapid.IntRange(0, len(cut)-1).Draw(t, "line")
			switch rapid.IntRange(0, 3).Draw(t, "edit") {
			case 0:
				cut = append(cut[:i:i], cut[min(i+1, len(cut)-1):]...)
			case 1:
				cut[i] = cut[i][:rapid.IntRange(0, len(cut[i])).Draw(t, "at")]
			case 2:
				cut[i] = strings.Replace(cut[i], rapid.StringOf(rapid.RuneFrom([]rune("aeis:,{}[]"))).Draw(t, "old"), rapid.StringOf(rapid.RuneFrom([]rune("aeis:,{}[]-1&*!?|>"))).Draw(t, "new"), 1)
			case 3:
				cut[i] = "  " + cut[i]
			}
		}
		text := strings.Join(cut, "\n")
		s, err := Load("x.yaml", []byte(text), Options{Kinds: catalogue})
		if err == nil {
			if s.Name != "x" || s.Load.Timeout == 0 {
				t.Fatalf("accepted, but not whole: %+v", s)
			}
			return
		}
		list, ok := err.(Errors)
		if !ok {
			t.Fatalf("error is %T", err)
		}
		for _, e := range list {
			if e.Line < 1 || e.Line > len(cut)+1 || e.Col < 1 || e.Msg == "" {
				t.Fatalf("place %+v", e)
			}
		}
	})
}
