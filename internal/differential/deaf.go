package differential

import (
	"net"
	"syscall"
)

// Down makes the server refuse connections, and breaks those that it has.
func (srv *Server) Down() {
	srv.mu.Lock()
	l := srv.l
	srv.l = nil
	srv.mu.Unlock()
	if l != nil {
		_ = l.Close()
		<-srv.deafened // until its last Accept has returned the socket still listens
	}
	srv.mu.Lock()
	defer srv.mu.Unlock()
	for c := range srv.conns {
		_ = c.Close()
	}
}

// Up makes it listen again where it did.
func (srv *Server) Up() {
	srv.hear()
	var l net.Listener
	srv.s.Until("the server's port is free", func() (ok bool) {
		var err error
		l, err = net.Listen("tcp", srv.addr)
		return err == nil
	})
	srv.serve(l)
}

// Deaf makes the server drop what asks for a connection: neither accepted nor refused.
func (srv *Server) Deaf() {
	srv.Down()
	a, err := net.ResolveTCPAddr("tcp4", srv.addr)
	srv.s.must(err, "read an address")
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	srv.s.must(err, "make a socket")
	srv.deaf = append(srv.deaf, fd)
	to := &syscall.SockaddrInet4{Port: a.Port, Addr: [4]byte(a.IP.To4())}
	srv.s.must(syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 1), "set an option")
	srv.s.Until("the server's port is free", func() bool { return syscall.Bind(fd, to) == nil })
	srv.s.must(syscall.Listen(fd, 0), "listen")
	for range 2 { // these fill its backlog
		c, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC|syscall.SOCK_NONBLOCK, 0)
		srv.s.must(err, "make a socket")
		srv.deaf = append(srv.deaf, c)
		_ = syscall.Connect(c, to)
	}
}

// hear ends Deaf.
func (srv *Server) hear() {
	for _, fd := range srv.deaf {
		_ = syscall.Close(fd)
	}
	srv.deaf = nil
}
