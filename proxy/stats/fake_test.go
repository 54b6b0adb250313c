package stats

import (
	"errors"
	"flag"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares got with testdata/name, or writes it.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s differs (-update writes it anew):\n%s", path, diff)
	}
}

// fake is a director that runs the practical's file, and remembers what its operator asks for.
type fake struct {
	mu    sync.Mutex
	rows  []Row
	info  Info
	asked []string
	fail  error
}

func newFake() *fake {
	now := time.Date(2026, 11, 22, 12, 29, 43, 757*1e6, time.UTC)
	return &fake{rows: practical(), info: Info{
		Version: "2.6.12-simulacro", ReleaseDate: "2026/11/22", Node: "cluster1", PID: 8744, Threads: 1,
		Start: now.Add(-3723 * time.Second), Now: now, UlimitN: 6038, Maxsock: 6038, Maxconn: 3000, HardMaxconn: 3000,
		CurrConns: 12, CumConns: 41200, CumReq: 41190, Conns: Rate{Now: 210, Max: 260}, Sess: Rate{Now: 210, Max: 260},
		Tasks: 21, RunQueue: 1, IdlePercent: 87, Jobs: 8, Listeners: 2, BytesOut: 12345678, BytesOutRate: 42758, MemoryBytes: 3 << 20,
	}}
}

func (f *fake) Rows(dst []Row) []Row { return append(dst, f.rows...) }
func (f *fake) Info() Info           { return f.info }

func (f *fake) ask(format string, args ...any) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked = append(f.asked, fmt.Sprintf(format, args...))
	return f.fail
}

func (f *fake) SetServerState(r Ref, s ServerState) error {
	return f.ask("%s/%s state %s", r.Proxy, r.Server, [...]string{"ready", "drain", "maint", "begin maint", "end maint", "begin drain", "end drain"}[s])
}
func (f *fake) SetServerWeight(r Ref, w int) error {
	return f.ask("%s/%s weight %d", r.Proxy, r.Server, w)
}
func (f *fake) SetServerMaxconn(r Ref, n int) error {
	return f.ask("%s/%s maxconn %d", r.Proxy, r.Server, n)
}
func (f *fake) SetServerHealth(r Ref, h Health) error {
	return f.ask("%s/%s health %s", r.Proxy, r.Server, [...]string{"up", "stopping", "down"}[h])
}
func (f *fake) SetServerChecks(r Ref, on bool) error {
	return f.ask("%s/%s checks %v", r.Proxy, r.Server, on)
}
func (f *fake) SetServerAddr(r Ref, ip netip.Addr, port int, mapped bool) error {
	return f.ask("%s/%s addr %s %d %v", r.Proxy, r.Server, ip, port, mapped)
}
func (f *fake) SetServerTLS(r Ref, on bool) error {
	return f.ask("%s/%s ssl %v", r.Proxy, r.Server, on)
}
func (f *fake) Resolved(Ref) error { return nil }
func (f *fake) SetCheckAddr(r Ref, ip netip.Addr, port int) error {
	return f.ask("%s/%s check-addr %s %d", r.Proxy, r.Server, ip, port)
}
func (f *fake) SetServerAgent(r Ref, on bool) error {
	return f.ask("%s/%s agent %v", r.Proxy, r.Server, on)
}
func (f *fake) ForceServerAgent(r Ref, up bool) error {
	return f.ask("%s/%s agent up %v", r.Proxy, r.Server, up)
}
func (f *fake) SetAgentAddr(r Ref, ip netip.Addr, port int) error {
	return f.ask("%s/%s agent-addr %s %d", r.Proxy, r.Server, ip, port)
}
func (f *fake) SetAgentSend(r Ref, text string) error {
	return f.ask("%s/%s agent-send %s", r.Proxy, r.Server, text)
}
func (f *fake) EnableFrontend(id int, on bool) error { return f.ask("frontend %d enable %v", id, on) }
func (f *fake) ShutdownFrontend(id int) error        { return f.ask("frontend %d shutdown", id) }
func (f *fake) SetFrontendMaxconn(id, n int) error   { return f.ask("frontend %d maxconn %d", id, n) }
func (f *fake) SetGlobalMaxconn(n int) error         { return f.ask("maxconn %d", n) }
func (f *fake) ClearCounters(all bool)               { _ = f.ask("clear %v", all) }
func (f *fake) SetRateLimit(what RateLimit, n int) error {
	return f.ask("rate %d %d", what, n)
}
func (f *fake) ShutdownServerSessions(r Ref) error { return f.ask("%s/%s kill", r.Proxy, r.Server) }
func (f *fake) ShutdownSession(id string) error {
	if id != "0x1" {
		return errors.New("No such session (use 'show sess').")
	}
	return f.ask("kill %s", id)
}
func (f *fake) Sessions() []Stream {
	queued := Stream{ID: 2, Number: 8, Frontend: Section{Owner{"http_front", 2}, "http"}, Listener: Owner{"", 1}, Backend: Section{Nobody, "-"}, HTTP: true, Status: -1,
		Request: "MSG_BODY", Response: "MSG_RPBEFORE", Rules: 3 * time.Second, Expires: 3 * time.Second, Connect: -1,
		Client:   StreamEnd{State: 8, FD: 9, Proto: "unix_stream", Local: "unix:1", Peer: "unix:1", Read: -1},
		Upstream: StreamEnd{FD: -1, Read: -1}}
	passing := Stream{ID: 1, Number: 7, Frontend: Section{Owner{"http_front", 2}, "http"}, Listener: Owner{"vip", 1}, Backend: Section{Owner{"http_back", 3}, "http"},
		Server: Owner{"cluster2", 1}, Age: 2 * time.Second, Expires: 58 * time.Second, Connect: -1, Rules: -1, Retries: 1,
		HTTP: true, Method: "POST", Status: 200, Request: "MSG_DONE", Response: "MSG_DATA",
		Client:   StreamEnd{State: 8, FD: 11, Proto: "tcpv4", Local: "192.168.1.101:80", Peer: "192.168.1.50:40764", Bytes: 12, Read: -1},
		Upstream: StreamEnd{State: 8, FD: 12, Proto: "tcpv4", Local: "10.0.100.1:4444", Peer: "10.0.100.12:80", TLS: true, Bytes: 345, Read: 3661 * time.Second}}
	return []Stream{passing, queued}
}

