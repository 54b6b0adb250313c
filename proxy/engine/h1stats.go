package engine

// h1 counts what HAProxy's HTTP/1 multiplexers do on one side of a proxy: the columns h1_*, with all bytes of both heads and bodies,
// as they are on the wire. Only the number of exchanges that are open is not a counter.
type h1 struct{ streams, in, out uint64 }

// traffic is what has gone over a socket since it was counted last.
type traffic struct{ in, out int64 }

// take gives what there is to count, once.
func (t *traffic) take() (x traffic) {
	x, *t = *t, traffic{}
	return x
}

func (k *h1) add(t traffic) {
	k.in += uint64(t.in)
	k.out += uint64(t.out)
}

// openStream counts an exchange of the client's that has begun. The frontend is locked.
func (c *client) openStream() {
	if !c.streaming {
		c.streaming = true
		c.fe.streams++
		c.fe.front.h1.streams++
	}
}

// closeStream notes its end. The frontend is locked.
func (c *client) closeStream() {
	if c.streaming {
		c.streaming = false
		c.fe.streams--
	}
}

// settleEnd counts what a connection that ends has left uncounted.
func (c *client) settleEnd() {
	raw := c.raw.take()
	if raw == (traffic{}) && !c.streaming {
		return
	}
	c.fe.mu.Lock()
	c.fe.front.h1.add(raw)
	c.closeStream()
	c.fe.mu.Unlock()
}

// H1Stats are the columns h1_*.
type H1Stats struct {
	Open, OpenStreams int
	Conns, Streams    uint64
	BytesIn, BytesOut uint64
}

// frontH1 gives a frontend's: each of its connections has a multiplexer.
func (p *proxy) frontH1() (s H1Stats) {
	if k := &p.front; p.http {
		s = H1Stats{p.feconn, p.streams, k.sess, k.h1.streams, k.h1.in, k.h1.out}
	}
	return s
}

// backH1 gives a backend's, of the connections to its servers.
func (p *proxy) backH1() (s H1Stats) {
	if k := &p.back; p.http {
		s = H1Stats{Conns: k.connect - k.unmade, Streams: k.h1.streams, BytesIn: k.h1.in, BytesOut: k.h1.out}
		for _, srv := range p.servers {
			s.OpenStreams += srv.Served
			s.Open += srv.Served + int(srv.idle.Load())
		}
	}
	return s
}
