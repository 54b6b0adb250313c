package engine

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"simulacro/proxy/balance"
	"simulacro/proxy/config"
)

// began gives the engine of a backend whose servers begin with states; b tracks a, c is disabled in the file.
func began(t *testing.T, states map[string]config.SavedState) (*Engine, map[string]*server) {
	t.Helper()
	cfg, r := config.ParseText("x.cfg", "defaults\n timeout connect 1s\n timeout server 1s\nbackend app\n server a 127.0.0.1:80 check weight 10\n"+
		" server b 127.0.0.1:81 track a\n server c 127.0.0.1:82 disabled\n server d 127.0.0.1:83 slowstart 100s\n", config.Options{})
	require.NotNil(t, cfg, r)
	p := cfg.Proxies[0]
	for _, s := range p.Servers {
		if state, ok := states[s.Name]; ok {
			cfg.Saved = append(cfg.Saved, config.SavedStep{Proxy: p, Server: s, State: &state})
		}
	}
	e, err := New(cfg, Options{})
	require.NoError(t, err)
	servers := map[string]*server{}
	for _, s := range e.proxies[0].servers {
		servers[s.cfg.Name] = s
	}
	return e, servers
}

func TestSavedStateReachesWhoTracksIt(t *testing.T) {
	e, s := began(t, map[string]config.SavedState{"a": {Op: config.SavedStopped, Weight: 5, ConfiguredWeight: 10, Since: time.Minute,
		CheckStatus: 8, CheckResult: 2, Port: 8080, CheckPort: -1, AgentPort: -1}})
	require.Equal(t, []string{
		"Server app/a is DOWN, changed from server-state after a reload. 2 active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue.",
		"Server app/b is DOWN via app/a. 1 active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue.",
	}, e.Foretold())
	a := s["a"].stats(0)
	require.False(t, a.Up)
	require.Equal(t, time.Minute, a.Lastchg)
	require.Equal(t, 5, a.UWeight)
	require.Equal(t, 8080, a.Addr.Port)
	require.Equal(t, "L4CON", a.Check.Status.String())
	require.False(t, s["b"].Up)
}

func TestSavedWeightOfAnotherConfigurationIsForgotten(t *testing.T) {
	_, s := began(t, map[string]config.SavedState{"a": {Op: config.SavedRunning, Weight: 5, ConfiguredWeight: 9, Port: -1, CheckPort: -1, AgentPort: -1}})
	require.Equal(t, 10, s["a"].uweight)
	require.True(t, s["a"].Up)
}

func TestSavedAdministration(t *testing.T) {
	for _, x := range []struct {
		server string
		admin  AdminFlags
		want   AdminFlags
		why    string
	}{
		{"a", ForcedMaint, ForcedMaint, "an operator's word outlives the process"},
		{"a", ForcedDrain, ForcedDrain, "and so does this one"},
		{"a", ConfigMaint | ForcedMaint, 0, "it is disabled no longer"},
		{"c", ConfigMaint, ConfigMaint, "an operator enabled what the file disables"},
		{"c", 0, ConfigMaint | ForcedMaint, "the file disables it now"},
	} {
		_, s := began(t, map[string]config.SavedState{x.server: {Op: config.SavedRunning, Admin: int(x.admin), Weight: 1, ConfiguredWeight: 1, Port: -1, CheckPort: -1, AgentPort: -1}})
		require.Equal(t, x.want, s[x.server].flags, x.why)
	}
}

func TestSavedMaintenanceIsInherited(t *testing.T) {
	_, s := began(t, map[string]config.SavedState{"a": {Op: config.SavedRunning, Admin: int(ForcedMaint), Port: -1, CheckPort: -1, AgentPort: -1}})
	require.Equal(t, InheritedMaint, s["b"].flags)
	require.False(t, s["b"].Up)
}

func TestSavedChecksStayOff(t *testing.T) {
	_, s := began(t, map[string]config.SavedState{"a": {Op: config.SavedRunning, ChecksOff: true, Port: -1, CheckPort: -1, AgentPort: -1}})
	require.False(t, s["a"].check.on)
}

func TestSavedSlowStartGoesOn(t *testing.T) {
	_, s := began(t, map[string]config.SavedState{"d": {Op: config.SavedStarting, Since: 10 * time.Second, Port: -1, CheckPort: -1, AgentPort: -1}})
	require.True(t, s["d"].starting)
	_, s = began(t, map[string]config.SavedState{"d": {Op: config.SavedStarting, Since: 100 * time.Second, Port: -1, CheckPort: -1, AgentPort: -1}})
	require.False(t, s["d"].starting)
	require.True(t, s["d"].Up)
	_, s = began(t, map[string]config.SavedState{"d": {Op: config.SavedStarting, Since: -10 * time.Second, Port: -1, CheckPort: -1, AgentPort: -1}})
	require.False(t, s["d"].starting, "a change that is yet to come")
}

// TestAnySavedStatesCanBegin: whatever two processes have left of the servers, each has a share of its weight that can be balanced by.
func TestAnySavedStatesCanBegin(t *testing.T) {
	state := rapid.Custom(func(t *rapid.T) config.SavedState {
		admin := rapid.SampledFrom([]int{0, 1, 4, 5, 8, 12})
		return config.SavedState{Op: config.SavedOp(rapid.IntRange(0, 3).Draw(t, "op")), Admin: admin.Draw(t, "admin"),
			Weight: rapid.IntRange(0, 256).Draw(t, "weight"), ConfiguredWeight: rapid.SampledFrom([]int{0, 1, 10}).Draw(t, "configured"),
			Since: time.Duration(rapid.IntRange(-200, 200).Draw(t, "since")) * time.Second, CheckStatus: rapid.IntRange(-1, 20).Draw(t, "status"),
			Health: rapid.IntRange(-1, 9).Draw(t, "health"), Port: rapid.IntRange(-1, 65535).Draw(t, "port"), CheckPort: -1, AgentPort: -1}
	})
	rapid.Check(t, func(r *rapid.T) {
		e, servers := began(t, rapid.MapOf(rapid.SampledFrom([]string{"a", "b", "c", "d"}), state).Draw(r, "states"))
		for name, s := range servers {
			require.True(r, s.Share >= 0 && s.Share <= fullShare, "%s has %d", name, s.Share)
			require.Equal(r, s.op != opStopped, s.Up, name)
		}
		e.Snapshot()
		p := e.proxies[0]
		for range 8 {
			p.sel.Select(balance.Request{})
		}
	})
}
