package load

import (
	"bufio"
	"context"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// listen gives the connections that come.
func listen(t *testing.T) (string, chan net.Conn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	came, done := make(chan net.Conn, 100), make(chan struct{})
	go func() {
		defer close(done)
		for {
			cn, err := l.Accept()
			if err != nil {
				return
			}
			came <- cn
		}
	}()
	t.Cleanup(func() { l.Close(); <-done })
	return l.Addr().String(), came
}

func crowd(t *testing.T, c Crowd) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- c.Run(ctx) }()
	return func() { cancel(); require.NoError(t, <-done) }
}

func TestSlowClientsNeverEndTheirRequestAndComeAgain(t *testing.T) {
	addr, came := listen(t)
	stop := crowd(t, Crowd{Addr: addr, Clients: 3, Drip: 5 * time.Millisecond})
	for range 3 {
		cn := <-came
		r := bufio.NewReader(cn)
		for _, begins := range []string{"GET / HTTP/1.1", "Host: ", "User-Agent: ", "X-0: ", "X-1: "} {
			line, err := r.ReadString('\n')
			require.NoError(t, err)
			assert.True(t, strings.HasPrefix(line, begins), line)
		}
		cn.Close()
	}
	(<-came).Close() // one that was sent away is back
	stop()
}

func TestAFloodHoldsItsConnections(t *testing.T) {
	addr, came := listen(t)
	stop := crowd(t, Crowd{Addr: addr, Clients: 20, Within: 50 * time.Millisecond})
	var held []net.Conn
	for range 20 {
		held = append(held, <-came)
	}
	stop()
	for _, cn := range held { // all are ended with the crowd
		require.NoError(t, cn.SetReadDeadline(time.Now().Add(5*time.Second)))
		n, err := cn.Read(make([]byte, 1))
		assert.Zero(t, n)
		var timeout net.Error
		if assert.Error(t, err) && assert.NotErrorAs(t, err, &timeout, "it says nothing, and ends") {
			cn.Close()
		}
	}
}

func TestCrowdsThatAreNone(t *testing.T) {
	assert.ErrorContains(t, Crowd{Addr: "x:1"}.Run(t.Context()), "0 clients")
	assert.ErrorContains(t, Crowd{Addr: "x:1", Clients: MaxCrowd + 1}.Run(t.Context()), "must be 1 to 5000")
	assert.ErrorContains(t, Crowd{Addr: "x", Clients: 1}.Run(t.Context()), "missing port")
}
