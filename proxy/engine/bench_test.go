package engine

import (
	"net"
	"syscall"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"

	"simulacro/proxy/accesslog"
	"simulacro/proxy/config"
)

type noLog struct{}

func (noLog) Logs(*config.Proxy) bool { return true }

func (noLog) Request(*config.Proxy, int, *accesslog.Record) {}
func (noLog) Tell(int, string)                              {}
func (noLog) Note(*config.Proxy, int, string)               {}
func (noLog) Event(*config.Proxy, int, string)              {}

// plainModes are the ways of a plain request that cost nothing but system calls.
var plainModes = map[string]config.ConnMode{"keep-alive": config.KeepAlive, "server-close": config.ServerClose}

// BenchmarkRequests drives requests of one client through an engine, one after the other. Client and server are plain
// loops without an allocation, so what -benchmem counts is the engine's.
func BenchmarkRequests(b *testing.B) {
	for name, mode := range plainModes {
		b.Run(name, func(b *testing.B) { driveRequests(b, mode) })
	}
}

// TestNoAllocation holds that a plain request leaves nothing to the collector.
func TestNoAllocation(t *testing.T) {
	for name, mode := range plainModes {
		t.Run(name, func(t *testing.T) {
			r := testing.Benchmark(func(b *testing.B) { driveRequests(b, mode) })
			require.Positive(t, r.N, "the requests failed")
			require.Zero(t, r.AllocsPerOp(), "of %d requests", r.N)
		})
	}
}

func driveRequests(b *testing.B, mode config.ConnMode) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	f, err := l.(*net.TCPListener).File()
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	served := make(chan struct{})
	go func() {
		defer close(served)
		answerRaw(int(f.Fd()))
	}()
	defer func() {
		_ = syscall.Shutdown(int(f.Fd()), syscall.SHUT_RD)
		<-served
	}()
	cfg := inMode(practical(l.Addr().String()), mode)
	cfg.Proxies[0].ForwardFor = &config.ForwardFor{}
	e, err := New(cfg, Options{Logger: noLog{}})
	if err != nil {
		b.Fatal(err)
	}
	if err := e.Listen(nil); err != nil {
		b.Fatal(err)
	}
	done := make(chan error)
	addr := listenAddr(b, e)
	go func() { done <- e.Run() }()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		b.Fatal(err)
	}
	request, buf := []byte("GET / HTTP/1.1\r\nHost: a\r\nUser-Agent: x\r\n\r\n"), make([]byte, 4096)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.Write(request); err != nil {
			b.Fatal(err)
		}
		if n, err := c.Read(buf); err != nil || string(buf[:12]) != "HTTP/1.1 200" {
			b.Fatal(string(buf[:n]), err)
		}
	}
	c.Close()
	e.HardStop()
	<-done
}

// answerRaw serves one connection after the other by bare system calls, which allocate nothing, until the listener is shut.
func answerRaw(listener int) {
	buf, answer := make([]byte, 4096), []byte("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
	for {
		fd, _, e := syscall.Syscall6(syscall.SYS_ACCEPT4, uintptr(listener), 0, 0, 0, 0, 0)
		if e != 0 {
			return
		}
		for {
			if n, _, e := syscall.Syscall(syscall.SYS_READ, fd, uintptr(unsafe.Pointer(&buf[0])), uintptr(len(buf))); e != 0 || n == 0 {
				break
			}
			if _, _, e := syscall.Syscall(syscall.SYS_WRITE, fd, uintptr(unsafe.Pointer(&answer[0])), uintptr(len(answer))); e != 0 {
				break
			}
		}
		_ = syscall.Close(int(fd))
	}
}
