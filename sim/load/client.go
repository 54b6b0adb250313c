package load

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"sync"
	"syscall"
	"time"
)

// maxIdle is how long a connection may lie idle and still be used: less than any keep-alive timeout worth setting.
const maxIdle = 4 * time.Second

// ServerHeader is the response header in which every real server says its name.
const ServerHeader = "X-Server"

// client sends GET requests and nothing else. It is not net/http's because that one repeats a request by itself when a
// reused connection breaks (RFC 9110, 9.2.2 allows it), and a measurement must see the break.
type client struct {
	addr      string // host:port to dial
	host      string // for the Host header
	keepAlive bool
	from      net.Addr // nil leaves the choice to the system

	mu   sync.Mutex
	idle []*conn // the last used at the end
}

type conn struct {
	net.Conn
	r    *bufio.Reader
	last time.Time // when it was last put aside
}

// reply is what came back; Status is 0 if there was no head.
type reply struct {
	Status int
	Server string
	From   string // the address that was asked from
	body
}

func newClient(rawURL string, keepAlive bool) (*client, error) {
	u, err := url.Parse(rawURL)
	if err != nil {
		return nil, err
	}
	port := u.Port()
	if port == "" {
		port = "80"
	}
	return &client{addr: net.JoinHostPort(u.Hostname(), port), host: u.Host, keepAlive: keepAlive}, nil
}

// newClients makes a client for each source, one where there are none.
func newClients(spec Spec) ([]*client, error) {
	if len(spec.Sources) == 0 {
		cl, err := newClient(spec.URL, spec.KeepAlive)
		return []*client{cl}, err
	}
	var all []*client
	for _, addr := range spec.Sources {
		cl, err := newClient(spec.URL, spec.KeepAlive)
		if err != nil {
			return nil, err
		}
		cl.from = &net.TCPAddr{IP: net.ParseIP(addr)}
		all = append(all, cl)
	}
	return all, nil
}

// get asks for path and reads the whole answer before deadline.
func (c *client) get(path string, deadline time.Time) (reply, error) {
	cn, err := c.conn(deadline)
	if err != nil {
		return reply{}, err
	}
	rep, reusable, err := c.exchange(cn, path, deadline)
	if at, ok := cn.LocalAddr().(*net.TCPAddr); ok {
		rep.From = at.IP.String()
	}
	if err != nil || !reusable {
		cn.Close() // nothing is buffered for writing: no error to lose
		return rep, err
	}
	c.put(cn)
	return rep, nil
}

func (c *client) exchange(cn *conn, path string, deadline time.Time) (rep reply, reusable bool, err error) {
	if err := cn.SetDeadline(deadline); err != nil {
		return rep, false, err
	}
	connection := ""
	if !c.keepAlive {
		connection = "Connection: close\r\n"
	}
	_, err = fmt.Fprintf(cn, "GET %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: simulacro-load\r\nAccept: */*\r\n%s\r\n",
		path, c.host, connection)
	if err != nil {
		return rep, false, err
	}
	resp, err := http.ReadResponse(cn.r, &http.Request{Method: http.MethodGet})
	if err != nil {
		return rep, false, err
	}
	rep = reply{Status: resp.StatusCode, Server: resp.Header.Get(ServerHeader)}
	rep.body, err = readBody(resp.Body)
	return rep, c.keepAlive && !resp.Close, errors.Join(err, resp.Body.Close())
}

// conn takes the connection that was used last and is still open, or dials.
func (c *client) conn(deadline time.Time) (*conn, error) {
	for {
		cn := c.take()
		if cn == nil {
			break
		}
		if time.Since(cn.last) < maxIdle && alive(cn.Conn) {
			return cn, nil
		}
		cn.Close()
	}
	ctx, cancel := context.WithDeadline(context.Background(), deadline)
	defer cancel()
	d := net.Dialer{LocalAddr: c.from}
	raw, err := d.DialContext(ctx, "tcp", c.addr)
	if err != nil {
		return nil, err
	}
	return &conn{Conn: raw, r: bufio.NewReader(raw)}, nil
}

func (c *client) take() *conn {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.idle) == 0 {
		return nil
	}
	cn := c.idle[len(c.idle)-1]
	c.idle = c.idle[:len(c.idle)-1]
	return cn
}

func (c *client) put(cn *conn) {
	cn.last = time.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.idle = append(c.idle, cn)
}

// close ends the idle connections. No request may be under way.
func (c *client) close() {
	for cn := c.take(); cn != nil; cn = c.take() {
		cn.Close()
	}
}

// alive peeks at an idle connection: the other side may have closed it (RFC 9112, 9.3), or sent what nobody asked for.
func alive(cn net.Conn) bool {
	sc, ok := cn.(syscall.Conn)
	if !ok {
		return true
	}
	raw, err := sc.SyscallConn()
	if err != nil {
		return false
	}
	open := false
	err = raw.Read(func(fd uintptr) bool {
		var b [1]byte
		_, _, err := syscall.Recvfrom(int(fd), b[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
		open = err == syscall.EAGAIN
		return true // never wait
	})
	return err == nil && open
}
