package load

import (
	"context"
	"fmt"
	"net"
	"sync"
	"time"
)

// MaxCrowd bounds a crowd: it is to trouble one director, not the machine.
const MaxCrowd = 5000

// Crowd is clients that hold connections. Each connects, and connects again where the other side ends it.
type Crowd struct {
	Addr    string        // host:port
	Clients int           // 1 to MaxCrowd
	Within  time.Duration // in which the first of them come, evenly; 0: at once
	// Drip is the time from one piece of a request that never ends to the next (slowloris); 0 sends nothing at all.
	Drip time.Duration
}

// crowdPause is the pause before a client that was refused tries again.
const crowdPause = 200 * time.Millisecond

// Run holds the connections until ctx ends. An error means that the crowd is none.
func (c Crowd) Run(ctx context.Context) error {
	if c.Clients < 1 || c.Clients > MaxCrowd {
		return fmt.Errorf("crowd: %d clients: must be 1 to %d", c.Clients, MaxCrowd)
	}
	if _, _, err := net.SplitHostPort(c.Addr); err != nil {
		return fmt.Errorf("crowd: %w", err)
	}
	var wg sync.WaitGroup
	start := time.Now()
	for i := range c.Clients {
		if !sleepUntil(ctx, start.Add(c.Within*time.Duration(i)/time.Duration(c.Clients))) {
			break
		}
		wg.Go(func() { c.client(ctx) })
	}
	wg.Wait()
	return nil
}

func (c Crowd) client(ctx context.Context) {
	for ctx.Err() == nil {
		c.hold(ctx)
		sleepUntil(ctx, time.Now().Add(crowdPause))
	}
}

// hold connects once and stays until either side has enough.
func (c Crowd) hold(ctx context.Context) {
	d := net.Dialer{Timeout: 5 * time.Second}
	cn, err := d.DialContext(ctx, "tcp", c.Addr)
	if err != nil {
		return
	}
	defer cn.Close()
	stop := context.AfterFunc(ctx, func() { cn.Close() })
	defer stop()
	if c.Drip == 0 {
		var b [512]byte
		for err == nil { // until the other side ends it
			_, err = cn.Read(b[:])
		}
		return
	}
	var gone = make(chan struct{})
	go func() {
		defer close(gone)
		var b [512]byte
		for {
			if _, err := cn.Read(b[:]); err != nil {
				return
			}
		}
	}()
	defer func() { cn.Close(); <-gone }()
	piece := []byte("GET / HTTP/1.1\r\nHost: " + c.Addr + "\r\nUser-Agent: simulacro-crowd\r\n")
	for n := 0; ; n++ {
		if _, err := cn.Write(piece); err != nil {
			return
		}
		select {
		case <-gone:
			return
		case <-ctx.Done():
			return
		case <-time.After(c.Drip):
		}
		piece = fmt.Appendf(nil, "X-%d: a\r\n", n)
	}
}
