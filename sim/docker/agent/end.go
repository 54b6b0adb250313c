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

// endMarked ends every process that has the mark in its environment, and returns when they are gone: one that is ending has no
// environment any more, but may still hold its files and its ports.
func endMarked(mark string) {
	told := map[int]string{} // the process of each number, as stat tells it apart from a later one
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGKILL} {
		signalled := map[int]bool{}
		none := 0
		for until := time.Now().Add(endGrace); time.Now().Before(until); time.Sleep(endPoll) {
			pids := marked(mark)
			for _, pid := range pids {
				if start := lives(pid); start != "" {
					told[pid] = start
				}
			}
			for pid := range told {
				if !signalled[pid] {
					signalled[pid] = true
					_ = syscall.Kill(pid, signal) // it may have ended since
				}
			}
			for pid, start := range told {
				if lives(pid) != start {
					delete(told, pid)
				}
			}
			if none++; len(pids) > 0 || len(told) > 0 {
				none = 0
			}
			if none == 2 { // once is not enough: in the midst of an exec a process has no environment, either
				return
			}
		}
	}
}

// lives gives the time a process was started at, in the kernel's clock ticks, which tells it from a later one of the same number
// (proc(5), /proc/pid/stat, field 22); "" is for one that has ended, be it that its parent has not waited for it yet.
func lives(pid int) string {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return ""
	}
	_, after, _ := bytes.Cut(stat[bytes.LastIndexByte(stat, ')')+1:], []byte(" ")) // the name before it may hold anything
	f := bytes.Fields(after)
	if len(f) < 20 || f[0][0] == 'Z' || f[0][0] == 'X' {
		return ""
	}
	return string(f[19])
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
