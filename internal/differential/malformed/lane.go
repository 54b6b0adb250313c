package malformed

import (
	"bytes"
	"net"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// lane is a frontend of a director with a server of its own, for one exchange at a time.
type lane struct {
	front  string
	server net.Listener
	wg     sync.WaitGroup

	mu     sync.Mutex
	answer func(c net.Conn, request []byte) // to every request; nil: no exchange is on
	got    []*bytes.Buffer                  // what reached the server, by connection
	conns  []net.Conn
	moved  atomic.Int64 // when something was last sent or received, in ns
}

// newLane opens both sockets of a lane. front is for the director to inherit; the caller closes it.
func newLane() (l *lane, front *os.File, err error) {
	listen := func() (*net.TCPListener, error) {
		l, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
		return l, err
	}
	server, err := listen()
	if err != nil {
		return nil, nil, err
	}
	f, err := listen()
	if err != nil {
		server.Close()
		return nil, nil, err
	}
	defer f.Close()
	if front, err = f.File(); err != nil {
		server.Close()
		return nil, nil, err
	}
	l = &lane{front: f.Addr().String(), server: server}
	l.wg.Add(1)
	go l.accept()
	return l, front, nil
}

// close ends the server and waits for all that it runs.
func (l *lane) close() {
	l.server.Close()
	l.hangUp(true)
	l.wg.Wait()
}

func (l *lane) move() { l.moved.Store(time.Now().UnixNano()) }

func (l *lane) accept() {
	defer l.wg.Done()
	for {
		c, err := l.server.Accept()
		if err != nil {
			return
		}
		l.move()
		b := &bytes.Buffer{}
		l.mu.Lock()
		if l.answer == nil { // the director goes on with a client that has left
			l.mu.Unlock()
			c.Close()
			continue
		}
		l.got, l.conns = append(l.got, b), append(l.conns, c)
		answer := l.answer
		l.mu.Unlock()
		l.wg.Add(1)
		go func() {
			defer l.wg.Done()
			defer c.Close()
			l.receive(c, b, answer)
		}()
	}
}

// receive notes all that comes and answers each whole request.
func (l *lane) receive(c net.Conn, b *bytes.Buffer, answer func(net.Conn, []byte)) {
	p, done := make([]byte, 64<<10), 0
	for {
		n, err := c.Read(p)
		if err != nil {
			return
		}
		l.move()
		l.mu.Lock()
		b.Write(p[:n])
		all := bytes.Clone(b.Bytes())
		l.mu.Unlock()
		for {
			k := whole(all[done:])
			if k == 0 {
				break
			}
			answer(c, all[done:done+k])
			done += k
			l.move()
		}
	}
}

// hangUp closes all connections of the server, for good where the exchange is over.
func (l *lane) hangUp(over bool) {
	l.mu.Lock()
	if over {
		l.answer = nil
	}
	for _, c := range l.conns {
		c.Close()
	}
	l.conns = nil
	l.mu.Unlock()
	l.move()
}

// whole says how long the request at the start of p is, as a director has written it; 0: it is not whole.
func whole(p []byte) int {
	end := bytes.Index(p, []byte("\r\n\r\n"))
	if end < 0 {
		return 0
	}
	end += 4
	head := bytes.ToLower(p[:end])
	switch {
	case bytes.Contains(head, []byte("\r\ntransfer-encoding:")):
		n := wholeChunks(p[end:])
		if n == 0 {
			return 0
		}
		end += n
	case bytes.Contains(head, []byte("\r\ncontent-length:")):
		_, v, _ := bytes.Cut(head, []byte("\r\ncontent-length:"))
		v, _, _ = bytes.Cut(v, []byte("\r\n"))
		n, err := strconv.Atoi(string(bytes.TrimSpace(v)))
		if err != nil || n < 0 || n > len(p)-end {
			return 0
		}
		end += n
	}
	return end
}

// wholeChunks says how long a chunked body is, its last chunk and trailers included; 0: it is not whole. It goes by the chunks' sizes:
// their bytes may look like an end.
func wholeChunks(p []byte) int {
	for at := 0; ; {
		line := bytes.Index(p[at:], []byte("\r\n"))
		if line < 0 {
			return 0
		}
		size, _, _ := bytes.Cut(p[at:at+line], []byte(";"))
		n, err := strconv.ParseUint(string(bytes.TrimSpace(size)), 16, 32)
		if err != nil {
			return 0
		}
		if n == 0 {
			stop := bytes.Index(p[at+line:], []byte("\r\n\r\n"))
			if stop < 0 {
				return 0
			}
			return at + line + stop + 4
		}
		if at += line + 2 + int(n) + 2; at > len(p) {
			return 0
		}
	}
}
