package differential

import (
	"io"
	"net"
	"path/filepath"
	"strings"
)

// proxiedAuth asks for credentials with option http-use-proxy-header: as a proxy, of those that take the director for one.
var proxiedAuth = Case{
	Name: "proxied-auth",
	Config: Head + "userlist u\n    user a insecure-password b\nfrontend web\n    bind {web}\n    option http-use-proxy-header\n" +
		"    http-request auth realm x if { path_beg /auth } !{ http_auth(u) }\n    http-request set-header x-type %[http_auth_type]/%[http_auth_user]/%[http_auth_pass]\n" +
		"    http-request set-header x-token %[http_auth_bearer]/%[http_auth_bearer(Authorization)]\n    default_backend app\n" +
		"backend app\n    stats uri /auth/stats\n    stats auth a:b\n    server s {s1}\n",
	Play: func(s *Side) {
		n := 0
		for _, target := range []string{"/auth", "http://www/auth", "http://www/auth/stats", "*", "http://www/"} {
			for _, field := range []string{"", "Authorization: Basic YTpi", "Proxy-Authorization: Basic YTpi", "Authorization: Bearer x", "Proxy-Authorization: Bearer x"} {
				method, fields := "GET ", []string{"Connection: close", "Proxy-Connection: keep-alive"}
				if target == "*" {
					method = "OPTIONS "
				}
				if field != "" {
					fields = append(fields, field)
				}
				if strings.HasSuffix(target, "/stats") && strings.HasPrefix(field, "Proxy-Authorization: Basic") {
					continue // the page
				}
				s.Dial("web").Send(method + strings.TrimPrefix(Request(target, fields...), "GET ")).Rest()
				n++
			}
		}
		s.Logs(n)
		s.Server("s1").Reached(1)
	},
}

// transparent sends requests where their clients have connected to, or where a rule says that they have, over a connection that stays
// the client's whatever the rule says next.
var transparent = Case{
	Name:   "transparent",
	Before: func(s *Side) { s.Define("s1port", s.port("s1")) },
	Config: Head + "defaults front\n    mode http\n    log global\n    retries 1\n    timeout connect 1s\n    timeout client 3s\n    timeout server 3s\n" +
		"    log-format \"%f %b/%s %ST %ts %rc %si:%sp %fi:%fp %[dst]:%[dst_port] %[nbsrv(web)] %[nbsrv(dispatched)]\"\n" +
		"listen web from front\n    bind {web}\n    option transparent\n    http-request set-dst-port hdr(x-port)\n" +
		"frontend fe from front\n    bind {fe}\n    http-request set-dst-port hdr(x-port)\n    default_backend be\n" +
		"backend be from front\n    option transparent\n    http-reuse always\n" +
		"listen dispatched from front\n    bind {dispatched}\n    option transparent\n    dispatch {s1}\n" +
		"listen tcp from front\n    mode tcp\n    log-format \"%f %b/%s %ts %rc %si:%sp\"\n    bind {tcp}\n    transparent\n" +
		"    tcp-request inspect-delay 1s\n    tcp-request content set-dst-port int({s1port})\n" +
		"listen local from front\n    log-format \"%f %b/%s %ST %ts %rc %si:%sp %[dst]\"\n    bind {dir}/local\n    option transparent\n",
	Play: func(s *Side) {
		one, two := "X-Port: "+s.port("s1"), "X-Port: "+s.port("s2")
		for _, to := range []string{"web", "fe"} {
			s.Dial(to).Send(Request("/1", one)).Answer().Send(Request("/2", one)).Answer().Send(Request("/3", two)).Answer().
				Send(Request("/4", one, "Connection: close")).Rest()
			s.Get(to, "/5", two)
			s.Get(to, "/refused", "X-Port: 1")
			s.Get(to, "/zero", "X-Port: 0")
			s.Logs(7)
		}
		s.Get("dispatched", "/", two)
		s.Dial("tcp").Send(Request("/", "Connection: close")).Rest()
		s.Logs(2)
		c, err := net.Dial("unix", filepath.Join(s.dir, "local"))
		s.must(err, "connect")
		_, err = io.WriteString(c, Request("/", "Connection: close"))
		s.must(err, "ask")
		text, _ := io.ReadAll(c) // what has come counts
		s.Note("%s", text)
		s.must(c.Close(), "close")
		s.Logs(1)
		for _, row := range []string{"web", "be", "dispatched", "tcp", "local"} {
			s.Stat(row+"/BACKEND", "status", "act", "weight", "stot", "econ", "wretr", "connect", "reuse", "hrsp_2xx", "hrsp_5xx", "lbtot", "algo")
		}
	},
}
