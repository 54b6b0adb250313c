package proxy

import (
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simulacro/proxy/engine"
)

func TestPracticalServesExactThirds(t *testing.T) {
	front, socket := freeAddr(t), t.TempDir()+"/stats"
	var servers []string
	for _, n := range []string{"cluster2", "cluster3", "cluster4"} {
		servers = append(servers, addr(realServer(t, n, nil)))
	}
	start(t, practical(t, front, socket, servers...))
	c := client(t)
	count := map[string]int{}
	for range 90 {
		status, body, err := get(c, "http://"+front+"/index.php")
		require.NoError(t, err)
		require.Equal(t, 200, status)
		count[body]++
	}
	require.Equal(t, map[string]int{"cluster2": 30, "cluster3": 30, "cluster4": 30}, count)

	eventually(t, "all are counted", func() bool { // the last one may have its answer before it is
		csv := ask(t, socket, "show stat")
		return row(t, csv, "http_back", "cluster3")["stot"] == "30" && row(t, csv, "http_front", "FRONTEND")["hrsp_2xx"] == "90"
	})
	require.Contains(t, ask(t, socket, "show info"), "\nVersion: "+Version+"\n")
}

func TestStatsPageWantsThePassword(t *testing.T) {
	front := freeAddr(t)
	start(t, practical(t, front, t.TempDir()+"/stats", addr(realServer(t, "cluster2", nil))))
	c := client(t)
	url := "http://" + front + "/haproxy_stats"
	status, _, err := get(c, url)
	require.NoError(t, err)
	require.Equal(t, 401, status)
	url = "http://admin:haproxy@" + front + "/haproxy_stats"
	status, body, err := get(c, url)
	require.NoError(t, err)
	require.Equal(t, 200, status)
	require.Contains(t, body, "http_back")
	_, body, err = get(c, url+";csv")
	require.NoError(t, err)
	require.Equal(t, "OPEN", row(t, body, "http_front", "FRONTEND")["status"])
}

func TestSocketTakesServersOutAndIn(t *testing.T) {
	front, socket := freeAddr(t), t.TempDir()+"/stats"
	start(t, practical(t, front, socket, addr(realServer(t, "cluster2", nil)), addr(realServer(t, "cluster3", nil)), addr(realServer(t, "cluster4", nil))))
	c := client(t)
	who := func(n int) map[string]int {
		count := map[string]int{}
		for range n {
			_, body, err := get(c, "http://"+front+"/")
			require.NoError(t, err)
			count[body]++
		}
		return count
	}
	ask(t, socket, "disable server http_back/cluster3")
	require.Equal(t, map[string]int{"cluster2": 5, "cluster4": 5}, who(10))
	require.Equal(t, "MAINT", row(t, ask(t, socket, "show stat"), "http_back", "cluster3")["status"])
	require.Contains(t, ask(t, socket, "show servers state"), "cluster3")
	ask(t, socket, "enable server http_back/cluster3")
	ask(t, socket, "set server http_back/cluster4 state drain")
	require.Equal(t, map[string]int{"cluster2": 5, "cluster3": 5}, who(10))
	ask(t, socket, "set server http_back/cluster4 state ready")
	ask(t, socket, "set server http_back/cluster2 weight 2")
	require.Equal(t, "2", row(t, ask(t, socket, "show stat"), "http_back", "cluster2")["weight"])
	require.Equal(t, map[string]int{"cluster2": 10, "cluster3": 5, "cluster4": 5}, who(20))
}

// short is a file whose times suit a test.
const short = `
global
  stats socket %s level admin
defaults
  mode http
  timeout client 5s
  timeout server 5s
  timeout connect 1s
frontend f
  bind %s
  default_backend b
backend b
`

func TestRedispatchHidesARefusedServer(t *testing.T) {
	front, socket := freeAddr(t), t.TempDir()+"/stats"
	start(t, fmt.Sprintf(short, socket, front)+"  retries 1\n  option redispatch\n"+
		"  server gone "+gone(t)+"\n  server there "+addr(realServer(t, "there", nil))+"\n")
	c := client(t)
	for range 4 {
		status, body, err := get(c, "http://"+front+"/")
		require.NoError(t, err)
		require.Equal(t, 200, status)
		require.Equal(t, "there", body)
	}
	csv := ask(t, socket, "show stat")
	require.NotEqual(t, "0", row(t, csv, "b", "gone")["wredis"])
}

func TestAllServersDownIs503(t *testing.T) {
	front, socket := freeAddr(t), t.TempDir()+"/stats"
	start(t, fmt.Sprintf(short, socket, front)+"  server gone "+gone(t)+" check inter 50 fall 1\n")
	eventually(t, "the server is found down", func() bool {
		return row(t, ask(t, socket, "show stat"), "b", "gone")["status"] == "DOWN"
	})
	status, body, err := get(client(t), "http://"+front+"/")
	require.NoError(t, err)
	require.Equal(t, 503, status)
	require.Contains(t, body, "No server is available to handle this request.")
}

