package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// program is a director at work.
type program struct {
	name string
	port int
	cmd  *exec.Cmd
	said bytes.Buffer
}

// start runs argv on text, in which PORT stands for the frontend's port.
func start(name, dir, text string, argv ...string) (*program, error) {
	p := &program{name: name}
	var err error
	if p.port, err = freePort(); err != nil {
		return nil, err
	}
	file := filepath.Join(dir, name+".cfg")
	if err := os.WriteFile(file, []byte(strings.ReplaceAll(text, "PORT", strconv.Itoa(p.port))), 0o600); err != nil {
		return nil, err
	}
	p.cmd = exec.Command(argv[0], append(argv[1:], "-db", "-f", file)...)
	p.cmd.Stdout, p.cmd.Stderr = &p.said, &p.said
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	if err := await(p.port); err != nil {
		p.stop()
		return nil, fmt.Errorf("%s: %w\n%s", name, err, p.said.String())
	}
	return p, nil
}

func (p *program) stop() {
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait()
}

// cpu is how long all of the process's threads have run so far, in user and system mode.
func (p *program) cpu() (time.Duration, error) {
	files, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", p.cmd.Process.Pid))
	if err != nil || len(files) == 0 {
		return p.rusage()
	}
	var sum time.Duration
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			continue // a thread that has just ended
		}
		words := strings.Fields(string(text))
		n, err := strconv.ParseInt(words[0], 10, 64)
		if err != nil {
			return 0, fmt.Errorf("read %s: %w", f, err)
		}
		sum += time.Duration(n)
	}
	return sum, nil
}

// rusage is cpu where the kernel keeps no schedstat: to 10 ms.
func (p *program) rusage() (time.Duration, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(text), ") ")
	words := strings.Fields(rest)
	var ticks int64
	for _, w := range words[11:13] {
		n, err := strconv.ParseInt(w, 10, 64)
		if err != nil {
			return 0, err
		}
		ticks += n
	}
	return time.Duration(ticks) * 10 * time.Millisecond, nil
}

// memory is the process's resident memory in bytes that is its own: what it shares with files is left out.
func (p *program) memory() (int64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(text), "RssAnon:")
	n, err := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
	return n << 10, err
}

// enough descriptors for the idle connections on both of their sides.
const enough = 1 << 16

// raiseLimit lets this process and its children have enough descriptors, where the system allows it.
func raiseLimit() error {
	var l syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &l); err != nil {
		return err
	}
	l.Cur = l.Max
	if l.Max < enough {
		if big := (syscall.Rlimit{Cur: enough, Max: enough}); syscall.Setrlimit(syscall.RLIMIT_NOFILE, &big) == nil {
			return nil
		}
	}
	return syscall.Setrlimit(syscall.RLIMIT_NOFILE, &l)
}
