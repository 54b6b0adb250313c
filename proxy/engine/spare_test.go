package engine

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The descriptors that a burst has left are given back.
func TestSpareSocketsAreGivenBack(t *testing.T) {
	s := serve(t, named("s"))
	d := start(t, practical(s.addr), func(o *Options) { o.Loops = 1 })
	var all []*browser
	for range 40 {
		all = append(all, d.dial().say("GET / HTTP/1.1\r\nHost: a\r\n\r\n"))
	}
	for _, b := range all {
		b.answer("GET")
	}
	count := func() (n int) {
		done := make(chan struct{})
		d.all(func(l *loop) runner { return task(func() { n = len(l.spare[0]); close(done) }) }) // there is one
		<-done
		return n
	}
	require.Eventually(t, func() bool { return count() > 0 }, 5*time.Second, time.Millisecond)
	require.Eventually(t, func() bool { return count() == 0 }, 20*time.Second, 50*time.Millisecond)
	_, body := d.dial().get("/")
	require.Equal(t, "s", body)
}
