package stats

import (
	"net/netip"
	"time"
)

// Kind is the sort of object a Row reports; its value is the CSV's "type" column.
type Kind uint8

// The kinds, numbered as HAProxy's "type" field (management manual, section 9.1, field 32).
const (
	Frontend Kind = iota
	Backend
	Server
	Listener
)

// Row is one line of `show stat`: a frontend, one of its listeners (only with `option socket-stats`), a server or a
// backend. It holds every figure of HAProxy 2.6's CSV (management manual, section 9.1); which of them appear depends on the
// Kind and on the flags below, and the fields table of this package decides it: whoever fills a Row just leaves the rest zero.
type Row struct {
	Kind      Kind
	Proxy     string // pxname
	Name      string // svname: FRONTEND, BACKEND, the server's or the listener's name
	Desc      string // the proxy's description; only the page shows it
	ProxyID   int    // iid
	ServiceID int    // sid; 0 for frontends and backends
	// Servers: the file chose ServiceID, and ProxyID; TLS is how the server is reached, TLSReady that it has the settings for that.
	ChosenID, ChosenProxyID, TLS, TLSReady bool
	HTTP                                   bool   // mode http; false is mode tcp
	Status                                 string // OPEN, FULL, PAUSED, STOP; UP, DOWN, "UP 1/3", "DOWN 1/2", MAINT, DRAIN, NOLB, "no check"

	// Sessions and queues. A limit of 0 is "none" and stays empty for servers.
	QueueCur, QueueMax, QueueLimit int // QueueLimit: maxqueue
	SessCur, SessMax, SessLimit    int // SessLimit: maxconn; fullconn for a backend
	SessTotal                      uint64
	Rate, RateLimit, RateMax       int // sessions a second
	LastSession                    int // seconds since the last one; -1: never (servers and backends)
	LBTotal                        uint64

	BytesIn, BytesOut uint64

	// Denied, errors, warnings.
	DeniedReq, DeniedResp, DeniedConn, DeniedSess uint64
	ErrReq, ErrConn, ErrResp, ErrInternal         uint64
	Retries, Redispatches, FailedRewrites         uint64
	ClientAborts, ServerAborts                    uint64

	// Frontends: connections and requests.
	ConnRate, ConnRateMax int
	ConnTotal             uint64
	ReqRate, ReqRateMax   int
	ReqTotal              uint64 // also servers and backends in mode http
	Intercepted           uint64
	// Responses by class: 1xx, 2xx, 3xx, 4xx, 5xx, others (mode http).
	Responses [6]uint64

	// Servers and backends: connections to servers.
	Connects, Reuses                          uint64
	IdleConns, SafeConns, UsedConns           int  // idle ones that have been used again are safe
	UsedMax, NeedEst                          int  // connections in use at most, lately, and wanted
	IdleLimit                                 int  // pool-max-conn; -1: none, which leaves src_ilim empty
	QTime, CTime, RTime, TTime                int  // ms, averaged over the last 1024
	QTimeMax, CTimeMax, RTimeMax, TTimeMax    int  // ms
	Weight, UserWeight, InitialWeight         int  // effective, as set, as configured (backend: sums of the active servers)
	Static                                    bool // servers: the algorithm takes only the whole weight or none
	Active, Backups                           int  // servers: 1 for what it is, whatever its state; backends: how many are up
	ServersUp, ServersAll                     int  // backends: for "UP (2/3)" under no-maint and up
	LastChange                                int  // seconds since the last change of state
	Downtime                                  int  // seconds
	CheckDowns                                uint64
	Throttle                                  int    // percent of slowstart, meaningful only where Throttled
	Throttled                                 bool   // the server is in slowstart
	Tracked                                   string // "backend/server" when this server tracks another
	Cookie, Algorithm                         string
	Addr                                      string     // address:port; listeners and servers
	IP                                        netip.Addr // servers: that of Addr; not valid: none
	Port                                      int        // servers: the port of Addr
	PortMap                                   bool       // … is added to the client's
	Host                                      string     // servers: the name that stands for the address; "": none
	CheckIP, AgentIP                          netip.Addr // not valid: not configured
	CheckPort, AgentPort                      int        // 0: not configured
	Observed                                  bool       // `observe` is on: hanafail appears
	HealthFails                               uint64     // hanafail
	H1Open, H1OpenStreams, H1Conns, H1Streams uint64
	H1In, H1Out                               uint64

	Check Check // servers
	Agent Check // … and what their agents say

	// Servers: what `show servers state` wants beyond the above.
	Op    OpState
	Admin AdminState
}

// Check is the health check of a server, or its agent's.
type Check struct {
	Configured bool // `check` stands on the server line, or `agent-check`
	Enabled    bool // false after `disable health`, or `disable agent`
	Paused     bool // the server is in maintenance: check columns are empty
	InProgress bool // the status is printed with a leading "* "
	Status     string
	Code       int // layer 5-7 code; 0: none
	Duration   time.Duration
	Desc       string // details of the last result, "Connection refused"; HAProxy's last_chk and last_agt
	Fails      uint64 // chkfail
	Rise, Fall int
	Health     int // 0..rise-1 is DOWN, rise..rise+fall-1 is UP

	// Saved: no check has ended yet, and Number and Result, which `show servers state` has, are those of an earlier process.
	Saved          bool
	Number, Result int
}

// OpState is srv_op_state of `show servers state` (management manual, section 9.3).
type OpState int

// The operational states.
const (
	OpStopped  OpState = iota // down
	OpStarting                // up, in slowstart
	OpRunning                 // up
	OpStopping                // up, soft-stopping (disable-on-404)
)

// AdminState is srv_admin_state: bits that say who took a server out of rotation.
type AdminState int

// The bits (management manual, section 9.3).
const (
	ForcedMaint    AdminState = 0x01 // `set server state maint`
	InheritedMaint AdminState = 0x02 // from the tracked server
	ConfigMaint    AdminState = 0x04 // `disabled` in the file
	ForcedDrain    AdminState = 0x08 // `set server state drain`
	InheritedDrain AdminState = 0x10
	ResolveMaint   AdminState = 0x20 // its name has no address
)

// Maint tells whether any bit keeps the server in maintenance, Drain whether one drains it.
func (a AdminState) Maint() bool { return a&(ForcedMaint|InheritedMaint|ResolveMaint) != 0 }

// Drain is Maint's counterpart.
func (a AdminState) Drain() bool { return a&(ForcedDrain|InheritedDrain) != 0 }
