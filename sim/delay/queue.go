package delay

import (
	"encoding/binary"
	"fmt"

	"golang.org/x/sys/unix"
)

// queue is a netfilter queue that this process listens to.
type queue struct {
	fd  int
	num uint16
	to  *unix.SockaddrNetlink
}

func open(num uint16) (*queue, error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_NETFILTER)
	if err != nil {
		return nil, err
	}
	q := &queue{fd: fd, num: num, to: &unix.SockaddrNetlink{Family: unix.AF_NETLINK}}
	if err := q.listen(); err != nil {
		q.close()
		return nil, err
	}
	return q, nil
}

// listen binds the queue. Only the number of each packet is wanted, not its content (copy mode meta).
func (q *queue) listen() error {
	if err := unix.Bind(q.fd, q.to); err != nil {
		return err
	}
	if err := unix.SetsockoptInt(q.fd, unix.SOL_NETLINK, unix.NETLINK_NO_ENOBUFS, 1); err != nil {
		return err
	}
	wait := unix.NsecToTimeval(poll.Nanoseconds())
	if err := unix.SetsockoptTimeval(q.fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &wait); err != nil {
		return err
	}
	if err := q.configure(attrCommand, []byte{1, 0, 0, 0}); err != nil { // NFQNL_CFG_CMD_BIND
		return fmt.Errorf("bind: %w", err)
	}
	if err := q.configure(attrParams, []byte{0, 0, 0, 0, 1}); err != nil { // no range, NFQNL_COPY_META
		return fmt.Errorf("parameters: %w", err)
	}
	if err := q.configure(attrMaxLength, binary.BigEndian.AppendUint32(nil, maxHeld)); err != nil {
		return fmt.Errorf("length: %w", err)
	}
	return nil
}

// configure sends one setting and reads whether the kernel took it.
func (q *queue) configure(attr uint16, value []byte) error {
	if err := unix.Sendto(q.fd, q.message(typeConfig, unix.NLM_F_ACK, attr, value), 0, q.to); err != nil {
		return err
	}
	buf := make([]byte, 4096)
	for {
		n, _, err := unix.Recvfrom(q.fd, buf, 0)
		if err != nil {
			return err
		}
		if n < unix.SizeofNlMsghdr+4 || binary.NativeEndian.Uint16(buf[4:]) != unix.NLMSG_ERROR {
			continue // a packet that was quicker; it stays in the queue, and its sender sends it again
		}
		if errno := -int32(binary.NativeEndian.Uint32(buf[unix.SizeofNlMsghdr:])); errno != 0 {
			return unix.Errno(errno)
		}
		return nil
	}
}

// verdict lets a packet go. One that the kernel no longer has is none of our business.
func (q *queue) verdict(id uint32) {
	value := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, accept), id)
	_ = unix.Sendto(q.fd, q.message(typeVerdict, 0, attrVerdict, value), 0, q.to)
}

// message is a netlink message with one attribute.
func (q *queue) message(kind, flags uint16, attr uint16, value []byte) []byte {
	size := unix.SizeofNlMsghdr + 4 + align(4+len(value))
	b := make([]byte, size)
	binary.NativeEndian.PutUint32(b, uint32(size))
	binary.NativeEndian.PutUint16(b[4:], subsystem<<8|kind)
	binary.NativeEndian.PutUint16(b[6:], unix.NLM_F_REQUEST|flags)
	binary.BigEndian.PutUint16(b[18:], q.num)
	binary.NativeEndian.PutUint16(b[20:], uint16(4+len(value)))
	binary.NativeEndian.PutUint16(b[22:], attr)
	copy(b[24:], value)
	return b
}

func (q *queue) close() { _ = unix.Close(q.fd) }
