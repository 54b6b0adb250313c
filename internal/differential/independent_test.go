package differential

import (
	"errors"
	"os"
	"strings"
	"time"
)

// independentCases are about option independent-streams: what goes to a server does not set its time of silence back.
func independentCases() (list []Case) {
	file := strings.Replace(Head, "timeout server 10s", "timeout server 400ms", 1) + "listen web\n    bind {web}\n    OPTION\n    server a {s1}\n" +
		"listen raw\n    bind {raw}\n    mode tcp\n    option tcplog\n    OPTION\n    server a {s2}\n" +
		"frontend early\n    bind {early}\n    OPTION\n    default_backend app\nbackend app\n    server a {s1}\n"
	for name, option := range map[string]string{"independent-streams": "option independent-streams", "dependent-streams": ""} {
		list = append(list, Case{
			Name:   name,
			Config: strings.ReplaceAll(file, "OPTION", option),
			Play: func(s *Side) {
				s.Server("s1").Do(func(c *Conn, request string) {
					if strings.Contains(request, "/upgrade") {
						c.Say("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n")
						c.Hang()
					}
					c.Say(OK("a"))
				})
				s.Server("s2").Greets(func(c *Conn) { c.Hang() })
				const post = "POST / HTTP/1.1\r\nHost: www\r\nContent-Length: 15\r\n\r\n"
				for _, talk := range [][2]string{{"web", post}, {"early", post}, {"web", upgrading}, {"raw", "x"}} {
					s.Dial(talk[0]).Send(talk[1]).mumble(15, 60*time.Millisecond)
					s.Logs(1)
				}
				for _, row := range []string{"web/a", "raw/a", "app/a"} {
					s.Stat(row, "srv_abrt", "cli_abrt", "eresp", "hrsp_2xx", "hrsp_5xx")
				}
			},
		})
	}
	return list
}

// mumble sends n bytes, one at a time, until something comes, and notes whether that was before the last.
func (c *Client) mumble(n int, every time.Duration) {
	defer c.Close()
	for i := range n {
		_ = c.conn.SetReadDeadline(time.Now().Add(every))
		if b, err := c.r.Peek(1); !errors.Is(err, os.ErrDeadlineExceeded) && (len(b) == 0 || strings.HasPrefix(c.peeked(), "HTTP/1.1 504")) {
			c.s.Note("ended before its time: %q", c.peeked()[:min(12, len(c.peeked()))])
			return
		} else if i == 0 && len(b) > 0 { // what the tunnel begins with
			_, _ = readHead(c.r)
		}
		c.Send("x")
	}
	_ = c.conn.SetReadDeadline(time.Now().Add(patience))
	_, _ = c.r.Peek(1)
	c.s.Note("ended in its time: %q", c.peeked()[:min(12, len(c.peeked()))])
}

// peeked is what has come and was not read.
func (c *Client) peeked() string {
	b, _ := c.r.Peek(c.r.Buffered())
	return string(b)
}
