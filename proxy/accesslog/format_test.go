package accesslog

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"simulacro/proxy/config"
)

// sample is the request that the configuration manual's section 8.2.3 shows.
func sample() Record {
	return Record{
		Client:   netip.MustParseAddrPort("10.0.1.2:33317"),
		Dest:     netip.MustParseAddrPort("10.0.0.1:80"),
		Accept:   time.Date(2009, 2, 6, 12, 14, 14, 655*1e6, time.Local),
		Frontend: "http_front", Backend: "http_back", Server: "cluster2",
		Request: ms(10), Queue: 0, Connect: ms(30), Response: ms(69), Total: ms(109),
		Status: 200, Bytes: 2750, BytesIn: 120, Flags: [4]byte{'-', '-', '-', '-'},
		ActConn: 1, FeConn: 1, BeConn: 1, SrvConn: 1,
		Line: []byte("GET /index.html HTTP/1.1"),
	}
}

func ms(n int) time.Duration { return time.Duration(n) * time.Millisecond }

func with(change func(*Record)) Record {
	r := sample()
	change(&r)
	return r
}

func TestFormats(t *testing.T) {
	tests := []struct {
		name   string
		format config.LogFormat
		mode   config.Mode
		record Record
		want   string
	}{
		{"httplog", config.LogHTTP, config.ModeHTTP, sample(),
			`10.0.1.2:33317 [06/Feb/2009:12:14:14.655] http_front http_back/cluster2 10/0/30/69/109 200 2750 - - ---- 1/1/1/1/0 0/0 "GET /index.html HTTP/1.1"`},
		{"no server", config.LogHTTP, config.ModeHTTP, with(func(r *Record) {
			r.Server, r.Queue, r.Connect, r.Response, r.Status, r.Flags = "<NOSRV>", -1, -1, -1, 503, [4]byte{'S', 'C', '-', '-'}
		}), `10.0.1.2:33317 [06/Feb/2009:12:14:14.655] http_front http_back/<NOSRV> 10/-1/-1/-1/109 503 2750 - - SC-- 1/1/1/1/0 0/0 "GET /index.html HTTP/1.1"`},
		{"bad request", config.LogHTTP, config.ModeHTTP, with(func(r *Record) {
			r.Backend, r.Server, r.Line, r.Status, r.Bytes = "http_front", "<NOSRV>", nil, 400, 0
			r.Request, r.Queue, r.Connect, r.Response, r.Total = -1, -1, -1, -1, 0
			r.Flags = [4]byte{'P', 'R', '-', '-'}
		}), `10.0.1.2:33317 [06/Feb/2009:12:14:14.655] http_front http_front/<NOSRV> -1/-1/-1/-1/0 400 0 - - PR-- 1/1/1/1/0 0/0 "<BADREQ>"`},
		{"redispatched", config.LogHTTP, config.ModeHTTP, with(func(r *Record) { r.Retries, r.Redisp, r.SrvQueue, r.BackQueue = 3, true, 2, 5 }),
			`10.0.1.2:33317 [06/Feb/2009:12:14:14.655] http_front http_back/cluster2 10/0/30/69/109 200 2750 - - ---- 1/1/1/1/+3 2/5 "GET /index.html HTTP/1.1"`},
		{"no flags, IPv6", config.LogHTTP, config.ModeHTTP, with(func(r *Record) { r.Flags, r.Client = [4]byte{}, netip.MustParseAddrPort("[2001:db8::1]:4000") }),
			`2001:db8::1:4000 [06/Feb/2009:12:14:14.655] http_front http_back/cluster2 10/0/30/69/109 200 2750 - - ---- 1/1/1/1/0 0/0 "GET /index.html HTTP/1.1"`},
		{"no answer", config.LogHTTP, config.ModeHTTP, with(func(r *Record) { r.Status = -1; r.Client = netip.AddrPort{} }),
			`unix:0 [06/Feb/2009:12:14:14.655] http_front http_back/cluster2 10/0/30/69/109 -1 2750 - - ---- 1/1/1/1/0 0/0 "GET /index.html HTTP/1.1"`},
		{"tcplog", config.LogTCP, config.ModeTCP, sample(),
			`10.0.1.2:33317 [06/Feb/2009:12:14:14.655] http_front http_back/cluster2 0/30/109 2750 -- 1/1/1/1/0 0/0`},
		{"clf", config.LogCLF, config.ModeHTTP, with(func(r *Record) { r.Accept = time.Date(2026, 11, 22, 12, 29, 44, 4*1e6, time.UTC) }),
			`10.0.1.2 - - [22/Nov/2026:12:29:44 +0000] "GET /index.html HTTP/1.1" 200 2750 "" "" 33317 004 "http_front" "http_back" "cluster2" 10 0 30 69 109 ---- 1 1 1 1 0 0 0 "" "" `},
		{"default, HTTP", config.LogDefault, config.ModeHTTP, sample(), `Connect from 10.0.1.2:33317 to 10.0.0.1:80 (http_front/HTTP)`},
		{"default, TCP", config.LogDefault, config.ModeTCP, sample(), `Connect from 10.0.1.2:33317 to 10.0.0.1:80 (http_front/TCP)`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var f Formatter
			p := &config.Proxy{Mode: tt.mode}
			for range 2 { // the second time with a remembered second
				got := string(f.Append(nil, tt.format, p, &tt.record))
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Fatal(diff)
				}
			}
		})
	}
}

