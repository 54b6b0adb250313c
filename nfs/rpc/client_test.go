package rpc_test

import (
	"encoding/binary"
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"simulacro/nfs/nfs3"
	"simulacro/nfs/nfstest"
	"simulacro/nfs/rpc"
	"simulacro/nfs/xdr"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	null    = rpc.Proc{Program: nfs3.Program, Version: nfs3.Version, Number: nfs3.ProcNull}
	getAttr = rpc.Proc{Program: nfs3.Program, Version: nfs3.Version, Number: nfs3.ProcGetAttr}
)

// logged collects what a client logs.
type logged struct {
	mu    sync.Mutex
	lines []string
}

func (l *logged) add(s string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, s)
}

func (l *logged) has(t *testing.T, want string) {
	t.Helper()
	require.Eventually(t, func() bool {
		l.mu.Lock()
		defer l.mu.Unlock()
		for _, s := range l.lines {
			if s == want {
				return true
			}
		}
		return false
	}, 5*time.Second, 5*time.Millisecond, "%q was not logged", want)
}

func newClient(t *testing.T, addr string, change func(*rpc.Config)) *rpc.Client {
	t.Helper()
	cfg := rpc.Config{Addr: addr, Server: "storage", Timeo: 50 * time.Millisecond, Retrans: 1}
	if change != nil {
		change(&cfg)
	}
	c := rpc.NewClient(cfg)
	t.Cleanup(c.Close)
	return c
}

func call(c *rpc.Client, who rpc.Caller) <-chan error {
	done := make(chan error, 1)
	go func() {
		_, err := c.Call(who, null, nil)
		done <- err
	}()
	return done
}

func TestCallAfterServerRestarts(t *testing.T) {
	s := nfstest.Start(t)
	c := newClient(t, s.Addr(), nil)
	require.NoError(t, <-call(c, rpc.Caller{}))
	s.Stop()
	done := call(c, rpc.Caller{})
	s.Restart()
	require.NoError(t, <-done)
	require.GreaterOrEqual(t, c.Stats().Connects, uint64(2))
}

func TestResentCallKeepsItsXID(t *testing.T) {
	s := nfstest.Start(t)
	s.Intercept(func(c nfstest.Call) nfstest.Action { return nfstest.Action{Drop: c.Count < 4} })
	c := newClient(t, s.Addr(), nil)
	require.NoError(t, <-call(c, rpc.Caller{}))
	calls := s.Calls()
	require.GreaterOrEqual(t, len(calls), 4)
	for _, x := range calls {
		require.Equal(t, calls[0].XID, x.XID)
	}
	require.GreaterOrEqual(t, c.Stats().Resent, uint64(3))
}

func TestLateTwinOfAReplyIsDropped(t *testing.T) {
	s := nfstest.Start(t)
	s.Intercept(func(c nfstest.Call) nfstest.Action {
		if c.Count == 1 {
			return nfstest.Action{Delay: 120 * time.Millisecond} // more than timeo: the call is sent again before it is answered
		}
		return nfstest.Action{}
	})
	c := newClient(t, s.Addr(), nil)
	require.NoError(t, <-call(c, rpc.Caller{}))
	require.Eventually(t, func() bool { return c.Stats().Strays > 0 }, 5*time.Second, 5*time.Millisecond)
	require.NoError(t, <-call(c, rpc.Caller{}))
}

func TestHardWaitsAndSaysSo(t *testing.T) {
	s := nfstest.Start(t)
	var log logged
	c := newClient(t, s.Addr(), func(cfg *rpc.Config) { cfg.Log = log.add })
	require.NoError(t, <-call(c, rpc.Caller{}))
	s.Pause()
	done := call(c, rpc.Caller{})
	log.has(t, "nfs: server storage not responding, still trying")
	require.False(t, c.Responding())
	select {
	case err := <-done:
		t.Fatalf("a hard call ended: %v", err)
	default:
	}
	s.Resume()
	require.NoError(t, <-done)
	log.has(t, "nfs: server storage OK")
	require.True(t, c.Responding())
}

