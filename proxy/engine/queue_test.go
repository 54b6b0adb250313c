package engine

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

// A request that chance has sent to a full server waits in the backend's queue. A server without a limit has no places, so
// that none comes free there: only the full one lets it in.
func TestUnlimitedServersTakeNobodyFromTheQueue(t *testing.T) {
	release := make(chan struct{})
	full := serve(t, answering(func(*http.Request) string {
		<-release
		return "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfull"
	}))
	free := serve(t, named("free"))
	d := start(t, parsed(t, "bind 127.0.0.1:1", "balance random(1); timeout queue 10s; server a "+full.addr+" maxconn 1; server b "+free.addr))
	const n = 30
	var clients []*browser
	for range n {
		clients = append(clients, d.dial().say("GET / HTTP/1.1\r\nHost: a\r\n\r\n"))
	}
	var waiting int
	d.wait(func() bool {
		p := d.Snapshot().Proxies[1]
		waiting = p.Back.Qcur
		return int(p.Servers[1].HTTP.Status[2])+waiting+1 == n
	})
	require.Greater(t, waiting, 5)
	close(release)
	by := map[string]int{}
	for _, c := range clients {
		_, body := c.answer("GET")
		by[body]++
	}
	require.Equal(t, map[string]int{"full": waiting + 1, "free": n - 1 - waiting}, by)
}

// Lower keys go first; of equal ones who came first.
func TestTheQueueIsOrderedByKey(t *testing.T) {
	var q waitList
	list := make([]waiter, 6)
	for i, key := range []int64{5, 5, 1, 9, 5, 1} {
		list[i].key = key
		q.push(&list[i])
	}
	var order []int
	for w := q.first; w != nil; w = w.next {
		for i := range list {
			if w == &list[i] {
				order = append(order, i)
			}
		}
	}
	require.Equal(t, []int{2, 5, 0, 1, 4, 3}, order)
	require.Equal(t, &list[3], q.last)
	require.Equal(t, &list[4], q.last.prev)
}
