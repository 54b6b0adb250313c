package docker

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"simulacro/sim"
)

const lockPoll = 50 * time.Millisecond

// lock keeps two commands from making or removing one cluster at the same time. Its file also says, after a kill -9, that
// the engine may still be at work on what the dead process asked for.
type lock struct {
	f *os.File
	// orphaned: the process that held the lock before us died while it made the cluster.
	orphaned bool
}

// acquire waits for the lock of a cluster; waiting is called once if it is held. The kernel frees it with its process.
func acquire(ctx context.Context, cluster string, waiting func()) (*lock, error) {
	dir, err := sim.StateDir(cluster)
	if err != nil {
		return nil, err
	}
	path := filepath.Join(dir, "lock")
	for {
		l, err := tryLock(path)
		if l != nil || err != nil {
			return l, err
		}
		if waiting != nil {
			waiting()
			waiting = nil
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(lockPoll):
		}
	}
}

// tryLock gives nil, nil where another process holds the lock or has just removed the file.
func tryLock(path string) (*lock, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("keep the cluster's state: %w", err)
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		if errors.Is(err, os.ErrNotExist) {
			return nil, nil // removed between the two calls
		}
		return nil, fmt.Errorf("keep the cluster's state: %w", err)
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	held, _ := f.Stat()
	there, statErr := os.Stat(path)
	if err != nil || statErr != nil || !os.SameFile(held, there) {
		_ = f.Close()
		return nil, nil
	}
	return &lock{f: f, orphaned: held.Size() > 0}, nil
}

// making marks that the cluster is half-made from now on; made takes the mark away.
func (l *lock) making() error {
	if _, err := l.f.WriteAt([]byte("making\n"), 0); err != nil {
		return fmt.Errorf("keep the cluster's state: %w", err)
	}
	return nil
}

func (l *lock) made() { _ = l.f.Truncate(0) }

func (l *lock) release() { _ = l.f.Close() }
