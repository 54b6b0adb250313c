// Package delay holds packets back, where the kernel has no queue that does (netem): a rule of nftables hands packets to a
// netfilter queue, and this program lets each go after its time.
//
//	err := delay.Run(ctx, delay.Spec{Queue: 7, Delay: 200 * time.Millisecond, Jitter: 50 * time.Millisecond})
//
// The rule is the caller's: "queue num 7 bypass", so that packets pass while nobody listens. Wire format: the kernel's
// include/uapi/linux/netfilter/nfnetlink_queue.h and netlink(7).
package delay

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"golang.org/x/sys/unix"
)

// Spec says how long packets are held.
type Spec struct {
	Queue  uint16
	Delay  time.Duration // of every packet
	Jitter time.Duration // at random between -Jitter and +Jitter on top; packets may overtake each other
}

// The numbers of nfnetlink_queue.h.
const (
	subsystem     = 3 // NFNL_SUBSYS_QUEUE
	typePacket    = 0
	typeVerdict   = 1
	typeConfig    = 2
	attrHeader    = 1 // of a packet: NFQA_PACKET_HDR, which begins with its number
	attrVerdict   = 2
	attrCommand   = 1
	attrParams    = 2
	attrMaxLength = 3
	accept        = 1 // NF_ACCEPT
)

// maxHeld bounds the packets that are held; what comes on top is dropped by the kernel.
const maxHeld = 4096

// poll is how often Run looks whether it is to end.
const poll = 200 * time.Millisecond

// Run holds packets until ctx ends. What is held then is lost, as on a cable that is pulled.
func Run(ctx context.Context, s Spec) error {
	q, err := open(s.Queue)
	if err != nil {
		return fmt.Errorf("delay: queue %d: %w", s.Queue, err)
	}
	defer q.close()
	held := make(chan parcel, maxHeld)
	done := make(chan struct{})
	go func() { defer close(done); q.release(held) }()
	defer func() { close(held); <-done }()
	buf := make([]byte, 1<<16)
	for ctx.Err() == nil {
		n, _, err := unix.Recvfrom(q.fd, buf, 0)
		switch {
		case errors.Is(err, unix.EAGAIN), errors.Is(err, unix.EINTR), errors.Is(err, unix.ENOBUFS):
			continue
		case err != nil:
			return fmt.Errorf("delay: receive: %w", err)
		}
		now := time.Now()
		for _, id := range packets(buf[:n]) {
			select {
			case held <- parcel{id, now.Add(s.hold())}:
			default: // as many as can be held: this one goes at once
				q.verdict(id)
			}
		}
	}
	return nil
}

// hold is how long one packet waits.
func (s Spec) hold() time.Duration {
	d := s.Delay
	if s.Jitter > 0 {
		d += time.Duration(rand.Int64N(int64(2*s.Jitter+1))) - s.Jitter
	}
	return max(d, 0)
}

// parcel is a packet that waits.
type parcel struct {
	id  uint32
	due time.Time
}

// release lets each packet go at its time; those that are due first go first. It ends when no more can come, and forgets the rest.
func (q *queue) release(in <-chan parcel) {
	var waiting heap
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		select {
		case p, ok := <-in:
			if !ok {
				return
			}
			waiting.push(p)
		case <-timer.C:
		}
		now := time.Now()
		for len(waiting) > 0 && !waiting[0].due.After(now) {
			q.verdict(waiting.pop().id)
		}
		if len(waiting) > 0 {
			timer.Reset(time.Until(waiting[0].due))
		}
	}
}

// heap keeps the parcel that is due first at its front.
type heap []parcel

func (h *heap) push(p parcel) {
	*h = append(*h, p)
	a := *h
	for i := len(a) - 1; i > 0; {
		up := (i - 1) / 2
		if !a[i].due.Before(a[up].due) {
			return
		}
		a[i], a[up] = a[up], a[i]
		i = up
	}
}

func (h *heap) pop() parcel {
	a := *h
	first, last := a[0], len(a)-1
	a[0] = a[last]
	*h = a[:last]
	a = *h
	for i := 0; ; {
		least := i
		for _, c := range []int{2*i + 1, 2*i + 2} {
			if c < len(a) && a[c].due.Before(a[least].due) {
				least = c
			}
		}
		if least == i {
			return first
		}
		a[i], a[least] = a[least], a[i]
		i = least
	}
}

// packets are the numbers of the packets in what the kernel sent. What is not whole is left out.
func packets(b []byte) (ids []uint32) {
	const head = unix.SizeofNlMsghdr + 4 // and nfgenmsg
	for len(b) >= head {
		length := int(binary.NativeEndian.Uint32(b))
		if length < head || length > len(b) {
			return ids
		}
		if binary.NativeEndian.Uint16(b[4:]) == subsystem<<8|typePacket {
			if id, ok := packetID(b[head:length]); ok {
				ids = append(ids, id)
			}
		}
		b = b[min(align(length), len(b)):]
	}
	return ids
}

// packetID finds the header among a packet's attributes.
func packetID(b []byte) (id uint32, ok bool) {
	for len(b) >= 4 {
		length := int(binary.NativeEndian.Uint16(b))
		if length < 4 || length > len(b) {
			return 0, false
		}
		if binary.NativeEndian.Uint16(b[2:])&^(unix.NLA_F_NESTED|unix.NLA_F_NET_BYTEORDER) == attrHeader && length >= 8 {
			return binary.BigEndian.Uint32(b[4:]), true
		}
		b = b[min(align(length), len(b)):]
	}
	return 0, false
}

func align(n int) int { return (n + 3) &^ 3 }
