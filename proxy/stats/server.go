package stats

import (
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"syscall"
	"time"

	"simulacro/proxy/config"
)

// ServerOptions bound what the peers of a runtime socket may take. The zero value works.
type ServerOptions struct {
	Timeout  time.Duration // of silence, `stats timeout`; 0: HAProxy's default of 10 s
	Sessions int           // at once, `stats maxconn`; 0: HAProxy's default of 10
}

// SocketServer serves the CLI on listeners, usually unix sockets that the caller has made with the right owner and mode.
type SocketServer struct {
	cli     *CLI
	timeout time.Duration
	slots   chan struct{}

	mu        sync.Mutex
	closed    bool
	open      map[io.Closer]struct{} // listeners and connections
	listeners sync.WaitGroup
	sessions  sync.WaitGroup
}

// NewServer makes a server; it starts nothing.
func NewServer(cli *CLI, o ServerOptions) *SocketServer {
	if o.Timeout <= 0 {
		o.Timeout = 10 * time.Second
	}
	if o.Sessions <= 0 {
		o.Sessions = 10
	}
	return &SocketServer{cli: cli, timeout: o.Timeout, slots: make(chan struct{}, o.Sessions), open: map[io.Closer]struct{}{}}
}

// ErrServerClosed is what Serve returns after Close.
var ErrServerClosed = errors.New("runtime socket: server closed")

// Serve accepts peers of the given level until Close, and owns l. While all sessions are taken, further peers wait, one of them accepted
// and the others in the system's backlog.
func (s *SocketServer) Serve(l net.Listener, level config.Level) error {
	return s.ServeSessions(l, Session{Level: level}, nil)
}

// ServeSessions is Serve with more said of the sessions, whose times are the server's. give, where it is not nil, hands the listening
// sockets to a peer that asks for them (`expose-fd listeners`).
func (s *SocketServer) ServeSessions(l net.Listener, o Session, give func(net.Conn) error) error {
	if !s.track(l, &s.listeners) {
		return errors.Join(ErrServerClosed, l.Close())
	}
	defer s.listeners.Done()
	defer s.release(l)
	for {
		conn, err := Accept(l)
		if err != nil {
			if s.isClosed() {
				return ErrServerClosed
			}
			return fmt.Errorf("accept on the runtime socket: %w", err)
		}
		if !s.track(conn, &s.sessions) {
			return errors.Join(ErrServerClosed, conn.Close())
		}
		s.slots <- struct{}{} // Close ends the sessions that have them
		go s.converse(conn, o, give)
	}
}

// acceptPause is how long a listener waits when the system has nothing left for one more connection.
const acceptPause = 100 * time.Millisecond

// Accept is l.Accept that outlasts a shortage of descriptors or of memory: an operator's socket is never more wanted than then.
func Accept(l net.Listener) (net.Conn, error) {
	for {
		conn, err := l.Accept()
		switch {
		case errors.Is(err, syscall.EMFILE), errors.Is(err, syscall.ENFILE), errors.Is(err, syscall.ENOBUFS), errors.Is(err, syscall.ENOMEM):
			time.Sleep(acceptPause) // nothing tells when there is some again
		default:
			return conn, err
		}
	}
}

// converse is one session. How it ends is the peer's business: nobody is left to be told.
func (s *SocketServer) converse(conn net.Conn, o Session, give func(net.Conn) error) {
	defer s.sessions.Done()
	defer func() { <-s.slots }()
	defer s.release(conn)
	out := &deadlineWriter{conn, s.timeout}
	o.Timeout, o.Deadline = s.timeout, conn.SetReadDeadline
	if give != nil {
		o.Sockets = func() error { return give(conn) }
	}
	_ = s.cli.Serve(conn, out, o)
}

// deadlineWriter gives up on a peer that does not read.
type deadlineWriter struct {
	net.Conn
	timeout time.Duration
}

func (w *deadlineWriter) Write(p []byte) (int, error) {
	if err := w.SetWriteDeadline(time.Now().Add(w.timeout)); err != nil {
		return 0, err
	}
	return w.Conn.Write(p)
}

// track remembers what Close must close, and counts it in wg; false after Close.
func (s *SocketServer) track(c io.Closer, wg *sync.WaitGroup) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.open[c] = struct{}{}
	wg.Add(1)
	return true
}

func (s *SocketServer) release(c io.Closer) {
	s.mu.Lock()
	delete(s.open, c)
	s.mu.Unlock()
	_ = c.Close() // it may have been closed by Close already
}

func (s *SocketServer) isClosed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closed
}

// Close ends all listeners and sessions, and returns when the last has ended.
func (s *SocketServer) Close() error {
	s.mu.Lock()
	s.closed = true
	for c := range s.open {
		_ = c.Close() // it only unblocks: release reports nothing either
	}
	s.mu.Unlock()
	s.sessions.Wait()
	s.listeners.Wait()
	return nil
}
