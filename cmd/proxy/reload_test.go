package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// slow is a real server that answers /slow only once it is released.
type slow struct {
	addr    string
	waiting atomic.Int64
	release chan struct{}
	once    sync.Once
}

func newSlow(t *testing.T) *slow {
	s := &slow{release: make(chan struct{})}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slow" {
			s.waiting.Add(1)
			select {
			case <-s.release:
			case <-r.Context().Done():
			}
		}
		_, _ = io.WriteString(w, "served")
	}))
	s.addr = server.Listener.Addr().String()
	t.Cleanup(server.Close)
	t.Cleanup(s.let)
	return s
}

func (s *slow) let() { s.once.Do(func() { close(s.release) }) }

// fileFor writes a configuration for a server, with lines for its global section.
func (d *director) fileFor(server, global string) string {
	name := d.file(global)
	text, err := os.ReadFile(name)
	require.NoError(d.t, err)
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	lines[len(lines)-1] = "  server s " + server
	require.NoError(d.t, os.WriteFile(name, []byte(strings.ReplaceAll(strings.Join(lines, "\n")+"\n", "timeout server 5s", "timeout server 30s")), 0o600))
	return name
}

// load asks from several clients until it is stopped: half of them with a connection for each request, half over one that lasts, which
// may be closed only between a whole answer and the next request.
type load struct {
	d            *director
	served, lost atomic.Int64
	stop         atomic.Bool
	wg           sync.WaitGroup
	mu           sync.Mutex
	why          []string
}

func (d *director) load(clients int) *load {
	l := &load{d: d}
	for i := range clients {
		l.wg.Add(1)
		go func() {
			defer l.wg.Done()
			for !l.stop.Load() {
				if i%2 == 0 {
					l.count(d.get())
				} else {
					l.lasting()
				}
			}
		}()
	}
	return l
}

func (l *load) count(body string, err error) {
	if err == nil && body == "served" {
		l.served.Add(1)
		return
	}
	l.lost.Add(1)
	l.mu.Lock()
	l.why = append(l.why, fmt.Sprint(body, err))
	l.mu.Unlock()
}

// lasting goes over one connection until an answer says that it is the last, or the director has closed it before a request was begun.
func (l *load) lasting() {
	c, err := net.Dial("tcp", l.d.addr)
	if err != nil {
		l.count("", err)
		return
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(10 * time.Second))
	in := bufio.NewReader(c)
	for n := 0; !l.stop.Load(); n++ {
		if _, err := io.WriteString(c, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"); err != nil && n > 0 {
			return // closed while idle: a client sends it again (RFC 9112, section 9.3.1)
		}
		r, err := http.ReadResponse(in, nil)
		if err != nil && n > 0 {
			return
		}
		if err != nil {
			l.count("", err)
			return
		}
		body, err := io.ReadAll(r.Body)
		_ = r.Body.Close()
		l.count(string(body), err)
		if r.Close || err != nil {
			return
		}
	}
}

// flows waits until some more requests have been served.
func (l *load) flows(n int64) {
	before := l.served.Load()
	l.d.eventually("requests flow", func() bool { return l.served.Load() >= before+n })
}

// end stops the load and demands that nothing was lost.
func (l *load) end() {
	l.stop.Store(true)
	l.wg.Wait()
	require.Zero(l.d.t, l.lost.Load(), "of %d: %v", l.served.Load(), l.why)
}

func TestReloadUnderLoad(t *testing.T) {
	d, s := newDirector(t), newSlow(t)
	d.start("-W", "-db", "-f", d.fileFor(s.addr, ""), "-S", filepath.Join(d.dir, "master"))
	d.eventually("it serves", d.serves)
	l := d.load(4)
	for n := 1; n <= 4; n++ {
		l.flows(40)
		d.signal(syscall.SIGUSR2)
		d.eventually("a reload", func() bool { return strings.Contains(d.ask("master", "show proc"), fmt.Sprintf("%d [failed: 0]", n)) })
	}
	l.end()
}

