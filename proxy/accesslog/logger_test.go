package accesslog

import (
	"net"
	"net/netip"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"simulacro/proxy/config"
)

// noon is when the tests' headers are written.
var noon = time.Date(2009, 2, 6, 12, 14, 14, 655123*1e3, time.Local)

func options() Options { return Options{PID: 14389, Now: func() time.Time { return noon }} }

// receiver is a syslog server on loopback.
func receiver(t *testing.T) (*net.UDPConn, config.Address) {
	t.Helper()
	c, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	at := c.LocalAddr().(*net.UDPAddr)
	return c, config.Address{Text: at.String(), IP: netip.MustParseAddr("127.0.0.1"), Port: at.Port}
}

func read(t *testing.T, c net.Conn) string {
	t.Helper()
	if err := c.SetReadDeadline(time.Now().Add(5 * time.Second)); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 65536)
	n, err := c.Read(buf)
	if err != nil {
		t.Fatal(err)
	}
	return string(buf[:n])
}

// logging opens the logs of one proxy with the given targets.
func logging(t *testing.T, p *config.Proxy, g config.Global, o Options) *Logs {
	t.Helper()
	logs, err := New(&config.Config{Global: g, Proxies: []*config.Proxy{p}}, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := logs.Close(); err != nil {
			t.Error(err)
		}
	})
	return logs
}

func TestHeaders(t *testing.T) {
	iso := noon.Format("2006-01-02T15:04:05.000000-07:00")
	const message = "Proxy http_front stopped (cumulated conns: FE: 4, BE: 0)."
	tests := []struct{ format, host, want string }{
		{"", "", "<148>Feb  6 12:14:14 haproxy[14389]: "},
		{"rfc3164", "cluster1", "<148>Feb  6 12:14:14 cluster1 haproxy[14389]: "},
		{"local", "cluster1", "<148>Feb  6 12:14:14 haproxy[14389]: "},
		{"rfc5424", "", "<148>1 " + iso + " - haproxy 14389 - - "},
		{"rfc5424", "cluster1", "<148>1 " + iso + " cluster1 haproxy 14389 - - "},
		{"raw", "", ""},
		{"short", "", "<4>"},
		{"priority", "", "<148>"},
		{"timed", "", "<4>" + iso + " "},
		{"iso", "", iso + " "},
	}
	for _, tt := range tests {
		t.Run(tt.format+tt.host, func(t *testing.T) {
			c, addr := receiver(t)
			p := &config.Proxy{Logs: []config.LogTarget{{Addr: addr, Format: tt.format, Facility: 18, Level: Debug}}}
			logging(t, p, config.Global{LogSendHost: tt.host}, options()).Event(p, Warning, message)
			if diff := cmp.Diff(tt.want+message+"\n", read(t, c)); diff != "" {
				t.Fatal(diff)
			}
		})
	}
}

func TestRequestGoesToEveryTarget(t *testing.T) {
	first, a := receiver(t)
	path := filepath.Join(t.TempDir(), "log")
	second, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path})
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	p := &config.Proxy{LogFormat: config.LogHTTP, LogTag: "web", Logs: []config.LogTarget{
		{Addr: a, Facility: 18, Level: Debug},
		{Addr: config.Address{Text: path, Unix: path}, Facility: 19, Level: Info, MinLevel: Notice},
	}}
	logs := logging(t, p, config.Global{}, options())
	r := sample()
	logs.Request(p, Err, &r)
	line := `Feb  6 12:14:14 web[14389]: ` + string(new(Formatter).HTTP(nil, &r)) + "\n"
	if diff := cmp.Diff("<147>"+line, read(t, first)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff("<157>"+line, read(t, second)); diff != "" {
		t.Error(diff)
	}
}

func TestLevelsAndOwners(t *testing.T) {
	c, addr := receiver(t)
	g, global := receiver(t)
	p := &config.Proxy{Logs: []config.LogTarget{{Addr: addr, Format: "short", Level: Err}}}
	silent := &config.Proxy{}
	logs := logging(t, p, config.Global{Logs: []config.LogTarget{{Addr: global, Format: "raw", Level: Debug}}}, options())
	logs.Event(silent, Emerg, "nobody hears this")
	logs.Event(p, Warning, "less urgent than err")
	logs.Event(p, Alert, "backend http_back has no server available!")
	logs.Event(nil, Notice, "of the process")
	if got := read(t, c); got != "<1>backend http_back has no server available!\n" {
		t.Errorf("got %q", got)
	}
	if got := read(t, g); got != "of the process\n" {
		t.Errorf("got %q", got)
	}
}

func TestLongLinesAreCut(t *testing.T) {
	c, addr := receiver(t)
	p := &config.Proxy{LogFormat: config.LogHTTP, Logs: []config.LogTarget{{Addr: addr, Level: Debug}, {Addr: addr, Level: Debug, Len: 100}}}
	logs := logging(t, p, config.Global{}, options())
	r := with(func(r *Record) { r.Line = []byte("GET /" + strings.Repeat("x", 3000)) })
	logs.Request(p, Info, &r)
	for _, want := range []int{1025, 101} { // the newline is not counted
		if got := read(t, c); len(got) != want || !strings.HasSuffix(got, "\n") {
			t.Errorf("got %d octets, want %d", len(got), want)
		}
	}
}

