package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"simulacro/proxy"
)

// A process that starts itself again tells the new one its part by the environment; descriptors keep their numbers, so
// that those of the operator's (`bind fd@5`) stay what they are.
const (
	envStage     = "SIMULACRO_PROXY_STAGE"     // daemon, worker or program
	envPipe      = "SIMULACRO_PROXY_PIPE"      // daemon: where to say that it serves; worker: the master's socket; program: closed by its start
	envListeners = "SIMULACRO_PROXY_LISTENERS" // worker: a line for each, descriptor and address
	envIdentity  = "SIMULACRO_PROXY_IDENTITY"  // program: user and group, -1 each for the master's
)

// The parts.
const (
	stageDaemon  = "daemon"
	stageWorker  = "worker"
	stageProgram = "program" // arguments are those of the program that it becomes
)

// stage is the part that this process has been started for; the zero value is a process that a person or systemd started.
type stage struct {
	kind      string
	fd        int
	listeners []proxy.Listener
	uid, gid  int
}

func (s stage) worker() bool { return s.kind == stageWorker }

// currentStage reads the environment, and removes what it read: children of this process have parts of their own.
func currentStage() stage {
	s := stage{kind: os.Getenv(envStage), fd: -1}
	if fd, err := strconv.Atoi(os.Getenv(envPipe)); err == nil {
		s.fd = fd
		syscall.CloseOnExec(fd)
	}
	for _, line := range strings.Split(os.Getenv(envListeners), "\n") {
		number, addr, ok := strings.Cut(line, " ")
		fd, err := strconv.Atoi(number)
		if !ok || err != nil {
			continue
		}
		syscall.CloseOnExec(fd)
		s.listeners = append(s.listeners, proxy.Listener{Addr: addr, FD: fd})
	}
	_, _ = fmt.Sscan(os.Getenv(envIdentity), &s.uid, &s.gid) // of programs
	if s.kind != "" {
		// The system has named it after /proc/self/exe. A name is all that is lost without procfs.
		_ = os.WriteFile("/proc/self/comm", []byte(filepath.Base(os.Args[0])), 0)
	}
	for _, name := range []string{envStage, envPipe, envListeners, envIdentity} {
		_ = os.Unsetenv(name) // fails only for a malformed name
	}
	return s
}

// ready tells the process that waits for this one that it serves.
func (s stage) ready() {
	_, _ = syscall.Write(s.fd, []byte{'R'}) // who waits sees the end of this process otherwise
	if s.kind == stageDaemon {
		_ = syscall.Close(s.fd)
	}
}

// spawn starts this program again with arguments and an environment, in the part that part gives; the descriptors keep are inherited.
func spawn(argv, env, part []string, keep []int, session bool) (int, error) {
	for _, fd := range keep {
		if _, err := unix.FcntlInt(uintptr(fd), unix.F_SETFD, 0); err != nil {
			return 0, fmt.Errorf("pass descriptor %d on: %w", fd, err)
		}
		defer syscall.CloseOnExec(fd)
	}
	pid, err := syscall.ForkExec("/proc/self/exe", argv, &syscall.ProcAttr{
		Env:   append(env[:len(env):len(env)], part...),
		Files: []uintptr{0, 1, 2},
		Sys:   &syscall.SysProcAttr{Setsid: session},
	})
	if err != nil {
		return 0, fmt.Errorf("start %s again: %w", argv[0], err)
	}
	return pid, nil
}

// daemonize starts the daemon and waits until it serves or has failed: its exit code is then this process's.
func (p *program) daemonize() int {
	var pipe [2]int
	if err := syscall.Pipe2(pipe[:], syscall.O_CLOEXEC); err != nil {
		p.say.alert("[%s.main()] Cannot fork.", p.flags.program)
		return exitError
	}
	write, err := high(pipe[1])
	if err != nil {
		p.say.alert("[%s.main()] Cannot fork.", p.flags.program)
		return exitError
	}
	env := []string{envStage + "=" + stageDaemon, envPipe + "=" + strconv.Itoa(write)}
	pid, err := spawn(os.Args, p.before, env, []int{write}, true)
	if err != nil {
		p.say.alert("[%s.main()] Cannot fork.", p.flags.program)
		return exitError
	}
	_ = syscall.Close(write)
	answer := make([]byte, 1)
	if n, err := readFull(pipe[0], answer); n == 1 && err == nil {
		return exitOK
	}
	var status syscall.WaitStatus
	if _, err := syscall.Wait4(pid, &status, 0, nil); err != nil || !status.Exited() {
		return exitError
	}
	return max(exitError, status.ExitStatus())
}

// high moves a descriptor out of the way of those that an operator numbers by hand.
func high(fd int) (int, error) {
	const first = 200
	n, err := unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, first)
	_ = syscall.Close(fd)
	return n, err
}

func readFull(fd int, b []byte) (int, error) {
	for {
		n, err := syscall.Read(fd, b)
		if err != syscall.EINTR {
			return n, err
		}
	}
}