func TestSoftFailsAfterMajorTimeout(t *testing.T) {
	for name, tc := range map[string]struct {
		recovery rpc.Recovery
		errno    syscall.Errno
	}{"soft": {rpc.Soft, syscall.EIO}, "softerr": {rpc.SoftErr, syscall.ETIMEDOUT}} {
		t.Run(name, func(t *testing.T) {
			s := nfstest.Start(t)
			var log logged
			c := newClient(t, s.Addr(), func(cfg *rpc.Config) {
				cfg.Recovery, cfg.Timeo, cfg.Retrans, cfg.Log = tc.recovery, 100*time.Millisecond, 2, log.add
			})
			s.Pause()
			start := time.Now()
			err := <-call(c, rpc.Caller{})
			took := time.Since(start)
			require.ErrorIs(t, err, rpc.ErrMajorTimeout)
			require.ErrorIs(t, err, tc.errno)
			require.GreaterOrEqual(t, took, 300*time.Millisecond, "timeo x (retrans+1)")
			require.Less(t, took, 3*time.Second)
			log.has(t, "nfs: server storage not responding, timed out")
		})
	}
}

func TestOnlyAFatalSignalEndsTheWait(t *testing.T) {
	s := nfstest.Start(t)
	s.Pause()
	c := newClient(t, s.Addr(), nil)
	interrupt := make(chan struct{})
	close(interrupt)
	var killed atomic.Bool
	asked := make(chan struct{}, 100)
	done := call(c, rpc.Caller{Interrupt: interrupt, Killed: func() bool {
		asked <- struct{}{}
		return killed.Load()
	}})
	<-asked
	<-asked // asked again: the first signal was not fatal
	select {
	case err := <-done:
		t.Fatalf("ended by a signal that is not fatal: %v", err)
	default:
	}
	killed.Store(true)
	require.ErrorIs(t, <-done, rpc.ErrKilled)
}

func TestCloseEndsEveryWait(t *testing.T) {
	s := nfstest.Start(t)
	s.Pause()
	c := newClient(t, s.Addr(), nil)
	one, two := call(c, rpc.Caller{}), call(c, rpc.Caller{})
	c.Close()
	require.ErrorIs(t, <-one, rpc.ErrClosed)
	require.ErrorIs(t, <-two, rpc.ErrClosed)
	require.ErrorIs(t, <-call(c, rpc.Caller{}), rpc.ErrClosed)
}

func TestFailFast(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	addr := l.Addr().String()
	l.Close()
	c := newClient(t, addr, func(cfg *rpc.Config) { cfg.FailFast = true })
	require.ErrorIs(t, <-call(c, rpc.Caller{}), syscall.ECONNREFUSED)
}

