package stats

import (
	"net/netip"
	"time"
)

// Source is what the page and the socket read. Its methods are called from any goroutine.
type Source interface {
	// Rows appends the state of every proxy to dst, in the file's order; inside one proxy: FRONTEND, listeners (only
	// with socket-stats), servers, BACKEND. A `listen` section gives all of them.
	Rows(dst []Row) []Row
	// Info gives the process's figures.
	Info() Info
}

// Info is the process's side of `show info`. What a process of this kind has no equivalent for is reported as 0.
type Info struct {
	Version     string // "2.6.12-simulacro"
	ReleaseDate string // yyyy/mm/dd
	Node        string
	Description string
	PID         int
	Threads     int
	Start, Now  time.Time

	UlimitN, Maxsock     int
	Maxconn, HardMaxconn int
	CurrConns            int
	CumConns, CumReq     uint64
	TLSConns, MaxTLS     int // MaxTLS is maxsslconn; 0: no limit
	CumTLS               uint64
	MaxPipes             int // 0: splicing is not asked for
	PipesUsed, PipesFree int
	SplicedOut           uint64 // bytes, to clients and servers
	Conns, Sess, TLS     Rate
	Tasks, RunQueue      int
	IdlePercent          int
	Stopping             bool
	Jobs, Listeners      int
	DroppedLogs          uint64
	BytesOut             uint64
	BytesOutRate         uint64 // a second
	MemoryBytes          uint64 // allocated by the process: PoolAlloc and PoolUsed
}

// Rate is how often something begins in a second: now, at most so far, and at most allowed (0: any number).
type Rate struct{ Now, Max, Limit int }

// Ref names one server by the identifiers of its Row.
type Ref struct {
	ProxyID, ServiceID int
	Proxy, Server      string
}

// ServerState is what an operator asks of a server.
type ServerState int

// The states of `set server <b>/<s> state`, and what the page's older forms do to one flag alone: a server may be in maintenance
// and drained at once.
const (
	Ready ServerState = iota
	Drain
	Maint
	BeginMaint
	EndMaint
	BeginDrain
	EndDrain
)

// ServerAdmin changes servers. It is all that the page's forms and most of the socket's commands need; a change is in
// effect when the call returns. Errors are shown to the operator as they are. Called from any goroutine.
type ServerAdmin interface {
	SetServerState(Ref, ServerState) error
	SetServerWeight(ref Ref, weight int) error // 0 to 256: the new uweight
	SetServerMaxconn(ref Ref, n int) error     // 0: no limit
}

// PageAdmin is what a ServerAdmin may offer beside: one for the page's forms, whose changes are told of as the page's.
type PageAdmin interface {
	FromPage(action string) ServerAdmin
}

// HealthAdmin is what a ServerAdmin may offer beside: `set server … health` and `enable|disable health`.
type HealthAdmin interface {
	SetServerHealth(Ref, Health) error
	SetServerChecks(ref Ref, on bool) error
}

// Health is what an operator forces the check's verdict to be.
type Health int

// The verdicts of `set server <b>/<s> health`.
const (
	HealthUp Health = iota
	HealthStopping
	HealthDown
)

// AddrAdmin is what a ServerAdmin may offer beside: `set server … addr`, `ssl`, `check-addr` and `check-port`.
type AddrAdmin interface {
	// SetServerAddr moves a server; mapped: the port is added to the client's.
	SetServerAddr(ref Ref, ip netip.Addr, port int, mapped bool) error
	// SetServerTLS turns TLS to a server on or off whose Row says that it can.
	SetServerTLS(ref Ref, on bool) error
	// Resolved ends a server's wait for an address.
	Resolved(Ref) error
	// SetCheckAddr moves a server's checks; an address that is not valid, and port -1, leave what there is.
	SetCheckAddr(ref Ref, ip netip.Addr, port int) error
}

// AgentAdmin is what a ServerAdmin may offer beside, for servers with an agent: `enable|disable agent`, `set server … agent`, `agent-addr`,
// `agent-port` and `agent-send`.
type AgentAdmin interface {
	SetServerAgent(ref Ref, on bool) error
	// ForceServerAgent forces what the agent says of the server's health.
	ForceServerAgent(ref Ref, up bool) error
	// SetAgentAddr moves the agent; an address that is not valid, and port -1, leave what there is.
	SetAgentAddr(ref Ref, ip netip.Addr, port int) error
	SetAgentSend(ref Ref, text string) error
}

// FrontendAdmin is what a ServerAdmin may offer beside: commands on frontends, by the Row's ProxyID.
type FrontendAdmin interface {
	EnableFrontend(proxyID int, on bool) error
	ShutdownFrontend(proxyID int) error
	SetFrontendMaxconn(proxyID, n int) error
}

// GlobalAdmin is what a ServerAdmin may offer beside: commands on the process.
type GlobalAdmin interface {
	SetGlobalMaxconn(n int) error
	SetRateLimit(what RateLimit, n int) error // a second; 0: any number
	ClearCounters(all bool)
}

// RateLimit is one of the process's limits.
type RateLimit int

// The limits of `set rate-limit`.
const (
	ConnRate RateLimit = iota
	SessRate
	TLSRate
)

// SessionAdmin is what a ServerAdmin may offer beside: sessions in progress.
type SessionAdmin interface {
	ShutdownServerSessions(Ref) error
	ShutdownSession(id string) error
	Sessions() []Stream
}
