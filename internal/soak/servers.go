package main

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	"strings"
	"sync"
	"time"
)

// server is a real server that can be killed like a machine's process: its listener and all connections end at once.
type server struct {
	addr string

	mu    sync.Mutex
	l     net.Listener
	conns map[net.Conn]struct{}
	wg    sync.WaitGroup
	kills []time.Time
}

// bigSize is what /big answers with: more than all buffers on the way.
const bigSize = 1 << 20

var (
	smallAnswer = []byte("HTTP/1.1 200 OK\r\nContent-Length: 1024\r\n\r\n" + strings.Repeat("x", 1024))
	bigAnswer   = append([]byte(fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", bigSize)), bytes.Repeat([]byte("x"), bigSize)...)
)

func newServer() (*server, error) {
	s := &server{addr: "127.0.0.1:0"}
	if err := s.start(); err != nil {
		return nil, err
	}
	s.addr = s.l.Addr().String()
	return s, nil
}

// start listens at the server's address.
func (s *server) start() error {
	l, err := net.Listen("tcp", s.addr)
	if err != nil {
		return err
	}
	s.mu.Lock()
	s.l, s.conns = l, map[net.Conn]struct{}{}
	s.mu.Unlock()
	s.wg.Add(1)
	go s.accept(l)
	return nil
}

func (s *server) accept(l net.Listener) {
	defer s.wg.Done()
	for {
		c, err := l.Accept()
		if err != nil {
			return // killed
		}
		s.mu.Lock()
		if s.l != l {
			s.mu.Unlock()
			_ = c.Close()
			return
		}
		s.conns[c] = struct{}{}
		s.mu.Unlock()
		s.wg.Add(1)
		go s.serve(c)
	}
}

func (s *server) serve(c net.Conn) {
	defer s.wg.Done()
	defer func() {
		s.mu.Lock()
		delete(s.conns, c)
		s.mu.Unlock()
		_ = c.Close()
	}()
	in := bufio.NewReaderSize(c, 4096)
	for {
		big, err := readHead(in)
		if err != nil {
			return
		}
		answer := smallAnswer
		if big {
			answer = bigAnswer
		}
		if _, err := c.Write(answer); err != nil {
			return
		}
	}
}

// readHead reads a request without a body, and tells whether it is for /big.
func readHead(in *bufio.Reader) (big bool, err error) {
	for first := true; ; first = false {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return false, err
		}
		if first {
			big = bytes.HasPrefix(line, []byte("GET /big"))
		}
		if len(line) <= 2 {
			return big, nil
		}
	}
}

// kill ends the server, and notes when.
func (s *server) kill() {
	s.mu.Lock()
	s.kills = append(s.kills, time.Now())
	s.end()
	s.mu.Unlock()
	s.wg.Wait()
}

func (s *server) end() {
	if s.l == nil {
		return
	}
	_ = s.l.Close()
	s.l = nil
	for c := range s.conns {
		if t, ok := c.(*net.TCPConn); ok {
			_ = t.SetLinger(0) // a process that dies with something unread resets
		}
		_ = c.Close()
	}
}

// stop ends it for good.
func (s *server) stop() {
	s.mu.Lock()
	s.end()
	s.mu.Unlock()
	s.wg.Wait()
}

// killedBetween tells whether the server was killed while a request may have been with it.
func (s *server) killedBetween(from, to time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, k := range s.kills {
		if k.After(from.Add(-slack)) && k.Before(to.Add(slack)) {
			return true
		}
	}
	return false
}

// slack is how far the clocks of a kill and of a request may be apart: a busy machine does not do both in one moment.
const slack = 100 * time.Millisecond
