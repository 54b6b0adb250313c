package engine

import (
	"net"
	"testing"

	"simulacro/proxy/accesslog"
	"simulacro/proxy/config"
)

type noLog struct{}

func (noLog) Request(*config.Proxy, int, *accesslog.Record) {}
func (noLog) ConnError(*config.Proxy, int, string)          {}
func (noLog) Event(*config.Proxy, int, string)              {}

// BenchmarkRequests drives requests of one client through an engine, one after the other. Client and server are plain
// loops without an allocation, so what -benchmem counts is the engine's.
func BenchmarkRequests(b *testing.B) {
	for name, mode := range map[string]config.ConnMode{"keep-alive": config.KeepAlive, "server-close": config.ServerClose} {
		b.Run(name, func(b *testing.B) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				b.Fatal(err)
			}
			defer l.Close()
			go func() {
				for {
					c, err := l.Accept()
					if err != nil {
						return
					}
					go func() {
						defer c.Close()
						buf, answer := make([]byte, 4096), []byte("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
						for {
							if _, err := c.Read(buf); err != nil {
								return
							}
							if _, err := c.Write(answer); err != nil {
								return
							}
						}
					}()
				}
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
		})
	}
}
