package engine

import (
	"net"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simulacro/proxy/config"
	"simulacro/proxy/health"
	"simulacro/proxy/rules"
)

// checking gives servers that are checked every 20 ms.
func checking(cfg *config.Config) *config.Config {
	for _, s := range cfg.Proxies[1].Servers {
		s.Check, s.Inter = true, 20*time.Millisecond
	}
	return cfg
}

// httpCheck is what option httpchk makes.
func httpCheck(method, uri string) *health.Script {
	s := &health.Script{HTTP: true, Steps: []health.Step{
		{Kind: health.Send, Ask: &health.Request{Method: method, URI: rules.Literal(uri), Version: "HTTP/1.0"}},
		{Kind: health.Expect, Expect: health.Expectation{Match: health.StatusCodes, Codes: [][2]int{{200, 399}}, MinRecv: -1}},
	}}
	s.Finish()
	return s
}

func TestAServerThatRefusesGoesDownAndComesBack(t *testing.T) {
	s1, s2 := serve(t, named("s1")), serve(t, named("s2"))
	d := start(t, checking(practical(s1.addr, s2.addr)))
	require.Eventually(t, func() bool {
		s := d.Snapshot().Proxies[1].Servers
		return s[0].Check.Status == health.L4OK && s[1].Check.Status == health.L4OK && s[0].Status() == "UP"
	}, 5*time.Second, time.Millisecond)
	s1.stop()
	line := d.event("s1 is DOWN")
	require.Regexp(t, `^Server http_back/s1 is DOWN, reason: Layer4 connection problem, info: "Connection refused", check duration: \d+ms\. 1 active and 0 backup servers left\. 0 sessions active, 0 requeued, 0 remaining in queue\.$`, line)
	for range 4 {
		_, body := d.dial().get("/")
		require.Equal(t, "s2", body)
	}
	s := d.Snapshot().Proxies[1].Servers[0]
	require.EqualValues(t, 3, s.Chkfail, "fall")
	require.EqualValues(t, 1, s.Chkdown)
	require.Equal(t, "DOWN", s.Status())
	serveAt(t, s1.addr, named("again"))
	require.Regexp(t, `^Server http_back/s1 is UP, reason: Layer4 check passed, check duration: \d+ms\. 2 active and 0 backup servers online\. 0 sessions requeued, 0 total in queue\.$`, d.event("s1 is UP"))
	seen := map[string]int{}
	for range 4 {
		_, body := d.dial().get("/")
		seen[body]++
	}
	require.Equal(t, map[string]int{"again": 2, "s2": 2}, seen)
}

// TestChecksOfConnectionsAreNotAccepted counts what a server's program sees of checks that only connect: HAProxy's end with a reset
// before the handshake's last packet. On a busy machine the kernel may send that packet first, now and then.
func TestChecksOfConnectionsAreNotAccepted(t *testing.T) {
	s := serve(t, named("s"))
	for _, rules := range []string{"", "option tcp-check; ", "option tcp-check; tcp-check connect; tcp-check connect; "} {
		d := start(t, parsed(t, "bind 127.0.0.1:1", rules+"server s "+s.addr+" check inter 20ms"))
		time.Sleep(time.Second)
		require.Contains(t, []health.Status{health.L4OK, health.L7OK}, d.Snapshot().Proxies[1].Servers[0].Check.Status)
		require.Less(t, s.conns.Swap(0), int64(10), "of some fifty checks")
	}
}

func TestTheLastServerDownIsAnEmergency(t *testing.T) {
	d := start(t, checking(practical(dead(t))))
	require.Contains(t, d.event("is DOWN"), "0 active and 0 backup servers left")
	d.event("backend http_back has no server available!")
	r, _ := d.dial().get("/")
	require.Equal(t, 503, r.StatusCode)
	require.Equal(t, "DOWN", d.Snapshot().Proxies[1].Back.Status)
}

