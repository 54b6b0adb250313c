package agent

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"
)

// ErrGone means that the connection had ended before the command began: nothing of it has happened.
var ErrGone = errors.New("the node's agent is gone")

// ErrLost means that the connection ended while the command ran: what became of it is not known.
var ErrLost = errors.New("the node's agent ended while the command ran")

// endWait bounds the wait for the end of a command that was cancelled: it may hang in the kernel, or its node be frozen.
const endWait = 10 * time.Second

// Command is what to run. The first of Argv is looked for in the node's PATH.
type Command struct {
	Argv  []string
	Env   []string `json:",omitempty"` // NAME=value, beside the node's own
	Dir   string   `json:",omitempty"`
	Stdin []byte   `json:"-"` // all of the standard input
	// GiveUp, closed when the command was cancelled, has its end not waited for: its node is frozen. It may be nil.
	GiveUp <-chan struct{} `json:"-"`
}

// Client is the runner's side of a connection. Safe for use by several goroutines.
type Client struct {
	out  sender
	over chan struct{} // closed when the agent's side has ended

	mu     sync.Mutex
	last   uint32
	queues map[uint32]*queue
}

// NewClient speaks with an agent that is read from r and written to by w. It reads until r ends: closing the connection is
// the caller's.
func NewClient(r io.Reader, w io.Writer) *Client {
	c := &Client{out: sender{w: w}, over: make(chan struct{}), queues: map[uint32]*queue{}}
	go c.receive(r)
	return c
}

// Over is closed when the agent is gone.
func (c *Client) Over() <-chan struct{} { return c.over }

func (c *Client) receive(r io.Reader) {
	defer close(c.over)
	for {
		f, err := read(r)
		if err != nil {
			return
		}
		c.mu.Lock()
		q := c.queues[f.id]
		c.mu.Unlock()
		if q != nil { // else it belongs to a command that nobody waits for any more
			q.put(f)
		}
	}
}

func (c *Client) open() (uint32, *queue) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.last++
	q := newQueue()
	c.queues[c.last] = q
	return c.last, q
}

func (c *Client) forget(id uint32) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.queues, id)
}

// Ping waits until the agent answers. The error is ErrGone, or ctx's: then the node may be frozen.
func (c *Client) Ping(ctx context.Context) error {
	id, q := c.open()
	defer c.forget(id)
	if c.out.send(ping, id, nil) != nil {
		return ErrGone
	}
	select {
	case <-q.some:
		return nil
	case <-c.over:
		return ErrGone
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Run runs a command and copies its output as it comes; it returns when the command and its output have ended. When ctx is
// cancelled the command and all that it started are ended in the node (SIGTERM, after two seconds SIGKILL) before Run returns
// ctx's error; in a node that is frozen they end when it thaws.
func (c *Client) Run(ctx context.Context, cmd Command, stdout, stderr io.Writer) (code int, err error) {
	spec, err := json.Marshal(struct {
		Command
		Input bool
	}{cmd, cmd.Stdin != nil})
	if err != nil {
		return 0, fmt.Errorf("tell the agent of the command: %w", err)
	}
	select {
	case <-c.over:
		return 0, ErrGone
	default:
	}
	id, q := c.open()
	defer c.forget(id)
	if err := c.out.send(start, id, spec); err != nil {
		return 0, fmt.Errorf("%w: %w", ErrLost, err) // some of it may have got there
	}
	for in := cmd.Stdin; len(in) > 0; {
		n := min(len(in), chunk)
		if c.out.send(input, id, in[:n]) != nil {
			break // over tells of it below
		}
		in = in[n:]
	}
	if cmd.Stdin != nil {
		_ = c.out.send(inputEnd, id, nil)
	}
	return c.follow(ctx, id, q, cmd.GiveUp, stdout, stderr)
}

// follow passes the output on until the command's last frame.
func (c *Client) follow(ctx context.Context, id uint32, q *queue, giveUp <-chan struct{}, stdout, stderr io.Writer) (int, error) {
	cancelled, late := ctx.Done(), make(<-chan time.Time)
	for {
		select {
		case <-q.some:
			code, last, err := pass(q.take(), stdout, stderr)
			switch {
			case last && ctx.Err() != nil && cancelled == nil:
				return 0, ctx.Err()
			case last || err != nil:
				return code, err
			}
		case <-cancelled:
			cancelled = nil
			_ = c.out.send(end, id, nil)
			timer := time.NewTimer(endWait)
			defer timer.Stop()
			late = timer.C
		case <-late:
			return 0, ctx.Err()
		case <-giveUp:
			return 0, ctx.Err()
		case <-c.over:
			if code, last, err := pass(q.take(), stdout, stderr); last {
				return code, err
			}
			if ctx.Err() != nil {
				return 0, ctx.Err()
			}
			return 0, ErrLost
		}
	}
}

func pass(frames []frame, stdoutTo, stderrTo io.Writer) (code int, last bool, err error) {
	for _, f := range frames {
		switch f.kind {
		case stdout:
			_, err = stdoutTo.Write(f.payload)
		case stderr:
			_, err = stderrTo.Write(f.payload)
		case exit:
			if len(f.payload) != 4 {
				return 0, true, errFrame
			}
			return int(int32(binary.BigEndian.Uint32(f.payload))), true, nil
		}
		if err != nil {
			return 0, false, fmt.Errorf("pass the output on: %w", err)
		}
	}
	return 0, false, nil
}
