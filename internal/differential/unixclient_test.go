package differential

import (
	"io"
	"net"
	"path/filepath"
	"strings"
)

// overUnix sends a request to a unix socket in the side's directory and notes the answer.
func overUnix(s *Side, name, request string) {
	c, err := net.Dial("unix", filepath.Join(s.dir, name))
	s.must(err, "connect to "+name)
	_, _ = io.WriteString(c, request)
	if u, ok := c.(*net.UnixConn); ok {
		_ = u.CloseWrite()
	}
	text, _ := io.ReadAll(c) // an end by reset is one, too
	_ = c.Close()
	s.note(name, string(text))
}

const endsFormat = `"%ci:%cp %fi:%fp %bi:%bp %si:%sp [%[src]] [%[src_port]] [%[dst]] [%[fc_src]] %[so_id] %[src_is_local] %[fc_dst_is_local] %{+X}cp %{+Q}ci %{+Q}fp"`

// unixCases compare how ends of connections show that are no addresses, or addresses of IPv4 in those of IPv6.
var unixCases = []Case{
	{
		Name: "unix-clients",
		Config: Head + "frontend in\n    bind unix@{dir}/in id 7 name door\n    bind {web}\n    log-format " + endsFormat + "\n" +
			"    http-request return status 200 content-type text/plain lf-string \"%ci:%cp [%[base32+src,hex]] %ID %{+X}fi gone\" if { path /text }\n" +
			"    unique-id-format %ci-%{+X}ci\n    http-request set-src hdr(x-src)\n    default_backend away\n" +
			"frontend clf\n    bind unix@{dir}/clf id 8\n    option httplog clf\n    default_backend away\n" +
			"frontend long\n    bind unix@{dir}/long\n    option httplog\n    option forwardfor\n    option originalto\n    default_backend away\n" +
			"frontend proxied\n    bind unix@{dir}/proxied accept-proxy id 1000000\n    default_backend away\n" +
			"listen raw\n    mode tcp\n    option tcplog\n    bind unix@{dir}/raw id 11\n    tcp-request content reject\n" +
			"backend away\n    balance source\n    hash-type consistent\n    server u unix@{dir}/server send-proxy\n" +
			"frontend server\n    no log\n    bind unix@{dir}/server accept-proxy\n    http-request return status 200\n" +
			"defaults plain\n    mode http\n    log global\n    timeout client 10s\nfrontend none\n    bind unix@{dir}/none id 9\n    http-request return status 200\n",
		Play: func(s *Side) {
			s.Mask(`\d+/\d+/\d+/\d+/0 0/0`, "n 0/0")
			s.Mask(`"" "" (\d+) \d+ "clf" "away" "u" (-?\d+ ){5}`, `"" "" $1 ms "clf" "away" "u" times `)
			s.Mask(`---- (\d+ ){4}`, "---- n ")
			s.Mask(`(\[127\.0\.0\.1\]) \[\d+\] (.*) [0-9A-F]{4} (\S+) \d+$`, "$1 [port] $2 port $3 port")
			ask := Request("/", "Connection: close")
			for _, name := range []string{"in", "clf", "long", "none", "proxied", "raw"} {
				overUnix(s, name, ask)
				s.Logs(1)
			}
			overUnix(s, "in", Request("/text", "Connection: close"))
			s.Logs(1)
			overUnix(s, "in", Request("/", "X-Src: 1.2.3.4", "Connection: close"))
			s.Logs(1)
			overUnix(s, "proxied", "PROXY UNKNOWN\r\n"+ask)
			s.Logs(1)
			s.Dial("web").Send(ask).Rest()
			s.Logs(1)
		},
	},
	{
		Name: "mapped-clients",
		Config: strings.ReplaceAll(Head, "option httplog", "") + "frontend in\n    bind ::ffff:{wide} v4v6\n    log-format \"%ci %fi [%[src]] [%[dst]] %[fc_src,ipmask(8)] %[src_is_local] %{+X}ci %HP\"\n" +
			"    acl four src 127.0.0.0/8\n    acl six src ::ffff:0:0/96\n    acl other src 10.0.0.0/8\n" +
			"    http-request set-header x-match four if four\n    http-request add-header x-match six if six\n    http-request add-header x-match other if other\n" +
			"    http-request set-header x-hash %[base32+src,hex]\n    option forwardfor except 127.0.0.9\n    option originalto\n    default_backend app\n" +
			"backend app\n    balance source\n    server a {s1} send-proxy\n    server b {s1}\n    server c {s1} send-proxy-v2\n",
		Play: func(s *Side) {
			s.Mask(`PROXY TCP6 (\S+ \S+) \d+ \d+`, "PROXY TCP6 $1 ports")
			for _, from := range []string{"127.0.0.1", "127.0.0.9", "127.1.2.3"} {
				s.DialFrom(from, "wide").Send(Request("/"+from, "Connection: close")).Rest()
				s.Logs(1)
			}
		},
	},
}
