package config

import (
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestAgentSettingsAgainstHAProxy compares what is said of the settings of agents, on each of the lines that take them.
func TestAgentSettingsAgainstHAProxy(t *testing.T) {
	ask := oracle(t)
	for _, words := range []string{
		"agent-check", "agent-check agent-port 0", "agent-check agent-port 8080", "agent-check agent-port", "agent-check agent-port x",
		"agent-port 9x agent-check", "agent-check agent-port -1", "agent-port 70000", `agent-port "" agent-check`, "no-agent-check", "agent-check no-agent-check",
		"agent-inter", "agent-inter x", "agent-inter 0", "agent-inter 1us", "agent-inter 30d", "agent-inter 5q", `agent-inter ""`,
		"agent-addr", "agent-addr 127.0.0.1", "agent-addr 127.0.0.1:80", "agent-addr ::1", "agent-addr [::1]", "agent-addr /tmp/x", "agent-addr 300.1.1.1",
		"agent-addr *", "agent-addr ipv4@127.0.0.1", `agent-addr "" agent-check`, "agent-send", "agent-send x", `agent-send ""`,
		"agent-send x agent-send y agent-check agent-port 9", "port 9 agent-check", "port 9 agent-port 0 agent-check", "agent-port 0 port 9 agent-check",
		"agent-port 9 port 0 agent-check", "addr 127.0.0.3:9 agent-check", "agent-check sni req.hdr(x", "agent-check agent-port 9 sni req.hdr(x",
		"agent-check foo", "agent-checkk", "agent-inte 5", "agent-check disabled",
	} {
		for _, line := range []string{"server s 127.0.0.1:80 WORDS", "default-server WORDS\n server s 127.0.0.1:80", "server-template s 2 127.0.0.1:80 WORDS",
			"default-server agent-port 9\n server s 127.0.0.1:80 WORDS", "server s 127.0.0.1 WORDS", "default-server agent-check agent-port 9\n server s 127.0.0.1:80 WORDS"} {
			file := head + "listen f\n bind :80\n " + strings.ReplaceAll(line, "WORDS", words) + "\n"
			require.Equal(t, ask(file), verdict(file), "%s: %s", words, line)
		}
	}
	for _, lines := range []string{
		"server a 127.0.0.1:1 agent-check agent-port 9\n server t 127.0.0.1:2 track a", "server a 127.0.0.1:1 agent-port 9\n server t 127.0.0.1:2 track a",
		"server a 127.0.0.1:1 agent-check agent-port 9\n server t 127.0.0.1:2 track a agent-check agent-port 9",
		"server a 127.0.0.1:1 check\n server t 127.0.0.1:2 track a agent-check agent-port 9 check",
		"server a 127.0.0.1:1 agent-check\n server b 127.0.0.1 agent-check check", "server a /tmp/sock agent-check agent-port 9 check",
	} {
		file := head + "listen f\n bind :80\n " + lines + "\n"
		require.Equal(t, ask(file), verdict(file), lines)
	}
}

// TestAgentFollowsChecks reads what `addr` and `port` mean to an agent.
func TestAgentFollowsChecks(t *testing.T) {
	for words, want := range map[string]string{
		"agent-port 9": "invalid IP 9", "addr 127.0.0.2 port 8": "127.0.0.2 8", "addr 127.0.0.2 agent-addr 127.0.0.3 port 8 agent-port 9": "127.0.0.3 9",
		"agent-addr 127.0.0.3 addr 127.0.0.2 agent-port 9 port 8": "127.0.0.3 9",
	} {
		c, _ := ParseText("c", head+"listen f\n bind :80\n server s 127.0.0.1:80 agent-check "+words+"\n", testOptions())
		a := c.Proxies[0].Servers[0].Agent
		assert.Equal(t, want, strings.TrimSpace(a.Addr.IP.String()+" "+strconv.Itoa(a.Port)), words)
	}
	c, _ := ParseText("c", head+"listen f\n bind :80\n default-server agent-port 9 agent-inter 5s agent-send hi\n server s 127.0.0.1:80 agent-check port 8\n", testOptions())
	a := c.Proxies[0].Servers[0].Agent
	assert.Equal(t, 9, a.Port, "a default of the agent's own counts more than the server's port")
	assert.Equal(t, "5s hi", a.Inter.String()+" "+a.Send)
}
