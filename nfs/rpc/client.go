// Package rpc is an ONC RPC version 2 client over TCP (RFC 5531) that behaves as the transport of an NFS mount must: one xid a
// call, sent again unchanged after every timeout and on every new connection; it reconnects for ever; a call waits for ever
// (hard), or fails after timeo x (retrans+1) (soft), or ends when its process has been killed.
//
//	c := rpc.NewClient(rpc.Config{Addr: "10.0.100.15:2049", Timeo: 60 * time.Second, Retrans: 2})
//	defer c.Close()
//	d, err := c.Call(rpc.Caller{}, rpc.Proc{Program: 100003, Version: 3, Number: 0}, nil)
package rpc

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"slices"
	"sync"
	"syscall"
	"time"

	"simulacro/nfs/xdr"
)

// Recovery says what a call does after a major timeout, as the options of nfs(5) of the same names.
type Recovery int

// The values of Recovery.
const (
	Hard    Recovery = iota // go on for ever
	Soft                    // fail with EIO
	SoftErr                 // fail with ETIMEDOUT
)

// Config describes a client. Addr is needed, all else has a default.
type Config struct {
	Addr     string        // host:port
	Server   string        // the server's name in messages; default Addr's host
	Timeo    time.Duration // first timeout of a call; default 60 s
	Retrans  int           // how often a call is sent again before the major timeout
	Recovery Recovery
	// FailFast makes a failed connection fail every call with the dialer's error, for the questions asked while mounting.
	FailFast bool
	// ReservedPort binds a local port below 1024 where that is permitted: exports marked secure ask for it.
	ReservedPort bool
	// Log receives what an administrator wants to read, in the kernel client's words; nil discards it.
	Log func(string)
}

func (c Config) major() time.Duration { return c.Timeo * time.Duration(c.Retrans+1) }

func (c *Config) setDefaults() {
	if c.Timeo <= 0 {
		c.Timeo = time.Minute
	}
	if c.Server == "" {
		c.Server, _, _ = net.SplitHostPort(c.Addr)
	}
	if c.Log == nil {
		c.Log = func(string) {}
	}
}

// Errors of a call, beside those of its reply.
var (
	// ErrClosed means that the client was closed: the file system is gone.
	ErrClosed = errors.New("RPC client closed")
	// ErrMajorTimeout means that a soft call got no answer in timeo x (retrans+1). It wraps EIO or ETIMEDOUT as well.
	ErrMajorTimeout = errors.New("server not responding, timed out")
	// ErrKilled means that the calling process was killed while it waited.
	ErrKilled = errors.New("caller killed while waiting")
)

// Caller says on whose behalf a call is made and when its wait may end early.
type Caller struct {
	Cred *Cred // nil for AUTH_NONE
	// Interrupt is closed when the process got a signal. From then on Killed is asked every 100 ms, because FUSE tells of the
	// first signal only, and only a fatal one ends the wait, as with the kernel's client. A nil Killed ends it at once.
	Interrupt <-chan struct{}
	Killed    func() bool
}

// Stats counts what a client did.
type Stats struct {
	Calls, Resent, Connects, Strays, BadRecords uint64
}

// call is a request that waits for its reply.
type call struct {
	xid    uint32
	bufs   net.Buffers
	sent   bool
	queued bool
	reply  chan []byte // of capacity 1
}

// Client is one transport to one server. It may be used from many goroutines; Close ends it and all that wait in it.
type Client struct {
	cfg     Config
	machine string
	stamp   uint32

	mu      sync.Mutex
	nextXID uint32
	pending map[uint32]*call
	queue   []*call
	stats   Stats
	silent  bool // "not responding" was logged and no reply has come since
	err     error

	wake   chan struct{} // of capacity 1: the queue is not empty
	dead   chan struct{} // closed when err is set
	cancel context.CancelFunc
	done   chan struct{} // closed when run has returned
}

// NewClient starts a client. It connects when the first call is made.
func NewClient(cfg Config) *Client {
	cfg.setDefaults()
	ctx, cancel := context.WithCancel(context.Background())
	host, _ := os.Hostname()
	c := &Client{cfg: cfg, machine: host, stamp: uint32(time.Now().Unix()), nextXID: rand.Uint32(), pending: map[uint32]*call{},
		wake: make(chan struct{}, 1), dead: make(chan struct{}), cancel: cancel, done: make(chan struct{})}
	go func() {
		defer close(c.done)
		c.run(ctx)
	}()
	return c
}

// Close ends the client: every waiting call returns ErrClosed, and so does every later one. It may be called twice.
func (c *Client) Close() {
	c.fail(ErrClosed)
	c.cancel()
	<-c.done
}

