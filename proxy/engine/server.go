package engine

import (
	"sync/atomic"

	"simulacro/proxy/balance"
	"simulacro/proxy/config"
)

// server is a real server at work. Its backend's mutex guards it, but for pools, whose parts belong to one loop each.
type server struct {
	balance.Server
	be     *proxy
	cfg    *config.Server
	at     atomic.Pointer[place]
	cookie atomic.Pointer[string] // the value that names it in clients' cookies
	pools  []pool                 // by loop
	idle   atomic.Int32           // connections in all pools
	safe   atomic.Int32           // of these, those that have been used again
	way    way
	purge  int64 // ms that an idle connection is kept (section 5.2, "pool-purge-delay")

	uweight    int      // as configured or set
	maxconn    int      // as configured or set; 0: any number
	check      *checker // nil: none configured
	agent      *checker // nil: none configured
	lastWeight int      // uweight when it was last in service
	standing
	queue waitList
	due   int // places that were given to who waited, and who has not taken them yet
	counters
	demand   demand
	changed  int64 // ms, of the last change of state
	downtime int64
}

// pool is the idle connections of one loop to a server, the most recently used one last.
type pool struct{ idle []*upstream }

func newServer(be *proxy, i int, cfg *config.Server) *server {
	s := &server{be: be, cfg: cfg, uweight: cfg.Weight, lastWeight: cfg.Weight, maxconn: cfg.Maxconn}
	s.Server = balance.Server{Index: i, ID: cfg.ID, Weight: cfg.Weight, Backup: cfg.Backup, Up: !cfg.Disabled}
	s.last = -1
	s.at.Store(configuredPlace(cfg))
	s.renewCookie()
	s.way = newWay(be.cfg, cfg)
	if s.purge = cfg.PoolPurge.Milliseconds(); s.purge == 0 {
		s.purge = 5000
	}
	s.limit()
	s.pools = make([]pool, be.e.nloops)
	if cfg.Check {
		s.check = newChecker(s)
	}
	if cfg.Agent.Check {
		s.agent = newAgent(s)
	}
	s.bare = cfg.Rise
	if cfg.Disabled {
		s.flags = ForcedMaint | ConfigMaint
		s.rest()
	}
	return s
}

// limit sets how many requests the server may have now: between minconn and maxconn, by how busy the backend is
// (section 5.2, "minconn").
func (s *server) limit() {
	s.Maxconn = s.maxconn
	full := s.be.fullconn
	if s.cfg.Minconn > 0 && s.cfg.Minconn < s.maxconn && s.be.beconn < full {
		s.Maxconn = max(s.cfg.Minconn, s.be.beconn*s.maxconn/full)
	}
	if s.Maxconn > 0 && s.starting {
		s.Maxconn = max(1, s.Maxconn*s.throttle(s.be.e.clock())/100)
	}
}

// checkers are what checks the server: itself, and its agent.
func (s *server) checkers() (list []*checker) {
	for _, k := range []*checker{s.check, s.agent} {
		if k != nil {
			list = append(list, k)
		}
	}
	return list
}

// name is "backend/server", as logs have it.
func (s *server) name() string { return s.be.cfg.Name + "/" + s.cfg.Name }

// take gives the server one more request.
func (s *server) take() {
	s.Served++
	s.curMax = max(s.curMax, s.Served)
	if s.be.mover != nil {
		s.be.mover.Moved(&s.Server)
	}
}

// chosen counts the algorithm's choice. A place that comes from a queue is none.
func (s *server) chosen() {
	s.lb++
	s.be.back.lb++
}

// counted is a connection attempt, which HAProxy takes for a session of the server.
func (s *server) counted(now int64) {
	s.sess++
	s.last, s.be.back.last = now, now
	s.rate.add(now, 1)
	s.demand.settle(now, s.purge, s.Served)
	s.demand.used(s.Served)
}
