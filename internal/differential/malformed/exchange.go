package malformed

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Delivery is how a message's bytes are written.
type Delivery int

// Deliveries.
const (
	Whole Delivery = iota // in one piece
	Drip                  // byte by byte, so slowly that most of them are read one by one
)

func (d Delivery) String() string { return [...]string{"whole", "byte by byte"}[d] }

// state is what can be seen of an exchange at one time.
type state struct {
	Answer string   // what the client has got
	End    string   // open, closed or reset
	Server []string // what reached the server, by connection
}

// outcome is an exchange: what there was once everything had come to rest, and once the one who had sent the message had
// ended its side.
type outcome struct{ Rest, Ended state }

// client is the client's end of an exchange.
type client struct {
	net.Conn
	l   *lane
	mu  sync.Mutex
	got bytes.Buffer
	end string
	wg  sync.WaitGroup
}

func (l *lane) dial() (*client, error) {
	conn, err := net.Dial("tcp", l.front)
	if err != nil {
		return nil, err
	}
	c := &client{Conn: conn, l: l, end: "open"}
	c.wg.Add(1)
	go c.read()
	return c, nil
}

func (c *client) read() {
	defer c.wg.Done()
	p := make([]byte, 64<<10)
	for {
		n, err := c.Read(p)
		c.l.move()
		c.mu.Lock()
		c.got.Write(p[:n])
		switch {
		case errors.Is(err, io.EOF):
			c.end = "closed"
		case err != nil:
			c.end = "reset"
		}
		c.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// gap is between the bytes of a drip.
const gap = time.Millisecond

// deliver writes m. That the other end stops listening in the middle is for the outcome to show. Each byte is a move: on a busy
// machine a drip may take longer than what counts as rest.
func (l *lane) deliver(c net.Conn, m []byte, how Delivery) {
	if how == Whole {
		_, _ = c.Write(m)
		return
	}
	for i := range m {
		if _, err := c.Write(m[i : i+1]); err != nil {
			return
		}
		l.move()
		time.Sleep(gap)
	}
}

// rest waits until nothing has moved for quiet.
func (l *lane) rest(quiet time.Duration) {
	for {
		left := quiet - time.Since(time.Unix(0, l.moved.Load()))
		if left <= 0 {
			return
		}
		time.Sleep(left)
	}
}

func (l *lane) look(c *client) (s state) {
	c.mu.Lock()
	s.Answer, s.End = c.got.String(), c.end
	c.mu.Unlock()
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, b := range l.got {
		if b.Len() > 0 { // one that carried nothing says nothing
			s.Server = append(s.Server, b.String())
		}
	}
	return s
}

// begin makes the lane ready for an exchange.
func (l *lane) begin(answer func(net.Conn, []byte)) {
	l.mu.Lock()
	l.got, l.conns, l.answer = nil, nil, answer
	l.mu.Unlock()
	l.move()
}

// request sends a request to the director and sees what it makes of it.
func (l *lane) request(m []byte, how Delivery, quiet time.Duration) (o outcome, err error) {
	l.begin(func(c net.Conn, request []byte) {
		body := "ok"
		if bytes.HasPrefix(request, []byte("HEAD ")) {
			body = ""
		}
		_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"+body)
	})
	c, err := l.dial()
	if err != nil {
		return o, err
	}
	l.deliver(c, m, how)
	l.move()
	l.rest(quiet)
	o.Rest = l.look(c)
	if err := c.Conn.(*net.TCPConn).CloseWrite(); err != nil && !errors.Is(err, syscall.ENOTCONN) {
		return o, fmt.Errorf("end the client's side: %w", err)
	}
	return o, l.finish(c, &o, quiet)
}

// response lets the server send a response to the director.
func (l *lane) response(m []byte, how Delivery, quiet time.Duration) (o outcome, err error) {
	l.begin(func(c net.Conn, _ []byte) { l.deliver(c, m, how) })
	c, err := l.dial()
	if err != nil {
		return o, err
	}
	l.deliver(c, []byte("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), Whole)
	l.move()
	l.rest(quiet)
	o.Rest = l.look(c)
	l.hangUp(false)
	return o, l.finish(c, &o, quiet)
}

// finish sees the end of an exchange and cleans up.
func (l *lane) finish(c *client, o *outcome, quiet time.Duration) error {
	l.move()
	l.rest(quiet)
	o.Ended = l.look(c)
	err := c.Close()
	c.wg.Wait()
	l.hangUp(true)
	l.rest(quiet / 4) // the director sees its idle connections closed before the next exchange
	return err
}

// explain shows how two outcomes differ, and what is the same only briefly.
func explain(theirs, ours outcome) string {
	var b strings.Builder
	for _, x := range []struct {
		when         string
		theirs, ours state
	}{{"at rest", theirs.Rest, ours.Rest}, {"ended", theirs.Ended, ours.Ended}} {
		for _, part := range []struct{ what, theirs, ours string }{
			{"connection", x.theirs.End, x.ours.End},
			{"answer", x.theirs.Answer, x.ours.Answer},
			{"server got", strings.Join(x.theirs.Server, " | "), strings.Join(x.ours.Server, " | ")},
		} {
			if part.theirs == part.ours {
				fmt.Fprintf(&b, "  %s, both: %s %q\n", x.when, part.what, short(part.theirs))
				continue
			}
			fmt.Fprintf(&b, "  %s, haproxy:  %s %q\n  %s, director: %s %q\n", x.when, part.what, short(part.theirs), x.when, part.what, short(part.ours))
		}
	}
	return b.String()
}

func short(s string) string {
	if len(s) > 700 {
		return s[:500] + fmt.Sprintf(" … (%d bytes) … ", len(s)) + s[len(s)-100:]
	}
	return s
}
