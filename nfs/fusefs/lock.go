package fusefs

import (
	"time"

	"simulacro/nfs/rpc"
)

// lock is a mutex whose wait a killed caller leaves: FUSE does not let a process die before its request is answered, and the
// holder may be waiting for a server that is gone.
type lock chan struct{}

func newLock() lock { return make(lock, 1) }

func (l lock) unlock() { <-l }

// lock returns rpc.ErrKilled if the caller was killed before the lock was free, rpc.ErrClosed if done was closed.
func (l lock) lock(who rpc.Caller, done <-chan struct{}) error {
	interrupt, poll := who.Interrupt, (<-chan time.Time)(nil)
	for {
		select {
		case l <- struct{}{}:
			return nil
		case <-done:
			return rpc.ErrClosed
		case <-interrupt:
			interrupt = nil
			ticker := time.NewTicker(100 * time.Millisecond)
			defer ticker.Stop()
			poll = ticker.C
		case <-poll:
		}
		if interrupt == nil && (who.Killed == nil || who.Killed()) {
			return rpc.ErrKilled
		}
	}
}