func TestRequestsQueueAtMaxconn(t *testing.T) {
	front, socket := freeAddr(t), t.TempDir()+"/stats"
	gate := make(chan struct{})
	slow := realServer(t, "slow", func() { <-gate })
	start(t, fmt.Sprintf(short, socket, front)+"  server slow "+addr(slow)+" maxconn 1\n")
	c := client(t)
	answers := make(chan int, 3)
	for range 3 {
		go func() {
			status, _, _ := get(c, "http://"+front+"/")
			answers <- status
		}()
	}
	eventually(t, "two requests wait", func() bool {
		r := row(t, ask(t, socket, "show stat"), "b", "slow")
		b := row(t, ask(t, socket, "show stat"), "b", "BACKEND")
		return r["scur"] == "1" && (r["qcur"] == "2" || b["qcur"] == "2")
	})
	close(gate)
	for range 3 {
		require.Equal(t, 200, <-answers)
	}
}

func TestHandoverLosesNoRequest(t *testing.T) {
	front, dir := freeAddr(t), t.TempDir()
	server := addr(realServer(t, "s", nil))
	text := fmt.Sprintf(short, dir+"/stats", front) + "  server s " + server + "\n"
	d := start(t, text)
	var stop atomic.Bool
	var lost, served atomic.Int64
	var wg sync.WaitGroup
	c := client(t)
	for range 4 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for !stop.Load() {
				if status, _, err := get(c, "http://"+front+"/"); err != nil || status != 200 {
					lost.Add(1)
				} else {
					served.Add(1)
				}
			}
		}()
	}
	for range 3 {
		before := served.Load()
		eventually(t, "requests flow", func() bool { return served.Load() > before+20 })
		next := start(t, text, d.Listeners()...)
		d.SoftStop()
		d = next
	}
	before := served.Load()
	eventually(t, "requests flow", func() bool { return served.Load() > before+20 })
	stop.Store(true)
	wg.Wait()
	require.Zero(t, lost.Load(), "of %d", served.Load())
	require.Contains(t, ask(t, dir+"/stats", "show info"), "Name: HAProxy")
}

func TestListenSaysWhyInHAProxysWords(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	d, err := New(parse(t, fmt.Sprintf(short, "/nonexistent/stats", taken.Addr())), Options{})
	require.NoError(t, err)
	err = d.Listen(nil)
	var lines ListenError
	require.True(t, errors.As(err, &lines))
	require.Equal(t, ListenError{
		"Binding [test.cfg:3] for frontend GLOBAL: cannot bind UNIX socket (No such file or directory) [/nonexistent/stats]",
		"Binding [test.cfg:10] for frontend f: cannot bind socket (Address already in use) for [" + taken.Addr().String() + "]",
	}, lines)
}

func TestRuntimeSocketHasItsMode(t *testing.T) {
	socket := t.TempDir() + "/stats"
	start(t, strings.Replace(fmt.Sprintf(short, socket, freeAddr(t)), "level admin", "mode 600 level user", 1))
	info, err := os.Stat(socket)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	require.Contains(t, ask(t, socket, "disable server b/x"), "Permission denied")
}

func TestHardStopAfterEndsALongRequest(t *testing.T) {
	front := freeAddr(t)
	gate := make(chan struct{})
	defer close(gate)
	entered := make(chan struct{}, 1)
	slow := realServer(t, "slow", func() { entered <- struct{}{}; <-gate })
	text := strings.Replace(fmt.Sprintf(short, t.TempDir()+"/s", front), "global\n", "global\n  hard-stop-after 100ms\n", 1)
	d, err := New(parse(t, text+"  server slow "+addr(slow)+"\n"), Options{})
	require.NoError(t, err)
	require.NoError(t, d.Listen(nil))
	done := make(chan error, 1)
	go func() { done <- d.Run() }()
	answer := make(chan struct{})
	c := client(t)
	go func() {
		defer close(answer)
		_, _, _ = get(c, "http://"+front+"/") // it is cut off
	}()
	<-entered
	d.SoftStop()
	select {
	case err := <-done:
		require.NoError(t, err)
	case <-time.After(10 * time.Second):
		t.Fatal("hard-stop-after did not end the session")
	}
	<-answer
}

func TestSocketsCountsWhatAConfigurationNeeds(t *testing.T) {
	cfg := parse(t, practical(t, "127.0.0.1:80", "/tmp/x", "127.0.0.1:81", "127.0.0.1:82", "127.0.0.1:83"))
	cfg.Global.Threads = 2
	require.Equal(t, 2*3000+20+3*2+1+1+3, Sockets(cfg, 3000), "clients, the process's own, threads, listener, socket, checks")
	require.Equal(t, "Address already in use", engine.Strerror(fmt.Errorf("x: %w", syscall.EADDRINUSE)))
}

// TestServersWithoutChecksInTheState compares with what HAProxy shows: health 2 (rise) for what is up, 0 for what is not, and
// checks paused only where the file disables the server.
func TestServersWithoutChecksInTheState(t *testing.T) {
	front, socket := freeAddr(t), t.TempDir()+"/stats"
	start(t, fmt.Sprintf(short, socket, front)+"  server s 127.0.0.1:9\n  server t 127.0.0.1:9 disabled\n")
	state := func(name string) string {
		for _, line := range strings.Split(ask(t, socket, "show servers state"), "\n") {
			if f := strings.Fields(line); len(f) > 14 && f[3] == name {
				return strings.Join(f[10:15], " ") // check status, result, health, state, agent state
			}
		}
		return ""
	}
	eventually(t, "it serves", func() bool { return state("s") != "" })
	require.Equal(t, "1 0 2 0 0", state("s"))
	require.Equal(t, "1 0 0 8 0", state("t"))
	ask(t, socket, "set server b/s state maint")
	require.Equal(t, "1 0 0 0 0", state("s"))
}