// TestBadReplies: the server answers the first call badly; the second answer is right.
func TestBadReplies(t *testing.T) {
	mark := func(n uint32) []byte { return binary.BigEndian.AppendUint32(nil, n) }
	tests := map[string]struct {
		first nfstest.Action
		err   error // nil: the client recovers by itself
		log   string
	}{
		"wrong xid":          {nfstest.Action{Edit: func(b []byte) []byte { b[7] ^= 0xff; return b }}, nil, ""},
		"garbage record":     {nfstest.Action{Raw: []byte("HTTP/1.1 400 Bad Request\r\n\r\n")}, nil, "nfs: server storage: bad RPC record: 1213486160 bytes, at most 1114112; reconnecting"},
		"record too short":   {nfstest.Action{Raw: append(mark(1<<31|2), 1, 2)}, nil, "nfs: server storage: bad RPC record: 2 bytes are no message; reconnecting"},
		"endless fragments":  {nfstest.Action{Raw: make([]byte, 4*2000)}, nil, "nfs: server storage: bad RPC record: more than 1024 fragments; reconnecting"},
		"connection closed":  {nfstest.Action{Close: true}, nil, ""},
		"not a reply":        {nfstest.Action{Edit: func(b []byte) []byte { b[11] = 0; return b }}, rpc.ErrBadReply, ""},
		"truncated header":   {nfstest.Action{Edit: func(b []byte) []byte { return append(mark(1<<31|12), b[4:16]...) }}, rpc.ErrBadReply, ""},
		"verifier too long":  {nfstest.Action{Edit: func(b []byte) []byte { b[20], b[21] = 0xff, 0xff; return b }}, rpc.ErrBadReply, ""},
		"program missing":    {nfstest.Action{Accept: rpc.ProgUnavail}, rpc.ProgUnavail, ""},
		"denied":             {nfstest.Action{Edit: func(b []byte) []byte { b[15] = 1; b[19] = 1; b[23] = 5; return b }}, rpc.AuthError(5), ""},
		"unknown reply_stat": {nfstest.Action{Edit: func(b []byte) []byte { b[15] = 7; return b }}, rpc.ErrBadReply, ""},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			s := nfstest.Start(t)
			s.Intercept(func(c nfstest.Call) nfstest.Action {
				if c.Count == 1 {
					return tc.first
				}
				return nfstest.Action{}
			})
			var log logged
			c := newClient(t, s.Addr(), func(cfg *rpc.Config) { cfg.Log = log.add })
			err := <-call(c, rpc.Caller{})
			require.ErrorIs(t, err, tc.err)
			if tc.log != "" {
				log.has(t, tc.log)
			}
			require.NoError(t, <-call(c, rpc.Caller{}), "the client goes on")
		})
	}
}

func TestIdleCloseIsQuiet(t *testing.T) {
	s := nfstest.Start(t)
	var log logged
	c := newClient(t, s.Addr(), func(cfg *rpc.Config) { cfg.Log, cfg.Timeo = log.add, 10*time.Second })
	require.NoError(t, <-call(c, rpc.Caller{}))
	s.Restart()
	require.NoError(t, <-call(c, rpc.Caller{}))
	c.Close()
	require.Empty(t, log.lines)
}

func TestManyCallersOneConnection(t *testing.T) {
	s := nfstest.Start(t)
	c := newClient(t, s.Addr(), func(cfg *rpc.Config) { cfg.Timeo = 10 * time.Second })
	root := s.Root()
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 50 {
				d, err := c.Call(rpc.Caller{Cred: &rpc.Cred{UID: 33, Groups: []uint32{1, 2, 3}}}, getAttr, func(e *xdr.Encoder) { e.String(string(root)) })
				if err != nil || d.Uint32() != 0 {
					t.Errorf("call failed: %v", err)
				}
			}
		})
	}
	wg.Wait()
	require.Equal(t, uint64(1), c.Stats().Connects)
	require.Equal(t, 400, s.Count(nfs3.ProcGetAttr))
}

func TestCredential(t *testing.T) {
	s := nfstest.Start(t)
	c := newClient(t, s.Addr(), nil)
	groups := make([]uint32, 20)
	for i := range groups {
		groups[i] = uint32(100 + i)
	}
	require.NoError(t, <-call(c, rpc.Caller{Cred: &rpc.Cred{UID: 48, GID: 49, Groups: groups}}))
	require.Equal(t, &rpc.Cred{UID: 48, GID: 49, Groups: groups[:16]}, s.Calls()[0].Cred, "AUTH_SYS carries 16 groups")
}

func TestErrorsAreDistinct(t *testing.T) {
	require.False(t, errors.Is(rpc.ProgUnavail, rpc.ProgMismatch))
	require.Equal(t, "RPC: program not registered", rpc.ProgUnavail.Error())
	require.Equal(t, "RPC: accept_stat 99", rpc.AcceptStat(99).Error())
}
