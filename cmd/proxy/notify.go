package main

import (
	"fmt"
	"net"
	"os"
	"strings"
	"time"
)

// notify tells systemd of the service's state (sd_notify(3)); without NOTIFY_SOCKET, or without -Ws, it does nothing.
func (p *program) notify(lines ...string) {
	path := os.Getenv("NOTIFY_SOCKET")
	if !p.flags.systemd || path == "" {
		return
	}
	c, err := net.Dial("unixgram", path)
	if err != nil {
		return // nobody is there to be told, nor to complain to
	}
	defer c.Close()
	// A manager that does not read must not hold up the service.
	if err := c.SetWriteDeadline(time.Now().Add(time.Second)); err != nil {
		return
	}
	_, _ = c.Write([]byte(strings.Join(lines, "\n")))
}

func (p *program) notifyReloading() { p.notify("RELOADING=1") }

func (p *program) notifyReady(status string) {
	p.notify("READY=1", fmt.Sprintf("MAINPID=%d", os.Getpid()), "STATUS="+status)
}
