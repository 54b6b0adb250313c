package judge

import (
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"simulacro/sim"
)

const practical = `
global
    maxconn 3000
    spread-checks 10
defaults
    retries 3
    timeout connect 10s
    timeout server 1m   # a minute
    timeout check 10s
frontend http_front
    bind 192.168.1.101:80
    default_backend http_back
backend other
    server x 10.0.0.9:80
backend http_back
    balance roundrobin
    server cluster2 10.0.100.12:80 weight 1 maxconn 1000 check
    server two 10.0.100.13:80 weight 3 check inter 500 fastinter 100ms downinter 5s fall 2 rise 4
    server cluster4 10.0.100.14 backup disabled
`

func TestReadConfig(t *testing.T) {
	c := ReadConfig(practical)
	assert.Equal(t, "http_back", c.Backend)
	assert.Equal(t, "roundrobin", c.Balance)
	assert.Equal(t, 10, c.Spread)
	assert.Equal(t, []time.Duration{10 * time.Second, time.Minute, 10 * time.Second}, []time.Duration{c.Connect, c.Server, c.Check})
	assert.False(t, c.Layer7)
	addr := netip.MustParseAddr
	assert.Equal(t, []CheckServer{
		{Name: "cluster2", Addr: addr("10.0.100.12"), Checked: true, Weight: 1, Maxconn: 1000, Inter: 2 * time.Second, Fall: 3, Rise: 2},
		{Name: "two", Addr: addr("10.0.100.13"), Checked: true, Weight: 3, Inter: 500 * time.Millisecond, FastInter: 100 * time.Millisecond,
			DownInter: 5 * time.Second, Fall: 2, Rise: 4},
		{Name: "cluster4", Addr: addr("10.0.100.14"), Backup: true, Disabled: true, Weight: 1, Inter: 2 * time.Second, Fall: 3, Rise: 2},
	}, c.Servers)
	assert.Equal(t, "cluster3", c.Servers[1].NodeOf(sim.DefaultPlan()), "the node with the address, whatever the line's name")
	assert.Equal(t, "web", CheckServer{Name: "web"}.NodeOf(sim.DefaultPlan()))
	assert.Equal(t, "cluster1", CheckServer{Name: "master"}.NodeOf(sim.DefaultPlan()))
}

func TestReadConfigSettings(t *testing.T) {
	const server = "backend b\n server s 10.0.100.12:80 check\n"
	for _, c := range []struct {
		name, text string
		holds      func(c *Config) bool
	}{
		{"nothing", "", func(c *Config) bool { return c.Backend == "" && len(c.Servers) == 0 && c.Balance == "roundrobin" }},
		{"no frontend", server, func(c *Config) bool { return c.Backend == "b" && len(c.Servers) == 1 }},
		{"listen", "listen l\n server s 10.0.100.12:80", func(c *Config) bool { return c.Backend == "l" && !c.Servers[0].Checked }},
		{"the backend wins over its defaults", "defaults\n balance leastconn\n timeout check 9s\nbackend b\n balance random(2)\n timeout check 1s\n server s 1.2.3.4:1",
			func(c *Config) bool { return c.Balance == "random" && c.Check == time.Second }},
		{"later defaults do not reach back", server + "defaults\n timeout check 9s\n", func(c *Config) bool { return c.Check == 0 }},
		{"default-server", "backend b\n default-server check inter 1s fall 1\n server s 1.2.3.4:1 fall 5\n server t 1.2.3.4:1 no-check",
			func(c *Config) bool {
				return c.Servers[0].Inter == time.Second && c.Servers[0].Fall == 5 && c.Servers[1].Fall == 1 && !c.Servers[1].Checked
			}},
		{"httpchk", "defaults\n option httpchk GET /\n" + server, func(c *Config) bool { return c.Layer7 }},
		{"tcp-check", server + " option tcp-check\n", func(c *Config) bool { return c.Layer7 }},
		{"smtpchk", server + " option smtpchk\n", func(c *Config) bool { return c.Layer7 }},
		{"ssl-hello-chk", server + " option ssl-hello-chk\n", func(c *Config) bool { return c.Layer7 }},
		{"log-health-checks", server + " option log-health-checks\n", func(c *Config) bool { return !c.Layer7 }},
		{"no httpchk", "defaults\n option httpchk\n" + server + " no option httpchk\n", func(c *Config) bool { return !c.Layer7 }},
		{"addresses", "backend b\n server s [2001:db8::1]:80\n server t ipv4@10.0.100.12:80\n server u web.example:80",
			func(c *Config) bool {
				return c.Servers[0].Addr.Is6() && c.Servers[1].Addr.Is4() && !c.Servers[2].Addr.IsValid()
			}},
		{"a broken line is another's business", "backend\n server\nbackend b\n server s\n timeout\n server t 1.2.3.4:1 weight\n",
			func(c *Config) bool { return len(c.Servers) == 1 && c.Servers[0].Name == "t" }},
	} {
		t.Run(c.name, func(t *testing.T) { assert.True(t, c.holds(ReadConfig(c.text)), "%+v", ReadConfig(c.text)) })
	}
}

