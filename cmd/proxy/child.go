package main

import (
	"fmt"
	"net"
	"os"
	"syscall"
	"time"
)

// child is a process that the master has started: a worker, or one of a program section.
type child struct {
	pid     int
	program string // the section's name; "": a worker
	control int    // a worker's socket: it says that it serves, and the master sends it operators' connections. Programs: -1
	started time.Time
	reloads int  // that it has outlived, failed ones too
	former  bool // a reload has put others in its place
}

// kind names the child in messages.
func (c *child) kind() string {
	if c.program != "" {
		return "program '" + c.program + "'"
	}
	return "worker"
}

func (c *child) close() {
	if c.control >= 0 {
		_ = syscall.Close(c.control)
	}
}

// dial makes a connection to a worker's runtime language: the other end of a new pair is sent to it. It is for the master's goroutine,
// which closes control, and does not wait.
func (c *child) dial() (net.Conn, error) {
	pair, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	err = syscall.Sendmsg(c.control, []byte{'C'}, syscall.UnixRights(pair[1]), nil, syscall.MSG_NOSIGNAL|syscall.MSG_DONTWAIT)
	_ = syscall.Close(pair[1])
	f := os.NewFile(uintptr(pair[0]), "worker")
	defer f.Close()
	if err != nil {
		return nil, err
	}
	return net.FileConn(f)
}

// row is the child's line of `show proc`.
func (c *child) row(version string) string {
	kind := "worker"
	if c.program != "" {
		kind, version = c.program, "-"
	}
	return procRow(c.pid, kind, fmt.Sprint(c.reloads), c.started, version)
}

func procRow(pid int, kind, reloads string, since time.Time, version string) string {
	return fmt.Sprintf("%-15d %-15s %-15s %-15s %-15s\n", pid, kind, reloads, uptime(time.Since(since)), version)
}

// uptime prints a duration as HAProxy does: 0d00h00m01s.
func uptime(d time.Duration) string {
	s := int(d.Seconds())
	return fmt.Sprintf("%dd%02dh%02dm%02ds", s/86400, s/3600%24, s/60%60, s%60)
}
