package accesslog

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"simulacro/proxy/config"
)

// listening gives a HAProxy its socket as an inherited descriptor, so that no port has to be guessed.
func listening(t *testing.T) (*os.File, string) {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	f, err := l.(*net.TCPListener).File()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f, l.Addr().String()
}

// startOracle runs a real HAProxy with one frontend that logs as the lines say, and gives the frontend's address.
func startOracle(t *testing.T, mode, log string) (addr string, pid int) {
	t.Helper()
	binary, err := exec.LookPath("haproxy")
	if err != nil {
		t.Skip("haproxy is not installed: there is nothing to compare with")
	}
	if out, err := exec.Command(binary, "-v").Output(); err != nil || !strings.Contains(string(out), "version 2.6.") {
		t.Skipf("haproxy is not version 2.6, whose formats these are: %s %v", out, err)
	}
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "hola") }))
	t.Cleanup(web.Close)
	socket, addr := listening(t)
	file := filepath.Join(t.TempDir(), "cfg")
	text := fmt.Sprintf(`
defaults
    mode %s
    option http-server-close
    timeout connect 1s
    timeout client 5s
    timeout server 5s
frontend http_front
    bind fd@3
    %s
    default_backend http_back
backend http_back
    server cluster2 %s
`, mode, log, web.Listener.Addr())
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	cmd := exec.Command(binary, "-db", "-f", file)
	cmd.Stdout, cmd.Stderr, cmd.ExtraFiles = &said, &said, []*os.File{socket}
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
	return addr, cmd.Process.Pid
}

// exchange sends one request; the system keeps it until the oracle has started.
func exchange(t *testing.T, addr, request string) {
	t.Helper()
	c, err := net.Dial("tcp4", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Write([]byte(request)); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 4096)
	for {
		if _, err := c.Read(buf); err != nil {
			return
		}
	}
}

var (
	httpLine = regexp.MustCompile(`(\S+) \[(\S+)\] (\S+) (\S+)/(\S+) (-?\d+)/(-?\d+)/(-?\d+)/(-?\d+)/(\d+) (-?\d+) (\d+) - - (\S{4}) (\d+)/(\d+)/(\d+)/(\d+)/(\+?)(\d+) (\d+)/(\d+) "(.*)"`)
	tcpLine  = regexp.MustCompile(`(\S+) \[(\S+)\] (\S+) (\S+)/(\S+) (-?\d+)/(-?\d+)/(\d+) (\d+) (\S\S) (\d+)/(\d+)/(\d+)/(\d+)/(\d+) (\d+)/(\d+)`)
	clfLine  = regexp.MustCompile(`(\S+) - - \[(\S+ \+0000)\] "(.*)" (\d+) (\d+) "" "" (\d+) (\d+) "(\S+)" "(\S+)" "(\S+)" (-?\d+) (-?\d+) (-?\d+) (-?\d+) (\d+) (\S{4}) (\d+) (\d+) (\d+) (\d+) (\d+) (\d+) (\d+) "" "" `)
	plainLog = regexp.MustCompile(`Connect from (\S+) to (\S+) \((\S+)/(HTTP|TCP)\)`)
)

