// Package nfstest is an NFSv3 server in memory for tests of clients: it speaks portmapper, MOUNT and NFS on one TCP port of
// 127.0.0.1, and misbehaves as it is told.
//
//	s := nfstest.Start(t)
//	s.WriteFile("index.html", []byte("hello"))
//	s.Intercept(func(c nfstest.Call) nfstest.Action { return nfstest.Action{Drop: c.Proc.Number == nfs3.ProcRead} })
//	s.Pause(); …; s.Resume()
//	s.Restart() // new write verifier; unstable data is lost; handles stay valid
package nfstest

import (
	"bufio"
	"fmt"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simulacro/nfs/mountd"
	"simulacro/nfs/nfs3"
	"simulacro/nfs/rpc"
	"simulacro/nfs/xdr"
)

// Call is what Intercept sees of a call.
type Call struct {
	rpc.CallHeader
	Count int // how many calls of this procedure the server has seen, this one included
}

// Action says what to do with a call. The zero value answers it.
type Action struct {
	Drop   bool                // do not answer
	Close  bool                // close the connection instead
	Status nfs3.Status         // answer with this error, nothing after it
	Accept rpc.AcceptStat      // answer with this RPC error
	Raw    []byte              // write these bytes instead of a reply
	Edit   func([]byte) []byte // change the reply's record, mark included
	Delay  time.Duration
}

// Server is a running server. Its methods may be called from any goroutine.
type Server struct {
	t    testing.TB
	addr string

	mu        sync.Mutex
	cond      *sync.Cond // paused or conns changed
	listener  net.Listener
	conns     map[net.Conn]bool
	paused    bool
	intercept func(Call) Action
	counts    map[rpc.Proc]int
	calls     []Call
	fs        *memFS
	wg        sync.WaitGroup
}

// Export is the path that the server exports.
const Export = "/export"

// Start runs a server until the test ends.
func Start(t testing.TB) *Server {
	t.Helper()
	s := &Server{t: t, conns: map[net.Conn]bool{}, counts: map[rpc.Proc]int{}, fs: newMemFS()}
	s.cond = sync.NewCond(&s.mu)
	s.listen("127.0.0.1:0")
	t.Cleanup(s.Stop)
	return s
}

// Addr is the server's host:port, the same after a restart.
func (s *Server) Addr() string { return s.addr }

// Port is the port of Addr.
func (s *Server) Port() string {
	_, port, _ := net.SplitHostPort(s.addr)
	return port
}

// Root is the handle of the exported directory.
func (s *Server) Root() nfs3.Handle {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.fs.handle(s.fs.root)
}

func (s *Server) listen(addr string) {
	l, err := net.Listen("tcp", addr)
	require.NoError(s.t, err)
	s.mu.Lock()
	s.listener, s.addr = l, l.Addr().String()
	s.mu.Unlock()
	s.wg.Go(func() { s.accept(l) })
}

func (s *Server) accept(l net.Listener) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		s.mu.Lock()
		s.conns[c] = true
		s.mu.Unlock()
		s.wg.Go(func() {
			s.serve(c)
			c.Close()
			s.mu.Lock()
			delete(s.conns, c)
			s.mu.Unlock()
		})
	}
}

// Stop closes the port and every connection, as a killed server's machine does, and waits until all is quiet.
func (s *Server) Stop() {
	s.mu.Lock()
	s.listener.Close()
	for c := range s.conns {
		c.Close()
	}
	s.paused = false
	s.cond.Broadcast()
	s.mu.Unlock()
	s.wg.Wait()
}

// Restart starts a stopped or running server again at the same address, without what was never committed.
func (s *Server) Restart() {
	s.Stop()
	s.mu.Lock()
	s.fs.restart()
	s.mu.Unlock()
	s.listen(s.addr)
}

// Pause freezes the server: connections stand, nothing is answered, until Resume.
func (s *Server) Pause() { s.setPaused(true) }

// Resume ends Pause; what came meanwhile is answered.
func (s *Server) Resume() { s.setPaused(false) }

func (s *Server) setPaused(p bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.paused = p
	s.cond.Broadcast()
}

// Intercept asks f about every NFS call from now on; nil answers all.
func (s *Server) Intercept(f func(Call) Action) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.intercept = f
}

// Calls returns all NFS calls seen so far.
func (s *Server) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Call(nil), s.calls...)
}

