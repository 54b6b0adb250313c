package engine

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simulacro/proxy/config"
)

func TestRequestsQueueForAPlace(t *testing.T) {
	begun, release := make(chan string, 10), make(chan struct{})
	s := serve(t, answering(func(r *http.Request) string {
		begun <- r.URL.Path
		<-release
		return "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
	}))
	for _, loops := range []int{1, 3} {
		t.Run(fmt.Sprintf("%d loops", loops), func(t *testing.T) {
			cfg := practical(s.addr)
			cfg.Proxies[1].Servers[0].Maxconn = 1
			d := start(t, cfg, func(o *Options) { o.Loops = loops })
			var bs []*browser
			for i := range 4 {
				b := d.dial().say(fmt.Sprintf("GET /%d HTTP/1.1\r\nHost: a\r\n\r\n", i))
				bs = append(bs, b)
				require.Eventually(t, func() bool { return d.Snapshot().Proxies[1].Back.Scur == i+1 }, 5*time.Second, time.Millisecond)
			}
			require.Equal(t, 3, d.Snapshot().Proxies[1].Back.Qcur)
			for i, b := range bs {
				require.Equal(t, fmt.Sprintf("/%d", i), <-begun, "first come, first served")
				release <- struct{}{}
				_, body := b.answer("GET")
				require.Equal(t, "ok", body)
			}
			require.Equal(t, 3, d.request(3).BackQueue)
			st := d.Snapshot().Proxies[1]
			require.Equal(t, []int{0, 3, 0, 1}, []int{st.Back.Qcur, st.Back.Qmax, st.Servers[0].Scur, st.Servers[0].Smax})
			require.EqualValues(t, 1, st.Back.Lbtot, "a place that comes from the queue is no choice of the algorithm's")
		})
	}
}

func TestTheQueueHasATimeout(t *testing.T) {
	cfg := practical(serve(t, hold).addr)
	back := cfg.Proxies[1]
	back.Servers[0].Maxconn, back.Timeouts.Queue = 1, 60*time.Millisecond
	d := start(t, cfg)
	d.dial().say("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	require.Eventually(t, func() bool { return d.Snapshot().Proxies[1].Back.Scur == 1 }, 5*time.Second, time.Millisecond)
	r, _ := d.dial().get("/")
	require.Equal(t, 503, r.StatusCode)
	log := d.request(0)
	require.Equal(t, "sQ--", flags(log))
	require.GreaterOrEqual(t, log.Queue, 60*time.Millisecond)
	require.Less(t, log.Connect, time.Duration(0))
}

func TestALeavingClientGivesItsPlaceBack(t *testing.T) {
	for name, c := range map[string]struct {
		option bool
		flags  string
	}{
		"abortonclose":  {true, "CH--"},
		"as by default": {false, "sH--"}, // it may have shut its sending side only
	} {
		t.Run(name, func(t *testing.T) {
			cfg := practical(serve(t, hold).addr)
			back := cfg.Proxies[1]
			back.Servers[0].Maxconn, back.AbortOnClose, back.Timeouts.Server = 1, c.option, 200*time.Millisecond
			d := start(t, cfg)
			b := d.dial().say("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
			require.Eventually(t, func() bool { return d.Snapshot().Proxies[1].Servers[0].Scur == 1 }, 5*time.Second, time.Millisecond)
			b.Close()
			require.Equal(t, c.flags, flags(d.request(0)))
			require.Equal(t, 0, d.Snapshot().Proxies[1].Servers[0].Scur)
		})
	}
}

func TestMaxconnKeepsClientsInTheBacklog(t *testing.T) {
	for name, limit := range map[string]func(*config.Config){
		"frontend": func(c *config.Config) { c.Proxies[0].Maxconn = 2 },
		"global":   func(c *config.Config) { c.Global.Maxconn = 2 },
	} {
		t.Run(name, func(t *testing.T) {
			cfg := practical(serve(t, named("s")).addr)
			limit(cfg)
			d := start(t, cfg)
			a, b := d.dial(), d.dial()
			a.get("/")
			b.get("/")
			c := d.dial().say("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
			require.NoError(t, c.SetReadDeadline(time.Now().Add(100*time.Millisecond)))
			_, err := c.r.Peek(1)
			require.Error(t, err, "nobody may have answered")
			c.r.Reset(c)
			require.NoError(t, c.SetReadDeadline(time.Now().Add(5*time.Second)))
			a.Close()
			r, _ := c.answer("GET")
			require.Equal(t, 200, r.StatusCode)
			require.Equal(t, 2, d.Snapshot().Proxies[0].Front.Smax)
		})
	}
}