func TestHTTPChecksLookAtTheStatus(t *testing.T) {
	var status atomic.Value
	status.Store("200 OK")
	asked := make(chan string, 1)
	s := serve(t, answering(func(r *http.Request) string {
		select {
		case asked <- r.Method + " " + r.URL.Path + " " + r.Proto:
		default:
		}
		return "HTTP/1.0 " + status.Load().(string) + "\r\nContent-Length: 0\r\n\r\n"
	}))
	cfg := checking(practical(s.addr))
	cfg.Proxies[1].Check = httpCheck("GET", "/index.php")
	d := start(t, cfg)
	require.Equal(t, "GET /index.php HTTP/1.0", <-asked)
	require.Eventually(t, func() bool { return d.Snapshot().Proxies[1].Servers[0].Check.Status == health.L7OK }, 5*time.Second, time.Millisecond)
	status.Store("503 Service Unavailable")
	require.Regexp(t, `DOWN, reason: Layer7 wrong status, code: 503, info: "Service Unavailable", check duration: \d+ms\.`, d.event("is DOWN"))
	status.Store("302 Found")
	require.Regexp(t, `UP, reason: Layer7 check passed, code: 302, check duration: \d+ms\.`, d.event("is UP"))
}

func TestAServerThatHangsFailsItsHTTPCheckOnly(t *testing.T) {
	silent := serve(t, func(c net.Conn) { c.Read(make([]byte, 9999)); c.Read(make([]byte, 1)) })
	cfg := checking(practical(silent.addr))
	cfg.Proxies[1].Timeouts.Check = 30 * time.Millisecond
	d := start(t, cfg)
	require.Eventually(t, func() bool { return d.Snapshot().Proxies[1].Servers[0].Check.Status == health.L4OK }, 5*time.Second, time.Millisecond)

	cfg = checking(practical(silent.addr))
	cfg.Proxies[1].Timeouts.Check = 30 * time.Millisecond
	cfg.Proxies[1].Check = httpCheck("OPTIONS", "/")
	d = start(t, cfg)
	require.Contains(t, d.event("is DOWN"), "reason: Layer7 timeout, check duration: ")
}

