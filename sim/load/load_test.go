package load

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"simulacro/sim"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// collect runs spec and returns its requests by number.
func collect(t *testing.T, ctx context.Context, spec Spec) (map[int64]*sim.Request, sim.LoadSummary) {
	t.Helper()
	got := map[int64]*sim.Request{}
	sum, err := Run(ctx, spec, func(e sim.Event) {
		if e.Page != nil {
			return
		}
		if e.Request == nil {
			assert.Equal(t, Begin, e.Text)
			return
		}
		got[e.Request.Seq] = e.Request
	})
	require.NoError(t, err)
	return got, sum
}

func site(t *testing.T, h http.HandlerFunc) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s
}

func TestPacing(t *testing.T) {
	spec := Spec{Steps: []Step{{Rate: 10, For: time.Second}, {Rate: 100, For: time.Second / 2}}}
	for _, c := range []struct {
		seq int64
		due time.Duration
		ok  bool
	}{{0, 0, true}, {9, 900 * time.Millisecond, true}, {10, time.Second, true}, {11, 1010 * time.Millisecond, true},
		{59, 1490 * time.Millisecond, true}, {60, 0, false}} {
		due, ok := spec.At(c.seq)
		assert.Equal(t, c.ok, ok, "request %d", c.seq)
		assert.InDelta(t, c.due, due, float64(time.Microsecond), "request %d", c.seq)
	}
	assert.EqualValues(t, 60, spec.Total())
	spec.Count = 7
	_, ok := spec.At(7)
	assert.False(t, ok)
	assert.EqualValues(t, 7, spec.Total())
}

func TestCountIsExactAndEachRequestCarriesItsServer(t *testing.T) {
	var hits atomic.Int64
	s := site(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set(ServerHeader, fmt.Sprintf("cluster%d", 2+hits.Add(1)%3))
	})
	for _, keep := range []bool{false, true} {
		hits.Store(0)
		spec := Spec{URL: s.URL, Steps: []Step{{Rate: 1000, For: time.Minute}}, Count: 300, KeepAlive: keep}
		got, sum := collect(t, t.Context(), spec)
		assert.EqualValues(t, 300, hits.Load(), "keep-alive %v", keep)
		assert.Len(t, got, 300)
		assert.EqualValues(t, 300, sum.Sent)
		by := map[string]int{}
		for _, r := range got {
			assert.True(t, r.OK(), "%+v", r)
			by[r.Server]++
		}
		assert.Equal(t, map[string]int{"cluster2": 100, "cluster3": 100, "cluster4": 100}, by)
	}
}

func TestSourcesTakeTurns(t *testing.T) {
	var mu sync.Mutex
	from := map[string]int{}
	s := site(t, func(_ http.ResponseWriter, r *http.Request) {
		host, _, _ := net.SplitHostPort(r.RemoteAddr)
		mu.Lock()
		defer mu.Unlock()
		from[host]++
	})
	for _, keep := range []bool{false, true} {
		clear(from)
		collect(t, t.Context(), Spec{URL: s.URL, Count: 30, KeepAlive: keep, Steps: []Step{{Rate: 300, For: time.Second}},
			Sources: []string{"127.0.0.1", "127.0.0.2", "127.0.0.3"}})
		assert.Equal(t, map[string]int{"127.0.0.1": 10, "127.0.0.2": 10, "127.0.0.3": 10}, from)
	}
}

func TestStallIsCountedFromTheIntendedSend(t *testing.T) {
	// The server answers nobody for 300 ms: with an open loop every request due in that time shows it.
	open := time.Now().Add(300 * time.Millisecond)
	s := site(t, func(http.ResponseWriter, *http.Request) { time.Sleep(time.Until(open)) })
	got, sum := collect(t, t.Context(), Spec{URL: s.URL, Steps: []Step{{Rate: 100, For: 200 * time.Millisecond}}})
	assert.EqualValues(t, 20, sum.Sent)
	assert.Greater(t, got[0].Latency, 200*time.Millisecond)
	assert.Greater(t, got[10].Latency, 100*time.Millisecond)
	assert.Greater(t, sum.P50, 90*time.Millisecond)
}

func TestInFlightIsBoundedAndDropsAreCounted(t *testing.T) {
	release := make(chan struct{})
	s := site(t, func(http.ResponseWriter, *http.Request) { <-release })
	time.AfterFunc(300*time.Millisecond, func() { close(release) })
	got, sum := collect(t, t.Context(), Spec{URL: s.URL, InFlight: 3, Steps: []Step{{Rate: 100, For: 100 * time.Millisecond}}})
	assert.EqualValues(t, 3, sum.Sent)
	assert.EqualValues(t, 7, sum.Dropped)
	assert.Len(t, got, 3)
	assert.Less(t, sum.Achieved, sum.Target)
}

func TestCancelStopsSendingAndWaitsForAnswers(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	var once sync.Once
	s := site(t, func(http.ResponseWriter, *http.Request) {
		once.Do(cancel)
		time.Sleep(20 * time.Millisecond)
	})
	got, sum := collect(t, ctx, Spec{URL: s.URL, Steps: []Step{{Rate: 10, For: time.Minute}}})
	assert.EqualValues(t, len(got), sum.Sent)
	assert.Less(t, sum.Sent, int64(5))
	assert.True(t, got[0].OK(), "%+v", got[0])
}

