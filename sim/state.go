package sim

import (
	"fmt"
	"os"
	"path/filepath"
)

// StateDir is where this machine keeps what it must remember of a cluster between commands (the undo ledger, the lock of an
// `up` under way): $XDG_STATE_HOME/simulacro/<cluster>, by default under ~/.local/state (XDG Base Directory Specification).
// It is not created. Down removes it with all that is in it.
func StateDir(cluster string) (string, error) {
	home := os.Getenv("XDG_STATE_HOME")
	if !filepath.IsAbs(home) { // the specification has a relative path ignored
		user, err := os.UserHomeDir()
		if err != nil {
			return "", fmt.Errorf("no place for the state of cluster %s: %w (set XDG_STATE_HOME)", cluster, err)
		}
		home = filepath.Join(user, ".local", "state")
	}
	return filepath.Join(home, "simulacro", cluster), nil
}
