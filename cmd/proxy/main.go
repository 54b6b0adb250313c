// Command proxy is the director's program, a stand-in for haproxy: the same flags, files, socket, logs, signals and
// messages. Installed as /usr/sbin/haproxy it runs under Debian's unit unchanged:
//
//	haproxy -Ws -f /etc/haproxy/haproxy.cfg -p /run/haproxy.pid -S /run/haproxy-master.sock
//
// One program plays three parts. Started by hand it serves in the foreground; with -D (or `daemon` in the file) it starts
// itself again as a daemon and leaves when that one serves; with -W it stays as the master, holds the listening sockets
// and starts itself again as the worker that serves.
package main

import (
	"os"
)

func main() {
	os.Exit(run(os.Args, os.Stdout, os.Stderr))
}
