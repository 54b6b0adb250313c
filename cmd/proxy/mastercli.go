package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"simulacro/proxy"
	"simulacro/proxy/config"
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
		conn, err := l.Accept()
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

// operator is one session. Without prompt it ends after one line.
type operator struct {
	c      *masterCLI
	conn   net.Conn
	level  config.Level
	prompt bool
	target string // "": the master; else what followed the @
}

func (c *masterCLI) session(conn net.Conn, level config.Level) {
	defer c.wg.Done()
	defer func() {
		c.mu.Lock()
		delete(c.open, conn)
		c.mu.Unlock()
		_ = conn.Close()
	}()
	o := &operator{c: c, conn: conn, level: level}
	lines := bufio.NewScanner(conn)
	for lines.Scan() {
		for _, command := range strings.Split(lines.Text(), ";") {
			if !o.run(strings.TrimSpace(command)) {
				return
			}
		}
		if !o.prompt {
			return
		}
		o.write(o.promptText())
	}
}

func (o *operator) promptText() string {
	if o.target == "" {
		return "master> "
	}
	return o.target + "> "
}

func (o *operator) write(text string) {
	_, _ = io.WriteString(o.conn, text) // an operator who has gone is told nothing
}

// run executes one command; false ends the session.
func (o *operator) run(command string) bool {
	target, rest := o.target, command
	if strings.HasPrefix(command, "@") {
		target, rest, _ = strings.Cut(command[1:], " ")
		if target == "master" {
			target = ""
		}
		if rest == "" {
			if _, err := o.c.find(target); target != "" && err != nil {
				o.write(err.Error())
				return true
			}
			o.target = target
			return true
		}
	}
	if target != "" {
		o.forward(target, rest)
		return true
	}
	return o.own(strings.Fields(rest))
}

// forward has a worker answer.
func (o *operator) forward(target, command string) {
	w, err := o.c.find(target)
	if err != nil {
		o.write(err.Error())
		return
	}
	conn, err := w.dial()
	if err != nil {
		o.write(fmt.Sprintf("Can't connect to the target CLI!: %s\n\n", strerror(err)))
		return
	}
	defer conn.Close()
	_, _ = io.WriteString(conn, command+"\n")
	if u, ok := conn.(*net.UnixConn); ok {
		_ = u.CloseWrite()
	}
	_, _ = io.Copy(o.conn, conn)
}

// find gives the worker of @1 (the current one) or @!<pid>.
func (c *masterCLI) find(target string) (*worker, error) {
	var found *worker
	c.ask(func() {
		for _, w := range c.m.workers() {
			if target == "!"+strconv.Itoa(w.pid) || target == "1" && w == c.m.current {
				found = w
			}
		}
	})
	if found == nil {
		return nil, sayf("Can't find the target PID matching the prefix '@%s'\n\n", target)
	}
	return found, nil
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

const masterHelp = `The following commands are valid at this level:
  @!<pid>                                 : send a command to the <pid> process
  @<relative pid>                         : send a command to the <relative pid> process
  @master                                 : send a command to the master process
  operator                                : lower the level of the current CLI session to operator
  reload                                  : reload haproxy
  show cli level                          : display the level of the current CLI session
  show proc                               : show processes status
  show version                            : show version of the current process
  user                                    : lower the level of the current CLI session to user
  help [<command>]                        : list matching or all commands
  prompt                                  : toggle interactive mode with prompt
  quit                                    : disconnect

`

// own runs a command of the master's.
func (o *operator) own(w []string) bool {
	switch strings.Join(w, " ") {
	case "", "help":
		o.write(masterHelp)
	case "prompt":
		o.prompt = !o.prompt
		if !o.prompt {
			o.write("\n")
		}
	case "quit", "exit":
		return false
	case "operator":
		o.level = min(o.level, config.LevelOperator)
		o.write("\n")
	case "user":
		o.level = config.LevelUser
		o.write("\n")
	case "show cli level":
		o.write(levelName(o.level) + "\n\n")
	case "show version":
		o.write(proxy.Version + "\n\n")
	case "show proc", "show proc debug":
		o.write(o.c.processes())
	case "reload":
		o.reload()
	default:
		o.write("Unknown command: '" + strings.Join(w, " ") + "'. Please enter one of the following commands only:\n" + masterHelp)
	}
	return true
}

func (o *operator) reload() {
	if o.level < config.LevelOperator {
		o.write("Permission denied\n\n")
		return
	}
	o.c.ask(o.c.m.reload)
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
		b.WriteString("# programs\n\n")
	})
	return b.String() + "\n"
}

// uptime prints a duration as HAProxy does: 0d00h00m01s.
func uptime(d time.Duration) string {
	s := int(d.Seconds())
	return fmt.Sprintf("%dd%02dh%02dm%02ds", s/86400, s/3600%24, s/60%60, s%60)
}
