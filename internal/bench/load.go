package main

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// load is what is asked of a director.
type load struct {
	port, conns int
	path        string
	rate        float64 // requests a second in an open loop; 0: a closed one, as fast as it goes
	time        time.Duration
}

// result is what came of it.
type result struct {
	requests, failed int
	elapsed          time.Duration
	latency          []time.Duration // sorted
	late             time.Duration   // the latest send after its time, in an open loop
}

func (r *result) perSecond() float64 { return float64(r.requests) / r.elapsed.Seconds() }

// percentile gives the latency that p percent do not exceed.
func (r *result) percentile(p float64) time.Duration {
	if len(r.latency) == 0 {
		return 0
	}
	return r.latency[min(int(float64(len(r.latency))*p/100), len(r.latency)-1)]
}

// driver is a load at work, in one thread.
type driver struct {
	load
	p       *poller
	request []byte
	buf     []byte
	free    []*asking
	busy    int
	waiting []time.Time // due, but no connection was free
	res     result
	start   time.Time
	sent    int
	timer   int
	err     error
}

// asking is one connection of the load.
type asking struct {
	d    *driver
	fd   int
	due  time.Time
	head []byte // of an answer, until it is whole
	left int    // bytes of the body still to come; -1: in the head
}

// run drives the load to its end.
func (l load) run() (*result, error) {
	d := &driver{load: l, buf: make([]byte, 256<<10)}
	d.request = []byte("GET " + l.path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: bench\r\nAccept: */*\r\n\r\n")
	var err error
	if d.p, err = newPoller(); err != nil {
		return nil, err
	}
	defer d.p.close()
	for range l.conns {
		a := &asking{d: d}
		if a.fd, err = connect(l.port); err != nil {
			return nil, fmt.Errorf("connect to port %d: %w", l.port, err)
		}
		if err := d.p.add(a.fd, unix.EPOLLIN|unix.EPOLLRDHUP, a.event); err != nil {
			return nil, err
		}
		d.free = append(d.free, a)
	}
	if d.timer, err = unix.TimerfdCreate(unix.CLOCK_MONOTONIC, unix.TFD_NONBLOCK|unix.TFD_CLOEXEC); err != nil {
		return nil, err
	}
	if err := d.p.add(d.timer, unix.EPOLLIN, func(uint32) { d.tick() }); err != nil {
		return nil, err
	}
	if err := onThread(d.drive)(); err != nil {
		return nil, err
	}
	slices.Sort(d.res.latency)
	return &d.res, d.err
}

func (d *driver) drive() error {
	d.start = time.Now()
	end := d.start.Add(d.time)
	if d.rate == 0 {
		for len(d.free) > 0 {
			d.ask(time.Now())
		}
	}
	for time.Now().Before(end) && d.err == nil {
		if d.rate > 0 {
			d.arm()
		}
		if err := d.p.wait(int(time.Until(end).Milliseconds()) + 1); err != nil {
			return err
		}
	}
	d.res.elapsed = time.Since(d.start)
	d.rate = -1 // no more of them: the rest is only read
	for limit := time.Now().Add(5 * time.Second); d.busy > 0 && time.Now().Before(limit) && d.err == nil; {
		if err := d.p.wait(100); err != nil {
			return err
		}
	}
	return nil
}

// arm lets the timer go off when the next request is due.
func (d *driver) arm() {
	wait := max(time.Until(d.due(d.sent)), time.Nanosecond)
	_ = unix.TimerfdSettime(d.timer, 0, &unix.ItimerSpec{Value: unix.NsecToTimespec(int64(wait))}, nil)
}

func (d *driver) due(n int) time.Time {
	return d.start.Add(time.Duration(float64(n) / d.rate * float64(time.Second)))
}

// tick sends what is due.
func (d *driver) tick() {
	var b [8]byte
	_, _ = unix.Read(d.timer, b[:])
	if d.rate <= 0 {
		return
	}
	for now := time.Now(); !d.due(d.sent).After(now); d.sent++ {
		due := d.due(d.sent)
		if len(d.free) == 0 {
			d.waiting = append(d.waiting, due)
			continue
		}
		d.res.late = max(d.res.late, now.Sub(due))
		d.ask(due)
	}
}

func (d *driver) ask(due time.Time) {
	a := d.free[len(d.free)-1]
	d.free = d.free[:len(d.free)-1]
	a.due, a.left, a.head = due, -1, a.head[:0]
	d.busy++
	if _, err := unix.Write(a.fd, d.request); err != nil {
		d.err = fmt.Errorf("send a request: %w", err)
	}
}

func (a *asking) event(uint32) {
	d := a.d
	n, err := unix.Read(a.fd, d.buf)
	switch {
	case err == unix.EAGAIN || err == unix.EINTR:
		return
	case err != nil || n == 0:
		d.err = fmt.Errorf("the director closed a connection (%w)", err)
		return
	}
	p := d.buf[:n]
	if a.left < 0 {
		if p = a.readHead(p); p == nil {
			return
		}
	}
	if a.left -= len(p); a.left == 0 {
		a.answered()
	}
}

// readHead reads an answer's head, and gives what follows it; nil: it is not whole.
func (a *asking) readHead(p []byte) []byte {
	a.head = append(a.head, p...)
	end := bytes.Index(a.head, []byte("\r\n\r\n"))
	if end < 0 {
		return nil
	}
	head := a.head[:end]
	if !bytes.HasPrefix(head, []byte("HTTP/1.1 200 ")) {
		a.d.res.failed++
	}
	_, v, _ := bytes.Cut(head, []byte("ontent-length: "))
	v, _, _ = bytes.Cut(v, []byte("\r\n"))
	n, err := strconv.Atoi(string(v))
	if err != nil {
		a.d.err = fmt.Errorf("an answer without a length: %q", head)
		return nil
	}
	a.left = n
	return a.head[end+4:]
}

func (a *asking) answered() {
	d := a.d
	now := time.Now()
	d.res.latency = append(d.res.latency, now.Sub(a.due))
	d.busy--
	d.free = append(d.free, a)
	switch {
	case d.rate == 0:
		d.res.requests++
		d.ask(now)
	case d.rate > 0 && len(d.waiting) > 0:
		d.res.requests++
		due := d.waiting[0]
		d.waiting = d.waiting[1:]
		d.res.late = max(d.res.late, now.Sub(due))
		d.ask(due)
	case d.rate > 0:
		d.res.requests++
	}
}
