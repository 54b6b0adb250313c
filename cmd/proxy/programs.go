package main

import (
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"simulacro/proxy/config"
	"simulacro/proxy/engine"
)

// startPrograms starts the processes of the program sections, in the file's order (configuration manual, section 3.7).
func (m *master) startPrograms(reload bool) []*child {
	var started []*child
	for _, x := range m.cfg.Programs {
		if reload && x.NoReload {
			continue
		}
		if c, err := m.startProgram(x); err != nil {
			m.say.alert("Cannot fork program '%s'.", x.Name)
		} else {
			started = append(started, c)
		}
	}
	return started
}

// startProgram starts this program again, which then becomes the section's: so it tells under its own number why it cannot. The master
// waits for that, as signals to the process are not the section's before.
func (m *master) startProgram(x *config.Program) (*child, error) {
	var pipe [2]int
	if err := syscall.Pipe2(pipe[:], syscall.O_CLOEXEC); err != nil {
		return nil, err
	}
	defer syscall.Close(pipe[0])
	env := []string{envStage + "=" + stageProgram, envPipe + "=" + strconv.Itoa(pipe[1]), envIdentity + "=" + fmt.Sprintf("%d %d", x.UID, x.GID)}
	pid, err := spawn(x.Command, os.Environ(), env, []int{pipe[1]}, false)
	_ = syscall.Close(pipe[1])
	if err != nil {
		return nil, err
	}
	c := &child{pid: pid, program: x.Name, control: -1, started: time.Now()}
	go m.wait(c)
	m.say.notice("New program '%s' (%d) forked", x.Name, pid)
	_, _ = readFull(pipe[0], make([]byte, 1)) // its end is the other program's beginning, or that of nothing
	return c, nil
}

// becomeProgram is what a process does that was started for a program section. It returns only where that fails.
func (p *program) becomeProgram() int {
	signal.Ignore(syscall.SIGUSR2, syscall.SIGPIPE) // HAProxy's programs begin so, too
	uid, gid := p.stage.uid, p.stage.gid
	name := os.Args[0]
	if gid > 0 {
		_ = syscall.Setgroups([]int{}) // who may not do that may not do the next either
		if err := syscall.Setgid(gid); err != nil {
			p.say.alert("[%s.main()] Cannot set gid %d.", filepath.Base(name), gid)
			return exitError
		}
	}
	if uid >= 0 {
		if err := syscall.Setuid(uid); err != nil {
			p.say.alert("[%s.main()] Cannot set uid %d.", filepath.Base(name), gid) // the group's number, as HAProxy
			return exitError
		}
	}
	err := execute(name, os.Args, os.Environ())
	p.say.alert("Cannot execute %s: %s", name, engine.Strerror(err))
	return exitError
}

// defaultPath is where programs are looked for where there is no PATH (execvp(3)).
const defaultPath = "/bin:/usr/bin"

// execute becomes another program, as execvp(3): a name without a slash is looked for in PATH, and a file that is no program is one of
// the shell's. It returns only where that fails.
func execute(name string, argv, env []string) error {
	if strings.Contains(name, "/") {
		return executeFile(name, argv, env)
	}
	path, ok := os.LookupEnv("PATH")
	if !ok {
		path = defaultPath
	}
	failure := syscall.ENOENT
	for _, dir := range filepath.SplitList(path) {
		err := executeFile(filepath.Join(dir, name), argv, env)
		if err == syscall.EACCES {
			failure = syscall.EACCES
		} else if err != syscall.ENOENT && err != syscall.ENOTDIR {
			return err
		}
	}
	return failure
}

func executeFile(file string, argv, env []string) error {
	err := syscall.Exec(file, argv, env)
	if err == syscall.ENOEXEC {
		const shell = "/bin/sh"
		return syscall.Exec(shell, append([]string{shell, file}, argv[1:]...), env)
	}
	return err
}