// Count returns how many calls of an NFS procedure the server has seen.
func (s *Server) Count(proc uint32) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.counts[rpc.Proc{Program: nfs3.Program, Version: nfs3.Version, Number: proc}]
}

// Farewells returns how many clients have said that they unmounted.
func (s *Server) Farewells() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.counts[rpc.Proc{Program: mountd.Program, Version: mountd.Version, Number: mountd.ProcUmnt}]
}

// serve answers the calls of one connection, each in a goroutine of its own.
func (s *Server) serve(conn net.Conn) {
	var calls sync.WaitGroup
	defer calls.Wait()
	var writing sync.Mutex
	r := bufio.NewReader(conn)
	for {
		rec, err := rpc.ReadRecord(r)
		if err != nil {
			return
		}
		calls.Go(func() {
			out, ok := s.answer(rec)
			if !ok {
				conn.Close()
				return
			}
			writing.Lock()
			defer writing.Unlock()
			conn.Write(out) // a client that is gone will call again
		})
	}
}

// answer returns the bytes to write for a call, none for silence; false closes the connection.
func (s *Server) answer(rec []byte) ([]byte, bool) {
	h, args, err := rpc.ParseCall(rec)
	if err != nil {
		return nil, false
	}
	act := s.observe(h)
	if act.Delay > 0 {
		time.Sleep(act.Delay)
	}
	switch {
	case act.Close:
		return nil, false
	case act.Drop:
		return nil, true
	case act.Raw != nil:
		return act.Raw, true
	case act.Accept != rpc.Success:
		return rpc.EncodeReply(h.XID, act.Accept, nil), true
	}
	var e xdr.Encoder
	stat := rpc.Success
	if act.Status != nfs3.OK {
		e.Uint32(uint32(act.Status))
	} else {
		s.mu.Lock()
		stat = s.dispatch(h, args, &e)
		s.mu.Unlock()
	}
	out := rpc.EncodeReply(h.XID, stat, &e)
	if act.Edit != nil {
		out = act.Edit(out)
	}
	return out, true
}

// observe waits while paused, counts the call and asks Intercept.
func (s *Server) observe(h rpc.CallHeader) Action {
	s.mu.Lock()
	for s.paused {
		s.cond.Wait()
	}
	s.counts[h.Proc]++
	c := Call{h, s.counts[h.Proc]}
	f := s.intercept
	if h.Proc.Program == nfs3.Program {
		s.calls = append(s.calls, c)
	} else {
		f = nil
	}
	s.mu.Unlock()
	if f == nil {
		return Action{}
	}
	return f(c)
}

// dispatch runs a procedure. The lock is held.
func (s *Server) dispatch(h rpc.CallHeader, args *xdr.Decoder, e *xdr.Encoder) rpc.AcceptStat {
	switch h.Proc {
	case rpc.Proc{Program: mountd.PortmapProgram, Version: mountd.PortmapVersion, Number: mountd.ProcGetPort}:
		var port uint32
		fmt.Sscan(s.Port(), &port)
		e.Uint32(port)
		return rpc.Success
	case rpc.Proc{Program: mountd.Program, Version: mountd.Version, Number: mountd.ProcMnt}:
		s.mnt(args.String(nfs3.MaxPath), e)
		return rpc.Success
	case rpc.Proc{Program: mountd.Program, Version: mountd.Version, Number: mountd.ProcUmnt}:
		return rpc.Success
	}
	if h.Proc.Program != nfs3.Program {
		return rpc.ProgUnavail
	}
	if h.Proc.Number == nfs3.ProcNull {
		return rpc.Success
	}
	f, ok := procedures[h.Proc.Number]
	if !ok {
		return rpc.ProcUnavail
	}
	f(s.fs, h.Cred, args, e)
	if args.Err() != nil {
		return rpc.GarbageArgs
	}
	return rpc.Success
}

func (s *Server) mnt(path string, e *xdr.Encoder) {
	switch path {
	case Export:
		e.Uint32(0)
		e.String(string(s.fs.handle(s.fs.root)))
		e.Uint32(1)
		e.Uint32(1) // AUTH_SYS
	case "/private":
		e.Uint32(uint32(nfs3.ErrAcces))
	default:
		e.Uint32(uint32(nfs3.ErrNoEnt))
	}
}
