package differential

import (
	"fmt"
	"os/exec"
	"strings"
	"syscall"
)

// process is one running program.
type process struct {
	cmd  *exec.Cmd
	done chan struct{} // closed when it has ended
}

// start runs the program beside those that run already.
func (s *Side) start(args ...string) *process {
	cmd := exec.Command(s.program, args...)
	cmd.Stdout, cmd.Stderr = &s.out, &s.out
	cmd.Dir = s.dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	s.must(cmd.Start(), "start "+s.program)
	p := &process{cmd: cmd, done: make(chan struct{})}
	go func() {
		_ = cmd.Wait()
		close(p.done)
	}()
	s.procs = append(s.procs, p)
	return p
}

// ended tells whether a process has ended.
func (p *process) ended() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// ready waits until the newest process answers on the runtime socket.
func (s *Side) ready() {
	p := s.procs[len(s.procs)-1]
	s.Until("the program serves", func() bool {
		if p.ended() {
			s.fail("%s ended before it served:\n%s", s.program, s.out.String())
		}
		_, err := s.ask("show info")
		return err == nil
	})
}

// Pid is the newest process's number.
func (s *Side) Pid() int { return s.procs[len(s.procs)-1].cmd.Process.Pid }

// Reload starts the program anew with another configuration, which takes over from the process before (-sf).
func (s *Side) Reload(config string) {
	old := s.procs[len(s.procs)-1]
	file := s.write(fmt.Sprintf("haproxy%d.cfg", len(s.procs)), config)
	p := s.start("-db", "-f", file, "-sf", fmt.Sprint(old.cmd.Process.Pid))
	s.Until("the new process serves", func() bool {
		if p.ended() {
			s.fail("the new process ended:\n%s", s.out.String())
		}
		text, err := s.ask("show info")
		return err == nil && strings.Contains(text, fmt.Sprintf("Pid: %d\n", p.cmd.Process.Pid))
	})
}

// Signal sends the newest process a signal.
func (s *Side) Signal(sig syscall.Signal) {
	s.must(s.procs[len(s.procs)-1].cmd.Process.Signal(sig), "send a signal")
}

// Exit waits for the end of the newest process, and notes its exit code.
func (s *Side) Exit() { s.exit(len(s.procs) - 1) }

// ExitBefore waits for the end of the process before the newest one, and notes its exit code.
func (s *Side) ExitBefore() { s.exit(len(s.procs) - 2) }

func (s *Side) exit(i int) {
	p := s.procs[i]
	s.Until("the process ends", p.ended)
	s.Note("exit %d", p.cmd.ProcessState.ExitCode())
}

// Running notes whether the newest process still runs.
func (s *Side) Running() { s.Note("running %v", !s.procs[len(s.procs)-1].ended()) }

// Said notes all that the processes have written so far.
func (s *Side) Said() {
	for _, l := range strings.Split(strings.TrimRight(s.out.String(), "\n"), "\n") {
		if l != "" && !boasting.MatchString(l) {
			s.note("said", l)
		}
	}
}

// UntilSaid waits until the processes have written the text.
func (s *Side) UntilSaid(text string) {
	s.Until("it says "+text, func() bool { return strings.Contains(s.normal(s.out.String()), text) })
}
