package engine

import (
	"net/netip"

	"simulacro/proxy/http1"
	"simulacro/proxy/rules"
)

// exchange is the part of a client that is fresh for every request. A connection that waits for the next one has none of its own: most
// connections of a director do nothing else, and cost the half without.
type exchange struct {
	req  []byte     // the request as it goes out, kept until the answer to be sent again
	head int        // length of its head
	body http1.Body // of the request
	line []byte     // request line as received

	nameAt, nameLen int // in req, of the field that tells the server's name; 0: none is told

	up       *upstream // the connection to the server
	srv      *server   // the server that has, or had, the request
	granted  *server   // a queue's place has come; guarded by be.mu
	wait     waiter    // place in a queue
	tries    int       // failed attempts to connect
	qServer  int       // requests ahead in the server's queue, and in the backend's, when it queued
	qBackend int

	instead              int // the status that the error file about to be sent stands for, which the log has; 0: none
	v11, noBody, upgrade bool
	asksHead             bool // the server was sent a HEAD, whatever the client has sent (noBody)
	closing              bool // close after this response
	answered             bool // something of a response has gone out
	streamed             bool // body beyond req has gone out
	whole                bool // all of the request was here when it was sent first
	ahead                bool // the response is complete, but the request is not
	flags                [2]byte
	// What is small stands together, here and above, for the struct to stay in its class of the allocator's.
	holding         bool // a place on srv is taken
	inBack          bool // counted among the backend's sessions
	redisp          bool
	page            bool  // answered by the statistics page
	refused         bool  // was no request; has been logged
	embryonic       bool  // … because the connection did not get that far
	bad             bool  // is being logged as one that was none
	half            uint8 // of a tunnel: which directions have ended
	silent          bool  // neither counted as an error nor logged
	lost            bool  // has broken the connection before the director's own answer
	excused         bool  // has left, or kept silent, in a way that is not counted
	logged          bool  // by option logasap, before its end
	admin           bool  // the page's forms are honoured
	challenged      bool  // may not see the page
	parted          bool  // is not counted any more: only what it still sends is read
	unserved        bool  // http-response has refused what a service says
	status          int
	in, out         int64   // bytes, as HAProxy counts them
	seenIn, seenOut int64   // of these, already in the counters
	served          traffic // of the connections to servers that it has left
	internal        *pending
	number          uint64 // among the process's requests, from 0
	id              uint64 // for operators; 0: none has asked
	moved           int64  // ms: when bytes last passed a tunnel, or the wait for its end began
	heard           int64  // ms: when the tunnel's server last said something
	form            *InternalRequest
	formRoom        int    // how long the form may be
	service         string // of use-service, which answers; "": none
	pageOwner       *proxy
	stay            persistence
	via             netip.AddrPort   // our end of the connection to the server, where logs show it
	leftServer      *rules.ConnState // the server's connection that has been given back, where logs ask for it; nil: none
	tx              *txn             // rules' view of the request; nil: no rules
}

// unasked is the exchange of a connection on which nothing has been asked yet.
var unasked = exchange{flags: [2]byte{'-', '-'}}

// wake gives the client an exchange of its own. Whatever may make an idle client do something begins with it.
func (c *client) wake() {
	l := c.l
	if c.exchange != &l.blank {
		return
	}
	if k := len(l.exchanges); k > 0 {
		c.exchange, l.exchanges = l.exchanges[k-1], l.exchanges[:k-1]
		return
	}
	x := unasked
	c.exchange = &x
}

// sleep takes the exchange from a client of which nothing has come since the last one.
func (c *client) sleep() {
	if l := c.l; c.st == stIdle && len(c.held) == 0 && !c.readable && c.exchange != &l.blank {
		l.exchanges = append(l.exchanges, c.exchange) // fresh has made it as new
		c.exchange = &l.blank
	}
}
