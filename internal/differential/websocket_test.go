package differential

import "strings"

const (
	wsKey    = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
	wsAccept = "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
)

// upgradeRequests are forms of asking for websockets, with and without what RFC 6455 asks for.
var upgradeRequests = [][]string{
	{"Connection: upgrade", "Upgrade: websocket", wsKey},
	{"Connection: close, Upgrade", "Upgrade: WebSocket", wsKey},
	{wsKey, "Upgrade: foo, websocket", "Connection: upgrade"},
	{"Connection: upgrade", "Upgrade: websocket", "Sec-WebSocket-Key: x", wsKey},
	{"Connection: upgrade", "Upgrade: websocket", wsKey, "Content-Length: 0"},
	{"Connection: upgrade", "Upgrade: websocket", "Upgrade: foo"},
	{"Connection: upgrade", "Upgrade: websocket/13"},
	{"Connection: upgrade", "Upgrade: foo", "Content-Length: 0"},
	{"Connection: close, upgrade", "Upgrade: websocket", "Sec-WebSocket-Key: x"},
	{"Connection: upgrade", "Upgrade: websocket"},
	{"Connection: upgrade", "Upgrade: websocket", "Content-Length: 0"},
	{"Connection: upgrade", "Upgrade: websocket", "Sec-WebSocket-Key:"},
	{"Connection: upgrade", "Upgrade: websocket", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ="},
	{"Connection: upgrade", "Upgrade: websocket", wsKey + "="},
	{"Connection: upgrade", "Upgrade: foo, websocket"},
	{"Connection: upgrade", "Upgrade: ,\twebsocket, foo"},
	{"Connection: upgrade", "Upgrade: foo", "Upgrade: websocket"},
	{"Upgrade: websocket"},
}

// upgradeAnswers are forms of agreeing.
var upgradeAnswers = [][]string{
	{"Connection: upgrade", "Upgrade: websocket", wsAccept},
	{"Connection: close, Upgrade", "Upgrade: foo, websocket", "Sec-WebSocket-Accept:"},
	{"Connection: upgrade", "Upgrade: websocket", "Sec-WebSocket-Accept: x"},
	{"Connection: upgrade", "Upgrade: foo"},
	{"Connection: upgrade", "Upgrade: websocket", "Upgrade: foo"},
	{"Connection: upgrade"},
	{"Connection: upgrade", "Upgrade: websocket"},
	{"Connection: upgrade", "Upgrade: foo, websocket"},
	{"Connection: upgrade", "Upgrade: foo", "Upgrade: websocket"},
	{"Connection: close", "Upgrade: websocket", wsAccept},
	{"Upgrade: websocket", wsAccept},
	{"Upgrade: websocket"},
	{},
}

var websocket = Case{
	Name:   "websocket",
	Config: one("    timeout http-keep-alive 100ms\n"),
	Play: func(s *Side) {
		s.Mask(`wraps at \d+`, "wraps at (n)")           // each program's memory
		s.Mask(`(H1 stream flags 0x0000481)\d`, "$1(n)") // whether the server's end has come with it
		agree := func(version string, fields []string) {
			s.Server("s1").Do(func(c *Conn, _ string) {
				c.Say(version + " 101 Switching\r\n" + strings.Join(append(fields[:len(fields):len(fields)], "\r\n"), "\r\n") + "hi")
				c.Close()
			})
		}
		agree("HTTP/1.1", upgradeAnswers[0])
		for _, fields := range upgradeRequests {
			s.Dial("web").Send(Request("/", fields...)).Rest()
			s.Logs(1)
		}
		s.CLI("show errors web request")
		for _, fields := range upgradeAnswers {
			agree("HTTP/1.1", fields)
			s.Dial("web").Send(Request("/", upgradeRequests[0]...)).Rest()
			s.Logs(1)
		}
		s.CLI("show errors web response")
		agree("HTTP/1.0", upgradeAnswers[0])
		s.Dial("web").Send(Request("/", upgradeRequests[0]...)).Rest()
		s.Logs(1)
		agree("HTTP/1.1", []string{"Connection: upgrade", "Upgrade: websocket"})
		s.Dial("web").Send(Request("/", "Connection: upgrade", "Upgrade: foo")).Rest()
		s.Logs(1)
		s.Stat("web/FRONTEND", "ereq", "hrsp_4xx", "hrsp_5xx")
		s.Stat("web/a", "eresp", "stot")
		s.Server("s1").Reached(24)
	},
}
