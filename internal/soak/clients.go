package main

import (
	"bufio"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// tally counts what has become of requests.
type tally struct {
	ok, again, excused, lost, late atomic.Int64
	slowOK                         atomic.Int64

	mu   sync.Mutex
	hist *hdrhistogram.Histogram // µs, from the intended send
	why  []string                // of the first that were lost
}

func newTally() *tally { return &tally{hist: hdrhistogram.New(1, 60e6, 3)} }

func (t *tally) lose(format string, args ...any) {
	t.lost.Add(1)
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.why) < 20 {
		t.why = append(t.why, fmt.Sprintf("%s: ", time.Now().Format("15:04:05.000"))+fmt.Sprintf(format, args...))
	}
}

func (t *tally) took(d time.Duration) {
	t.mu.Lock()
	_ = t.hist.RecordValue(max(1, d.Microseconds())) // longer than a minute does not occur: the deadline ends it
	t.mu.Unlock()
}

// client is one connection's user, which sends a request now and then.
type client struct {
	rig   *rig
	tls   bool
	conn  net.Conn
	in    *bufio.Reader
	fresh bool // nothing has been asked over the connection yet
	tally *tally
}

// patience is how long a client waits for an answer: longer than what a dead server may cost.
const patience = 15 * time.Second

func (c *client) dial() error {
	var err error
	if c.tls {
		c.conn, err = tls.DialWithDialer(&net.Dialer{Timeout: patience}, "tcp", c.rig.httpsAddr, &tls.Config{InsecureSkipVerify: true})
	} else {
		c.conn, err = net.DialTimeout("tcp", c.rig.httpAddr, patience)
	}
	if err != nil {
		c.conn = nil
		return err
	}
	c.in, c.fresh = bufio.NewReaderSize(c.conn, 8192), true
	return nil
}

func (c *client) hangUp() {
	if c.conn != nil {
		_ = c.conn.Close()
		c.conn = nil
	}
}

const plainRequest = "GET /page HTTP/1.1\r\nHost: soak\r\n\r\n"

// errIdle says that the director had closed a connection on which nothing was under way: the request is to be sent again (RFC 9112,
// section 9.3.1).
var errIdle = errors.New("closed while idle")

// ask sends one request and judges its answer.
func (c *client) ask(intended time.Time) {
	sent := time.Now()
	status, err := c.once()
	if errors.Is(err, errIdle) {
		c.tally.again.Add(1)
		status, err = c.once()
	}
	now := time.Now()
	switch {
	case err == nil && status == http.StatusOK:
		c.tally.ok.Add(1)
		c.tally.took(now.Sub(intended))
	case c.rig.killed(sent, now) && (err != nil || status == http.StatusBadGateway || status == http.StatusServiceUnavailable):
		c.tally.excused.Add(1) // the server died with it: HAProxy answers 502, or breaks the answer off
	default:
		c.tally.lose("status %d, error %v, after %v, over TLS %v", status, err, now.Sub(sent), c.tls)
	}
	if err != nil {
		c.hangUp()
	}
}

func (c *client) once() (int, error) {
	if c.conn == nil {
		if err := c.dial(); err != nil {
			return 0, fmt.Errorf("connect: %w", err)
		}
	}
	fresh := c.fresh
	c.fresh = false
	if err := c.conn.SetDeadline(time.Now().Add(patience)); err != nil {
		return 0, err
	}
	_, err := io.WriteString(c.conn, plainRequest)
	if err == nil {
		_, err = c.in.Peek(1)
	}
	if err != nil {
		c.hangUp()
		var slow net.Error
		if !fresh && !(errors.As(err, &slow) && slow.Timeout()) {
			return 0, errIdle
		}
		return 0, fmt.Errorf("no answer: %w", err)
	}
	r, err := http.ReadResponse(c.in, nil)
	if err != nil {
		return 0, fmt.Errorf("answer: %w", err)
	}
	_, err = io.Copy(io.Discard, r.Body)
	_ = r.Body.Close()
	if r.Close {
		c.hangUp()
	}
	return r.StatusCode, err
}

// closedLoop asks as fast as it can until stop.
func (c *client) closedLoop(stop <-chan struct{}) {
	defer c.hangUp()
	for {
		select {
		case <-stop:
			return
		default:
			c.ask(time.Now())
		}
	}
}

// openLoop asks once in each period, whatever the answers take; what it cannot send within a period it leaves out, and counts.
func (c *client) openLoop(period, offset time.Duration, stop <-chan struct{}) {
	defer c.hangUp()
	next := time.Now().Add(offset)
	timer := time.NewTimer(offset)
	defer timer.Stop()
	for {
		select {
		case <-stop:
			return
		case <-timer.C:
		}
		c.ask(next)
		next = next.Add(period)
		for now := time.Now(); now.After(next.Add(period)); next = next.Add(period) {
			c.tally.late.Add(1)
		}
		timer.Reset(time.Until(next))
	}
}

// slowly is a client with a bad line: its request comes in pieces, and it takes its time with the answer.
func (c *client) slowly(stop <-chan struct{}) {
	for {
		select {
		case <-stop:
			return
		default:
		}
		began := time.Now()
		err := c.trickle(stop)
		switch {
		case errors.Is(err, errStopped):
		case err == nil:
			c.tally.slowOK.Add(1)
		case c.rig.killed(began, time.Now()):
			c.tally.excused.Add(1)
		default:
			c.tally.lose("slow client: %v after %v", err, time.Since(began))
		}
		c.hangUp()
	}
}

var errStopped = errors.New("stopped")

// trickle sends a request for the large page in small pieces, and reads it in small pieces with pauses.
func (c *client) trickle(stop <-chan struct{}) error {
	if err := c.dial(); err != nil {
		return err
	}
	request := "GET /big HTTP/1.1\r\nHost: soak\r\nConnection: close\r\n\r\n"
	for len(request) > 0 {
		n := min(8, len(request))
		if _, err := io.WriteString(c.conn, request[:n]); err != nil {
			return fmt.Errorf("send: %w", err)
		}
		if request = request[n:]; !pause(stop, 100*time.Millisecond) {
			return errStopped
		}
	}
	r, err := http.ReadResponse(c.in, nil)
	if err != nil {
		return fmt.Errorf("answer: %w", err)
	}
	defer r.Body.Close()
	if r.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d", r.StatusCode)
	}
	for total := int64(0); ; {
		n, err := io.CopyN(io.Discard, r.Body, 64<<10)
		total += n
		if errors.Is(err, io.EOF) && total == bigSize {
			return nil
		}
		if err != nil {
			return fmt.Errorf("after %d of %d bytes: %w", total, bigSize, err)
		}
		if !pause(stop, 100*time.Millisecond) {
			return errStopped
		}
	}
}

// pause waits; false: it is over.
func pause(stop <-chan struct{}, d time.Duration) bool {
	select {
	case <-stop:
		return false
	case <-time.After(d):
		return true
	}
}
