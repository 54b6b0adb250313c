package stats

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http/httptest"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"simulacro/proxy/config"
)

// oracle is a real HAProxy 2.6, where one is installed.
type oracle struct{ socket, front, free string }

const oracleFile = `
global
    stats socket %[1]s/sock level admin
defaults
    mode http
    option http-server-close
    timeout connect 1s
    timeout client 5s
    timeout server 5s
frontend http_front
    bind unix@%[1]s/front
    stats enable
    stats uri /haproxy_stats
    stats auth admin:haproxy
    default_backend http_back
backend http_back
    balance roundrobin
    server cluster2 %[2]s weight 1 maxconn 1000 check inter 1h
    server cluster3 %[2]s weight 2 cookie c3 check inter 1h
    server cluster4 127.0.0.1:%[3]d check inter 1h fastinter 10ms
listen app
    bind unix@%[1]s/app name web id 7
    option socket-stats
    stats enable
    stats uri /app
    stats admin if TRUE
    server unchecked %[2]s
    server spare %[2]s backup maxqueue 50
    server maint %[2]s check disabled
frontend tcp_front
    mode tcp
    bind unix@%[1]s/tcp
    default_backend tcp
backend tcp
    mode tcp
    server t1 %[2]s check inter 1h slowstart 1h
`

// startOracle runs HAProxy until the test ends.
func startOracle(t *testing.T) oracle {
	t.Helper()
	binary, err := exec.LookPath("haproxy")
	if err != nil {
		t.Skip("haproxy is not installed: there is nothing to compare with")
	}
	if out, err := exec.Command(binary, "-v").Output(); err != nil || !strings.Contains(string(out), "version 2.6.") {
		t.Skipf("haproxy is not version 2.6, whose formats these are: %s %v", out, err)
	}
	dir, err := os.MkdirTemp("", "oracle") // short: a unix socket's path is limited
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	web := httptest.NewServer(nil)
	t.Cleanup(web.Close)
	closed, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer closed.Close()
	file := filepath.Join(dir, "cfg")
	text := fmt.Sprintf(oracleFile, dir, web.Listener.Addr(), closed.Addr().(*net.TCPAddr).Port)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := closed.Close(); err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	cmd := exec.Command(binary, "-db", "-f", file)
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if t.Failed() {
			t.Log(said.String())
		}
	})
	o := oracle{socket: dir + "/sock", front: dir + "/front", free: dir + "/app"}
	eventually(t, func() bool { return strings.Contains(o.try("show stat"), "DOWN") })
	return o
}

// eventually waits for an event that only the other process knows of.
func eventually(t *testing.T, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("it never came")
		}
	}
}

func (o oracle) try(command string) string {
	c, err := net.Dial("unix", o.socket)
	if err != nil {
		return ""
	}
	defer c.Close()
	fmt.Fprintln(c, command)
	out, _ := io.ReadAll(c) // an incomplete answer is tried again
	return string(out)
}

