package engine

import (
	"io"
	"net"
	"net/netip"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simulacro/proxy/config"
	"simulacro/proxy/health"
)

// mouth is an agent: it says its line to whoever connects.
type mouth struct {
	line  atomic.Value
	heard chan string // what it was told, where it is told something
}

func (m *mouth) handle(c net.Conn) {
	if m.heard != nil {
		b := make([]byte, 99)
		n, _ := c.Read(b)
		select {
		case m.heard <- string(b[:n]):
		default:
		}
	}
	_, _ = io.WriteString(c, m.line.Load().(string))
}

// talked is a server with an agent, which is asked every 20 ms.
func talked(t *testing.T, s *config.Server, line string) *mouth {
	t.Helper()
	m := &mouth{}
	m.line.Store(line)
	if s.Agent.Send != "" {
		m.heard = make(chan string, 1)
	}
	at := netip.MustParseAddrPort(serve(t, m.handle).addr)
	s.Agent = config.Agent{Check: true, Inter: 20 * time.Millisecond, Addr: config.Address{IP: at.Addr()}, Port: int(at.Port()), Send: s.Agent.Send}
	return m
}

// server is the first server of the backend.
func (d *director) server() *ServerStats { return &d.Snapshot().Proxies[1].Servers[0] }

func (d *director) becomes(status string) {
	d.t.Helper()
	require.Eventually(d.t, func() bool { return d.server().Status() == status }, 5*time.Second, time.Millisecond, status)
}

func TestAnAgentTakesItsServerDownAndUp(t *testing.T) {
	cfg := practical(serve(t, named("s1")).addr)
	m := talked(t, cfg.Proxies[1].Servers[0], "down # disk full\n")
	d := start(t, cfg)
	require.Regexp(t, `^Server http_back/s1 is DOWN, reason: Layer7 wrong status, code: 0, info: "via agent : down \(disk full\)", check duration: \d+ms\. 0 active`, d.event("is DOWN"))
	d.becomes("DOWN (agent)")
	r, _ := d.dial().get("/")
	require.Equal(t, 503, r.StatusCode)
	m.line.Store("up\n")
	d.event("s1 is UP, reason: Layer7 check passed")
	d.becomes("no check")
	_, body := d.dial().get("/")
	require.Equal(t, "s1", body)
}

func TestAnAgentSetsWeightLimitAndAdministration(t *testing.T) {
	cfg := practical(serve(t, named("s1")).addr)
	s := cfg.Proxies[1].Servers[0]
	s.Weight = 40
	m := talked(t, s, "50% maxconn:7 drain\n")
	d := start(t, cfg)
	d.becomes("DRAIN (agent)")
	require.Eventually(t, func() bool { s := d.server(); return s.UWeight == 20 && s.Slim == 7 }, 5*time.Second, time.Millisecond)
	require.Equal(t, health.Checked, d.server().Agent.Result.Status)
	m.line.Store("maint down\n")
	d.becomes("MAINT")
	require.Eventually(t, func() bool { return d.server().Agent.Health == 0 }, 5*time.Second, time.Millisecond, "it is heard in maintenance, too")
	m.line.Store("ready\n")
	d.event("is DOWN/READY (leaving forced maintenance)")
	d.becomes("DOWN (agent)")
	m.line.Store("up 5x%\n")
	d.becomes("no check")
	require.Equal(t, "via agent : up (Trailing garbage in weight string)", d.server().Agent.Result.Info)
}

func TestAnAgentThatSaysNothingHarmsNoServer(t *testing.T) {
	cfg := practical(serve(t, named("s1")).addr)
	cfg.Proxies[1].Timeouts.Check = 100 * time.Millisecond
	m := talked(t, cfg.Proxies[1].Servers[0], "no end of a line")
	d := start(t, cfg)
	until := func(status health.Status, info string) {
		t.Helper()
		require.Eventually(t, func() bool { r := d.server().Agent.Result; return r.Status == status && r.Info == info }, 5*time.Second, time.Millisecond)
		require.Equal(t, "no check", d.server().Status())
	}
	until(health.L7Tout, "")
	until(health.L7Tout, "Ignoring incomplete line from agent")
	m.line.Store("up\n")
	until(health.L7OK, "via agent : up")
	m.line.Store("down")
	until(health.L7OK, "Ignoring incomplete line from agent")
	m.line.Store("")
	until(health.L7Rsp, "TCPCHK got an empty response at step 2")
}

func TestChecksAndAgentMustAgreeThatAServerIsUp(t *testing.T) {
	s1 := serve(t, named("s1"))
	cfg := checking(practical(s1.addr))
	m := talked(t, cfg.Proxies[1].Servers[0], "down\n")
	d := start(t, cfg)
	d.becomes("DOWN (agent)")
	s1.stop()
	require.Eventually(t, func() bool { return d.server().Health == 0 }, 5*time.Second, time.Millisecond)
	m.line.Store("up\n")
	d.becomes("DOWN")
	serveAt(t, s1.addr, named("s1"))
	d.event("s1 is UP")
	d.becomes("UP")
}

func TestAnOperatorSpeaksForTheAgent(t *testing.T) {
	cfg := practical(serve(t, named("s1")).addr, serve(t, named("s2")).addr)
	cfg.Proxies[1].Servers[0].Agent.Send = "who"
	m := talked(t, cfg.Proxies[1].Servers[0], "up\n")
	d := start(t, cfg)
	require.Equal(t, "who", <-m.heard)
	require.NoError(t, d.SetAgentSend("http_back", "s1", "what"))
	require.Eventually(t, func() bool { return <-m.heard == "what" }, 5*time.Second, time.Millisecond)
	m.line.Store("\n")
	require.Eventually(t, func() bool { <-m.heard; return d.server().Agent.Result.Status == health.Checked }, 5*time.Second, time.Millisecond)
	require.NoError(t, d.ForceServerAgent("http_back", "s1", false, "CLI"))
	d.event("Server http_back/s1 is DOWN, changed from CLI.")
	require.Equal(t, "DOWN (agent)", d.server().Status())
	require.NoError(t, d.ForceServerAgent("http_back", "s1", true, "CLI"))
	d.event("Server http_back/s1 is UP, changed from CLI.")
	other := &mouth{}
	other.line.Store("down\n")
	at := netip.MustParseAddrPort(serve(t, other.handle).addr)
	require.NoError(t, d.SetServerAgent("http_back", "s1", false))
	require.NoError(t, d.SetAgentAddr("http_back", "s1", at.Addr(), int(at.Port())))
	require.False(t, d.server().Agent.On)
	require.NoError(t, d.SetServerAgent("http_back", "s1", true))
	d.becomes("DOWN (agent)")
	require.ErrorIs(t, d.SetServerAgent("http_back", "s2", true), ErrNoAgent)
}
