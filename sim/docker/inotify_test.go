package docker

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestExhaustedInotifyIsToldWithWhatToRaise(t *testing.T) {
	for _, said := range []string{"Failed to allocate manager object: Too many open files", "Failed to create inotify object: Too many open files",
		"tail: inotify cannot be used, reverting to polling"} {
		assert.Contains(t, inotifyHint(said, false), "sudo sysctl fs.inotify.max_user_instances=1024")
		assert.Contains(t, inotifyHint(said, false), "the limit of the engine's machine")
	}
	assert.Regexp(t, `of which one user has [0-9]+ here`, inotifyHint("Too many open files", true))
	assert.Empty(t, inotifyHint("haproxy failed", true))
}
