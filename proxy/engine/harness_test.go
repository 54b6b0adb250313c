package engine

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"simulacro/proxy/accesslog"
	"simulacro/proxy/config"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// director is an engine under test with what it logs.
type director struct {
	*Engine
	t    *testing.T
	cfg  *config.Config
	addr string
	logs *logs
	done chan error
}

// logs keeps what an engine logs.
type logs struct {
	mu      sync.Mutex
	records []accesslog.Record
	events  []string
	spoken  []string
	deaf    string // the frontend whose lines go nowhere
	news    chan struct{}
}

func (l *logs) Logs(p *config.Proxy) bool { return p.Name != l.deaf }

func (l *logs) Request(_ *config.Proxy, _ int, r *accesslog.Record) {
	l.mu.Lock()
	c := *r
	c.Line, c.Text = bytes.Clone(r.Line), bytes.Clone(r.Text)
	l.records = append(l.records, c)
	l.mu.Unlock()
	l.tell()
}

func (l *logs) Tell(_ int, text string) {
	l.mu.Lock()
	l.spoken = append(l.spoken, text)
	l.mu.Unlock()
}

// told is what was for standard error alone.
func (l *logs) told() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.spoken)
}

func (l *logs) Note(p *config.Proxy, level int, text string) { l.Event(p, level, text) }

func (l *logs) Event(_ *config.Proxy, _ int, text string) {
	l.mu.Lock()
	l.events = append(l.events, text)
	l.mu.Unlock()
	l.tell()
}

func (l *logs) tell() {
	select {
	case l.news <- struct{}{}:
	default:
	}
}

// flags gives a record's termination state as the log has it.
func flags(r accesslog.Record) string { return string(r.Flags[:]) }

// request waits for the n-th record, from 0.
func (d *director) request(n int) (r accesslog.Record) {
	d.t.Helper()
	d.wait(func() bool {
		if len(d.logs.records) > n {
			r = d.logs.records[n]
			return true
		}
		return false
	})
	return r
}

// event waits for a line that contains text.
func (d *director) event(text string) (found string) {
	d.t.Helper()
	d.wait(func() bool {
		for _, e := range d.logs.events {
			if bytes.Contains([]byte(e), []byte(text)) {
				found = e
				return true
			}
		}
		return false
	})
	return found
}

// wait waits until cond holds of the logs, which it may read.
func (d *director) wait(cond func() bool) {
	d.t.Helper()
	limit := time.After(10 * time.Second)
	for {
		d.logs.mu.Lock()
		ok := cond()
		d.logs.mu.Unlock()
		if ok {
			return
		}
		select {
		case <-d.logs.news:
		case <-time.After(20 * time.Millisecond):
		case <-limit:
			d.logs.mu.Lock()
			defer d.logs.mu.Unlock()
			d.t.Fatalf("waited in vain; records %+v, events %q", d.logs.records, d.logs.events)
		}
	}
}

// practical is the practical's configuration with short timeouts, one frontend "http_front" and one backend "http_back".
func practical(servers ...string) *config.Config {
	times := config.Timeouts{HTTPRequest: 300 * time.Millisecond, HTTPKeepAlive: 5 * time.Second, Queue: 2 * time.Second,
		Connect: 2 * time.Second, Client: 5 * time.Second, Server: 5 * time.Second, Check: time.Second}
	back := &config.Proxy{Name: "http_back", Kind: config.Backend, Mode: config.ModeHTTP, Timeouts: times, Retries: 3, Redispatch: -1,
		ConnMode: config.ServerClose, DontLogNull: true}
	for i, a := range servers {
		back.Servers = append(back.Servers, server1(i, a))
	}
	front := &config.Proxy{Name: "http_front", Kind: config.Frontend, Mode: config.ModeHTTP, Timeouts: times,
		ConnMode: config.ServerClose, DontLogNull: true, DefaultBackend: back,
		Binds: []config.Bind{{Addr: config.Address{Text: "127.0.0.1:0", IP: netip.MustParseAddr("127.0.0.1")}}}}
	return &config.Config{Proxies: []*config.Proxy{front, back}}
}

func server1(i int, addr string) *config.Server {
	a := netip.MustParseAddrPort(addr)
	return &config.Server{ID: i + 1, Name: fmt.Sprintf("s%d", i+1), Weight: 1, Rise: 2, Fall: 3,
		Addr: config.Address{Text: addr, IP: a.Addr(), Port: int(a.Port())}}
}

// start runs an engine until the test ends. change may alter the configuration.
func start(t *testing.T, cfg *config.Config, opts ...func(*Options)) *director {
	t.Helper()
	d := &director{t: t, cfg: cfg, logs: &logs{news: make(chan struct{}, 1)}, done: make(chan error, 1)}
	o := Options{Logger: d.logs, Seed: 1}
	for _, f := range opts {
		f(&o)
	}
	var err error
	d.Engine, err = New(cfg, o)
	require.NoError(t, err)
	require.NoError(t, d.Listen(nil))
	if ls := d.Listeners(); len(ls) > 0 {
		d.addr = nameOf(t, ls[0].FD)
	}
	go func() { d.done <- d.Run() }()
	t.Cleanup(func() {
		d.HardStop()
		select {
		case err := <-d.done:
			require.NoError(t, err)
			for _, l := range d.loops {
				require.Equal(t, unasked, l.blank, "an idle client was written to")
			}
		case <-time.After(10 * time.Second):
			t.Error("the engine does not stop")
		}
	})
	return d
}

// real is a scripted real server. Its handler gets each connection.
type real struct {
	net.Listener
	addr  string
	conns atomic.Int64
	wg    sync.WaitGroup
	mu    sync.Mutex
	open  map[net.Conn]bool
}

func serve(t *testing.T, handle func(c net.Conn)) *real { return serveAt(t, "127.0.0.1:0", handle) }

func serveAt(t *testing.T, addr string, handle func(c net.Conn)) *real {
	t.Helper()
	l, err := net.Listen("tcp", addr)
	require.NoError(t, err)
	s := &real{Listener: l, addr: l.Addr().String(), open: map[net.Conn]bool{}}
	s.wg.Add(1)
	go func() {
		defer s.wg.Done()
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			s.conns.Add(1)
			s.mu.Lock()
			s.open[c] = true
			s.mu.Unlock()
			s.wg.Add(1)
			go func() {
				defer s.wg.Done()
				defer c.Close()
				handle(c)
			}()
		}
	}()
	t.Cleanup(s.stop)
	return s
}

// stop closes the listener and all connections, and waits for the handlers.
func (s *real) stop() {
	s.Close()
	s.mu.Lock()
	for c := range s.open {
		c.Close()
	}
	s.mu.Unlock()
	s.wg.Wait()
}

// named answers every request with its name.
func named(name string) func(net.Conn) {
	return answering(func(*http.Request) string {
		return fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(name), name)
	})
}

// answering reads requests with their bodies and answers each with what f says; "" closes.
func answering(f func(r *http.Request) string) func(net.Conn) {
	return func(c net.Conn) {
		b := bufio.NewReader(c)
		for {
			r, err := http.ReadRequest(b)
			if err != nil {
				return
			}
			a := f(r)
			if _, err := io.Copy(io.Discard, r.Body); err != nil || a == "" {
				return
			}
			if _, err := io.WriteString(c, a); err != nil || r.Close {
				return
			}
		}
	}
}

// dead gives an address where nothing listens.
func dead(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return l.Addr().String()
}
