package engine

import (
	"errors"
	"sync/atomic"
)

// tlsConns counts the connections over TLS, those to servers too, against maxsslconn (section 3.2). The zero value has no bound.
type tlsConns struct {
	most  int64 // 0: none
	now   atomic.Int64
	total atomic.Uint64
	full  atomic.Bool // somebody waits in a backlog because of the bound
}

// errTLSFull ends a connection to a server that would be one too many.
var errTLSFull = errors.New("too many connections over TLS")

// room tells whether one more may begin; if not, the next one that ends calls the acceptors again.
func (t *tlsConns) room() bool {
	if t.most <= 0 || t.now.Load() < t.most {
		return true
	}
	t.full.Store(true)
	return t.now.Load() < t.most // one may have ended in between
}

// begin counts one in.
func (t *tlsConns) begin() {
	t.now.Add(1)
	t.total.Add(1)
}

// tlsEnded counts a connection out, and lets those in that wait in a backlog.
func (e *Engine) tlsEnded() {
	e.secure.now.Add(-1)
	if !e.secure.full.Load() || !e.secure.full.Swap(false) {
		return
	}
	for _, p := range e.proxies {
		p.wakeAcceptors()
	}
}