// Processes that follow each other by -sf, and by -x and -sf, lose no request.
func TestFollowingProcessesUnderLoad(t *testing.T) {
	d, s := newDirector(t), newSlow(t)
	file := d.fileFor(s.addr, "stats socket "+d.dir+"/give level admin expose-fd listeners")
	d.start("-db", "-f", file)
	d.eventually("it serves", d.serves)
	l := d.load(4)
	old := d
	for n := range 4 {
		l.flows(40)
		next := &director{t: t, dir: d.dir, addr: d.addr}
		args := []string{"-db", "-f", file, "-sf", fmt.Sprint(old.cmd.Process.Pid)}
		if n%2 == 0 {
			args = append(args, "-x", filepath.Join(d.dir, "give"))
		}
		next.start(args...)
		require.Zero(t, old.wait(), old.output())
		old = next
	}
	l.flows(40)
	l.end()
	old.signal(syscall.SIGUSR1)
	require.Zero(t, old.wait())
}

func TestOldWorkerFinishesItsRequests(t *testing.T) {
	d, s := newDirector(t), newSlow(t)
	d.start("-W", "-db", "-f", d.fileFor(s.addr, ""), "-S", filepath.Join(d.dir, "master"))
	d.eventually("it serves", d.serves)
	first := d.worker()
	answer := make(chan string, 1)
	go func() { answer <- d.slowly() }()
	d.eventually("the long request is under way", func() bool { return s.waiting.Load() == 1 })
	d.signal(syscall.SIGUSR2)
	d.eventually("a reload", func() bool { return strings.Contains(d.ask("master", "show proc"), "1 [failed: 0]") })
	require.Contains(t, d.ask("master", "show proc"), fmt.Sprintf("# old workers\n%-15d", first))
	d.eventually("the old one stops", func() bool {
		return strings.Contains(d.ask("master", fmt.Sprintf("@!%d show info", first)), "Stopping: 1")
	})
	require.Contains(t, d.ask("master", "@1 show info"), "Stopping: 0")
	require.True(t, d.serves())
	s.let()
	require.Equal(t, "served", <-answer)
	d.eventually("the old worker ends", func() bool { return ended(first) })
	d.eventually("the master forgets it", func() bool { return !strings.Contains(d.ask("master", "show proc"), "# old workers") })
}

// slowly asks for what takes long, and says what came of it.
func (d *director) slowly() string {
	r, err := http.Get("http://" + d.addr + "/slow")
	if err != nil {
		return err.Error()
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return err.Error()
	}
	return string(body)
}

func TestWorkersOutliveNoMoreReloadsThanTheyMay(t *testing.T) {
	d, s := newDirector(t), newSlow(t)
	d.start("-W", "-db", "-f", d.fileFor(s.addr, "mworker-max-reloads 1"), "-S", filepath.Join(d.dir, "master"))
	d.eventually("it serves", d.serves)
	first := d.worker()
	answer := make(chan string, 1)
	go func() { answer <- d.slowly() }()
	d.eventually("the long request is under way", func() bool { return s.waiting.Load() == 1 })
	reload := func(n int) {
		d.signal(syscall.SIGUSR2)
		d.eventually("a reload", func() bool { return strings.Contains(d.ask("master", "show proc"), fmt.Sprintf("%d [failed: 0]", n)) })
	}
	reload(1)
	require.Contains(t, d.ask("master", "show proc"), fmt.Sprintf("# old workers\n%-15d", first), "it may outlive one")
	reload(2)
	d.eventually("the old worker ends", func() bool { return ended(first) })
	require.NotEqual(t, "served", <-answer)
	d.eventually("it was told to", func() bool { return strings.Contains(d.output(), "exited with code 143 (Terminated)") })
	require.True(t, d.serves())
}

func TestHardStopAfterEndsTheOldWorker(t *testing.T) {
	d, s := newDirector(t), newSlow(t)
	d.start("-W", "-db", "-f", d.fileFor(s.addr, "hard-stop-after 300ms"), "-S", filepath.Join(d.dir, "master"))
	d.eventually("it serves", d.serves)
	first := d.worker()
	answer := make(chan string, 1)
	go func() { answer <- d.slowly() }()
	d.eventually("the long request is under way", func() bool { return s.waiting.Load() == 1 })
	began := time.Now()
	d.signal(syscall.SIGUSR2)
	require.NotEqual(t, "served", <-answer)
	require.GreaterOrEqual(t, time.Since(began), 300*time.Millisecond)
	d.eventually("the old worker ends", func() bool { return ended(first) })
	require.True(t, d.serves())
}
