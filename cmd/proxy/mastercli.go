package main

import (
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"

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

// masterBinds reads -S.
func (p *program) masterBinds() ([]config.Bind, int) {
	var binds []config.Bind
	for _, text := range p.flags.masterCLI {
		b, wrong := config.ParseListener(text, config.Options{})
		if wrong != nil {
			for _, line := range append(wrong, "Can't create the master's CLI.") {
				p.say.alert("config : %s", line)
			}
			return nil, exitError
		}
		binds = append(binds, b)
	}
	return binds, exitOK
}

// openMasterCLI opens the sockets of -S and answers on them.
func openMasterCLI(m *master, binds []config.Bind) (*masterCLI, error) {
	c := &masterCLI{m: m, open: map[net.Conn]struct{}{}, done: make(chan struct{})}
	for _, b := range binds {
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
		for _, w := range c.m.children {
			if w.program == "" && (absolute && n == w.pid || !absolute && n == 1 && !w.former) {
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

// failed tells whether the last reload has failed.
func (c *masterCLI) failed() (failed bool) {
	c.ask(func() { failed = c.m.failed > 0 })
	return failed
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
		b.WriteString(procRow(os.Getpid(), "master", fmt.Sprintf("%d [failed: %d]", m.reloads, m.failed), m.started, proxy.Version))
		for _, part := range []struct {
			heading         string
			former, program bool
		}{{"# workers", false, false}, {"# old workers", true, false}, {"# programs", false, true}, {"# old programs", true, true}} {
			var rows string
			for _, w := range m.children {
				if w.former == part.former && (w.program != "") == part.program {
					rows += w.row(proxy.Version)
				}
			}
			if rows != "" || !part.former {
				b.WriteString(part.heading + "\n" + rows)
			}
		}
	})
	return b.String()
}
