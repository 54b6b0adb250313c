package accesslog

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"simulacro/proxy/config"
)

// Options are what a process gives its logs beside the configuration. The zero value works.
type Options struct {
	PID int              // in the header; 0: this process's
	Now func() time.Time // of the header; nil: time.Now
}

// Logs are the logs of a whole process: each proxy's targets, and the global section's for what belongs to no proxy. Its
// methods may be called from several goroutines; each proxy has a lock of its own, held while a line is written. A nil
// *Logs logs nothing.
type Logs struct {
	now     func() time.Time
	byProxy map[*config.Proxy]*stream // nil is the key of the process itself
	senders []*sender
	dropped atomic.Uint64
	longest int // of the targets' limits: HAProxy makes messages in a buffer of that size, which holds their end, too
}

// New opens the sockets of all targets. It fails only where a socket cannot be made, or a target has no address.
func New(cfg *config.Config, o Options) (*Logs, error) {
	l := &Logs{now: o.Now, byProxy: make(map[*config.Proxy]*stream)}
	if l.now == nil {
		l.now = time.Now
	}
	if o.PID == 0 {
		o.PID = os.Getpid()
	}
	open := map[string]*sender{}
	err := l.add(nil, cfg.Global.Logs, &cfg.Global, o.PID, open)
	for _, p := range cfg.Proxies {
		err = errors.Join(err, l.add(p, p.Logs, &cfg.Global, o.PID, open))
	}
	if err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

// add makes the stream of one proxy. Targets of the same address share a socket.
func (l *Logs) add(p *config.Proxy, targets []config.LogTarget, g *config.Global, pid int, open map[string]*sender) error {
	if len(targets) == 0 {
		return nil
	}
	s := &stream{targets: make([]target, len(targets))}
	for i := range targets {
		t := &targets[i]
		key := senderKey(t)
		if open[key] == nil {
			made, err := newSender(t)
			if err != nil {
				return err
			}
			open[key] = made
			l.senders = append(l.senders, made)
		}
		l.longest = max(l.longest, limit(t))
		s.targets[i] = target{cfg: t, to: open[key], header: newFramer(t, g.LogSendHost, tagOf(p, g), pid)}
	}
	l.byProxy[p] = s
	return nil
}

func senderKey(t *config.LogTarget) string {
	switch {
	case t.Stdout:
		return "stdout"
	case t.Stderr:
		return "stderr"
	}
	a := t.Addr
	return fmt.Sprint(a.Unix, "|", a.IP, "|", a.Port, "|", a.IsFD, a.FD)
}

func tagOf(p *config.Proxy, g *config.Global) string {
	switch {
	case p != nil && p.LogTag != "":
		return p.LogTag
	case g.LogTag != "":
		return g.LogTag
	}
	return "haproxy"
}

// Request logs one request or connection of frontend p at the given level. The record and its Line are only read
// during the call. The short default format of mode http tells of requests only: a connection
// that has sent none leaves no line.
func (l *Logs) Request(p *config.Proxy, level int, r *Record) {
	s := l.stream(p)
	if s == nil || r.Text == nil && r.Line == nil && p.Mode == config.ModeHTTP && p.LogFormat == config.LogDefault {
		return
	}
	now := l.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.data = r.Data
	if r.Text != nil {
		s.line = append(s.line[:0], r.Text...)
	} else {
		s.line = s.format.Append(s.line[:0], p.LogFormat, p, r)
	}
	s.line = s.line[:min(len(s.line), l.longest-1)]
	l.dropped.Add(s.send(now, level))
}

// Event logs a change of state of proxy p, or of the process where p is nil: text without a final newline, in HAProxy's
// words.
func (l *Logs) Event(p *config.Proxy, level int, text string) {
	s := l.stream(p)
	if s == nil {
		return
	}
	now := l.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.line, s.data = append(s.line[:0], text[:min(len(text), l.longest-1)]...), nil
	l.dropped.Add(s.send(now, level))
}

func (l *Logs) stream(p *config.Proxy) *stream {
	if l == nil {
		return nil
	}
	return l.byProxy[p]
}

// Dropped counts the lines that a target did not take, because it was full or not there: DroppedLogs of `show info`.
func (l *Logs) Dropped() uint64 {
	if l == nil {
		return 0
	}
	return l.dropped.Load()
}

// Close closes the sockets. Nothing may be logged afterwards.
func (l *Logs) Close() error {
	var all []error
	for _, s := range l.senders {
		all = append(all, s.close())
	}
	l.senders, l.byProxy = nil, nil
	return errors.Join(all...)
}

// stream is where one proxy's lines go, and the buffers they are made in.
type stream struct {
	mu      sync.Mutex
	format  Formatter
	line    []byte // the message
	data    []byte // its structured data; only during a call
	out     []byte // header, message, newline
	targets []target
}

type target struct {
	cfg    *config.LogTarget
	to     *sender
	header framer
	seen   uint64 // lines of the wanted levels, those that a sample leaves out included
}

// send writes the stream's line to every target that wants its level, and counts those that did not take it.
func (s *stream) send(now time.Time, level int) (dropped uint64) {
	for i := range s.targets {
		t := &s.targets[i]
		level, ok := sent(t.cfg, level)
		if !ok || !t.sampled() {
			continue
		}
		s.out = t.header.append(s.out[:0], now, level, s.data)
		s.out = append(s.out, s.line...)
		if most := limit(t.cfg); len(s.out) > most {
			s.out = s.out[:most]
		}
		s.out = append(s.out, '\n')
		if !t.to.send(s.out) {
			dropped++
		}
	}
	return dropped
}

// limit is the longest line without its newline: `len`, 1024 where it is not set.
func limit(t *config.LogTarget) int {
	if t.Len <= 0 {
		return 1024
	}
	return t.Len
}

// sampled counts a line, and tells whether the target is to have it.
func (t *target) sampled() bool {
	n := t.seen
	t.seen++
	return t.cfg.Sample == nil || t.cfg.Sample.Has(n)
}