// num reads a number that a pattern has found.
func num(t *testing.T, s string) int {
	t.Helper()
	n, err := strconv.Atoi(s)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func moment(t *testing.T, layout, s string, loc *time.Location) time.Time {
	t.Helper()
	at, err := time.ParseInLocation(layout, s, loc)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// readRecord finds out from a real line what the request was.
func readRecord(t *testing.T, format config.LogFormat, line string) Record {
	t.Helper()
	n := func(s string) int { return num(t, s) }
	raw := func(s string) []byte {
		if s == "<BADREQ>" {
			return nil
		}
		return unescape([]byte(s))
	}
	pattern := map[config.LogFormat]*regexp.Regexp{config.LogHTTP: httpLine, config.LogTCP: tcpLine, config.LogCLF: clfLine, config.LogDefault: plainLog}[format]
	m := pattern.FindStringSubmatch(line)
	if m == nil {
		t.Fatalf("%q is not in the format that was asked for", line)
	}
	r := Record{}
	switch format {
	case config.LogHTTP:
		r = Record{Client: netip.MustParseAddrPort(m[1]), Accept: moment(t, dateLayout+".000", m[2], time.Local), Frontend: m[3], Backend: m[4], Server: m[5],
			Request: ms(n(m[6])), Queue: ms(n(m[7])), Connect: ms(n(m[8])), Response: ms(n(m[9])), Total: ms(n(m[10])),
			Status: n(m[11]), Bytes: int64(n(m[12])), ActConn: n(m[14]), FeConn: n(m[15]), BeConn: n(m[16]), SrvConn: n(m[17]),
			Redisp: m[18] != "", Retries: n(m[19]), SrvQueue: n(m[20]), BackQueue: n(m[21]), Line: raw(m[22])}
		copy(r.Flags[:], m[13])
	case config.LogTCP:
		r = Record{Client: netip.MustParseAddrPort(m[1]), Accept: moment(t, dateLayout+".000", m[2], time.Local), Frontend: m[3], Backend: m[4], Server: m[5],
			Queue: ms(n(m[6])), Connect: ms(n(m[7])), Total: ms(n(m[8])), Bytes: int64(n(m[9])),
			ActConn: n(m[11]), FeConn: n(m[12]), BeConn: n(m[13]), SrvConn: n(m[14]), Retries: n(m[15]), SrvQueue: n(m[16]), BackQueue: n(m[17])}
		copy(r.Flags[:], m[10])
	case config.LogCLF:
		at := moment(t, dateLayout+" -0700", m[2], time.UTC).Add(ms(n(m[7])))
		r = Record{Client: netip.AddrPortFrom(netip.MustParseAddr(m[1]), uint16(n(m[6]))), Accept: at, Line: raw(m[3]), Status: n(m[4]), Bytes: int64(n(m[5])),
			Frontend: m[8], Backend: m[9], Server: m[10], Request: ms(n(m[11])), Queue: ms(n(m[12])), Connect: ms(n(m[13])), Response: ms(n(m[14])), Total: ms(n(m[15])),
			ActConn: n(m[17]), FeConn: n(m[18]), BeConn: n(m[19]), SrvConn: n(m[20]), Retries: n(m[21]), SrvQueue: n(m[22]), BackQueue: n(m[23])}
		copy(r.Flags[:], m[16])
	default:
		r = Record{Client: netip.MustParseAddrPort(m[1]), Dest: netip.MustParseAddrPort(m[2]), Frontend: m[3], Line: []byte("GET")}
	}
	return r
}

// sentAt finds out from a real header when it was written; formats without a time get any.
func sentAt(t *testing.T, line string) time.Time {
	t.Helper()
	iso := regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}[-+]\d\d:\d\d`).FindString(line)
	if iso != "" {
		return moment(t, time.RFC3339Nano, iso, time.Local)
	}
	if bsd := regexp.MustCompile(`^<\d+>(\w{3} [ \d]\d \d\d:\d\d:\d\d) `).FindStringSubmatch(line); bsd != nil {
		return moment(t, bsdLayout, bsd[1], time.Local)
	}
	return noon
}

func TestLinesAreTheOracles(t *testing.T) {
	const good = "GET /index.html?a=b{c} HTTP/1.0\r\n\r\n"
	long := "GET /" + strings.Repeat("x", 1500) + " HTTP/1.0\r\n\r\n"
	tests := []struct {
		name, mode, options, target string // target: what follows the address on the log line
		format                      config.LogFormat
		request                     string
		cfg                         config.LogTarget
		proxy                       config.Proxy
	}{
		{"httplog", "http", "option httplog", "local2", config.LogHTTP, good, config.LogTarget{Facility: 18}, config.Proxy{}},
		{"a bad request", "http", "option httplog", "local2", config.LogHTTP, "\x01\r\n\r\n", config.LogTarget{Facility: 18}, config.Proxy{}},
		{"escapes", "http", "option httplog\n option accept-invalid-http-request", "local2", config.LogHTTP, "GET /a\"#|\\ HTTP/1.0\r\n\r\n", config.LogTarget{Facility: 18}, config.Proxy{}},
		{"an error apart", "http", "option httplog\n option log-separate-errors", "local3 debug notice", config.LogHTTP, "\x01\r\n\r\n",
			config.LogTarget{Facility: 19, MinLevel: Notice}, config.Proxy{LogSeparate: true}},
		{"only errors", "http", "option httplog\n option log-separate-errors\n option dontlog-normal", "local3 err", config.LogHTTP, "\x01\r\n\r\n",
			config.LogTarget{Facility: 19, Level: Err}, config.Proxy{LogSeparate: true, DontLogNormal: true}},
		{"a long line", "http", "option httplog", "local2", config.LogHTTP, long, config.LogTarget{Facility: 18}, config.Proxy{}},
		{"a short limit", "http", "option httplog", "", config.LogHTTP, good, config.LogTarget{Facility: 18, Len: 100}, config.Proxy{}},
		{"clf", "http", "option httplog clf", "local2", config.LogCLF, good, config.LogTarget{Facility: 18}, config.Proxy{}},
		{"clf of a bad request", "http", "option httplog clf", "local2", config.LogCLF, "\x01\r\n\r\n", config.LogTarget{Facility: 18}, config.Proxy{}},
		{"tcplog", "tcp", "option tcplog", "local2", config.LogTCP, good, config.LogTarget{Facility: 18}, config.Proxy{}},
		{"default, HTTP", "http", "", "local2", config.LogDefault, good, config.LogTarget{Facility: 18}, config.Proxy{Mode: config.ModeHTTP}},
		{"default, TCP", "tcp", "", "local2", config.LogDefault, good, config.LogTarget{Facility: 18}, config.Proxy{}},
		{"tag", "http", "option httplog\n log-tag web", "local2", config.LogHTTP, good, config.LogTarget{Facility: 18}, config.Proxy{LogTag: "web"}},
		{"rfc5424", "http", "option httplog", "format rfc5424 local2", config.LogHTTP, good, config.LogTarget{Facility: 18, Format: "rfc5424"}, config.Proxy{}},
		{"raw", "http", "option httplog", "format raw local2", config.LogHTTP, good, config.LogTarget{Facility: 18, Format: "raw"}, config.Proxy{}},
		{"short", "http", "option httplog", "format short local2", config.LogHTTP, good, config.LogTarget{Facility: 18, Format: "short"}, config.Proxy{}},
		{"timed", "http", "option httplog", "format timed local2", config.LogHTTP, good, config.LogTarget{Facility: 18, Format: "timed"}, config.Proxy{}},
		{"iso", "http", "option httplog", "format iso local2", config.LogHTTP, good, config.LogTarget{Facility: 18, Format: "iso"}, config.Proxy{}},
		{"priority", "http", "option httplog", "format priority local2", config.LogHTTP, good, config.LogTarget{Facility: 18, Format: "priority"}, config.Proxy{}},
		{"local", "http", "option httplog", "format local local2", config.LogHTTP, good, config.LogTarget{Facility: 18, Format: "local"}, config.Proxy{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			collector, to := receiver(t)
			whole, toWhole := receiver(t) // the same line raw and at full length, to read the record from
			target := tt.target
			if tt.cfg.Len > 0 {
				target = fmt.Sprintf("len %d local2", tt.cfg.Len)
			}
			addr, pid := startOracle(t, tt.mode, fmt.Sprintf("log %s %s\n log %s len 8192 format raw local0\n %s", to.Text, target, toWhole.Text, tt.options))
			exchange(t, addr, tt.request)
			theirs, raw := read(t, collector), read(t, whole)

			mine, toMine := receiver(t)
			tt.cfg.Addr = toMine
			if tt.cfg.Level == 0 {
				tt.cfg.Level = Debug
			}
			p := tt.proxy
			p.LogFormat, p.Logs = tt.format, []config.LogTarget{tt.cfg}
			logs := logging(t, &p, config.Global{}, Options{PID: pid, Now: func() time.Time { return sentAt(t, theirs) }})
			r := readRecord(t, tt.format, raw)
			r.BytesIn = int64(len(tt.request))
			level := Info
			if p.LogSeparate && r.Flags[0] != '-' && r.Flags[0] != 'L' {
				level = Err
			}
			logs.Request(&p, level, &r)
			if diff := cmp.Diff(theirs, read(t, mine)); diff != "" {
				t.Error(diff)
			}
		})
	}
}