// bare has nothing of what a ServerAdmin may leave out.
type bare struct{ ServerAdmin }

// practical is the practical's cluster with a server down, and a listen section with every other state.
func practical() []Row {
	front := Row{Kind: Frontend, Proxy: "http_front", Name: "FRONTEND", ProxyID: 2, HTTP: true, Status: "OPEN",
		SessCur: 12, SessMax: 64, SessLimit: 3000, SessTotal: 41200, Rate: 210, RateMax: 260, ConnRate: 210, ConnRateMax: 260,
		ConnTotal: 41200, ReqRate: 210, ReqRateMax: 260, ReqTotal: 41190, BytesIn: 3460800, BytesOut: 12345678, ErrReq: 3,
		Intercepted: 7, Responses: [6]uint64{0, 41100, 2, 40, 48, 0}, H1Conns: 41200, H1Streams: 41190, H1In: 3460000, H1Out: 12345000}
	back := Row{Kind: Backend, Proxy: "http_back", Name: "BACKEND", ProxyID: 3, HTTP: true, Status: "UP", SessMax: 64, SessLimit: 300,
		SessTotal: 41183, Rate: 210, RateMax: 260, LastSession: 0, LBTotal: 41183, BytesIn: 3460700, BytesOut: 12340000, ErrConn: 12,
		Retries: 36, Redispatches: 12, Connects: 41195, ReqTotal: 41183, Responses: [6]uint64{0, 41100, 0, 35, 48, 0}, Weight: 2,
		UserWeight: 2, Active: 2, ServersUp: 2, ServersAll: 3, LastChange: 3723, Algorithm: "roundrobin", CTime: 1, RTime: 4, TTime: 6,
		CTimeMax: 12, RTimeMax: 90, TTimeMax: 110}
	second := server("http_back", 3, 1, "cluster2", "10.0.100.12", 13800)
	third := server("http_back", 3, 2, "cluster3", "10.0.100.13", 13801)
	fourth := server("http_back", 3, 3, "cluster4", "10.0.100.14", 13582)
	down(&fourth)
	return append([]Row{front, second, third, fourth, back}, others()...)
}