// Stats returns the counters.
func (c *Client) Stats() Stats {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.stats
}

// Responding reports whether the server has answered since the last major timeout.
func (c *Client) Responding() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return !c.silent
}

// fail ends the client with err, unless it has ended before.
func (c *Client) fail(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err == nil {
		c.err = err
		close(c.dead)
	}
}

// Call runs a remote procedure and returns a Decoder of its results. encode appends the arguments; nil sends none. Data given
// to OpaqueTail must never change afterwards: a call that was given up may still be on its way out.
func (c *Client) Call(who Caller, p Proc, encode func(*xdr.Encoder)) (*xdr.Decoder, error) {
	k := c.add(who.Cred, p, encode)
	defer c.remove(k)
	rec, err := c.wait(who, k)
	if err != nil {
		return nil, err
	}
	return parseReply(rec)
}

// add encodes a call and queues it.
func (c *Client) add(cred *Cred, p Proc, encode func(*xdr.Encoder)) *call {
	c.mu.Lock()
	c.nextXID++
	k := &call{xid: c.nextXID, reply: make(chan []byte, 1)}
	c.mu.Unlock()

	e := xdr.NewEncoder(make([]byte, 4, 256))
	encodeCall(e, k.xid, p, cred, c.machine, c.stamp)
	if encode != nil {
		encode(e)
	}
	putMark(e.Bytes(), e.Len()-4)
	k.bufs = net.Buffers{e.Bytes()}
	if tail := e.Tail(); len(tail) > 0 {
		k.bufs = append(k.bufs, tail, make([]byte, xdr.Pad(len(tail))))
	}

	c.mu.Lock()
	c.stats.Calls++
	c.pending[k.xid] = k
	c.mu.Unlock()
	c.enqueue(k)
	return k
}

func (c *Client) remove(k *call) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.pending, k.xid)
	if k.queued {
		c.queue = slices.DeleteFunc(c.queue, func(q *call) bool { return q == k })
	}
}

// enqueue hands a call to the writer, once however often it is asked.
func (c *Client) enqueue(k *call) {
	c.mu.Lock()
	if !k.queued {
		k.queued = true
		c.queue = append(c.queue, k)
	}
	c.mu.Unlock()
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// wait waits for the reply of k as cfg.Recovery and who say.
func (c *Client) wait(who Caller, k *call) ([]byte, error) {
	timer := time.NewTimer(c.cfg.Timeo)
	defer timer.Stop()
	interrupt, poll := who.Interrupt, (<-chan time.Time)(nil)
	for timeouts := 1; ; {
		select {
		case rec := <-k.reply:
			return rec, nil
		case <-c.dead:
			return nil, c.err
		case <-interrupt:
			if who.Killed == nil || who.Killed() {
				return nil, ErrKilled
			}
			interrupt = nil
			ticker := time.NewTicker(100 * time.Millisecond)
			defer ticker.Stop()
			poll = ticker.C
		case <-poll:
			if who.Killed() {
				return nil, ErrKilled
			}
		case <-timer.C:
			if timeouts > c.cfg.Retrans {
				if err := c.majorTimeout(); err != nil {
					return nil, err
				}
				timeouts = 0
			}
			timeouts++
			timer.Reset(c.cfg.Timeo)
			c.enqueue(k)
		}
	}
}

// majorTimeout logs the server's silence once and returns the error of a soft call, nil for a hard one.
func (c *Client) majorTimeout() error {
	c.mu.Lock()
	first := !c.silent
	c.silent = true
	c.mu.Unlock()
	text := fmt.Sprintf("nfs: server %s not responding, ", c.cfg.Server)
	switch c.cfg.Recovery {
	case Soft, SoftErr:
		if first {
			c.cfg.Log(text + "timed out")
		}
		errno := syscall.EIO
		if c.cfg.Recovery == SoftErr || c.cfg.FailFast {
			errno = syscall.ETIMEDOUT
		}
		return fmt.Errorf("%w: %w", ErrMajorTimeout, errno)
	}
	if first {
		c.cfg.Log(text + "still trying")
	}
	return nil
}

// requeue puts every call that waits into the queue of a new connection, in the order of their xids, and reports how many.
func (c *Client) requeue() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.queue = c.queue[:0]
	for _, k := range c.pending {
		k.queued = true
		c.queue = append(c.queue, k)
	}
	// Serial arithmetic, so that the order survives the xid's wrap.
	slices.SortFunc(c.queue, func(a, b *call) int { return cmp.Compare(int32(a.xid-b.xid), 0) })
	return len(c.queue)
}
