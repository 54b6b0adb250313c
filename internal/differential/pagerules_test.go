package differential

import "strings"

// limited is Head with limits that do not follow from the system's.
var limited = strings.Replace(Head, "global\n", "global\n    maxconn 5000\n", 1)

var pageAuth = limited + `
listen a
    bind {a}
    stats enable
    stats uri /st
    stats auth one:first
    stats auth two:second:third
    stats auth three
    server a {s1}
listen b
    bind {b}
    stats auth u:p
    stats realm The\ "drill"
    server a {s1}
`

func playAuth(s *Side) {
	s.Mask(`(/<STATS> .* 200) \d+`, "$1 n")
	n := 0
	for _, account := range []string{"one:first", "two:second:third", "three:", "three", "one:wrong", "One:first", "one:first:", "four:first", ":", "two:second"} {
		n++
		s.Head("a", "GET /st;csv HTTP/1.1\r\nHost: www\r\n"+basic(account)+"\r\n\r\n")
	}
	for _, r := range []string{
		"GET /st;csv HTTP/1.1\r\nHost: www\r\n\r\n", "HEAD /st HTTP/1.1\r\nHost: www\r\n\r\n", "GET /st HTTP/1.0\r\n\r\n", "GET /st HTTP/1.1\r\nHost: www\r\nAuthorization: Bearer x\r\n\r\n",
		"GET /st HTTP/1.1\r\nHost: www\r\nAuthorization: Basic !!\r\n\r\n", "POST /st HTTP/1.1\r\nHost: www\r\nContent-Length: 3\r\n\r\ns=a", "GET /other HTTP/1.1\r\nHost: www\r\n\r\n",
		"POST /st HTTP/1.1\r\nHost: www\r\n" + basic("one:first") + "\r\nContent-Length: 3\r\n\r\ns=a", "OPTIONS /st HTTP/1.1\r\nHost: www\r\n\r\n",
	} {
		n++
		s.Head("a", r)
	}
	s.Head("b", "GET /haproxy?stats HTTP/1.1\r\nHost: www\r\n\r\n")
	s.Head("b", "GET /haproxy?stats;csv HTTP/1.1\r\nHost: www\r\n"+basic("u:p")+"\r\n\r\n")
	s.Logs(n + 2)
	s.Stat("a/FRONTEND", "stot", "req_tot", "hrsp_2xx", "hrsp_3xx", "hrsp_4xx", "intercepted", "ereq", "dreq", "bin")
	s.Stat("a/BACKEND", "stot", "hrsp_2xx", "hrsp_4xx", "dreq", "req_tot")
}

var pageAdmin = limited + `
userlist people
    group admins users boss
    user boss insecure-password b
    user guest insecure-password g
frontend web
    bind {web}
    acl known http_auth(people)
    acl boss http_auth_group(people) admins
    default_backend page
backend page
    stats enable
    stats uri /st
    acl known http_auth(people)
    acl boss http_auth_group(people) admins
    stats http-request auth realm the\ drill unless known
    stats admin if boss
    stats admin if { hdr(x-key) open }
    server a {s1}
    server b {s1}
listen other
    bind {other}
    stats uri /st
    stats admin unless { path_end ;no }
    server a {s1}
`

func playAdmin(s *Side) {
	s.Mask(`(/<STATS> .* 200) \d+`, "$1 n")
	for _, account := range []string{"boss:b", "guest:g"} {
		s.Page("web", "/st", basic(account))
		s.post("web", "/st", "s=a&action=drain&b=page", basic(account))
		s.Stat("page/a", "status")
		s.post("web", "/st", "s=a&action=ready&b=page", basic(account))
		s.Stat("page/a", "status")
	}
	s.Head("web", "GET /st HTTP/1.1\r\nHost: www\r\n\r\n")
	s.post("web", "/st", "s=b&action=maint&b=page", basic("guest:g"), "X-Key: open")
	s.Stat("page/b", "status")
	s.post("other", "/st", "s=a&action=maint&b=other")
	s.post("other", "/st;no", "s=a&action=ready&b=other")
	s.Stat("other/a", "status")
	s.Logs(10 + 4)
}