func TestDurations(t *testing.T) {
	for word, want := range map[string]time.Duration{"500": 500 * time.Millisecond, "7us": 7 * time.Microsecond, "2s": 2 * time.Second,
		"1m": time.Minute, "3h": 3 * time.Hour, "1d": 24 * time.Hour, "20ms": 20 * time.Millisecond, "x": 0, "": 0, "2x": 0, "5sd": 0} {
		assert.Equal(t, want, Duration(word), word)
	}
}

func TestBudgets(t *testing.T) {
	const s = time.Second
	for _, c := range []struct {
		name, text       string
		detect, recovery time.Duration
	}{
		{"the practical's: inter bounds the connection", "defaults\n timeout connect 10s\n timeout check 10s\nbackend b\n server s 1.2.3.4:1 check", 2*s + 3*2*s + 2*2*s, 2*s + 2*s + 2*s},
		{"a short timeout connect", "defaults\n timeout connect 500ms\n timeout check 10s\nbackend b\n server s 1.2.3.4:1 check", 2*s + 3*s/2 + 2*2*s, s/2 + 4*s},
		{"timeout check counts where a check reads", "defaults\n timeout connect 1s\n timeout check 3s\n option httpchk\nbackend b\n server s 1.2.3.4:1 check", 2*s + 3*4*s + 4*s, 4*s + 4*s},
		{"without timeout check the whole check has inter", "defaults\n timeout connect 1s\n option httpchk\nbackend b\n server s 1.2.3.4:1 check inter 1s", s + 3*s + 2*s, s + s + s},
		{"fall 1 and rise 1", "backend b\n server s 1.2.3.4:1 check inter 1s fall 1 rise 1", s + s, s + s},
		{"fastinter and downinter", "backend b\n server s 1.2.3.4:1 check inter 1s fastinter 100ms downinter 5s fall 4 rise 3",
			s + 4*s + 300*time.Millisecond, s + 5*s + 200*time.Millisecond},
		{"spread-checks", "global\n spread-checks 50\nbackend b\n server s 1.2.3.4:1 check inter 1s fall 2 rise 2", 1500*time.Millisecond + 2*s + 1500*time.Millisecond, s + 3*s},
	} {
		t.Run(c.name, func(t *testing.T) {
			cfg := ReadConfig(c.text)
			assert.Equal(t, c.detect, cfg.Detection(cfg.Servers[0]).Total, cfg.Detection(cfg.Servers[0]).Formula)
			assert.Equal(t, c.recovery, cfg.Recovery(cfg.Servers[0]).Total, cfg.Recovery(cfg.Servers[0]).Formula)
		})
	}
	budgets := Budgets("backend b\n server s 10.0.100.13:80 check\n server t 1.2.3.4:1", sim.DefaultPlan())
	c := ReadConfig("backend b\n server s 10.0.100.13:80 check\n")
	assert.Equal(t, []ServerBudget{
		{Server: "s", Node: "cluster3", Checked: true, Down: c.Detection(c.Servers[0]), Up: c.Recovery(c.Servers[0])},
		{Server: "t", Node: "t"},
	}, budgets)
}
