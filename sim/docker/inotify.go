package docker

import (
	"fmt"
	"os"
	"strings"
)

// inotifyLimit is how many inotify instances one user may have (inotify(7)). All nodes run as root of this machine, and each systemd
// and journald has several: 128, the default of many distributions, is enough for some four clusters.
const inotifyLimit = "/proc/sys/fs/inotify/max_user_instances"

// inotifyEnough is what a hint proposes.
const inotifyEnough = 1024

// inotifyHint says what to raise where nodes complain of it, "" where they do not. local tells whether the engine is on this machine.
// systemd's words for it are "Too many open files", which are also those for descriptors: of these a node has plenty.
func inotifyHint(said string, local bool) string {
	if !strings.Contains(said, "Too many open files") && !strings.Contains(said, "inotify") {
		return ""
	}
	limit := "the limit of the engine's machine"
	if text, err := os.ReadFile(inotifyLimit); err == nil && local {
		limit = "of which one user has " + strings.TrimSpace(string(text)) + " here"
	}
	return fmt.Sprintf("There are no inotify instances left for more nodes (fs.inotify.max_user_instances, %s).\n"+
		"Remove clusters that are not needed (simulacro down), or raise it: sudo sysctl fs.inotify.max_user_instances=%d", limit, inotifyEnough)
}
