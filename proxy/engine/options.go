package engine

import (
	"simulacro/proxy/accesslog"
	"simulacro/proxy/config"
	"simulacro/proxy/http1"
)

// Options are what a process gives its engine beside the configuration. The zero value works.
type Options struct {
	Loops   int    // 0: nbthread, or one loop up to two cores and half of the cores beyond
	Maxconn int    // concurrent clients of all frontends; 0: global maxconn, or no limit where that is not set
	Maxsock int    // descriptors that the process reckons with, which messages tell
	Seed    uint64 // of random balancing and of spread-checks; 0: from the clock
	Logger  Logger // nil: nothing is logged
	Stats   Responder
	Started func() // called by Run when it serves: only from then on may the engine be stopped; nil: nobody asks
}

// limits are what the configuration says of all messages.
func (e *Engine) limits() http1.Limits {
	return http1.Limits{Lines: e.cfg.Global.MaxHeaders, AnyBody: e.cfg.Global.AnyBody}
}

// Logger takes what there is to log. Its methods are called from the loops: they must not block, and may be called by
// several loops at once.
type Logger interface {
	// Logs tells whether lines of frontend p's traffic go anywhere: none is made where they do not. It is asked once, before p serves.
	Logs(p *config.Proxy) bool
	// Request logs one request or TCP connection of frontend p. The record and its Line are valid only during the call.
	// The engine has applied dontlognull and dontlog-normal; level is LevelInfo, or LevelErr for what
	// log-separate-errors raises.
	Request(p *config.Proxy, level int, r *accesslog.Record)
	// Note logs what is for the log alone: why a connection ended before its first request (section 8.2.6), or why none is accepted.
	Note(p *config.Proxy, level int, text string)
	// Tell says on standard error alone what an operator should know.
	Tell(level int, text string)
	// Event logs a change of p's or one of its servers' state, in HAProxy's words, without a final newline.
	Event(p *config.Proxy, level int, text string)
}

// Levels of syslog (RFC 5424, section 6.2.1) that the engine uses.
const (
	LevelEmerg  = 0
	LevelAlert  = 1
	LevelErr    = 3
	LevelWarn   = 4
	LevelNotice = 5
	LevelInfo   = 6
)

// Responder answers requests under a proxy's `stats uri`. It runs in a goroutine of its own, so it may ask the engine
// for a Snapshot or change a server.
type Responder interface {
	Respond(p *config.Proxy, r *InternalRequest) InternalReply
}

// InternalRequest is a request for the statistics page. It owns its memory.
type InternalRequest struct {
	Method string
	URI    string // as received: /haproxy_stats;csv
	Header []Field
	Body   []byte // of a POST, whole
	// Admin tells that the form is honoured (`stats admin`), TooLong that it had no room.
	Admin, TooLong bool
	// Service is the name of use-service; "": the request is for the page.
	Service string
}

// Get returns the first field of that name (lower case), or "".
func (r *InternalRequest) Get(name string) string {
	for _, f := range r.Header {
		if f.Name == name {
			return f.Value
		}
	}
	return ""
}

// Field is one header field; names are in lower case.
type Field struct{ Name, Value string }

// InternalReply is an answer of the director's own. The engine adds connection and transfer-encoding where they are due, and leaves
// the body out for HEAD.
type InternalReply struct {
	Status int
	Reason string
	Header []Field
	Body   []byte
}
