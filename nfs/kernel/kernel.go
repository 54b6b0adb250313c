// Package kernel mounts with the kernel's own NFS client: it does what nfs-utils' helper does for mount(2), which does not
// resolve names and does not ask portmappers by itself for what the helper has found out already.
//
//	if kernel.Supported() {
//		err := kernel.Mount(kernel.Request{Share: "10.0.100.15:/export", Dir: "/mnt/web", Addr: "10.0.100.15", Port: 2049, MountPort: 20048})
//	}
package kernel

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// Supported reports whether the kernel has an NFS client, after trying to load its module.
func Supported() bool {
	if listed(readFilesystems()) {
		return true
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if exec.CommandContext(ctx, "modprobe", "-q", "nfs").Run() != nil {
		return false
	}
	return listed(readFilesystems())
}

func readFilesystems() string {
	b, _ := os.ReadFile("/proc/filesystems") // without /proc there is nothing to know
	return string(b)
}

// listed looks for nfs or nfs4 in the text of /proc/filesystems.
func listed(text string) bool {
	for line := range strings.Lines(text) {
		f := strings.Fields(line)
		if len(f) > 0 && (f[len(f)-1] == "nfs" || f[len(f)-1] == "nfs4") {
			return true
		}
	}
	return false
}

// Request is one mount.
type Request struct {
	Share, Dir      string
	Flags           uintptr // MS_ flags of mount(2)
	Addr            string  // the server's IP address
	Version         string  // 3, 4, 4.0, 4.1, 4.2; empty means 3
	Port, MountPort int
	Options         []string // of nfs(5), as the user wrote them
}

// Mount calls mount(2). The error is the system call's.
func Mount(r Request) error {
	return unix.Mount(r.Share, r.Dir, "nfs", r.Flags, r.Data())
}

// decided are the options that Data writes itself, and those that are for the helper alone.
var decided = []string{"addr", "clientaddr", "vers", "nfsvers", "v3", "v4", "v4.0", "v4.1", "v4.2", "minorversion", "proto", "tcp", "port",
	"mountaddr", "mounthost", "mountport", "mountproto", "mountvers", "nolock", "lock", "bg", "fg", "retry"}

// Data returns the options for mount(2)'s last argument.
func (r Request) Data() string {
	version := r.Version
	if version == "" {
		version = "3"
	}
	list := []string{"vers=" + version, "addr=" + r.Addr, "proto=" + proto(r.Addr)}
	if r.Port != 0 {
		list = append(list, fmt.Sprintf("port=%d", r.Port))
	}
	if version == "3" {
		// nolock: a node of the cluster runs no rpc.statd, without which the kernel refuses locks over the network.
		list = append(list, "mountaddr="+r.Addr, "mountvers=3", "mountproto="+proto(r.Addr), fmt.Sprintf("mountport=%d", r.MountPort), "nolock")
	} else if local := localAddr(r.Addr); local != "" {
		list = append(list, "clientaddr="+local)
	}
	for _, o := range r.Options {
		key, _, _ := strings.Cut(o, "=")
		if !slices.Contains(decided, key) {
			list = append(list, o)
		}
	}
	return strings.Join(list, ",")
}

func proto(addr string) string {
	if strings.Contains(addr, ":") {
		return "tcp6"
	}
	return "tcp"
}

// localAddr is the address this machine uses towards addr: NFSv4.0 tells it to the server for callbacks. Nothing is sent.
func localAddr(addr string) string {
	c, err := net.Dial("udp", net.JoinHostPort(addr, "2049"))
	if err != nil {
		return ""
	}
	defer c.Close()
	host, _, _ := net.SplitHostPort(c.LocalAddr().String())
	return host
}
