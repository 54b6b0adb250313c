package rpc

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Pauses between attempts to connect: short at first, because a server that restarts in a second should not cost ten.
const (
	minBackoff = 100 * time.Millisecond
	maxBackoff = 2 * time.Second
	// maxDial bounds one attempt, so that a host that comes back is tried soon even with a long timeo.
	maxDial = 5 * time.Second
	// maxUnacked bounds how long TCP waits for an acknowledgement. It sends again after ever longer pauses, so without a bound
	// a server that was unreachable for a minute would be found again a minute after its return. A server that is only slow
	// or paused acknowledges all the same.
	maxUnacked = 15 * time.Second
)

// run connects whenever there is something to send, until the client ends.
func (c *Client) run(ctx context.Context) {
	backoff := minBackoff
	for c.awaitWork(ctx) {
		conn, err := c.dial(ctx)
		if err == nil {
			var replies int
			replies, err = c.serve(ctx, conn)
			if replies > 0 {
				backoff = minBackoff
			}
		}
		if c.cfg.FailFast && err != nil {
			c.fail(err)
			return
		}
		if err == nil { // the server closed an idle connection
			continue
		}
		select {
		case <-ctx.Done():
		case <-time.After(backoff):
		}
		backoff = min(2*backoff, maxBackoff)
	}
}

// awaitWork waits until a call is pending; false when the client ends.
func (c *Client) awaitWork(ctx context.Context) bool {
	for {
		if ctx.Err() != nil {
			return false
		}
		if c.requeue() > 0 {
			return true
		}
		select {
		case <-ctx.Done():
		case <-c.wake:
		}
	}
}

func (c *Client) dial(ctx context.Context) (net.Conn, error) {
	if c.cfg.ReservedPort && os.Geteuid() == 0 {
		for range 8 {
			port := 665 + rand.IntN(1023-665+1)
			conn, err := c.dialFrom(ctx, &net.TCPAddr{Port: port})
			if !errors.Is(err, syscall.EADDRINUSE) && !errors.Is(err, syscall.EADDRNOTAVAIL) && !errors.Is(err, syscall.EACCES) {
				return conn, err
			}
		}
	}
	return c.dialFrom(ctx, nil)
}

func (c *Client) dialFrom(ctx context.Context, local net.Addr) (net.Conn, error) {
	d := net.Dialer{
		Timeout:         min(max(c.cfg.Timeo, time.Second), maxDial),
		LocalAddr:       local,
		KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: c.cfg.Timeo, Interval: c.cfg.Timeo, Count: c.cfg.Retrans + 1},
		Control: func(_, _ string, rc syscall.RawConn) error {
			return rc.Control(func(fd uintptr) { c.setOptions(int(fd), local != nil) })
		},
	}
	conn, err := d.DialContext(ctx, "tcp", c.cfg.Addr)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	c.stats.Connects++
	c.mu.Unlock()
	return conn, nil
}

// setOptions makes TCP itself give up a connection whose data nobody acknowledges for a major timeout, or maxUnacked: a new
// handshake then finds a server that came back without memory of the old one. Failures cost only that, so they are ignored.
func (c *Client) setOptions(fd int, reuse bool) {
	_ = unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int(min(c.cfg.major(), maxUnacked)/time.Millisecond))
	if reuse {
		_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1)
	}
}

// serve uses one connection until it ends. It returns how many replies came, and nil if the server closed it in good order
// while nothing was pending.
func (c *Client) serve(ctx context.Context, conn net.Conn) (replies int, err error) {
	ctx, cancel := context.WithCancel(ctx)
	c.requeue()
	var wg sync.WaitGroup
	wg.Go(func() {
		<-ctx.Done()
		conn.Close()
	})
	wg.Go(func() {
		defer cancel()
		c.write(ctx, conn)
	})
	replies, err = c.read(conn)
	cancel()
	wg.Wait()
	if errors.Is(err, io.EOF) && c.idle() {
		return replies, nil
	}
	return replies, err
}

func (c *Client) idle() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.pending) == 0
}

// write sends queued calls until the connection fails or ctx ends.
func (c *Client) write(ctx context.Context, conn net.Conn) {
	for {
		if bufs := c.takeQueue(); len(bufs) > 0 {
			if _, err := bufs.WriteTo(conn); err != nil {
				return
			}
			continue
		}
		select {
		case <-ctx.Done():
			return
		case <-c.wake:
		}
	}
}

// takeQueue empties the queue into one list of buffers. The list is a copy: writing it consumes its elements, not the calls'.
func (c *Client) takeQueue() net.Buffers {
	c.mu.Lock()
	defer c.mu.Unlock()
	var bufs net.Buffers
	for _, k := range c.queue {
		k.queued = false
		if k.sent {
			c.stats.Resent++
		}
		k.sent = true
		bufs = append(bufs, k.bufs...)
	}
	c.queue = nil
	return bufs
}

// read delivers replies until the connection ends.
func (c *Client) read(conn net.Conn) (replies int, err error) {
	r := bufio.NewReaderSize(conn, 256<<10)
	for {
		rec, err := ReadRecord(r)
		if err == nil && len(rec) < 8 {
			err = fmt.Errorf("%w: %d bytes are no message", ErrBadRecord, len(rec))
		}
		if errors.Is(err, ErrBadRecord) {
			c.mu.Lock()
			c.stats.BadRecords++
			c.mu.Unlock()
			c.cfg.Log(fmt.Sprintf("nfs: server %s: %v; reconnecting", c.cfg.Server, err))
		}
		if err != nil {
			return replies, err
		}
		if c.deliver(rec) {
			replies++
		}
	}
}

// deliver gives a reply to its call. A reply nobody waits for is counted: it is the late twin of one that was sent again, or
// its xid is wrong, and then its call is sent again in time.
func (c *Client) deliver(rec []byte) bool {
	c.mu.Lock()
	k := c.pending[binary.BigEndian.Uint32(rec)]
	if k == nil {
		c.stats.Strays++
		c.mu.Unlock()
		return false
	}
	delete(c.pending, k.xid)
	recovered := c.silent
	c.silent = false
	c.mu.Unlock()
	k.reply <- rec
	if recovered {
		c.cfg.Log(fmt.Sprintf("nfs: server %s OK", c.cfg.Server))
	}
	return true
}
