package differential

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"time"
)

// Client is one connection to the program.
type Client struct {
	s    *Side
	conn *net.TCPConn
	r    *bufio.Reader
}

// Dial connects to the address of that name.
func (s *Side) Dial(name string) *Client { return s.DialFrom("127.0.0.1", name) }

// DialFrom connects from the given address, one of 127.0.0.0/8.
func (s *Side) DialFrom(source, name string) *Client {
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(source)}, Timeout: patience}
	c, err := d.Dial("tcp", s.Addr(name))
	s.must(err, "connect to "+name)
	s.open = append(s.open, c)
	s.must(c.SetDeadline(time.Now().Add(2*patience)), "set a deadline")
	return &Client{s, c.(*net.TCPConn), bufio.NewReader(c)}
}

// TryDial connects, and notes whether that worked.
func (s *Side) TryDial(name string) {
	c, err := net.DialTimeout("tcp", s.Addr(name), patience)
	if err == nil {
		_ = c.Close()
	}
	s.Note("connect to %s: %v", name, err == nil)
}

// Send writes bytes to the program.
func (c *Client) Send(text string) *Client {
	_, _ = io.WriteString(c.conn, text) // it may have closed: that shows when the answer is read
	return c
}

// Answer reads one HTTP response and notes it.
func (c *Client) Answer() *Client {
	text, err := readMessage(c.r, false)
	c.s.note("answer", text)
	c.ended(err)
	return c
}

// HeadAnswer is Answer for a request with the method HEAD: no body follows.
func (c *Client) HeadAnswer() *Client {
	text, err := readHead(c.r)
	c.s.note("answer", text)
	c.ended(err)
	return c
}

// Rest reads until the program closes, and notes what came and how it ended.
func (c *Client) Rest() *Client {
	b, err := io.ReadAll(c.r)
	c.s.note("answer", string(b))
	if err == nil {
		err = io.EOF
	}
	c.ended(err)
	return c
}

// Read reads n bytes and notes them.
func (c *Client) Read(n int) *Client {
	b := make([]byte, n)
	n, err := io.ReadFull(c.r, b)
	c.s.note("answer", string(b[:n]))
	c.ended(err)
	return c
}

// ended notes how a connection ended, if it did.
func (c *Client) ended(err error) {
	switch {
	case err == nil:
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		c.s.Note("closed")
	case errors.Is(err, os.ErrDeadlineExceeded):
		c.s.fail("no end of an answer")
	default:
		c.s.Note("reset")
	}
}

// Quiet notes what comes until nothing has come for a while, or the end.
func (c *Client) Quiet(d time.Duration) *Client {
	var all bytes.Buffer
	b := make([]byte, 4096)
	for {
		_ = c.conn.SetReadDeadline(time.Now().Add(d))
		n, err := c.r.Read(b)
		all.Write(b[:n])
		if err != nil {
			c.s.note("answer", all.String())
			if !errors.Is(err, os.ErrDeadlineExceeded) {
				c.ended(err)
			}
			_ = c.conn.SetDeadline(time.Now().Add(2 * patience))
			return c
		}
	}
}

// Shut ends the sending side.
func (c *Client) Shut() *Client { _ = c.conn.CloseWrite(); return c }

// Close closes the connection.
func (c *Client) Close() { _ = c.conn.Close() }

// Reset breaks the connection.
func (c *Client) Reset() { _ = c.conn.SetLinger(0); _ = c.conn.Close() }

// Get sends one request on a connection of its own, and notes the answer.
func (s *Side) Get(name, target string, fields ...string) {
	s.GetFrom("127.0.0.1", name, target, fields...)
}

// GetFrom is Get from another address.
func (s *Side) GetFrom(source, name, target string, fields ...string) {
	c := s.DialFrom(source, name)
	defer c.Close()
	c.Send(Request(target, append(fields, "Connection: close")...)).Rest()
}

// Request gives a GET request with a host.
func Request(target string, fields ...string) string {
	return "GET " + target + " HTTP/1.1\r\nHost: www\r\n" + strings.Join(append(fields, "\r\n"), "\r\n")
}

// Who sends a request and gives the answer's status and first line of body, without a note.
func (s *Side) Who(name, target string, fields ...string) string {
	return s.WhoFrom("127.0.0.1", name, target, fields...)
}

// WhoFrom is Who from another address.
func (s *Side) WhoFrom(source, name, target string, fields ...string) string {
	c := s.DialFrom(source, name)
	defer c.Close()
	c.Send(Request(target, append(fields, "Connection: close")...))
	b, _ := io.ReadAll(c.r)
	head, body, _ := strings.Cut(string(b), "\r\n\r\n")
	status, _, _ := strings.Cut(strings.TrimPrefix(head, "HTTP/1.1 "), " ")
	if status == "200" {
		return body
	}
	return status
}

// readHead reads up to the empty line.
func readHead(r *bufio.Reader) (string, error) {
	var b strings.Builder
	for {
		line, err := r.ReadString('\n')
		b.WriteString(line)
		if err != nil || strings.TrimRight(line, "\r\n") == "" {
			return b.String(), err
		}
	}
}

// readMessage reads a head and the body that its fields announce; a response without a length goes to the end.
func readMessage(r *bufio.Reader, request bool) (string, error) {
	head, err := readHead(r)
	if err != nil {
		return head, err
	}
	length, chunked := -1, false
	for _, l := range strings.Split(strings.ToLower(head), "\r\n") {
		name, v, _ := strings.Cut(l, ":")
		switch v = strings.TrimSpace(v); {
		case name == "content-length":
			length, _ = strconv.Atoi(v)
		case name == "transfer-encoding":
			chunked = strings.HasSuffix(v, "chunked")
		}
	}
	bare := !request && (strings.HasPrefix(head, "HTTP/1.1 1") || strings.Contains(head[:min(len(head), 13)], " 304") ||
		strings.Contains(head[:min(len(head), 13)], " 204"))
	switch {
	case bare:
		return head, nil
	case chunked:
		return readChunks(r, head)
	case length >= 0:
		b := make([]byte, length)
		n, err := io.ReadFull(r, b)
		return head + string(b[:n]), err
	case request:
		return head, nil
	}
	b, err := io.ReadAll(r)
	if err == nil {
		err = io.EOF
	}
	return head + string(b), err
}

func readChunks(r *bufio.Reader, head string) (string, error) {
	for {
		line, err := r.ReadString('\n')
		if head += line; err != nil {
			return head, err
		}
		digits, _, _ := strings.Cut(strings.TrimSpace(line), ";")
		n, err := strconv.ParseInt(digits, 16, 32)
		if err != nil {
			return head, err
		}
		if n == 0 {
			trailer, err := readHead(r)
			return head + trailer, err
		}
		b := make([]byte, n+2)
		k, err := io.ReadFull(r, b)
		if head += string(b[:k]); err != nil {
			return head, err
		}
	}
}
