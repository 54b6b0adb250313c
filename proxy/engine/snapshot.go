package engine

import (
	"fmt"
	"time"

	"simulacro/proxy/config"
	"simulacro/proxy/health"
)

// Snapshot is the state of the whole engine at one moment. Names in comments are HAProxy's columns (management manual,
// section 9.1).
type Snapshot struct {
	Info    Info
	Proxies []ProxyStats // in the file's order
}

// RateStats is how often something begins: over the last second, at most so far, and at most allowed (0: any number).
type RateStats struct{ Now, Max, Limit int }

// Info is what `show info` says of the data path.
type Info struct {
	Loops                int
	Maxconn              int // 0: no limit
	CurrConns            int
	CumConns, CumReq     uint64
	Rates                [paces]RateStats // by Pace
	BytesOut             uint64
	BytesOutRate         uint64
	Listeners            int
	IdlePct              int // of the last second, all loops together
	Stopping             bool
	TLSConns, MaxTLS     int // connections over TLS, to servers too, and maxsslconn; 0: no limit
	CumTLS               uint64
	PipesUsed, PipesFree int
	Spliced              uint64 // bytes
}

// ProxyStats is one section of the file.
type ProxyStats struct {
	Proxy   *config.Proxy
	Front   *FrontStats     // nil for a backend
	Sockets []ListenerStats // with option socket-stats
	Back    *BackStats      // nil for a frontend
	Servers []ServerStats
}

// HTTPStats are the answers by class: hrsp_1xx to hrsp_5xx, hrsp_other.
type HTTPStats struct {
	Status [6]uint64 // 0: other, 1 to 5: the class
}

// FrontStats is a frontend's line.
type FrontStats struct {
	Status                 string // OPEN, FULL, STOP, PAUSED
	Scur, Smax, Slim       int
	Stot                   uint64
	Bin, Bout              uint64
	Dreq, Dresp, Ereq      uint64
	Rate, RateLim, RateMax int
	ReqRate, ReqRateMax    int
	ReqTot                 uint64
	ConnRate, ConnRateMax  int
	ConnTot                uint64
	Intercepted            uint64
	Dcon, Dses             uint64
	HTTP                   HTTPStats
	H1                     H1Stats
}

// BackStats is a backend's line.
type BackStats struct {
	Status                     string // UP, DOWN
	Qcur, Qmax                 int
	Scur, Smax, Slim           int
	Stot                       uint64
	Bin, Bout                  uint64
	Dreq, Dresp                uint64
	Econ, Eresp                uint64
	Wretr, Wredis              uint64
	Weight, UWeight            int // effective and configured, of the usable servers
	Act, Bck                   int
	Chkdown                    uint64
	Lastchg, Downtime          time.Duration
	Lbtot                      uint64
	Rate, RateMax              int
	ReqTot                     uint64
	HTTP                       HTTPStats
	CliAbrt, SrvAbrt           uint64
	Lastsess                   time.Duration // -1: never
	Qtime, Ctime, Rtime, Ttime time.Duration // averages over the last 1024
	QtimeMax, CtimeMax         time.Duration
	RtimeMax, TtimeMax         time.Duration
	Connect, Reuse             uint64
	H1                         H1Stats
	Algo                       string
}

// ServerStats is a server's line.
type ServerStats struct {
	Server                     *config.Server
	Addr, CheckAddr            config.Address // as they are now; of the second what is not set is zero
	PortMap                    bool           // Addr's port is added to the client's
	TLS                        bool           // it is spoken to over TLS
	Cookie                     string         // the value that names it in clients' cookies
	Flags                      AdminFlags
	Stopping                   bool   // NOLB: disable-on-404, or an operator
	Tracks                     string // "backend/server": whose state it has; "": its own
	tracks                     *config.Server
	tracked                    *ServerStats // nil: it tracks none
	HanaFails                  uint64
	Up                         bool // by its checks and by administration; what has no check is up
	Checked                    bool // has a check that is enabled
	Paused                     bool // … but paused, by maintenance
	Backup                     bool
	Qcur, Qmax                 int
	Scur, Smax, Slim           int
	Qlimit                     int
	Stot                       uint64
	Bin, Bout                  uint64
	Dresp, Econ, Eresp         uint64
	Wretr, Wredis              uint64
	Weight, UWeight            int // effective now, and as set
	Chkfail, Chkdown           uint64
	Lastchg, Downtime          time.Duration
	Starting                   bool // slowstart
	Throttle                   int
	Lbtot                      uint64
	Rate, RateMax              int
	Check                      health.Result
	CheckRunning               bool // the shown result is of the check before
	Health, Rise, Fall         int
	Agent                      AgentStats
	HTTP                       HTTPStats
	ReqTot                     uint64
	CliAbrt, SrvAbrt           uint64
	Lastsess                   time.Duration
	Qtime, Ctime, Rtime, Ttime time.Duration
	QtimeMax, CtimeMax         time.Duration
	RtimeMax, TtimeMax         time.Duration
	Connect, Reuse             uint64
	Idle, Used                 int // connections kept, and in use
	Safe                       int // of those kept: those that have been used again
	UsedMax, NeedEst           int // the most in use lately, and how many will be wanted
}

// AgentStats is what a server's agent checks have come to. The zero value is of a server without an agent.
type AgentStats struct {
	Addr       config.Address // what is set for it
	Configured bool
	On         bool // no operator has stopped it
	Running    bool // the result is of the check before
	Result     health.Result
	Health     int // 0: it has the server down; 1: it does not
}

// Down tells whether the agent has the server down.
func (a *AgentStats) Down() bool { return a.On && a.Health == 0 }

// Status gives the column of that name as HAProxy fills it: UP, UP 1/3, DOWN 1/2, MAINT, DRAIN, no check. Of a server that
// tracks another the counts are those of the last of the chain.
func (s *ServerStats) Status() string {
	ref := s
	for ref.tracked != nil {
		ref = ref.tracked
	}
	whole := ref.Health >= ref.Rise+ref.Fall-1
	switch {
	case s.Flags&ResolveMaint != 0:
		return "MAINT (resolution)"
	case s.Flags&InheritedMaint != 0:
		return "MAINT (via " + s.Tracks + ")"
	case s.Flags.Maint():
		return "MAINT"
	case !s.Up && ref.Agent.Down():
		return "DOWN (agent)"
	case !s.Up && (ref.Checked && ref.Health > 0 || ref.Agent.On && !ref.Checked):
		return ref.frac("DOWN")
	case !s.Up:
		return "DOWN"
	case s.Stopping && (!s.Checked && s.tracked == nil || whole):
		return "NOLB"
	case s.Stopping:
		return ref.frac("NOLB")
	case s.Flags.Drain() && ref.Agent.On:
		return "DRAIN (agent)"
	case s.Flags.Drain() && (whole || !ref.Checked):
		return "DRAIN"
	case s.Flags.Drain():
		return ref.frac("DRAIN")
	case !ref.Checked:
		return "no check"
	case whole:
		return "UP"
	}
	return ref.frac("UP")
}

// frac is a state that is on its way to another, with how far it is.
func (s *ServerStats) frac(word string) string {
	if s.Up {
		return fmt.Sprintf("%s %d/%d", word, s.Health-s.Rise+1, s.Fall)
	}
	return fmt.Sprintf("%s %d/%d", word, s.Health, s.Server.Rise)
}
