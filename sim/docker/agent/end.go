package agent

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// Mark is the variable by which the processes of one command are found again, to end them: what a command has started may
// have left its process group and its session.
const Mark = "SIMULACRO_EXEC"

// endGrace is how long processes have to end after SIGTERM, and again after SIGKILL: what hangs in the kernel does not.
const (
	endGrace = 2 * time.Second
	endPoll  = 10 * time.Millisecond
)

// endMarked ends every process that has the mark in its environment.
func endMarked(mark string) {
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGKILL} {
		told := map[int]bool{}
		for until := time.Now().Add(endGrace); time.Now().Before(until); time.Sleep(endPoll) {
			pids := marked(mark)
			if len(pids) == 0 {
				return
			}
			for _, pid := range pids {
				if !told[pid] {
					told[pid] = true
					_ = syscall.Kill(pid, signal) // it may have ended since
				}
			}
		}
	}
}

// marked lists the processes that have the mark in their environment. That of one that has ended and was not waited for is empty.
func marked(mark string) (pids []int) {
	all, _ := filepath.Glob("/proc/[0-9]*") // only a bad pattern is an error
	want := []byte(mark)
	for _, dir := range all {
		env, err := os.ReadFile(dir + "/environ")
		if err != nil {
			continue // gone, or not ours to read
		}
		for v := range bytes.SplitSeq(env, []byte{0}) {
			if bytes.Equal(v, want) {
				if pid, err := strconv.Atoi(filepath.Base(dir)); err == nil {
					pids = append(pids, pid)
				}
				break
			}
		}
	}
	return pids
}
