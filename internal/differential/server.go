package differential

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"time"
)

// Server is a server of the case's own. It answers every request with its name until it is told otherwise, and keeps what
// reached it.
type Server struct {
	s    *Side
	name string
	addr string

	mu       sync.Mutex
	l        net.Listener
	deafened chan struct{} // closed when l is no more
	deaf     []int         // descriptors of a listener that accepts nobody
	conns    map[net.Conn]bool
	handle   func(c *Conn, request string)
	greet    func(c *Conn)
	ignore   string
	checks   int // requests that were ignored
	n        int // connections that have brought a request
	reached  []string
	noted    int // how many of these the transcript has
	wg       sync.WaitGroup
	over     chan struct{}
}

// Conn is a connection that a server has accepted.
type Conn struct {
	net.Conn
	R   *bufio.Reader
	srv *Server
	n   int // its number among those that brought a request; 0: none yet
}

// Server gives the server of that name, which listens.
func (s *Side) Server(name string) *Server {
	if srv := s.servers[name]; srv != nil {
		return srv
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	s.must(err, "start a server")
	srv := &Server{s: s, name: name, addr: l.Addr().String(), conns: map[net.Conn]bool{}, over: make(chan struct{})}
	s.servers[name], s.addrs[name] = srv, srv.addr
	srv.serve(l)
	return srv
}

// Do sets what the server does with a request; the connection stays open unless it closes it.
func (srv *Server) Do(handle func(c *Conn, request string)) *Server {
	srv.mu.Lock()
	defer srv.mu.Unlock()
	srv.handle = handle
	return srv
}

// Answers makes the server answer every request with these bytes.
func (srv *Server) Answers(text string) *Server {
	return srv.Do(func(c *Conn, _ string) { c.Say(text) })
}

// Greets makes the server do this with each connection instead of reading requests.
func (srv *Server) Greets(greet func(c *Conn)) *Server {
	srv.mu.Lock()
	defer srv.mu.Unlock()
	srv.greet = greet
	return srv
}

// Ignores leaves requests whose first line contains the text, those of checks, out of what is noted; they get 200.
func (srv *Server) Ignores(text string) *Server {
	srv.mu.Lock()
	defer srv.mu.Unlock()
	srv.ignore = text
	return srv
}

// Say writes to the program.
func (c *Conn) Say(text string) { _, _ = io.WriteString(c, text) }

// Shut ends what the server says, and lets it go on listening.
func (c *Conn) Shut() {
	if t, ok := c.Conn.(*net.TCPConn); ok {
		_ = t.CloseWrite()
	}
}

// Break ends the connection with a reset.
func (c *Conn) Break() {
	if t, ok := c.Conn.(*net.TCPConn); ok {
		_ = t.SetLinger(0)
	}
	_ = c.Close()
}

// Hang waits until the program closes the connection, or the case is over.
func (c *Conn) Hang() { _, _ = io.Copy(io.Discard, c.R) }

// Sleep lets time pass, but not beyond the case's end.
func (c *Conn) Sleep(d time.Duration) {
	select {
	case <-time.After(d):
	case <-c.srv.over:
	}
}

// OK is an answer with a length.
func OK(body string) string {
	return fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
}

func (srv *Server) serve(l net.Listener) {
	srv.mu.Lock()
	srv.l = l
	deafened := make(chan struct{})
	srv.deafened = deafened
	srv.mu.Unlock()
	srv.wg.Add(1)
	go func() {
		defer srv.wg.Done()
		defer close(deafened)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			srv.mu.Lock()
			srv.conns[c] = true
			srv.mu.Unlock()
			srv.wg.Add(1)
			go srv.connection(c)
		}
	}()
}

func (srv *Server) connection(nc net.Conn) {
	defer srv.wg.Done()
	c := &Conn{Conn: nc, R: bufio.NewReader(nc), srv: srv}
	defer func() {
		_ = nc.Close()
		srv.mu.Lock()
		delete(srv.conns, nc)
		srv.mu.Unlock()
	}()
	srv.mu.Lock()
	greet := srv.greet
	srv.mu.Unlock()
	if greet != nil {
		greet(c)
		return
	}
	for {
		request, err := readMessage(c.R, true)
		if request == "" || err != nil && !strings.Contains(request, "\r\n\r\n") {
			return
		}
		srv.request(c, request)
		if err != nil {
			return
		}
	}
}

func (srv *Server) request(c *Conn, request string) {
	srv.mu.Lock()
	handle := srv.handle
	first, _, _ := strings.Cut(request, "\r\n")
	ignored := srv.ignore != "" && strings.Contains(first, srv.ignore)
	if ignored {
		srv.checks++
	} else {
		if c.n == 0 {
			srv.n++
			c.n = srv.n
		}
		srv.reached = append(srv.reached, fmt.Sprintf("%s(%d) %s", srv.name, c.n, request))
	}
	srv.mu.Unlock()
	if handle == nil || ignored {
		handle = func(c *Conn, _ string) { c.Say(OK(srv.name)) }
	}
	handle(c, request)
}

// Saw notes bytes that a Greets function has read.
func (c *Conn) Saw(text string) {
	c.srv.mu.Lock()
	defer c.srv.mu.Unlock()
	c.srv.reached = append(c.srv.reached, c.srv.name+" "+text)
}

func (srv *Server) close() {
	close(srv.over)
	srv.hear()
	srv.Down()
	srv.wg.Wait()
}

// Reached waits until n requests have reached the server in all, and notes those that it has not noted yet, byte for byte.
//
// Connections of a server are numbered in the order in which they brought their first request.
func (srv *Server) Reached(n int) {
	srv.s.Until(fmt.Sprintf("%d requests reach %s", n, srv.name), func() bool { return srv.Count() >= n })
	srv.mu.Lock()
	list := srv.reached[srv.noted:]
	srv.noted = len(srv.reached)
	srv.mu.Unlock()
	for _, r := range list {
		srv.s.note("server", r)
	}
}

// Checks is how many requests were left out because of Ignores.
func (srv *Server) Checks() int {
	srv.mu.Lock()
	defer srv.mu.Unlock()
	return srv.checks
}

// First notes the first of what has reached the server, if anything has.
func (srv *Server) First() {
	srv.mu.Lock()
	list := srv.reached[:min(1, len(srv.reached))]
	srv.mu.Unlock()
	for _, r := range list {
		srv.s.note("server", r)
	}
}

// Count is how many requests have reached the server.
func (srv *Server) Count() int {
	srv.mu.Lock()
	defer srv.mu.Unlock()
	return len(srv.reached)
}

// reachedNow gives what has reached the server so far.
func (srv *Server) reachedNow() []string {
	srv.mu.Lock()
	defer srv.mu.Unlock()
	return srv.reached
}
