package differential

import (
	"fmt"
	"strings"
)

// bufferSizes are settings of the buffer, with the longest head of one field more than it can be and of many.
var bufferSizes = []struct {
	name, lines string
	limit       int // what is left of the buffer for a head
	size        int
}{
	{"default", "", 15360, 16384},
	{"small", "    tune.bufsize 4090\n", 3072, 4096},
	{"tiny", "    tune.bufsize 1000\n", 504, 1008},
	{"large", "    tune.bufsize 20000\n    tune.maxrewrite 3000\n", 17000, 20000},
	{"unreserved", "    tune.maxrewrite 0\n", 16384, 16384},
}

// bufferCases ask how long heads and what is seen of bodies may be (section 3.2, "tune.bufsize" and "tune.maxrewrite").
func bufferCases() (list []Case) {
	for _, b := range bufferSizes {
		list = append(list, Case{
			Name: "bufsize-" + b.name,
			Config: strings.Replace(Head, "global\n", "global\n"+b.lines, 1) + "frontend web\n    bind {web}\n    timeout http-request 200ms\n    default_backend app\n" +
				"frontend body\n    bind {body}\n    http-request wait-for-body time 5s\n    http-request return status 200 content-type text/plain lf-string \"%[req.body_len]\\n\"\n" +
				"frontend raw\n    bind {raw}\n    mode tcp\n    tcp-request inspect-delay 5s\n    tcp-request content set-var(sess.n) req.len if { req.len ge " + fmt.Sprint(b.limit-8) + " }\n" +
				"    log-format %[var(sess.n)]\n    default_backend nobody\nbackend nobody\n    mode tcp\n    server a 127.0.0.1:1\n" +
				"backend app\n    server a {s1}\n",
			Play: func(s *Side) {
				const once, perField, ask = 48 + 20 + 1 + 8*2, 8, "GET / HTTP/1.1\r\nHost: a\r\nX: "
				for more := range 2 {
					fill := b.limit - once - len("GET/HTTP/1.1") - perField*2 - len("hosta") - len("x") + more
					s.Dial("web").Send(ask + strings.Repeat("a", fill) + "\r\n\r\n").Answer().Close()
					s.Logs(1)
					s.Dial("web").Send(ask + strings.Repeat("a", b.size-64-len(ask)-1+more)).Answer().Close() // no end
					s.Logs(1)
					fill = b.limit - once - len("HTTP/1.1200OK") - perField*2 - len("content-length2") - len("x") + more
					s.Server("s1").Answers("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX: " + strings.Repeat("a", fill) + "\r\n\r\nok")
					s.Get("web", "/")
					s.Logs(1)
					s.Server("s1").Answers(OK("a"))
				}
				for _, n := range []int{b.limit - 200, b.limit, 2 * b.size} {
					head := fmt.Sprintf("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n", n)
					s.Dial("body").Send(head + strings.Repeat("a", n)).Answer().Close()
					s.Logs(1)
					s.Dial("raw").Send(strings.Repeat("a", n+200)).Rest().Close()
					s.Logs(1)
				}
				s.Mask("aaa+", "(many)")
				s.CLI("show errors")
			},
		})
	}
	return list
}
