// Package balance chooses a real server for each request, exactly as HAProxy 2.6 does where its choice is determined.
// It does no I/O, reads no clock and has no lock: its caller has.
//
//	sel, err := balance.New("roundrobin", nil, servers, balance.Params{})
//	s := sel.Select(balance.Request{})   // nil: none is usable, or all are full
//	s.Served++
//	sel.Moved(s)                          // its number of requests has changed
//	s.Up = false
//	sel.Changed(s)                        // its state or weight has changed
package balance

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
)

// Server is what an algorithm knows of a real server. The caller sets the exported fields, under its own lock.
type Server struct {
	Index   int  // in the backend, in the file's order
	ID      int  // HAProxy's sid, the order of `balance first`
	Weight  int  // 0 to 256
	Share   int  // sixteenths of the weight that count now, 1 to 16; 0: all. Only where weights may change at any time.
	Backup  bool // used only when no other server is usable
	Up      bool // by checks and administration; draining servers are up with weight 0
	Served  int  // requests it has now
	Queued  int  // requests that wait for this server
	Maxconn int  // how many it may have now; 0: any number

	node
	npos, lpos, rest int // weighted round robin: next and last place, remainder
	score            int // static map
	usable           bool
	weight           int // the weight the algorithm has counted
}

// Usable tells whether new requests may go to the server.
func (s *Server) Usable() bool { return s.Up && s.Weight > 0 }

// effective is the weight in sixteenths.
func (s *Server) effective() int {
	if s.Share == 0 {
		return s.Weight * scale
	}
	return s.Weight * s.Share
}

// Full tells whether the server takes no more requests now.
func (s *Server) Full() bool { return s.Maxconn > 0 && s.Served >= s.Maxconn }

// busy is Full for an algorithm that also respects who already waits.
func (s *Server) busy() bool { return s.Maxconn > 0 && (s.Queued > 0 || s.Served >= s.Maxconn) }

// Request is what an algorithm may ask of a request.
type Request struct {
	Avoid  *Server    // the server of a failed attempt; nil: none. Taken only where there is no other.
	Source netip.Addr // the client's address
	URI    []byte     // the request's target; only `balance uri` looks at it
	Key    []byte     // of `balance url_param`, `balance hdr` and `balance rdp-cookie`; nil: the request has none
}

// Selector is an algorithm at work on one backend.
type Selector interface {
	// Select chooses a server, which may be full only if the request can go nowhere else. nil: all are full, or none is
	// usable.
	Select(r Request) *Server
}

// Mover is a Selector that must hear when a server's Served or Queued has changed.
type Mover interface{ Moved(s *Server) }

// Changer is a Selector that must hear when a server's Up or Weight has changed, and hears of each server at the start.
type Changer interface{ Changed(s *Server) }

// Params are the settings of a backend that balancing depends on.
type Params struct {
	AllBackups bool       // option allbackups
	Rand       *rand.Rand // of `balance random`
	Hashing    Hashing
}

// ErrUnknown says that an algorithm is not one of this package's.
var ErrUnknown = errors.New("unknown balance algorithm")

// New gives the algorithm of that name for a backend's servers.
func New(name string, args []string, servers []*Server, p Params) (Selector, error) {
	g := group{servers: servers, all: p.AllBackups}
	var sel Selector
	switch name {
	case "", "roundrobin":
		sel = newRoundRobin(g)
	case "static-rr":
		sel = &StaticRR{group: g}
	case "leastconn":
		sel = newLeastConn(g)
	case "first":
		sel = &First{group: g}
	case "source":
		sel = newSource(g, p.Hashing)
	case "uri":
		sel = newURI(g, args, p.Hashing)
	case "url_param", "hdr", "rdp-cookie":
		sel = newKey(g, p.Hashing)
	case "random":
		r, err := newRandom(g, args, p)
		if err != nil {
			return nil, err
		}
		sel = r
	default:
		return nil, fmt.Errorf("%w: %s", ErrUnknown, name)
	}
	if c, ok := sel.(Changer); ok {
		for _, s := range servers {
			c.Changed(s)
		}
	}
	return sel, nil
}

// Deterministic tells whether the algorithm sends a request to one certain server, so that it queues there.
func Deterministic(name string) bool {
	return name == "source" || name == "uri" || name == "url_param" || name == "hdr" || name == "rdp-cookie"
}

// Spreads tells whether the algorithm does not care which server is next: a failed connection is then tried elsewhere at once.
func Spreads(name string) bool {
	switch name {
	case "", "roundrobin", "static-rr", "random", "leastconn", "first":
		return true
	}
	return false
}

// group is a backend's servers, of which either the active ones or the backups are in use.
type group struct {
	servers []*Server
	all     bool
}

// active tells whether a usable server that is no backup exists.
func (g *group) active() bool {
	for _, s := range g.servers {
		if !s.Backup && s.Usable() {
			return true
		}
	}
	return false
}

// firstBackup gives the one backup that replaces all active servers unless all backups may; nil otherwise.
func (g *group) firstBackup() *Server {
	if g.all {
		return nil
	}
	for _, s := range g.servers {
		if s.Backup && s.Usable() {
			return s
		}
	}
	return nil
}