// raw serves each connection by f.
func raw(t *testing.T, f func(net.Conn)) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			wg.Go(func() { defer c.Close(); f(c) })
		}
	})
	t.Cleanup(func() { ln.Close(); wg.Wait() })
	return "http://" + ln.Addr().String()
}

func TestErrorClasses(t *testing.T) {
	readHead := func(c net.Conn) { _, _ = c.Read(make([]byte, 4096)) }
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	nobody := "http://" + closed.Addr().String()
	require.NoError(t, closed.Close())

	for _, c := range []struct{ want, url string }{
		{Refused, nobody},
		{EOF, raw(t, readHead)},
		{EOF, raw(t, func(c net.Conn) { readHead(c); io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf") })},
		{Reset, raw(t, func(c net.Conn) { readHead(c); c.(*net.TCPConn).SetLinger(0) })},
		{Timeout, raw(t, func(c net.Conn) { readHead(c); readHead(c) })},
		{Protocol, raw(t, func(c net.Conn) { readHead(c); io.WriteString(c, "220 smtp ready\r\n\r\n") })},
	} {
		got, _ := collect(t, t.Context(), Spec{URL: c.url, Count: 1, Timeout: 100 * time.Millisecond,
			Steps: []Step{{Rate: 10, For: time.Second}}})
		assert.Equal(t, c.want, got[0].Error, "%+v", got[0])
		assert.False(t, got[0].OK())
	}
	for errno, want := range map[syscall.Errno]string{
		syscall.EHOSTUNREACH: Unreachable, syscall.ENETUNREACH: Unreachable, syscall.ETIMEDOUT: Timeout,
		syscall.EPIPE: Reset, syscall.EADDRNOTAVAIL: Local, syscall.EMFILE: Local,
	} {
		assert.Equal(t, want, Class(fmt.Errorf("dial: %w", errno)))
	}
}

func TestClosedIdleConnectionIsNotAnError(t *testing.T) {
	url := raw(t, func(c net.Conn) { // promises keep-alive, then closes
		_, _ = c.Read(make([]byte, 4096))
		io.WriteString(c, "HTTP/1.1 204 No Content\r\n\r\n")
	})
	got, _ := collect(t, t.Context(), Spec{URL: url, Count: 3, KeepAlive: true, Steps: []Step{{Rate: 20, For: time.Second}}})
	for _, r := range got {
		assert.Equal(t, 204, r.Status, "%+v", r)
	}
}

func TestPathsByWeightAndSeed(t *testing.T) {
	spec := Spec{Paths: []Path{{"/a", 9}, {"/b", 0}}}
	n, again := map[string]int{}, map[string]int{}
	for _, m := range []map[string]int{n, again} {
		rng := rand.New(rand.NewPCG(7, 0))
		for range 10_000 {
			m[spec.pick(rng)]++
		}
	}
	assert.Equal(t, n, again)
	assert.InDelta(t, 9000, n["/a"], 150)
}

func TestSpecsThatCannotRun(t *testing.T) {
	ok := []Step{{Rate: 1, For: time.Second}}
	for _, c := range []struct {
		spec Spec
		want string
	}{
		{Spec{URL: "ftp://x", Steps: ok}, "must be http://"},
		{Spec{URL: "http://x"}, "no steps"},
		{Spec{URL: "http://x", Steps: []Step{{Rate: 0, For: 1}}}, "all steps are pauses"},
		{Spec{URL: "http://x", Steps: []Step{{Rate: 1, For: time.Hour}}}, "the most is"},
		{Spec{URL: "http://x", Steps: ok, Sources: []string{"me"}}, "not an address"},
		{Spec{URL: "http://x", Steps: ok, Paths: []Path{{Path: "x"}}}, "must begin with /"},
	} {
		_, err := Run(t.Context(), c.spec, nil)
		assert.ErrorContains(t, err, c.want)
	}
}

func TestWatchSaysWhoAnswered(t *testing.T) {
	var n atomic.Int64
	first := make(chan struct{}) // closed when the first line is out: the second answer may not overtake it
	s := site(t, func(w http.ResponseWriter, r *http.Request) {
		if n.Add(1) == 2 {
			<-first
			w.WriteHeader(503)
			return
		}
		w.Header().Set(ServerHeader, "cluster3")
	})
	var out strings.Builder
	once := sync.OnceFunc(func() { close(first) })
	w := Watcher{URL: s.URL, Path: "/", Interval: time.Millisecond, Timeout: time.Second, Lines: 2, Colour: true}
	require.NoError(t, w.Run(t.Context(), writerFunc(func(p []byte) (int, error) { defer once(); return out.Write(p) })))
	lines := strings.Split(out.String(), "\n")
	assert.Regexp(t, "^\x1b\\[32m\\d\\d:\\d\\d:\\d\\d  cluster3    200  +[0-9.]+ ms\x1b\\[0m$", lines[0])
	assert.Regexp(t, "^\x1b\\[31m\\d\\d:\\d\\d:\\d\\d  -           503  +[0-9.]+ ms\x1b\\[0m$", lines[1])
}

type writerFunc func(p []byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }
