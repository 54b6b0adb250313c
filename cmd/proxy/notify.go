package main

import (
	"fmt"
	"net"
	"os"
	"strings"
)

// notify tells systemd of the service's state (sd_notify(3)); without NOTIFY_SOCKET, or without -Ws, it does nothing.
func (p *program) notify(lines ...string) {
	path := os.Getenv("NOTIFY_SOCKET")
	if !p.flags.systemd || path == "" {
		return
	}
	c, err := net.Dial("unixgram", path)
	if err != nil {
		p.say.warn("Failed to notify systemd: %s", strerror(err))
		return
	}
	defer c.Close()
	if _, err := c.Write([]byte(strings.Join(lines, "\n"))); err != nil {
		p.say.warn("Failed to notify systemd: %s", strerror(err))
	}
}

func (p *program) notifyReloading() { p.notify("RELOADING=1") }

func (p *program) notifyReady(status string) {
	p.notify("READY=1", fmt.Sprintf("MAINPID=%d", os.Getpid()), "STATUS="+status)
}
