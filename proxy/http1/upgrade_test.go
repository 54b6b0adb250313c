package http1

import (
	"testing"

	"github.com/stretchr/testify/require"
)

const wsKey = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"

func TestWebSocketsNeedAKey(t *testing.T) {
	const head = "GET / HTTP/1.1\r\nConnection: close, Upgrade\r\n"
	for fields, want := range map[string]error{
		"Upgrade: websocket\r\n" + wsKey:                                         nil,
		wsKey + "Upgrade: foo, websocket\r\n":                                    nil,
		"Upgrade: websocket\r\nSec-WebSocket-Key: x\r\n" + wsKey:                 nil,
		"Upgrade: websocket\r\nUpgrade: foo\r\n":                                 nil,
		"Upgrade: websocket/13\r\n":                                              nil,
		"Upgrade: websocket\r\nContent-Length: 1\r\n":                            nil,
		"Upgrade: websocket\r\n":                                                 BadRequest,
		"Upgrade: WebSocket\r\nSec-WebSocket-Key:\r\n":                           BadRequest,
		"Upgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ\r\n":    BadRequest,
		"Upgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==x\r\n": BadRequest,
		"Upgrade: ,\twebsocket, foo\r\n":                                         BadRequest,
		"Upgrade: foo\r\nUpgrade: websocket\r\n":                                 BadRequest,
		"Upgrade: websocket\r\nContent-Length: 0\r\n":                            BadRequest,
	} {
		_, err := rewrite(t, head+fields+"\r\n")
		require.Equal(t, want, err, fields)
	}
	_, err := rewrite(t, "GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n")
	require.NoError(t, err, "nothing asks for the upgrade")
}

func TestWebSocketsNeedAnAcceptance(t *testing.T) {
	const head = "HTTP/1.1 101 Switching\r\nConnection: upgrade\r\n"
	for in, want := range map[string]error{
		head + "Upgrade: websocket\r\nSec-WebSocket-Accept: x\r\n":         nil,
		head + "Upgrade: websocket\r\nSec-WebSocket-Accept:\r\n":           nil,
		head + "Upgrade: foo\r\n":                                          nil,
		head:                                                               nil,
		"HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\n":                 nil,
		"HTTP/1.1 200 OK\r\nConnection: upgrade\r\nUpgrade: websocket\r\n": nil,
		head + "Upgrade: websocket\r\n":                                    BadRequest,
		head + "Upgrade: foo, websocket\r\n":                               BadRequest,
	} {
		require.Equal(t, want, new(Head).ParseResponse([]byte(in+"\r\n")), in)
	}
}

func TestUpgradesWithABodyAreNone(t *testing.T) {
	for fields, want := range map[string]string{
		"Content-Length: 2\r\n": "content-length: 2\r\n",
		"Content-Length: 0\r\n": "upgrade: foo\r\nupgrade: bar\r\ncontent-length: 0\r\n",
	} {
		out, err := rewrite(t, "POST / HTTP/1.1\r\nConnection: upgrade\r\nUpgrade: foo\r\nUpgrade: bar\r\n"+fields+"\r\n")
		require.NoError(t, err)
		require.Equal(t, "POST / HTTP/1.1\r\nconnection: upgrade\r\n"+want+"\r\n", out)
	}
}

func TestFaultsOfWebSockets(t *testing.T) {
	for in, want := range map[string]Fault{
		"GET / HTTP/1.1\r\nConnection: upgrade\r\nUpgrade: foo, websocket\r\n\r\n":   {At: 64, State: inDone, Flags: 0x9590},
		"GET / HTTP/1.1\r\nUpgrade: websocket\r\nFoo bar: x\r\n\r\n":                 {At: 39, State: inName, Flags: 0x9410},
		"GET / HTTP/1.1\r\nUpgrade: websocket\r\nUpgrade: foo\r\nFoo bar: x\r\n\r\n": {At: 53, State: inName, Flags: 0x1410},
	} {
		require.Equal(t, want, Message{}.Diagnose([]byte(in)), in)
	}
	require.Equal(t, Fault{At: 67, State: inDone, Flags: 0x9594}, Message{Response: true}.Diagnose(
		[]byte("HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\nXX")))
}