func server(proxy string, iid, sid int, name, ip string, total uint64) Row {
	return Row{Kind: Server, Proxy: proxy, Name: name, ProxyID: iid, ServiceID: sid, HTTP: true, Status: "UP", Op: OpRunning,
		SessMax: 21, SessLimit: 1000, SessTotal: total, Rate: 70, RateMax: 90, LBTotal: total, BytesIn: total * 84, BytesOut: total * 299,
		Responses: [6]uint64{0, total, 0, 0, 0, 0}, ReqTotal: total, Connects: total, Weight: 1, UserWeight: 1, InitialWeight: 1,
		Active: 1, LastChange: 3723, Addr: ip + ":80", IP: netip.MustParseAddr(ip), Port: 80, IdleLimit: -1, CTime: 1, RTime: 4, TTime: 6, CTimeMax: 12, RTimeMax: 90, TTimeMax: 110,
		Check: Check{Configured: true, Enabled: true, Status: "L4OK", Rise: 2, Fall: 3, Health: 4}}
}

func down(r *Row) {
	r.Status, r.Op, r.LastChange, r.Downtime, r.CheckDowns, r.Rate, r.LastSession = "DOWN", OpStopped, 12, 12, 1, 0, 14
	r.Check.Status, r.Check.Desc, r.Check.Health, r.Check.Fails = "L4CON", "Connection refused", 0, 3
}

// others is a listen section that has a server in each further state.
func others() []Row {
	rows := []Row{
		{Kind: Frontend, Proxy: "app", Name: "FRONTEND", ProxyID: 4, HTTP: true, Status: "OPEN", SessLimit: 2000},
		{Kind: Listener, Proxy: "app", Name: "web", ProxyID: 4, ServiceID: 7, HTTP: true, Status: "OPEN", Addr: "192.168.1.101:8080"},
	}
	for i, state := range []struct{ name, status, check string }{
		{"falling", "UP 1/3", "L7STS"}, {"rising", "DOWN 1/2", "L7OK"}, {"maint", "MAINT", "L4OK"}, {"drain", "DRAIN", "L7OK"},
		{"nolb", "NOLB", "L7OKC"}, {"unchecked", "no check", ""}, {"spare", "UP", "L4OK"}, {"sparefall", "UP 2/3", "L4TOUT"},
		{"sparerise", "DOWN 1/2", "L4OK"}, {"new", "UP", "INI"}, {"slow", "UP", "L4OK"},
	} {
		r := server("app", 4, i+1, state.name, fmt.Sprintf("10.0.100.%d", 20+i), uint64(100*i))
		r.Status, r.Check.Status, r.SessLimit, r.LastSession, r.LastChange = state.status, state.check, 0, -1, 7000*(i+1)
		rows = append(rows, special(r))
	}
	return append(rows, Row{Kind: Backend, Proxy: "app", Name: "BACKEND", ProxyID: 4, HTTP: true, Status: "UP", SessLimit: 200,
		Active: 5, Backups: 2, ServersUp: 8, ServersAll: 11, LastSession: -1, Weight: 5, UserWeight: 5, Algorithm: "leastconn", LastChange: 90061})
}

// special completes a server of others by its name.
func special(r Row) Row {
	switch r.Name {
	case "falling", "nolb", "drain":
		r.Check.Code, r.Check.Duration = 503, 4*time.Millisecond
	case "maint":
		r.Admin, r.Op, r.Check.Paused = ForcedMaint, OpStopped, true
	case "unchecked":
		r.Check, r.Cookie = Check{}, `a"b,c`
	case "spare", "sparefall":
		r.Active, r.Backups = 0, 1
	case "sparerise":
		r.Active, r.Backups, r.Op, r.Check.InProgress = 0, 1, OpStopped, true
	case "rising":
		r.Op, r.Check.Code = OpStopped, 200
	case "slow":
		r.Op, r.Throttled, r.Throttle, r.Observed, r.QueueLimit, r.Tracked = OpStarting, true, 35, true, 50, "http_back/cluster2"
	}
	if r.Name == "drain" {
		r.Admin, r.Check.Code = ForcedDrain, 200
	}
	return r
}
