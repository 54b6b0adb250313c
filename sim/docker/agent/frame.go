package agent

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"sync"
)

// kind is what a frame means.
type kind byte

const (
	// From the runner.
	ping     kind = iota + 1
	start         // payload: Command as JSON
	input         // payload: bytes for the standard input
	inputEnd      // no more of it
	end           // end the command
	// From the agent.
	pong   // answers ping
	stdout // payload: bytes
	stderr // payload: bytes
	exit   // payload: the code, four bytes; the last frame of a command
)

// headSize is the length of a frame's head: the kind, the command's number and the payload's length, big-endian.
const headSize = 9

// maxPayload bounds a frame in bytes: a command's arguments may hold a whole configuration file.
const maxPayload = 16 << 20

// chunk is how much of a standard input goes into one frame, in bytes.
const chunk = 32 << 10

// errFrame means that what came is no frame: the other side is no agent, or no runner.
var errFrame = errors.New("not a frame of the agent's protocol")

type frame struct {
	kind    kind
	id      uint32
	payload []byte
}

// read gives the next frame; io.EOF where the connection has ended between two.
func read(r io.Reader) (frame, error) {
	var head [headSize]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return frame{}, err
	}
	f := frame{kind: kind(head[0]), id: binary.BigEndian.Uint32(head[1:])}
	n := binary.BigEndian.Uint32(head[5:])
	if f.kind < ping || f.kind > exit || n > maxPayload {
		return frame{}, fmt.Errorf("%w: %q", errFrame, head)
	}
	f.payload = make([]byte, n)
	if _, err := io.ReadFull(r, f.payload); err != nil {
		return frame{}, fmt.Errorf("in the middle of a frame: %w", err)
	}
	return f, nil
}

// sender writes frames, one at a time, for several goroutines.
type sender struct {
	mu sync.Mutex
	w  io.Writer
}

func (s *sender) send(k kind, id uint32, payload []byte) error {
	if len(payload) > maxPayload {
		return fmt.Errorf("%d bytes are more than a frame holds", len(payload))
	}
	buf := make([]byte, headSize, headSize+len(payload))
	buf[0] = byte(k)
	binary.BigEndian.PutUint32(buf[1:], id)
	binary.BigEndian.PutUint32(buf[5:], uint32(len(payload)))
	s.mu.Lock()
	defer s.mu.Unlock()
	_, err := s.w.Write(append(buf, payload...))
	return err
}

// queue holds frames for one reader, without a bound: a reader that is slow must not keep the frames of others.
type queue struct {
	mu     sync.Mutex
	frames []frame
	some   chan struct{} // has room for one: there are frames
}

func newQueue() *queue { return &queue{some: make(chan struct{}, 1)} }

func (q *queue) put(f frame) {
	q.mu.Lock()
	q.frames = append(q.frames, f)
	q.mu.Unlock()
	select {
	case q.some <- struct{}{}:
	default:
	}
}

// take empties the queue.
func (q *queue) take() []frame {
	q.mu.Lock()
	defer q.mu.Unlock()
	all := q.frames
	q.frames = nil
	return all
}