func TestFormatsKeepWhatIsThere(t *testing.T) {
	r := sample()
	if got := string(new(Formatter).HTTP([]byte("x "), &r)); !strings.HasPrefix(got, "x 10.0.1.2:33317 [") {
		t.Fatal(got)
	}
}

func TestFormatterFollowsTheClock(t *testing.T) {
	var f Formatter
	for _, at := range []string{"06/Feb/2009:23:59:59.999", "07/Feb/2009:00:00:00.000", "06/Feb/2009:23:59:59.001"} {
		when, err := time.ParseInLocation(dateLayout+".000", at, time.Local)
		if err != nil {
			t.Fatal(err)
		}
		r := with(func(r *Record) { r.Accept = when })
		if got := string(f.HTTP(nil, &r)); !strings.Contains(got, "["+at+"]") {
			t.Errorf("want %s in %s", at, got)
		}
	}
}

func FuzzLineCannotForgeALog(f *testing.F) {
	for _, s := range []string{"GET / HTTP/1.1", "a\nb", `"`, "#22", "\x00\x7f\xff", "é", ""} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		got := appendLine(nil, line)
		if line == nil {
			line = []byte{}
		}
		for _, c := range got {
			if c < 0x20 || c >= 0x7f || c == '"' {
				t.Fatalf("%q is logged as %q", line, got)
			}
		}
		if back := unescape(got); len(line) > 0 && string(back) != string(line) {
			t.Fatalf("%q is logged as %q, which reads %q", line, got, back)
		}
	})
}

// unescape is what a reader of logs does.
func unescape(s []byte) []byte {
	var out []byte
	for i := 0; i < len(s); i++ {
		if s[i] != '#' {
			out = append(out, s[i])
			continue
		}
		hi, lo := strings.IndexByte(hexDigits, s[i+1]), strings.IndexByte(hexDigits, s[i+2])
		out = append(out, byte(hi<<4|lo))
		i += 2
	}
	return out
}

func TestEscapes(t *testing.T) {
	for in, want := range map[string]string{
		`GET /a#b{c}|d~\e`: `GET /a#23b{c}|d~\e`,
		"GET /a\"b":        "GET /a#22b",
		"\x00\x1b\x7f\xff": "#00#1B#7F#FF",
	} {
		if got := string(appendLine(nil, []byte(in))); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func TestFormatsDoNotAllocate(t *testing.T) {
	r, buf := sample(), make([]byte, 0, 1024)
	p := &config.Proxy{Mode: config.ModeHTTP}
	for _, format := range []config.LogFormat{config.LogDefault, config.LogTCP, config.LogHTTP, config.LogCLF} {
		var f Formatter
		f.Append(buf, format, p, &r)
		if n := testing.AllocsPerRun(100, func() { f.Append(buf[:0], format, p, &r) }); n != 0 {
			t.Errorf("format %d: %v allocations a record", format, n)
		}
	}
}

func BenchmarkHTTP(b *testing.B) {
	var f Formatter
	r, buf := sample(), make([]byte, 0, 1024)
	b.ReportAllocs()
	for b.Loop() {
		buf = f.HTTP(buf[:0], &r)
	}
}
