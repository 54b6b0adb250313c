package differential

import (
	"fmt"
	"time"
)

// An error file as a package installs it has no length, speaks HTTP/1.0 and asks for the end of the connection.
const errorFile = "HTTP/%s 403 No\r\nCache-Control: no-cache\r\n%sContent-Type: text/html\r\n%s\r\nhello\n"

// errorFiles asks a section whose error file has the given version and fields in all the ways a client may ask.
func errorFiles(version, connection, length string) Case {
	file := fmt.Sprintf(errorFile, version, connection, length)
	return Case{
		Name:   fmt.Sprintf("errorfile-%s-%d-%d", version, len(connection), len(length)),
		Config: one("    errorfile 403 {dir}/403.http\n    http-request deny if { path /no }\n"),
		Before: func(s *Side) { s.write("403.http", file) },
		Play: func(s *Side) {
			for _, head := range []string{
				"GET /no HTTP/1.1\r\nHost: a\r\n\r\n", "GET /no HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
				"GET /no HTTP/1.0\r\n\r\n", "GET /no HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "HEAD /no HTTP/1.1\r\nHost: a\r\n\r\n",
			} {
				s.Dial("web").Send(head).Quiet(300 * time.Millisecond).Close()
				s.Logs(1)
			}
		},
	}
}

// spoiled are requests that HAProxy's parser refuses, before there is anything that a rule or an error file could be asked for.
var spoiled = []string{
	"GET / HTTP/1.1\r\nX Y: 1\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "GET /\r\n", "GET / HTTP/1.1\r\nHo",
	"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
}

// spoil sends them where every error has a file of that text.
func spoil(name, file string) Case {
	return Case{
		Name: "errorfile-" + name,
		Config: one("    timeout http-request 300ms\n    errorfile 400 {dir}/file\n    errorfile 408 {dir}/file\n    errorfile 503 {dir}/file\n" +
			"    http-request deny deny_status 400 if { path /400 }\n"),
		Before: func(s *Side) { s.write("file", file) },
		Play: func(s *Side) {
			for _, text := range append([]string{"GET /400 HTTP/1.1\r\nHost: a\r\n\r\n"}, spoiled...) {
				s.Dial("web").Send(text).Rest().Close()
				s.Logs(1)
			}
		},
	}
}

// guarded is a page with a password among error files, one of which has another status than it stands for.
func guarded() Case {
	return Case{
		Name: "errorfile-page",
		Config: one("    errorfile 400 {dir}/file\n    errorfile 503 {dir}/other\n    stats uri /page\n    stats auth a:b\n" +
			"    http-request deny deny_status 503 if { path /no }\n"),
		Before: func(s *Side) {
			s.write("file", fmt.Sprintf(errorFile, "1.0", "Connection: close\r\n", ""))
			s.write("other", "HTTP/1.0 200 Fine\r\nContent-Type: text/html\r\n\r\nhello\n")
		},
		Play: func(s *Side) {
			for _, line := range []string{"GET /page", "HEAD /page", "OPTIONS /page", "PUT /page", "GET /no"} {
				s.Dial("web").Send(line + " HTTP/1.1\r\nHost: a\r\n\r\n").Quiet(300 * time.Millisecond).Close()
				s.Logs(1)
			}
		},
	}
}

// errorFileCases are about the answers that a configuration brings with it.
var errorFileCases = []Case{
	errorFiles("1.0", "Connection: close\r\n", ""), errorFiles("1.0", "", ""), errorFiles("1.0", "", "Content-Length: 6\r\n"),
	errorFiles("1.0", "Connection: close\r\n", "Content-Length: 6\r\n"), errorFiles("1.1", "", ""), errorFiles("1.1", "", "Content-Length: 6\r\n"),
	errorFiles("1.1", "Connection: close\r\n", "Content-Length: 6\r\n"), errorFiles("1.1", "Connection: keep-alive\r\n", "Content-Length: 6\r\n"),
	spoil("spoiled", "HTTP/1.0 400 No\r\nConnection: close\r\nContent-Type: text/html\r\n\r\nhello\n"), spoil("silent", ""), guarded(),
}
