package differential

import (
	"strings"
	"time"
)

// refusals are rules that end a request in each of the ways there are.
var refusals = []string{
	"http-request deny", "http-request tarpit", "http-request return status 200", "http-request redirect location /x", "http-request reject",
	"http-request silent-drop", "http-request auth", "http-response deny", "tcp-request content reject", "redirect location /y", "monitor-uri /",
	"http-request deny hdr x y if { req.cook(SRV) -m found }",
}

// refused compares what logs have of the cookies of requests that were refused. Of place, %s is where the rule stands.
func refused(name, place string) Case {
	var config strings.Builder
	config.WriteString(Head)
	for i, rule := range refusals {
		if i == 10 && name == "backend" {
			rule = "http-request deny"
		}
		p := strings.NewReplacer("N", string(rune('a'+i)), "RULE", rule)
		_, _ = p.WriteString(&config, place) // it writes to memory
	}
	return Case{
		Name:   "refused-" + name,
		Config: config.String(),
		Play: func(s *Side) {
			for i := range refusals {
				for _, path := range []string{"/", "/force", "/ignore"} {
					for _, cookie := range []string{"", "Cookie: SRV=a", "Cookie: SRV=b", "Cookie: SRV=z", "Cookie: q=1; SRV=a"} {
						c := s.Dial("web" + string(rune('a'+i)))
						request := "GET " + path + " HTTP/1.1\r\nHost: a\r\nX-A: b\r\nConnection: close\r\n"
						if cookie != "" {
							request += cookie + "\r\n"
						}
						c.Send(request + "\r\n").Quiet(200 * time.Millisecond).Close() // of a silent drop there is no end
						if refusals[i] != "monitor-uri /" || path != "/" || name == "backend" {
							s.Logs(1)
						}
					}
				}
			}
		},
	}
}

const (
	refusedFront = "    bind {webN}\n    timeout tarpit 20ms\n    capture cookie SRV len 8\n    capture request header x-a len 3\n"
	refusedBack  = "    timeout tarpit 20ms\n    cookie SRV insert indirect nocache\n    force-persist if { path /force }\n    ignore-persist if { path /ignore }\n" +
		"    use-server b if { hdr(x-a) c }\n    server a {s1} cookie a\n    server b {s2} cookie b disabled\n"
)

var refusedCases = []Case{
	refused("listen", "listen N\n"+refusedFront+"    RULE\n"+refusedBack),
	refused("frontend", "frontend N\n"+refusedFront+"    RULE\n    default_backend bN\nbackend bN\n"+refusedBack),
	refused("backend", "frontend N\n"+refusedFront+"    default_backend bN\nbackend bN\n    RULE\n"+refusedBack),
}
