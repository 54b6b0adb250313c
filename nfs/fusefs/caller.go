package fusefs

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/hanwen/go-fuse/v2/fuse"

	"simulacro/nfs/rpc"
)

const (
	// groupsTTL is how long a process's supplementary groups are remembered: FUSE does not send them, and reading them costs
	// as much as a small RPC. A process whose groups change (rare: setgroups needs a privilege) keeps the old ones that long.
	groupsTTL = time.Second
	// maxGroupEntries bounds the memory of groups; beyond it all is forgotten.
	maxGroupEntries = 1024
	sigkillBit      = 1 << (9 - 1)
)

// caller says on whose behalf a FUSE request runs.
func (m *Mount) caller(ctx context.Context) rpc.Caller {
	c, ok := fuse.FromContext(ctx)
	if !ok {
		return rpc.Caller{Cred: &rpc.Cred{}}
	}
	who := rpc.Caller{Cred: &rpc.Cred{UID: c.Uid, GID: c.Gid, Groups: m.groups.of(c.Pid, c.Uid, time.Now())}}
	if c.Pid != 0 { // 0: the process is in a pid namespace that this one does not see
		who.Interrupt = ctx.Done()
		who.Killed = func() bool { return killed(c.Pid) }
	}
	return who
}

// as returns the caller of ctx with the credential a file was opened with, as NFS clients do for reads and writes.
func (m *Mount) as(ctx context.Context, cred *rpc.Cred) rpc.Caller {
	c, ok := fuse.FromContext(ctx)
	if !ok || c.Pid == 0 {
		return rpc.Caller{Cred: cred}
	}
	return rpc.Caller{Cred: cred, Interrupt: ctx.Done(), Killed: func() bool { return killed(c.Pid) }}
}

// killed reports whether SIGKILL is pending for a thread, or the thread is gone. FUSE_INTERRUPT tells of any signal, but an
// NFS wait ends only by a fatal one: PHP or Apache must not see EINTR from read(2).
func killed(tid uint32) bool {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", tid))
	if err != nil {
		return true
	}
	for _, key := range []string{"SigPnd", "ShdPnd"} {
		set, err := strconv.ParseUint(statusField(status, key), 16, 64)
		if err == nil && set&sigkillBit != 0 {
			return true
		}
	}
	return false
}

// isUmount reports whether a process is umount(8). It looks at a mount point (stat, statfs) before it asks the kernel to let go
// of it, and with a dead server it would wait there for ever, as it does with the kernel's client.
func isUmount(ctx context.Context) bool {
	c, ok := fuse.FromContext(ctx)
	if !ok || c.Pid == 0 {
		return false
	}
	comm, err := os.ReadFile(fmt.Sprintf("/proc/%d/comm", c.Pid))
	return err == nil && string(bytes.TrimSpace(comm)) == "umount"
}

// statusField returns the value of a line of /proc/PID/status.
func statusField(status []byte, key string) string {
	for line := range bytes.Lines(status) {
		if rest, ok := bytes.CutPrefix(line, []byte(key+":")); ok {
			return string(bytes.TrimSpace(rest))
		}
	}
	return ""
}

// groupCache remembers supplementary groups of processes. Its zero value is ready to use.
type groupCache struct {
	mu      sync.Mutex
	entries map[groupKey]groupEntry
}

type groupKey struct{ pid, uid uint32 }

type groupEntry struct {
	groups []uint32
	until  time.Time
}

// of returns the supplementary groups of a process, none if it cannot be read.
func (g *groupCache) of(pid, uid uint32, now time.Time) []uint32 {
	if pid == 0 {
		return nil
	}
	key := groupKey{pid, uid}
	g.mu.Lock()
	e, ok := g.entries[key]
	g.mu.Unlock()
	if ok && now.Before(e.until) {
		return e.groups
	}
	groups := readGroups(pid)
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.entries == nil || len(g.entries) >= maxGroupEntries {
		g.entries = map[groupKey]groupEntry{}
	}
	g.entries[key] = groupEntry{groups, now.Add(groupsTTL)}
	return groups
}

func readGroups(pid uint32) []uint32 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return nil
	}
	var groups []uint32
	for _, f := range strings.Fields(statusField(status, "Groups")) {
		if n, err := strconv.ParseUint(f, 10, 32); err == nil && len(groups) < rpc.MaxGroups {
			groups = append(groups, uint32(n))
		}
	}
	return groups
}
