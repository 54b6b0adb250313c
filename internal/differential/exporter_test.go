package differential

import (
	"bytes"
	"io"
	nethttp "net/http"
	"sort"
	"strings"
)

// metrics asks for the exporter's figures and notes what comes, field by field and line by line.
func metrics(s *Side, name, target string) {
	s.Note("$ %s", target)
	c := &nethttp.Client{Transport: &nethttp.Transport{DisableKeepAlives: true}}
	r, err := c.Get("http://" + s.Addr(name) + target)
	s.must(err, "ask for metrics")
	defer func() { _ = r.Body.Close() }()
	body, err := io.ReadAll(r.Body)
	s.must(err, "read metrics")
	fields := &bytes.Buffer{}
	_ = r.Header.Write(fields) // to memory
	lines := strings.Split(strings.TrimSpace(fields.String()), "\r\n")
	sort.Strings(lines)
	s.Note("%s %s %q", r.Status, strings.Join(lines, ", "), r.TransferEncoding)
	s.note("metric", string(body))
}

const exporterFile = Head + `
frontend web
    bind {web}
    http-request use-service prometheus-exporter if { path /metrics }
    http-request deny if { path /deny }
    default_backend app
backend app
    balance roundrobin
    cookie S insert
    server a {s1} check inter 100ms
    server b {s2} backup maxconn 5 maxqueue 7
    server c {s3} disabled
    server d {s4} check inter 100ms downinter 1h fall 1
listen raw
    mode tcp
    bind {raw}
    server a {s1} check inter 100ms
`

var exporterCases = []Case{{
	Name:   "exporter",
	Config: exporterFile,
	Before: func(s *Side) { s.Server("s4").Down() },
	Play: func(s *Side) {
		s.Mask(`(haproxy_process_(?:nbthread|max_|hard_|current_tasks|pool|idle|uptime|start|bytes|jobs|listeners|requests|connections|build)\S*) .*`, "$1 n")
		s.Mask(`(_seconds(?:_total)?\{\S+) \d+(\.\d+)?`, "$1 n")
		s.Mask(`(rate(?:_max)?(?:\{\S+)?) \d+`, "$1 n")
		s.Mask(`((?:idle_connections|need_connections)_current\{\S+) \d+`, "$1 n") // how many are kept is each one's own affair
		s.Mask(`PROMEX>(.*) 200 \d{4,}`, "PROMEX>$1 200 n")
		s.Mask(`version="\S+"`, "version")
		s.Mask(`(limit_sessions\{proxy="\w+"\}) [1-9]\d*`, "$1 n") // it follows from the system's limits
		s.Mask(`(bytes_out_total\{\S+) \d{4,}`, "$1 n")            // answers of the exporter itself
		s.UntilStat("app/d", "status", "DOWN")
		s.UntilStat("raw/a", "check_status", "L4OK")
		s.Who("web", "/")
		s.Who("web", "/deny")
		s.Who("web", "/two")
		s.Logs(3)
		for _, query := range []string{"", "?scope=server&no-maint", "?scope=frontend&scope=backend", "?scope=", "?scope=zz", "?scope", "?foo=bar&scope=serv%65r",
			"?SCOPE=x&scope=listener", "?scope=sticktable"} {
			metrics(s, "web", "/metrics"+query)
			s.Logs(1)
		}
		s.Stat("web/FRONTEND", "intercepted", "req_tot", "hrsp_2xx", "hrsp_4xx", "dreq", "stot")
		s.Dial("web").Send("HEAD /metrics HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").Rest()
		s.Dial("web").Send("POST /metrics?scope= HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc" + Request("/two", "Connection: close")).Answer()
	},
}}