func TestQueuedRequestsMoveWhenTheirServerGoesDown(t *testing.T) {
	release := make(chan struct{})
	s1 := serve(t, answering(func(*http.Request) string { <-release; return "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n" }))
	cfg := practical(s1.addr, serve(t, named("s2")).addr)
	cfg.Proxies[1].Balance.Algorithm = "source" // all clients to one server
	cfg.Proxies[1].Servers[0].Maxconn, cfg.Proxies[1].Servers[1].Maxconn = 1, 1
	d := start(t, cfg)
	defer close(release)
	first := 0
	if _, err := d.findServer("http_back", "s1"); err != nil {
		t.Fatal(err)
	}
	d.dial().say("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	require.Eventually(t, func() bool { return d.Snapshot().Proxies[1].Back.Stot == 1 }, 5*time.Second, time.Millisecond)
	if d.Snapshot().Proxies[1].Servers[0].Stot == 0 {
		t.Skip("this machine's loopback address hashes to the other server")
	}
	b := d.dial().say("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	require.Eventually(t, func() bool { return d.Snapshot().Proxies[1].Servers[first].Qcur == 1 }, 5*time.Second, time.Millisecond)
	require.NoError(t, d.SetServerAdmin("http_back", "s1", Maint, ""))
	_, body := b.answer("GET")
	require.Equal(t, "s2", body)
	require.Contains(t, d.event("going DOWN for maintenance"), "1 sessions active, 1 requeued, 0 remaining in queue.")
}

func TestAdministration(t *testing.T) {
	cfg := practical(serve(t, named("s1")).addr, serve(t, named("s2")).addr)
	port, err := strconv.Atoi(dead(t)[len("127.0.0.1:"):]) // a socket bound to port 0 gets another one when it listens again
	require.NoError(t, err)
	cfg.Proxies[0].Binds[0].Addr.Port = port
	d := start(t, cfg)
	count := func(n int) map[string]int {
		m := map[string]int{}
		for range n {
			_, body := d.dial().get("/")
			m[body]++
		}
		return m
	}
	require.NoError(t, d.SetServerAdmin("http_back", "s1", Drain, ""))
	require.Equal(t, map[string]int{"s2": 4}, count(4))
	require.Equal(t, "DRAIN", d.Snapshot().Proxies[1].Servers[0].Status())
	require.NoError(t, d.SetServerAdmin("http_back", "s1", Ready, ""))
	d.event("Server http_back/s1 is UP (leaving forced drain).")
	require.Equal(t, map[string]int{"s1": 2, "s2": 2}, count(4))
	require.NoError(t, d.SetServerAdmin("http_back", "s2", Maint, ""))
	d.event("Server http_back/s2 is going DOWN for maintenance. 1 active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue.")
	require.Equal(t, map[string]int{"s1": 4}, count(4))
	require.NoError(t, d.SetServerAdmin("http_back", "s2", Ready, ""))
	d.event("Server http_back/s2 is UP/READY (leaving forced maintenance).")
	require.NoError(t, d.SetServerWeight("http_back", "s1", 3, false))
	require.Equal(t, map[string]int{"s1": 12, "s2": 4}, count(16))
	var nf *NotFoundError
	require.ErrorAs(t, d.SetServerAdmin("http_back", "s9", Maint, ""), &nf)
	require.ErrorIs(t, d.SetServerWeight("http_back", "s1", 300, false), ErrRange)
	require.ErrorIs(t, d.SetServerCheck("http_back", "s1", true), ErrNoCheck)

	require.NoError(t, d.SetFrontend("http_front", false))
	_, err = net.Dial("tcp", d.addr)
	require.Error(t, err)
	require.Equal(t, "PAUSED", d.Snapshot().Proxies[0].Front.Status)
	require.NoError(t, d.SetFrontend("http_front", true))
	count(1)
}

type pages func(p *config.Proxy, r *InternalRequest) InternalReply

func (f pages) Respond(p *config.Proxy, r *InternalRequest) InternalReply { return f(p, r) }

func TestTheStatisticsPage(t *testing.T) {
	cfg := practical(serve(t, named("s1")).addr)
	cfg.Proxies[0].Stats = &config.Stats{URI: "/haproxy_stats"}
	started := make(chan *director, 1)
	d := start(t, cfg, func(o *Options) {
		o.Stats = pages(func(p *config.Proxy, r *InternalRequest) InternalReply {
			d := <-started
			d.Snapshot()
			started <- d
			text := p.Name + " " + r.Method + " " + r.URI + " " + r.Get("x-a") + " " + string(r.Body)
			return InternalReply{Status: 200, Reason: "OK", Header: []Field{{"cache-control", "no-cache"}}, Body: []byte(text)}
		})
	})
	started <- d
	b := d.dial()
	b.say("GET /haproxy_stats;csv HTTP/1.1\r\nHost: a\r\nX-A: 1\r\n\r\n")
	r, body := b.answer("GET")
	require.Equal(t, "http_front GET /haproxy_stats;csv 1 ", body)
	require.Equal(t, "no-cache", r.Header.Get("Cache-Control"))
	b.say("POST /haproxy_stats HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\ns=1")
	_, body = b.answer("POST")
	require.Equal(t, "http_front POST /haproxy_stats  s=1", body)
	_, body = b.get("/other")
	require.Equal(t, "s1", body)
	log := d.request(0)
	require.Equal(t, "<STATS>", log.Server)
	require.Equal(t, "LR--", flags(log))
}

// TestLiveTrafficHurriesChecksOfOtherLoops is for the race detector: a check's next time is planned in its loop and brought forward in
// those whose requests fail.
func TestLiveTrafficHurriesChecksOfOtherLoops(t *testing.T) {
	s := serve(t, answering(func(*http.Request) string { return "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n" }))
	cfg := practical(s.addr, s.addr)
	for _, srv := range cfg.Proxies[1].Servers {
		srv.Check, srv.Inter, srv.FastInter = true, 2*time.Millisecond, time.Millisecond
		srv.Observe, srv.ErrorLimit, srv.OnError = "layer7", 1, "fastinter"
	}
	d := start(t, cfg, func(o *Options) { o.Loops = 2 })
	var clients sync.WaitGroup
	for range 4 {
		clients.Add(1)
		go func() {
			defer clients.Done()
			for range 100 {
				resp, err := http.Get("http://" + d.addr + "/")
				if err == nil {
					resp.Body.Close()
				}
			}
		}()
	}
	clients.Wait()
	http.DefaultClient.CloseIdleConnections()
}

func TestClearedCountersForgetWhatTrafficHasShown(t *testing.T) {
	e, err := New(practical(dead(t)), Options{})
	require.NoError(t, err)
	e.proxies[1].servers[0].hanaFails = 3
	e.ClearCounters(false)
	require.EqualValues(t, 3, e.Snapshot().Proxies[1].Servers[0].HanaFails)
	e.ClearCounters(true)
	require.Zero(t, e.Snapshot().Proxies[1].Servers[0].HanaFails)
}
