package main

import (
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"simulacro/proxy"
	"simulacro/proxy/config"
	"simulacro/proxy/stats"
)

// masterCLI is the master's own socket (management manual, section 9.4): its commands, and with @ those of a worker.
type masterCLI struct {
	m         *master
	listeners []net.Listener
	mu        sync.Mutex
	open      map[net.Conn]struct{}
	ended     bool
	wg        sync.WaitGroup
	done      chan struct{}
}

// openMasterCLI opens the sockets of -S and answers on them.
func openMasterCLI(m *master) (*masterCLI, error) {
	c := &masterCLI{m: m, open: map[net.Conn]struct{}{}, done: make(chan struct{})}
	for _, text := range m.flags.masterCLI {
		b, err := config.ParseListener(text, config.Options{})
		if err != nil {
			c.close()
			return nil, err
		}
		l, err := proxy.OpenSocket(b)
		if err != nil {
			c.close()
			return nil, err
		}
		c.listeners = append(c.listeners, l)
		c.wg.Add(1)
		go c.accept(l, b.Level)
	}
	return c, nil
}

// close ends all sessions and waits for them.
func (c *masterCLI) close() {
	close(c.done)
	for _, l := range c.listeners {
		_ = l.Close()
	}
	c.mu.Lock()
	c.ended = true // what was accepted and is not in open yet is closed by who accepted it
	for conn := range c.open {
		_ = conn.Close()
	}
	c.mu.Unlock()
	c.wg.Wait()
}

func (c *masterCLI) accept(l net.Listener, level config.Level) {
	defer c.wg.Done()
	for {
		conn, err := stats.Accept(l)
		if err != nil {
			return // closed
		}
		c.mu.Lock()
		if c.ended {
			c.mu.Unlock()
			_ = conn.Close()
			return
		}
		c.open[conn] = struct{}{}
		c.wg.Add(1)
		c.mu.Unlock()
		go c.session(conn, level)
	}
}

// find gives the process that follows an @: !<pid> a worker, 1 the current one; master, nothing and 0 the master, which is 0 here.
func (c *masterCLI) find(target string) (pid int, ok bool) {
	if target == "" || target == "master" {
		return 0, true
	}
	number, absolute := strings.CutPrefix(target, "!")
	n, err := strconv.Atoi(number)
	switch {
	case err != nil:
		return 0, false
	case n == 0 && !absolute:
		return 0, true
	}
	c.ask(func() {
		for _, w := range c.m.workers() {
			if absolute && n == w.pid || !absolute && n == 1 && w == c.m.current {
				pid, ok = w.pid, true
			}
		}
	})
	return pid, ok
}

// ask runs f in the master's goroutine; not at all once the master leaves.
func (c *masterCLI) ask(f func()) {
	answered := make(chan struct{})
	select {
	case c.m.requests <- func() { f(); close(answered) }:
		<-answered
	case <-c.done:
	}
}

// masterTalk is the master as its own commands see it.
type masterTalk struct {
	c         *masterCLI
	reloading *bool
}

var _ stats.Master = masterTalk{}

// Version implements stats.Master.
func (masterTalk) Version() string { return proxy.Version }

// Processes implements stats.Master.
func (t masterTalk) Processes() string { return t.c.processes() }

// Reload implements stats.Master.
func (t masterTalk) Reload() {
	*t.reloading = true
	t.c.ask(t.c.m.reload)
}

// processes is `show proc`.
func (c *masterCLI) processes() string {
	var b strings.Builder
	c.ask(func() {
		m := c.m
		fmt.Fprintf(&b, "%-15s %-15s %-15s %-15s %-15s\n", "#<PID>", "<type>", "<reloads>", "<uptime>", "<version>")
		row := func(pid int, kind, reloads string, since time.Time) {
			fmt.Fprintf(&b, "%-15d %-15s %-15s %-15s %-15s\n", pid, kind, reloads, uptime(time.Since(since)), proxy.Version)
		}
		row(os.Getpid(), "master", fmt.Sprintf("%d [failed: %d]", m.reloads, m.failed), m.started)
		b.WriteString("# workers\n")
		if m.current != nil {
			row(m.current.pid, "worker", strconv.Itoa(m.current.reloads), m.current.started)
		}
		if len(m.former) > 0 {
			b.WriteString("# old workers\n")
			for _, w := range m.former {
				row(w.pid, "worker", strconv.Itoa(w.reloads), w.started)
			}
		}
		b.WriteString("# programs\n")
	})
	return b.String()
}

// uptime prints a duration as HAProxy does: 0d00h00m01s.
func uptime(d time.Duration) string {
	s := int(d.Seconds())
	return fmt.Sprintf("%dd%02dh%02dm%02ds", s/86400, s/3600%24, s/60%60, s%60)
}
