// Package syslog writes lines to the local system log (/dev/log, RFC 3164's local form), as the mount daemon's only voice once
// mount(8) has returned. Where there is no log the lines are lost: a file system must not fail for want of one.
//
//	log := syslog.New("/dev/log", "mount.nfs")
//	log.Print(syslog.Warning, "nfs: server 10.0.100.15 not responding, still trying")
package syslog

import (
	"fmt"
	"net"
	"os"
	"strings"
	"sync"
	"time"
)

// Priority is a severity (RFC 5424 table 2).
type Priority int

// The severities used here.
const (
	Warning Priority = 4
	Notice  Priority = 5
	Info    Priority = 6
)

const (
	facilityDaemon = 3 << 3
	// patience bounds a write to a log daemon that does not read.
	patience = time.Second
)

// Logger writes to one log. It may be used from many goroutines.
type Logger struct {
	path, tag string

	mu   sync.Mutex
	conn net.Conn
}

// New returns a Logger to the socket at path. It connects when there is something to write.
func New(path, tag string) *Logger { return &Logger{path: path, tag: tag} }

// Print writes one line, after connecting again if the log daemon was restarted.
func (l *Logger) Print(p Priority, line string) {
	line = strings.ReplaceAll(strings.TrimSpace(line), "\n", " ")
	text := fmt.Sprintf("<%d>%s %s[%d]: %s", facilityDaemon|int(p), time.Now().Format(time.Stamp), l.tag, os.Getpid(), line)
	l.mu.Lock()
	defer l.mu.Unlock()
	for range 2 {
		if l.conn == nil {
			conn, err := net.Dial("unixgram", l.path)
			if err != nil {
				return
			}
			l.conn = conn
		}
		l.conn.SetWriteDeadline(time.Now().Add(patience))
		if _, err := l.conn.Write([]byte(text)); err == nil {
			return
		}
		l.conn.Close()
		l.conn = nil
	}
}

// Close closes the connection. The Logger may still be used.
func (l *Logger) Close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.conn != nil {
		l.conn.Close()
		l.conn = nil
	}
}
