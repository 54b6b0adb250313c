package differential

import (
	"strings"
	"time"
)

// tunnelEnds tell how the sides of a tunnel come to their ends: what the server does once both are connected, and the client.
var tunnelEnds = []struct {
	name   string
	server func(c *Conn)
	client func(c *Client)
}{
	{"server-closes", func(c *Conn) { c.Close() }, func(c *Client) { c.Rest() }},
	{"server-shuts", func(c *Conn) { c.Shut(); c.Hang() }, func(c *Client) { c.Rest() }},
	{"client-shuts", func(c *Conn) { c.Hang(); c.Say("late"); c.Close() }, func(c *Client) { c.Shut().Rest() }},
	{"nobody", func(c *Conn) { c.Hang() }, func(c *Client) { c.Rest() }},
}

// tunnelCases are these ends behind an Upgrade and in mode tcp, with each of the timeouts.
func tunnelCases() (list []Case) {
	const hello = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: chat\r\n\r\nhello"
	for _, end := range tunnelEnds {
		for _, t := range []string{"tunnel 400ms", "client 400ms", "server 400ms", "client-fin 300ms", "server-fin 300ms"} {
			lines := "    timeout " + t + "\n"
			if t != "tunnel 400ms" {
				lines += "    timeout tunnel 900ms\n"
			}
			play := func(say string, ask string) func(s *Side) {
				return func(s *Side) {
					s.Server("s1").Greets(func(c *Conn) {
						hear(c, len(ask))
						c.Say(say)
						end.server(c)
					})
					c := s.Dial("web").Send(ask)
					end.client(c)
					s.Logs(1)
				}
			}
			kind, _, _ := strings.Cut(t, " ")
			name := end.name + "-" + kind
			list = append(list, Case{Name: "upgrade-" + name, Config: one(lines), Play: play(hello, Request("/", "Connection: Upgrade", "Upgrade: chat"))},
				Case{Name: "tcp-" + name, Config: one("    mode tcp\n    option tcplog\n" + lines), Play: play("hello", "ahoy")})
		}
	}
	return list
}

// uploadCases are about a client that stops in the middle of its request's body.
func uploadCases() (list []Case) {
	const ask = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc"
	for name, answer := range map[string]string{"none": "", "some": "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab", "all": OK("abcde")} {
		for _, t := range [][2]string{{"300ms", "800ms"}, {"800ms", "300ms"}} {
			list = append(list, Case{
				Name:   "upload-stops-" + name + "-" + t[0],
				Config: one("    timeout client " + t[0] + "\n    timeout server " + t[1] + "\n"),
				Play: func(s *Side) {
					s.Server("s1").Greets(func(c *Conn) { hear(c, 4); c.Say(answer); c.Hang() })
					from := time.Now()
					s.Dial("web").Send(ask).Rest()
					s.Note("at once %v", time.Since(from) < 600*time.Millisecond)
					s.Logs(1)
				},
			})
		}
	}
	return list
}