var pageRules = limited + `
listen web
    bind {web}
    stats enable
    stats uri /st
    stats http-request deny if { hdr(x-a) deny }
    stats http-request deny deny_status 429 if { hdr(x-a) many }
    stats http-request allow if { hdr(x-a) allow }
    stats http-request set-var(txn.seen) str(yes) if { hdr(x-a) note }
    stats http-request allow if { var(txn.seen) -m str yes }
    stats http-request auth unless { hdr(x-a) pass }
    http-request deny if { hdr(x-b) deny }
    http-request set-path /st;csv if { path /alias }
    http-request return status 200 content-type text/plain string here if { path /st;here }
    redirect location /gone if { path /st;csv }
    http-after-response set-header X-After yes
    server a {s1}
`

func playPageRules(s *Side) {
	s.Mask(`(/<STATS> .* 200) \d+`, "$1 n")
	for _, r := range []string{
		"X-A: deny", "X-A: many", "X-A: allow", "X-A: note", "X-A: pass", "X-A: other", "X-A: allow\r\nX-B: deny",
	} {
		s.Head("web", "GET /st;csv HTTP/1.1\r\nHost: www\r\n"+r+"\r\n\r\n")
	}
	s.Head("web", "GET /alias HTTP/1.1\r\nHost: www\r\nX-A: allow\r\n\r\n")
	s.Head("web", "GET /st;here HTTP/1.1\r\nHost: www\r\n\r\n")
	s.Head("web", "PUT /st;csv HTTP/1.1\r\nHost: www\r\nContent-Length: 0\r\n\r\n")
	s.Logs(10)
	s.Stat("web/FRONTEND", "stot", "req_tot", "hrsp_2xx", "hrsp_3xx", "hrsp_4xx", "intercepted", "ereq", "dreq", "bin")
	s.Stat("web/BACKEND", "stot", "hrsp_2xx", "hrsp_4xx", "dreq", "req_tot")
}

var pageBackend = limited + `
frontend web
    bind {web}
    use_backend pages if { path_beg /st }
    use_backend more if { path_beg /more }
    default_backend app
frontend plain
    bind {plain}
    default_backend pages
backend pages
    stats enable
    stats uri /st
    stats scope .
    http-request deny if { hdr(x-b) deny }
    redirect location /gone if { path /st;csv }
    http-after-response set-header X-After pages
backend more
    stats uri /more
    stats auth u:p
    server a {s1}
backend app
    server a {s1}
    server b {s2} disabled
`

func playPageBackend(s *Side) {
	s.Mask(`(/<STATS> .* 200) \d+`, "$1 n")
	s.Page("web", "/st")
	s.Page("plain", "/st;up")
	for _, r := range []string{
		"GET /st;csv HTTP/1.1\r\nHost: www\r\n\r\n", "GET /st;csv HTTP/1.1\r\nHost: www\r\nX-B: deny\r\n\r\n", "HEAD /st HTTP/1.1\r\nHost: www\r\n\r\n",
		"GET /more;csv HTTP/1.1\r\nHost: www\r\n\r\n", "GET /more;csv HTTP/1.1\r\nHost: www\r\n" + basic("u:p") + "\r\n\r\n", "GET /app HTTP/1.1\r\nHost: www\r\n\r\n",
		"POST /st HTTP/1.1\r\nHost: www\r\nContent-Length: 3\r\n\r\ns=a", "DELETE /st HTTP/1.1\r\nHost: www\r\n\r\n",
	} {
		s.Head("web", r)
	}
	s.Head("plain", "GET /st;csv HTTP/1.1\r\nHost: www\r\n\r\n")
	s.Head("plain", "GET /other HTTP/1.1\r\nHost: www\r\n\r\n")
	s.Logs(12)
	s.Stat("web/FRONTEND", "stot", "req_tot", "hrsp_2xx", "hrsp_3xx", "hrsp_4xx", "hrsp_5xx", "intercepted", "ereq", "dreq", "bin")
	for _, row := range []string{"pages/BACKEND", "more/BACKEND", "app/BACKEND"} {
		s.Stat(row, "stot", "hrsp_2xx", "hrsp_3xx", "hrsp_4xx", "hrsp_5xx", "dreq", "req_tot", "bin", "scur")
	}
}
