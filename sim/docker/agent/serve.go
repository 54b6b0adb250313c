package agent

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"sync"
	"syscall"
)

// What a shell gives for a command that it cannot execute or find, and what it adds to the number of a signal.
const (
	codeNotExecutable = 126
	codeNotFound      = 127
	codeSignal        = 128
)

// server is the agent's side of a connection.
type server struct {
	out sender

	mu      sync.Mutex
	running map[uint32]*process
}

// Serve runs commands until in ends or ctx does, and then ends those under way. An error says what came that was not
// understood, or that the runner could not be answered.
func Serve(ctx context.Context, in io.Reader, out io.Writer) error {
	s := &server{out: sender{w: out}, running: map[uint32]*process{}}
	failed := make(chan error, 1)
	go func() { failed <- s.receive(in) }() // outlives Serve where only ctx has ended: a read cannot be interrupted
	var err error
	select {
	case err = <-failed:
	case <-ctx.Done():
	}
	s.endAll()
	return err
}

func (s *server) receive(in io.Reader) error {
	for {
		f, err := read(in)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := s.handle(f); err != nil {
			return err
		}
	}
}

func (s *server) handle(f frame) error {
	switch f.kind {
	case ping:
		return s.out.send(pong, f.id, nil)
	case start:
		return s.start(f)
	case input, inputEnd:
		if p := s.process(f.id); p != nil && p.input != nil {
			p.input.put(f)
		}
		return nil
	case end:
		s.end(f.id)
		return nil
	}
	return fmt.Errorf("%w: kind %d from a runner", errFrame, f.kind)
}

func (s *server) process(id uint32) *process {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.running[id]
}

// process is one command under way.
type process struct {
	mark  string // in the environment of all that it starts
	input *queue // nil: none
	done  chan struct{}
	ends  sync.WaitGroup // what ends it and all that it started
}

// end ends a command and all that it started. One that has ended by itself is left, with what it has left behind.
func (s *server) end(id uint32) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.running[id]; p != nil {
		p.ends.Go(func() { endMarked(p.mark) })
	}
}

// start starts a command; its end is told by a goroutine. That it cannot be started is a code, as in a shell.
func (s *server) start(f frame) error {
	var spec struct {
		Command
		Input bool
	}
	if err := json.Unmarshal(f.payload, &spec); err != nil || len(spec.Argv) == 0 {
		return fmt.Errorf("%w: a start without a command: %v", errFrame, err)
	}
	p := &process{mark: Mark + "=" + rand.Text(), done: make(chan struct{})}
	cmd := exec.Command(spec.Argv[0], spec.Argv[1:]...)
	cmd.Env = append(append(os.Environ(), p.mark), spec.Env...)
	cmd.Dir = spec.Dir
	cmd.Stdout, cmd.Stderr = &output{s, stdout, f.id}, &output{s, stderr, f.id}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // as the engine starts one: a signal to the agent's group is not for it
	var stdin io.WriteCloser
	if spec.Input {
		var err error
		if stdin, err = cmd.StdinPipe(); err != nil {
			return s.refused(f.id, err)
		}
		p.input = newQueue()
	}
	if err := cmd.Start(); err != nil {
		return s.refused(f.id, err)
	}
	s.mu.Lock()
	s.running[f.id] = p
	s.mu.Unlock()
	if stdin != nil {
		go feed(p, stdin)
	}
	go s.await(f.id, p, cmd)
	return nil
}

// refused tells why a command could not be started.
func (s *server) refused(id uint32, err error) error {
	code := codeNotExecutable
	if errors.Is(err, exec.ErrNotFound) || errors.Is(err, fs.ErrNotExist) {
		code = codeNotFound
	}
	if err := s.out.send(stderr, id, []byte(err.Error()+"\n")); err != nil {
		return err
	}
	return s.exit(id, code)
}

func (s *server) exit(id uint32, code int) error {
	return s.out.send(exit, id, binary.BigEndian.AppendUint32(nil, uint32(int32(code))))
}

// await waits for the command and for its output, which others that it has started may hold open, and where it was cancelled
// for the end of those.
func (s *server) await(id uint32, p *process, cmd *exec.Cmd) {
	_ = cmd.Wait() // its state tells more
	close(p.done)
	s.mu.Lock()
	delete(s.running, id)
	s.mu.Unlock()
	p.ends.Wait()
	code := cmd.ProcessState.ExitCode()
	if st, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); ok && st.Signaled() {
		code = codeSignal + int(st.Signal())
	}
	_ = s.exit(id, code) // where it cannot be sent, the connection ends, which receive sees
}

// feed writes the command's standard input; it ends with the input or with the command.
func feed(p *process, w io.WriteCloser) {
	defer w.Close()
	for {
		select {
		case <-p.done:
			return
		case <-p.input.some:
		}
		for _, f := range p.input.take() {
			if f.kind == inputEnd {
				return
			}
			if _, err := w.Write(f.payload); err != nil {
				return // the command reads no more
			}
		}
	}
}

// output sends what a command writes.
type output struct {
	s    *server
	kind kind
	id   uint32
}

func (o *output) Write(p []byte) (int, error) {
	return len(p), o.s.out.send(o.kind, o.id, p)
}

// endAll ends every command. One that hangs in the kernel is left: it cannot be ended.
func (s *server) endAll() {
	s.mu.Lock()
	var marks []string
	for _, p := range s.running {
		marks = append(marks, p.mark)
	}
	s.mu.Unlock()
	var wg sync.WaitGroup
	for _, m := range marks {
		wg.Go(func() { endMarked(m) })
	}
	wg.Wait()
}
