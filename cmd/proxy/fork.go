package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"simulacro/proxy"
)

// fork starts a worker with d's sockets and waits until it serves.
func (m *master) fork(d *proxy.Director) (*child, error) {
	pair, err := socketPair()
	if err != nil {
		return nil, err
	}
	w := &child{control: pair[0], started: time.Now()}
	keep := []int{pair[1]}
	var lines []string
	for _, l := range d.Listeners() {
		keep = append(keep, l.FD)
		lines = append(lines, fmt.Sprintf("%d %s", l.FD, l.Addr))
	}
	env := []string{
		envStage + "=" + stageWorker, envPipe + "=" + strconv.Itoa(pair[1]), envListeners + "=" + strings.Join(lines, "\n"),
	}
	w.pid, err = spawn(os.Args, m.before, env, keep, false)
	_ = syscall.Close(pair[1])
	if err != nil {
		w.close()
		return nil, err
	}
	go m.wait(w)
	answer := make([]byte, 1)
	if n, err := readFull(w.control, answer); n != 1 || err != nil {
		code, word := exitCode(m.awaitExit(w))
		m.say.notice("New worker (%d) forked", w.pid)
		w.close()
		return nil, sayf("New worker (%d) exited with code %d (%s)", w.pid, code, word)
	}
	return w, nil
}

// awaitExit waits for one child's end; others may end meanwhile.
func (m *master) awaitExit(w *child) syscall.WaitStatus {
	for {
		e := <-m.exited
		if e.c == w {
			return e.status
		}
		m.reap(e)
	}
}

// wait reports a child's end; it ends with the child.
func (m *master) wait(c *child) {
	var status syscall.WaitStatus
	for {
		if _, err := syscall.Wait4(c.pid, &status, 0, nil); err != syscall.EINTR {
			break
		}
	}
	m.exited <- exit{c, status}
}
