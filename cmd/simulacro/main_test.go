package main

import (
	"bytes"
	"context"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestSecondSignal(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	exits := make(chan int, 1)
	interrupted := catch(cancel, &bytes.Buffer{}, func(code int) { exits <- code })
	assert.False(t, interrupted())
	raise := func() { assert.NoError(t, syscall.Kill(syscall.Getpid(), syscall.SIGHUP)) }
	raise()
	<-ctx.Done()
	assert.True(t, interrupted())
	raise() // its twin, as timeout(1) sends one
	select {
	case <-exits:
		t.Fatal("the same signal, sent twice, must not cut the cleaning up short")
	case <-time.After(2 * twin):
	}
	for range 3 { // lines for a reader that is gone
		assert.NoError(t, syscall.Kill(syscall.Getpid(), syscall.SIGPIPE))
	}
	select {
	case <-exits:
		t.Fatal("what is printed while cleaning up must not cut it short")
	case <-time.After(2 * twin):
	}
	raise()
	assert.Equal(t, exitInterrupted, <-exits)
}
