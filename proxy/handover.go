package proxy

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"syscall"
	"time"
)

// handoverWord asks a runtime socket with `expose-fd listeners` for the listening sockets (management manual, section 3, -x).
const handoverWord = "_getsocks\n"

// sendSockets gives all listening sockets to a later process: a message for each, its address's length, the address and the
// descriptor; one of length 0 is the end.
func (d *Director) sendSockets(conn net.Conn) error {
	u, ok := conn.(*net.UnixConn)
	if !ok {
		return errors.New("descriptors go over unix sockets only")
	}
	for _, l := range d.Listeners() {
		text := append(binary.BigEndian.AppendUint16(nil, uint16(len(l.Addr))), l.Addr...)
		if _, _, err := u.WriteMsgUnix(text, syscall.UnixRights(l.FD), nil); err != nil {
			return fmt.Errorf("send the socket of %s: %w", l.Addr, err)
		}
	}
	_, err := u.Write([]byte{0, 0})
	return err
}

// TakeOver asks the process behind a runtime socket for its listening sockets. They are the caller's, to be given to Listen and closed
// after.
func TakeOver(path string) (list []Listener, err error) {
	conn, err := net.DialTimeout("unix", path, time.Second)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	defer func() {
		if err != nil {
			for _, l := range list {
				_ = syscall.Close(l.FD)
			}
			list = nil
		}
	}()
	if err := conn.SetDeadline(time.Now().Add(5 * time.Second)); err != nil {
		return nil, err
	}
	if _, err := io.WriteString(conn, handoverWord); err != nil {
		return nil, err
	}
	for {
		l, last, err := receiveSocket(conn.(*net.UnixConn))
		if err != nil || last {
			return list, err
		}
		list = append(list, l)
	}
}

// receiveSocket reads one message. The system never joins two that carry descriptors.
func receiveSocket(u *net.UnixConn) (l Listener, last bool, err error) {
	text, rights := make([]byte, 4096), make([]byte, syscall.CmsgSpace(4))
	n, rn, _, _, err := u.ReadMsgUnix(text, rights)
	switch {
	case err != nil:
		return l, false, err
	case n < 2 || int(binary.BigEndian.Uint16(text))+2 != n:
		return l, false, errors.New("no listening socket was sent")
	case n == 2:
		return l, true, nil
	}
	messages, err := syscall.ParseSocketControlMessage(rights[:rn])
	if err != nil || len(messages) != 1 {
		return l, false, errors.Join(errors.New("no descriptor was sent"), err)
	}
	fds, err := syscall.ParseUnixRights(&messages[0])
	if err != nil || len(fds) != 1 {
		return l, false, errors.Join(errors.New("no descriptor was sent"), err)
	}
	syscall.CloseOnExec(fds[0])
	return Listener{Addr: string(text[2:n]), FD: fds[0]}, false, nil
}
