package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"syscall"

	"simulacro/proxy/config"
	"simulacro/proxy/engine"
	"simulacro/proxy/stats"
)

// operator is one session. It lasts until the operator ends it, in prompt mode and out of it.
type operator struct {
	c                    *masterCLI
	conn                 net.Conn
	level                config.Level
	prompt               bool
	expert, experimental bool
	target               int // the process that commands go to; 0: the master
}

// longest is how long a command may be, HAProxy's buffer.
const longest = 16384

func (c *masterCLI) session(conn net.Conn, level config.Level) {
	defer c.wg.Done()
	defer func() {
		c.mu.Lock()
		delete(c.open, conn)
		c.mu.Unlock()
		_ = conn.Close()
	}()
	o := &operator{c: c, conn: conn, level: level}
	in := bufio.NewReaderSize(conn, longest)
	for {
		command, err := readCommand(in)
		if err != nil || !o.run(command, in) {
			return
		}
		o.write(o.promptText())
	}
}

// errTooLong ends a session, as in HAProxy.
var errTooLong = errors.New("the command is too long")

// readCommand gives what stands before a line's end, or before a semicolon that no backslash precedes.
func readCommand(in *bufio.Reader) (string, error) {
	var text []byte
	for escaped := false; len(text) < longest; {
		b, err := in.ReadByte()
		switch {
		case err != nil:
			return "", err // what has no end is no command
		case !escaped && (b == ';' || b == '\n'):
			return strings.TrimSuffix(string(text), "\r"), nil
		}
		escaped = b == '\\' && !escaped
		text = append(text, b)
	}
	return "", errTooLong
}

// promptText names the process that commands go to, and the modes.
func (o *operator) promptText() string {
	if !o.prompt {
		return ""
	}
	name, modes := "master", ""
	switch {
	case o.target != 0:
		name = strconv.Itoa(o.target)
	case o.c.failed():
		name += "[ReloadFailed]"
	}
	if o.experimental {
		modes += "x"
	}
	if o.expert {
		modes += "e"
	}
	if modes != "" {
		modes = "(" + modes + ")"
	}
	return name + modes + "> "
}

func (o *operator) write(text string) {
	_, _ = io.WriteString(o.conn, text) // an operator who has gone is told nothing
}

// run executes one command; false ends the session. A payload is read from in.
func (o *operator) run(command string, in *bufio.Reader) bool {
	command = strings.TrimLeft(command, " \t")
	word, rest, _ := strings.Cut(command, " ")
	if strings.HasPrefix(word, "@") {
		pid, ok := o.c.find(word[1:])
		if !ok {
			o.write("Can't find the target PID matching the prefix '" + word + "'\n")
			return false
		}
		if rest = strings.TrimLeft(rest, " \t"); rest == "" {
			o.target = pid
			return true
		}
		return o.send(pid, rest, in)
	}
	switch word {
	case "prompt":
		o.prompt = !o.prompt
		return true
	case "quit":
		o.write(o.promptText())
		return false
	case "operator":
		return o.lower(config.LevelOperator)
	case "user":
		return o.lower(config.LevelUser)
	case "expert-mode":
		return o.mode(&o.expert, rest)
	case "experimental-mode":
		return o.mode(&o.experimental, rest)
	}
	return o.send(o.target, command, in)
}

// refused is the answer to who may not do something; it ends the session.
const refused = "Permission denied!\n"

func (o *operator) lower(to config.Level) bool {
	if o.level < to {
		o.write(refused)
		return false
	}
	o.level = to
	return true
}

func (o *operator) mode(of *bool, word string) bool {
	if o.level < config.LevelAdmin {
		o.write(refused)
		return false
	}
	*of = strings.TrimSpace(word) == "on"
	return true
}

// send has a process answer a command, which may do no more there than the operator here.
func (o *operator) send(pid int, command string, in *bufio.Reader) bool {
	text := command + "\n"
	for line := command; strings.HasSuffix(command, "<<") && line != ""; text += line + "\n" {
		var err error
		if line, err = in.ReadString('\n'); err != nil {
			return false
		}
		line = strings.TrimRight(line, "\r\n")
	}
	text = o.modes() + text
	if pid == 0 {
		reloading := false
		m := masterTalk{c: o.c, reloading: &reloading}
		_ = stats.NewMasterCLI(m).Serve(strings.NewReader(text), o.conn, stats.Session{Level: o.level}) // an operator who has gone is told nothing
		return !reloading
	}
	return o.forward(pid, text)
}

// modes are what makes another process's session like this one.
func (o *operator) modes() (commands string) {
	if o.level < config.LevelAdmin {
		commands = levelName(o.level) + " -;"
	}
	if o.experimental {
		commands += "experimental-mode on -;"
	}
	if o.expert {
		commands += "expert-mode on -;"
	}
	return commands
}

// forward has a worker answer.
func (o *operator) forward(pid int, text string) bool {
	conn, err := net.Conn(nil), error(syscall.ECONNREFUSED)
	o.c.ask(func() {
		for _, w := range o.c.m.children {
			if w.pid == pid {
				conn, err = w.dial()
			}
		}
	})
	if err != nil {
		o.write(fmt.Sprintf("Can't connect to the target CLI!: %s\n", engine.Strerror(err)))
		return false
	}
	defer conn.Close()
	_, _ = io.WriteString(conn, text)
	if u, ok := conn.(*net.UnixConn); ok {
		_ = u.CloseWrite()
	}
	_, _ = io.Copy(o.conn, conn)
	return true
}