func TestFullTargetDropsAndCounts(t *testing.T) {
	var pipe [2]int
	if err := unix.Pipe2(pipe[:], unix.O_CLOEXEC); err != nil {
		t.Fatal(err)
	}
	defer unix.Close(pipe[1])
	defer unix.Close(pipe[0])
	missing := filepath.Join(t.TempDir(), "absent")
	p := &config.Proxy{Logs: []config.LogTarget{
		{Addr: config.Address{FD: pipe[1], IsFD: true}, Format: "raw", Level: Debug},
		{Addr: config.Address{Unix: missing}, Format: "raw", Level: Debug},
	}}
	logs := logging(t, p, config.Global{}, options())
	logs.Event(p, Info, "first")
	if n := logs.Dropped(); n != 1 { // only the absent receiver's
		t.Fatalf("%d dropped", n)
	}
	for range 200 { // 200 KB into a pipe of 64: must not block
		logs.Event(p, Info, strings.Repeat("x", 1023))
	}
	if n := logs.Dropped(); n < 201+100 {
		t.Fatalf("%d dropped", n)
	}
	got := make([]byte, 6)
	if _, err := unix.Read(pipe[0], got); err != nil || string(got) != "first\n" {
		t.Fatalf("%q %v", got, err)
	}
}

func TestStdoutAndStderr(t *testing.T) {
	for _, target := range []config.LogTarget{{Stdout: true}, {Stderr: true}} {
		s, err := newSender(&target)
		if err != nil || s.fd != 1 && s.fd != 2 {
			t.Fatal(s, err)
		}
		if err := s.close(); err != nil { // must leave the descriptor open
			t.Fatal(err)
		}
		if err := unix.Fstat(s.fd, new(unix.Stat_t)); err != nil {
			t.Fatal(err)
		}
	}
}

func TestTargetsShareASocketOnlyWhereTheyAreTheSame(t *testing.T) {
	fd := func(n int) config.LogTarget { return config.LogTarget{Addr: config.Address{IsFD: true, FD: n}} }
	udp := func(port int) config.LogTarget {
		return config.LogTarget{Addr: config.Address{IP: netip.MustParseAddr("127.0.0.1"), Port: port}}
	}
	a := &config.Proxy{Logs: []config.LogTarget{fd(7), fd(8), udp(1), udp(2)}}
	b := &config.Proxy{Logs: []config.LogTarget{fd(7), udp(2), {Stdout: true}, {Stderr: true}}}
	logs, err := New(&config.Config{Proxies: []*config.Proxy{a, b}}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer logs.Close()
	if n := len(logs.senders); n != 6 {
		t.Errorf("%d senders, want 6", n)
	}
}

func TestDefaultFormatTellsOfRequestsOnly(t *testing.T) {
	c, addr := receiver(t)
	p := &config.Proxy{Mode: config.ModeHTTP, Logs: []config.LogTarget{{Addr: addr, Format: "raw", Level: Debug}}}
	logs := logging(t, p, config.Global{}, options())
	bad, good := with(func(r *Record) { r.Line = nil }), sample()
	logs.Request(p, Info, &bad)
	logs.Request(p, Info, &good)
	if got := read(t, c); got != "Connect from 10.0.1.2:33317 to 10.0.0.1:80 (http_front/HTTP)\n" {
		t.Errorf("%q", got)
	}
	if err := c.SetReadDeadline(time.Now()); err != nil {
		t.Fatal(err)
	}
	if n, _ := c.Read(make([]byte, 1)); n != 0 { // loopback delivers before the send returns
		t.Error("the bad request is logged, too")
	}
}

func TestNoLogsAtAll(t *testing.T) {
	var logs *Logs
	r := sample()
	logs.Request(&config.Proxy{}, Info, &r)
	logs.Event(nil, Info, "unheard")
	if n := logs.Dropped(); n != 0 {
		t.Errorf("%d dropped", n)
	}
}

func TestNewRefusesATargetWithoutAddress(t *testing.T) {
	_, err := New(&config.Config{Global: config.Global{Logs: []config.LogTarget{{}}}}, Options{})
	if err == nil || !strings.Contains(err.Error(), "no address") {
		t.Fatal(err)
	}
}

func TestManyLoopsAtOnce(t *testing.T) {
	_, addr := receiver(t)
	targets := []config.LogTarget{{Addr: addr, Level: Debug}}
	a := &config.Proxy{LogFormat: config.LogHTTP, Logs: targets}
	b := &config.Proxy{LogFormat: config.LogCLF, Logs: targets}
	logs, err := New(&config.Config{Proxies: []*config.Proxy{a, b}}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer logs.Close()
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			r := sample()
			for range 200 {
				logs.Request([]*config.Proxy{a, b}[i%2], Info, &r)
				logs.Event(a, Notice, "event")
			}
		})
	}
	wg.Wait()
}

func BenchmarkRequest(b *testing.B) {
	c, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	at := c.LocalAddr().(*net.UDPAddr)
	p := &config.Proxy{LogFormat: config.LogHTTP, Logs: []config.LogTarget{{
		Addr: config.Address{IP: netip.MustParseAddr("127.0.0.1"), Port: at.Port}, Level: Debug}}}
	logs, err := New(&config.Config{Proxies: []*config.Proxy{p}}, Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer logs.Close()
	r := sample()
	b.ReportAllocs()
	for b.Loop() {
		logs.Request(p, Info, &r)
	}
}