// get sends one HTTP/1.0 request and gives the whole answer.
func (o oracle) get(t *testing.T, socket, request string) string {
	t.Helper()
	c, err := net.Dial("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := io.WriteString(c, request); err != nil {
		t.Fatal(err)
	}
	out, err := io.ReadAll(c)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func TestDumpsAreTheOracles(t *testing.T) {
	o := startOracle(t)
	for range 3 {
		o.get(t, o.front, "GET / HTTP/1.0\r\n\r\n")
	}
	var diff string
	// A second may pass between the dumps of one line, and rates fade: what counts is that they agree at some moment.
	for range 50 {
		parts := strings.Split(o.try("show stat;show stat typed;show stat json"), "\n\n")
		if len(parts) < 3 {
			continue
		}
		rows := readRows(t, parts[0])
		diff = cmp.Diff(parts[0]+"\n", string(AppendRows(nil, rows, CSV))) +
			cmp.Diff(parts[1]+"\n", string(AppendRows(nil, rows, Typed))) + cmp.Diff(parts[2]+"\n", string(AppendRows(nil, rows, JSON)))
		if diff == "" {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Error(diff)
}

func TestInfoIsTheOracles(t *testing.T) {
	o := startOracle(t)
	var info Info
	for _, tt := range []struct {
		command string
		format  Format
		split   string
	}{{"show info", CSV, ": "}, {"show info typed", Typed, ":"}} {
		theirs, ours := o.try(tt.command), string(AppendInfo(nil, &info, tt.format))+"\n"
		if diff := cmp.Diff(keys(theirs, tt.format), keys(ours, tt.format)); diff != "" {
			t.Errorf("%s: %s", tt.command, diff)
		}
	}
}

// keys are the lines without their values.
func keys(text string, f Format) []string {
	var all []string
	for _, line := range strings.Split(text, "\n") {
		parts := strings.Split(line, ":")
		n := 1
		if f == Typed {
			n = 3
		}
		all = append(all, strings.Join(parts[:min(n, len(parts))], ":"))
	}
	return all
}

func TestAnswersAreTheOracles(t *testing.T) {
	o := startOracle(t)
	f := newFake()
	f.rows = readRows(t, strings.TrimSuffix(o.try("show stat"), "\n"))
	for _, command := range []string{
		"disable server", "disable server http_back", "disable server x/y", "disable server http_front/y", "disable server http_back/zz",
		"enable server x/y", "set server", "set server http_back/cluster2", "set server http_back/cluster2 foo", "set server http_back/zz state ready",
		"set server http_back/cluster2 state", "set server http_back/cluster2 state foo", "set server http_back/cluster2 state drain",
		"set server #3/#1 state ready", "set server http_back/cluster2 weight", "set server http_back/cluster2 weight 300",
		"set server http_back/cluster2 weight abc", "set server http_back/cluster2 weight 5x", "set server http_back/cluster2 weight -1",
		"set server http_back/cluster2 weight -5%", "set server http_back/cluster2 weight 100%", "set weight http_back/cluster2",
		"get weight", "get weight http_back/zz", "get weight http_back/cluster2", "set server http_back/cluster2 health",
		"set server http_back/cluster2 agent up", "set server http_back/cluster2 addr", "set server http_back/cluster2 fqdn foo",
		"set server http_back/cluster2 ssl on", "set maxconn server http_back/cluster2", "set maxconn server http_back/cluster2 abc",
		"set maxconn server http_back/cluster2 5x", "set maxconn frontend", "set maxconn frontend http_front", "set maxconn frontend zz 1",
		"set maxconn frontend http_front -1", "set maxconn frontend http_front 100", "set maxconn global", "set maxconn global 100000000",
		"disable frontend", "enable frontend tcp_front", "disable frontend zz", "disable frontend http_back", "shutdown frontend", "shutdown frontend zz",
		"enable health", "enable health app/unchecked", "disable health app/unchecked", "shutdown sessions server", "shutdown sessions server http_back/zz",
		"shutdown session", "shutdown session 0x1234", "show servers state zz", "show servers conn zz", "show backend", "show errors zz",
		"show env NO_SUCH_VARIABLE", "show sess 0x9", "show cli level", "show stat zz 1 -1", "show stat 99 1 -1", "set timeout", "set timeout cli",
		"set timeout cli abc", "set severity-output foo", "user;show errors", "user;operator", "user;clear counters", "operator;clear counters all",
		"operator;set weight http_back/cluster2 1", "set severity-output number;disable server x/y", "set severity-output string;get weight http_back/cluster2",
		"get weight http_back/cluster2 <<\nx\n", "show backend\nshow backend", "prompt;quit", "quit;show backend",
	} {
		if diff := cmp.Diff(o.try(command), ask(t, f, config.LevelAdmin, command+"\n")); diff != "" {
			t.Errorf("%s: %s", command, diff)
		}
	}
}

func TestStatesAreTheOracles(t *testing.T) {
	o := startOracle(t)
	f := newFake()
	f.rows = readRows(t, strings.TrimSuffix(o.try("show stat"), "\n"))
	for i := range f.rows {
		r := &f.rows[i]
		if at, err := netip.ParseAddrPort(r.Addr); err == nil {
			r.IP, r.Port = at.Addr(), int(at.Port())
		}
		if r.UserWeight == 2 && r.Kind == Server {
			r.InitialWeight = 2
		}
		switch {
		case r.Name == "maint":
			r.Admin, r.Check = ForcedMaint|ConfigMaint, Check{Configured: true, Enabled: true, Paused: true}
		case r.Name == "t1" && r.Throttled:
			r.Op = OpStarting
		case r.Status != "DOWN":
			r.Op = OpRunning
		}
		if r.Name == "unchecked" || r.Name == "spare" {
			r.Check.Health = 2 // HAProxy starts an unchecked server at its rise
			r.Check.Paused = false
		}
	}
	theirs := strings.Split(o.try("show servers state"), "\n")
	ours := strings.Split(ask(t, f, config.LevelAdmin, "show servers state\n"), "\n")
	for i := range theirs {
		theirs[i] = withoutAge(theirs[i])
	}
	for i := range ours {
		ours[i] = withoutAge(ours[i])
	}
	if diff := cmp.Diff(theirs, ours); diff != "" {
		t.Error(diff)
	}
}

// withoutAge takes srv_time_since_last_change out: a second may have passed.
func withoutAge(line string) string {
	words := strings.Fields(line)
	if len(words) > 9 && words[0] != "#" {
		words[9] = "AGE"
	}
	return strings.Join(words, " ")
}
