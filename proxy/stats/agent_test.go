package stats

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"simulacro/proxy/config"
)

// withAgent is a director whose first server has an agent, which is asked or not.
func withAgent(on bool) (*fake, *Row) {
	f := newFake()
	for i := range f.rows {
		if r := &f.rows[i]; r.Proxy == "http_back" && r.Name == "cluster2" {
			r.Agent = Check{Configured: true, Enabled: on, Status: "L7STS", Desc: "via agent : down (a <b>)", Rise: 1, Fall: 1}
			return f, r
		}
	}
	return f, nil
}

func TestAgentCommands(t *testing.T) {
	const off = "agent checks are not enabled on this server"
	for _, c := range []struct {
		words   string
		on      bool
		answer  string
		effects string
	}{
		{"enable agent http_back/cluster2", false, "", "http_back/cluster2 agent true"},
		{"disable agent http_back/cluster2", true, "", "http_back/cluster2 agent false"},
		{"enable agent http_back/cluster3", false, "Agent was not configured on this server, cannot enable.\n", ""},
		{"disable agent http_back/cluster3", false, "", ""},
		{"set server http_back/cluster2 agent up", true, "", "http_back/cluster2 agent up true"},
		{"set server http_back/cluster2 agent down", true, "", "http_back/cluster2 agent up false"},
		{"set server http_back/cluster2 agent", true, "'set server <srv> agent' expects 'up' or 'down'.\n", ""},
		{"set server http_back/cluster2 agent up", false, off + ".\n", ""},
		{"set server http_back/cluster2 agent-send hi", true, "", "http_back/cluster2 agent-send hi"},
		{"set server http_back/cluster2 agent-send hi", false, off + ".\n", ""},
		{"set server http_back/cluster2 agent-addr 10.0.0.1", true, "", "http_back/cluster2 agent-addr 10.0.0.1 -1"},
		{"set server http_back/cluster2 agent-addr 10.0.0.1 port 5", true, "", "http_back/cluster2 agent-addr 10.0.0.1 5"},
		{"set server http_back/cluster2 agent-addr 10.0.0.1 port 5x", true, "provided port is not an integer\n", ""},
		{"set server http_back/cluster2 agent-addr foo", true, "invalid addr 'foo'\n", ""},
		{"set server http_back/cluster2 agent-addr", true, "set server <b>/<s> agent-addr requires an address and optionally a port.\n", ""},
		{"set server http_back/cluster2 agent-addr 10.0.0.1", false, off + "\n", ""},
		{"set server http_back/cluster2 agent-port 70000", true, "provided port is invalid\n", ""},
		{"set server http_back/cluster2 agent-port 0", true, "", "http_back/cluster2 agent-addr invalid IP 0"},
		{"set server http_back/cluster2 agent-port", true, "set server <b>/<s> agent-port requires a port.\n", ""},
	} {
		f, _ := withAgent(c.on)
		answer := ask(t, f, config.LevelAdmin, c.words+"\n")
		assert.Equal(t, strings.TrimSuffix(c.answer, "\n"), strings.TrimRight(answer, "\n"), "%s, asked: %v", c.words, c.on)
		assert.Equal(t, c.effects, strings.Join(f.asked, ";"), c.words)
	}
}

func TestAgentColumns(t *testing.T) {
	f, r := withAgent(true)
	columnOf := func(name string) string {
		for i := range columns {
			if c := &columns[i]; c.name == name && c.has(r) {
				return string(c.appendValue(nil, r))
			}
		}
		return ""
	}
	want := map[string]string{"agent_status": "L7STS", "agent_code": "0", "agent_duration": "0", "agent_desc": "Layer7 wrong status",
		"last_agt": "via agent : down (a <b>)", "agent_rise": "1", "agent_fall": "1", "agent_health": "0"}
	for name, value := range want {
		assert.Equal(t, value, columnOf(name), name)
	}
	r.Agent.Status = "CHECKED"
	assert.Equal(t, "No status change", columnOf("agent_desc"))
	assert.Empty(t, columnOf("agent_code"))
	require.Contains(t, ask(t, f, config.LevelAdmin, "show servers state\n"), " 22 0 0 ", "enabled, configured, an agent's")
	r.Agent.Enabled = false
	for name := range want {
		assert.Empty(t, columnOf(name), name)
	}
	require.Contains(t, ask(t, f, config.LevelAdmin, "show servers state\n"), " 18 0 0 ")
}

func TestPageShowsTheAgentThatHasAServerDown(t *testing.T) {
	_, r := withAgent(true)
	r.Status = "DOWN (agent)"
	require.Equal(t, " L7STS/0 in 0ms", checkCell(r).value)
	require.Equal(t, "Layer7 wrong status: via agent : down (a &lt;b&gt;)", checkCell(r).tip)
	require.Equal(t, "active_down", rowClass(r))
	r.Status, r.Agent.Health = "DRAIN (agent)", 1
	require.Equal(t, "active_up", rowClass(r), "as in HAProxy")
	require.NotContains(t, checkCell(r).value, "L7STS")
}

func TestWhatTheAgentHasDownIsNotRising(t *testing.T) {
	_, r := withAgent(true)
	r.Op, r.Check = OpStopped, Check{Configured: true, Enabled: true, Rise: 2, Fall: 3, Health: 4}
	up := Filter{ProxyID: -1, Types: -1, ServiceID: -1, HideDown: true}
	require.Empty(t, up.Apply([]Row{*r}))
	r.Agent.Health = 1
	require.Len(t, up.Apply([]Row{*r}), 1)
	r.Check.Health = 0
	require.Empty(t, up.Apply([]Row{*r}))
	r.Check.Configured = false
	require.Len(t, up.Apply([]Row{*r}), 1)
}
