package main

import (
	"fmt"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// kase is one thing to be measured.
type kase struct {
	name    string
	what    string // for the table
	options string // of the defaults section
	global  string
	servers int
	path    string
	conns   int
	idle    bool // memory of idle connections instead of requests
}

const (
	serverClose = "  option http-server-close\n"
	httplog     = "  log 127.0.0.1:LOG local2\n  option httplog\n"
	idleConns   = 10000
)

var cases = []kase{
	{name: "keep-alive", what: "keep-alive, 3 servers, 1 KB", servers: 3, path: "/1k", conns: 64},
	{name: "keep-alive-1", what: "the same with nbthread 1", global: "  nbthread 1\n", servers: 3, path: "/1k", conns: 64},
	{name: "server-close", what: "http-server-close, 3 servers, 1 KB", options: serverClose, servers: 3, path: "/1k", conns: 64},
	{name: "server-close-1", what: "the same with nbthread 1", options: serverClose, global: "  nbthread 1\n", servers: 3, path: "/1k", conns: 64},
	{name: "servers-100", what: "http-server-close, 100 servers, 1 KB", options: serverClose, servers: 100, path: "/1k", conns: 64},
	{name: "servers-1000", what: "http-server-close, 1,000 servers, 1 KB", options: serverClose, servers: 1000, path: "/1k", conns: 64},
	{name: "megabyte", what: "keep-alive, 3 servers, 1 MB", servers: 3, path: "/1m", conns: 16},
	{name: "httplog", what: "keep-alive, 3 servers, 1 KB, httplog on", options: httplog, servers: 3, path: "/1k", conns: 64},
	{name: "idle", what: "10,000 idle keep-alive connections", options: serverClose, servers: 3, path: "/1k", idle: true},
}

// config is the file both programs get. Servers are loopback addresses of their own, so that each has its connections.
func (k kase) config(backend, log int) string {
	var b strings.Builder
	b.WriteString("global\n  no strict-limits\n  maxconn 12000\n" + k.global + "defaults\n  mode http\n  timeout connect 5s\n  timeout client 1m\n  timeout server 1m\n" +
		"  timeout http-request 10s\n  timeout http-keep-alive 1m\n  timeout queue 1m\n")
	b.WriteString(strings.ReplaceAll(k.options, "LOG", fmt.Sprint(log)))
	b.WriteString("frontend http_front\n  bind 127.0.0.1:PORT\n  default_backend http_back\nbackend http_back\n  balance roundrobin\n")
	for i := range k.servers {
		fmt.Fprintf(&b, "  server s%d 127.1.%d.%d:%d\n", i, i/250, i%250+1, backend)
	}
	return b.String()
}

// figures are the measurements of one program in one case, one a round.
type figures struct {
	CPU    []float64 // µs a request
	Rate   []float64 // requests a second
	P50    []float64 // ms, at OpenRate
	P99    []float64
	P999   []float64
	Memory []float64 // bytes a connection
	Late   []float64 // ms: how late the load itself was
}

// outcome is a case's figures by program, and the rate of its open loop.
type outcome struct {
	What         string
	OpenRate     float64
	Theirs, Ours figures
}

// settings are how long and how often to measure.
type settings struct {
	rounds int
	time   time.Duration
}

// measure takes a case's figures, the programs in turns.
func (k kase) measure(theirs, ours *program, s settings) (*outcome, error) {
	o := &outcome{What: k.what}
	if k.idle {
		return o, each(theirs, ours, o, func(p *program, f *figures) error { return k.measureIdle(p, f) })
	}
	warm := func(p *program, _ *figures) error {
		_, err := load{port: p.port, conns: k.conns, path: k.path, time: s.time / 4}.run()
		return err
	}
	if err := each(theirs, ours, o, warm); err != nil {
		return nil, err
	}
	for range s.rounds {
		if err := each(theirs, ours, o, func(p *program, f *figures) error { return k.closed(p, f, s.time) }); err != nil {
			return nil, err
		}
	}
	o.OpenRate = float64(int(min(median(o.Theirs.Rate), median(o.Ours.Rate))*0.5/10) * 10)
	for range s.rounds {
		if err := each(theirs, ours, o, func(p *program, f *figures) error { return k.open(p, f, o.OpenRate, s.time) }); err != nil {
			return nil, err
		}
	}
	return o, nil
}

// each does f for HAProxy and then for the director.
func each(theirs, ours *program, o *outcome, f func(*program, *figures) error) error {
	if err := f(theirs, &o.Theirs); err != nil {
		return fmt.Errorf("%s: %w", theirs.name, err)
	}
	if err := f(ours, &o.Ours); err != nil {
		return fmt.Errorf("%s: %w", ours.name, err)
	}
	return nil
}

// closed measures as many requests as go through.
func (k kase) closed(p *program, f *figures, t time.Duration) error {
	before, err := p.cpu()
	if err != nil {
		return err
	}
	r, err := load{port: p.port, conns: k.conns, path: k.path, time: t}.run()
	if err != nil {
		return err
	}
	after, err := p.cpu()
	if err != nil {
		return err
	}
	if r.failed > 0 {
		return fmt.Errorf("%d of %d answers were no 200", r.failed, len(r.latency))
	}
	f.Rate = append(f.Rate, r.perSecond())
	f.CPU = append(f.CPU, float64((after-before).Nanoseconds())/1e3/float64(len(r.latency)))
	return nil
}

// open measures latency at a fixed rate.
func (k kase) open(p *program, f *figures, rate float64, t time.Duration) error {
	r, err := load{port: p.port, conns: k.conns, path: k.path, rate: rate, time: t}.run()
	if err != nil {
		return err
	}
	ms := func(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1e6 }
	f.P50, f.P99, f.P999 = append(f.P50, ms(r.percentile(50))), append(f.P99, ms(r.percentile(99))), append(f.P999, ms(r.percentile(99.9)))
	f.Late = append(f.Late, ms(r.late))
	return nil
}

// measureIdle compares a program's memory without and with many connections that have had an answer.
func (k kase) measureIdle(p *program, f *figures) error {
	before, err := p.memory()
	if err != nil {
		return err
	}
	c, err := openIdle(p.port, k.path)
	if err != nil {
		return err
	}
	defer c.p.close()
	time.Sleep(2 * time.Second) // what a collector frees at leisure
	after, err := p.memory()
	f.Memory = append(f.Memory, float64(after-before)/idleConns)
	return err
}

// openIdle makes connections that have each had one answer.
func openIdle(port int, path string) (*driver, error) {
	d := &driver{load: load{port: port, path: path}, buf: make([]byte, 64<<10)}
	d.request = []byte("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: bench\r\nAccept: */*\r\n\r\n")
	d.rate = -1
	var err error
	if d.p, err = newPoller(); err != nil {
		return nil, err
	}
	for range idleConns {
		a := &asking{d: d}
		if a.fd, err = connect(port); err == nil {
			err = d.p.add(a.fd, unix.EPOLLIN, a.event)
		}
		if err != nil {
			d.p.close()
			return nil, fmt.Errorf("open %d connections: %w", idleConns, err)
		}
		d.free = append(d.free, a)
		for d.ask(time.Now()); d.busy > 0 && d.err == nil; {
			if err := d.p.wait(5000); err != nil {
				d.err = err
			}
		}
		if d.err != nil {
			d.p.close()
			return nil, d.err
		}
	}
	return d, nil
}
