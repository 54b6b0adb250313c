package differential

import "strings"

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
