package engine

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestNothingIsRecordedForALogThatIsNotThere: what a line would take is a good part of a request's time.
func TestNothingIsRecordedForALogThatIsNotThere(t *testing.T) {
	s := serve(t, named("web"))
	cfg, other := practical(s.addr), practical(s.addr)
	for _, p := range other.Proxies {
		p.Name = "logged_" + p.Name
	}
	cfg.Proxies = append(cfg.Proxies, other.Proxies...)
	silent := &logs{news: make(chan struct{}, 1), deaf: "http_front"}
	d := start(t, cfg, func(o *Options) { o.Logger = silent })
	d.logs = silent
	for _, l := range d.Listeners() {
		d.addr = nameOf(t, l.FD)
		d.dial().say("GET / HTTP/1.0\r\n\r\n").ended()
	}
	require.Equal(t, "logged_http_front", d.request(0).Frontend)
	require.Len(t, silent.records, 1)
}
