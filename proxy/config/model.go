package config

import (
	"net/netip"
	"time"

	"simulacro/proxy/health"
	"simulacro/proxy/rules"
)

// Config is a whole haproxy.cfg after defaults have been applied and names resolved. Nothing changes it once Parse has
// returned: what changes at run time (weights, states) belongs to the engine.
type Config struct {
	Files   []string
	Global  Global
	Proxies []*Proxy // frontend, backend and listen sections, in the file's order

	Patterns []*rules.PatternSet // of all ACLs
}

// Pos is where a section or keyword stands.
type Pos struct {
	File string
	Line int
}

// Global is the global section (configuration manual, section 3).
type Global struct {
	Daemon       bool
	MasterWorker bool
	Chroot       string
	User, Group  string
	UID, GID     int // resolved by the parser from user/group or uid/gid; 0 leaves the identity
	Pidfile      string
	Maxconn      int // 0: not set, the process derives it from its descriptor limit
	Threads      int // nbthread; 0: not set
	Node         string
	Description  string
	HardStop     time.Duration // hard-stop-after; 0: never
	SpreadChecks int           // percent
	MaxSpread    time.Duration // max-spread-checks; 0: no bound
	CloseSpread  time.Duration // close-spread-time; negative: infinite, 0: not set
	StatsTimeout time.Duration // of the runtime socket; default 10 s
	StatsMaxconn int           // of the runtime socket; default 10
	Sockets      []StatsSocket
	Logs         []LogTarget
	LogTag       string        // default "haproxy"
	ZeroWarning  bool          // zero-warning: a file with warnings is refused
	LaxLimits    bool          // no strict-limits
	BufSize      int           // tune.bufsize; 0: not set
	MaxRewrite   int           // tune.maxrewrite; 0: not set
	SetVars      []*rules.Rule // set-var and set-var-fmt, to be run at the start
	CrtBase      string        // crt-base and ca-base: where relative names of certificates are looked for
	CABase       string
	BindTLS      TLS           // what ssl-default-bind-* say
	ServerTLS    TLS           // what ssl-default-server-* say
	NoVerify     bool          // ssl-server-verify none
	MaxReloads   int           // mworker-max-reloads: those that a worker may outlive; negative: any number
	MaxTLS       int           // maxsslconn: connections over TLS, to servers too; 0: any number
	UlimitN      int           // ulimit-n; 0: as many as connections need
	HardLimit    int           // fd-hard-limit: the most descriptors to ask for; 0: not set
	Grace        time.Duration // between a soft stop and the listeners' end
	UnixBind     UnixBind
	NoReusePort  bool
	NeverLocal   bool   // pp2-never-send-local
	LogSendHost  string // log-send-hostname: "" leaves the header's host out, as HAProxy does by default
}

// StatsSocket is one `stats socket` (section 3.1).
type StatsSocket struct {
	Pos   Pos
	Addr  Address
	Mode  uint32 // file mode of a unix socket; 0: umask decides
	UID   int    // -1: unchanged
	GID   int    // -1: unchanged
	Level Level

	ExposeFD bool // expose-fd listeners: a later process may take the listening sockets over
}

// Level is what a user of the runtime socket may do.
type Level int

// The levels, weakest first.
const (
	LevelUser Level = iota
	LevelOperator
	LevelAdmin
)

// Address is where to listen or connect. Exactly one of IP (with Port), Unix and FD is in use.
type Address struct {
	Text  string     // as HAProxy prints it: 192.168.1.101:80, *:80 is 0.0.0.0:80
	IP    netip.Addr // unspecified for *
	Port  int
	Unix  string // path; abstract sockets start with @
	FD    int    // inherited descriptor; meaningful only where IsFD
	IsFD  bool
	IsUDP bool
}

// LogTarget is one `log` line (section 4.2, "log").
type LogTarget struct {
	Global   bool // `log global`: the global section's targets
	Addr     Address
	Stdout   bool // `log stdout` or `log stderr` go to descriptors 1 and 2
	Stderr   bool
	Format   string     // rfc3164 (default), rfc5424, raw, short, local …
	Len      int        // longest line; default 1024
	Facility int        // syslog code: local2 is 18
	Level    int        // least urgent level that is sent; default 7, debug
	MinLevel int        // urgent levels are lowered to this one; default 0, emerg
	Sample   *LogSample // nil: every line
}

// Kind is the sort of a section.
type Kind int

// The three sections that make a proxy.
const (
	Frontend Kind = iota
	Backend
	Listen // both
)

// Mode is `mode`: what the proxy understands of its traffic.
type Mode int

// The modes.
const (
	ModeTCP Mode = iota // HAProxy's default
	ModeHTTP
)

// ConnMode is how connections are kept in HTTP mode (section 4.2, "option http-keep-alive" and its like).
type ConnMode int

// The connection modes.
const (
	KeepAlive   ConnMode = iota
	ServerClose          // option http-server-close
	Close                // option httpclose
)

// Reuse is `http-reuse`: which requests may take a connection to a server that another client's request has left.
type Reuse int

// The ways to reuse connections (section 4.2, "http-reuse").
const (
	ReuseSafe       Reuse = iota // not a client's first one
	ReuseNever                   // none
	ReuseAggressive              // the first one too, over a connection that has been reused before
	ReuseAlways
)

// Proxy is a frontend, a backend, or both.
type Proxy struct {
	Pos  Pos
	ID   int // 2, 3, … in file order unless `id` says otherwise: what HAProxy prints as iid
	Name string
	Kind Kind
	Mode Mode

	Disabled    bool // nothing listens, no server is asked, and it is not shown
	Description string

	// frontend side
	Binds          []Bind
	Maxconn        int // 0: not set
	Backlog        int
	DefaultBackend *Proxy // nil: none
	Monitor        string // monitor-uri

	// both sides
	ConnMode  ConnMode
	Timeouts  Timeouts
	Logs      []LogTarget // resolved: `log global` is expanded, in order
	LogFormat LogFormat
	LogTag    string

	DontLogNull   bool
	LogSeparate   bool // option log-separate-errors
	DontLogNormal bool
	LogHealth     bool        // option log-health-checks
	ForwardFor    *ForwardFor // nil: no X-Forwarded-For
	Stats         *Stats      // nil: no statistics page
	ErrorFiles    map[int][]byte
	TCPKeepAlive  bool
	AbortOnClose  bool

	Rules      Rules
	OriginalTo *ForwardFor // option originalto; nil: no X-Original-To
	BufferBody bool        // option http-buffer-request

	// backend side
	Reuse        Reuse
	Dispatch     Address // `dispatch`: where all goes; zero: to the servers
	HasDispatch  bool
	Source       Source   // of connections to servers that have none of their own
	HashType     []string // hash-type's arguments
	HashFactor   int      // hash-balance-factor: percent; 0: none
	Balance      Balance
	Servers      []*Server
	Retries      int // connection attempts after the first; default 3
	Redispatch   int // 0: off; n > 0: every n-th retry; n < 0: the last but n-1: -1, the last, is `option redispatch` alone
	Fullconn     int
	AllBackups   bool
	Cookie       *Cookie        // nil: none
	Persist      bool           // option persist: a cookie's server is asked even if it is down
	RetryOn      *RetryOn       // nil: where no connection was made
	Check        *health.Script // nil: `check` is a connection only (L4)
	DisableOn404 bool
	SendState    bool // http-check send-state
}

// Front tells whether the section accepts clients, Back whether it has servers.
func (p *Proxy) Front() bool { return p.Kind != Backend }

// Back is Front's counterpart: a backend or listen section.
func (p *Proxy) Back() bool { return p.Kind != Frontend }

// Bind is one listening address.
type Bind struct {
	Pos     Pos
	Addr    Address
	Name    string
	ID      int // 1, 2, … in the proxy: HAProxy's luid
	Maxconn int
	Backlog int
	Accept  bool   // accept-proxy: a PROXY protocol's header comes first
	Mode    uint32 // file mode of a unix socket; 0: umask decides
	UID     int    // of a unix socket; -1: unchanged
	GID     int    // of a unix socket; -1: unchanged
	Level   Level  // of a runtime socket; meaningless for a proxy

	TLS         *TLS          // nil: none
	Interface   string        // "": any
	UserTimeout time.Duration // tcp-ut; 0: the system's
	MSS         int           // 0: the system's
	DeferAccept bool
	FastOpen    bool
	V6Only      bool
	V4V6        bool
	ExposeFD    bool   // of a runtime socket
	Proto       string // proto; "": by the mode
}

// LogFormat is what is logged of each request or connection.
type LogFormat int

// The formats.
const (
	LogDefault LogFormat = iota // "Connect from …"
	LogTCP                      // option tcplog
	LogHTTP                     // option httplog
	LogCLF                      // option httplog clf
)

// Timeouts of section 4.2. 0: not set, which is for ever (with a warning for client, connect and server).
type Timeouts struct {
	HTTPRequest, HTTPKeepAlive time.Duration
	Queue, Connect, Check      time.Duration
	Client, ClientFin          time.Duration
	Server, ServerFin          time.Duration
	Tunnel, Tarpit             time.Duration
}

// ForwardFor is `option forwardfor`.
type ForwardFor struct {
	Except netip.Prefix // zero: none
	Header string       // default X-Forwarded-For
	IfNone bool
}

// Stats is the statistics page (`stats enable`, `stats uri`, …).
type Stats struct {
	URI        string // default /haproxy?stats
	Realm      string // default "HAProxy Statistics"
	Auth       []Credential
	Refresh    time.Duration
	HideVers   bool
	ShowLegend bool
	ShowNode   string
	ShowDesc   string
	Admin      bool // stats admin if TRUE: forms are honoured
	Scopes     []string
}

// Credential is one `stats auth user:password`.
type Credential struct{ User, Password string }

// Balance is the load-balancing algorithm.
type Balance struct {
	Algorithm string // roundrobin, static-rr, leastconn, first, source, uri, url_param, hdr, random
	Args      []string
}

// Server is one real server (section 5).
type Server struct {
	Pos       Pos
	ID        int // 1, 2, … in the backend: HAProxy's sid
	Name      string
	Addr      Address
	Weight    int // 0 to 256; default 1
	Maxconn   int // 0: no limit
	Minconn   int
	Maxqueue  int
	Backup    bool
	Disabled  bool
	Cookie    string
	Check     bool
	CheckAddr Address // zero: Addr

	Observe                 string // layer4, layer7; "": live traffic is not looked at
	OnError                 string // fastinter, fail-check, sudden-death, mark-down
	ErrorLimit              int
	ShutDown                bool // on-marked-down shutdown-sessions
	ShutBackups             bool // on-marked-up shutdown-backup-sessions
	SlowStart               time.Duration
	TrackProxy, TrackServer string // track; "": no server

	Inter     time.Duration // default 2 s
	FastInter time.Duration // 0: Inter
	DownInter time.Duration // 0: Inter
	PoolMax   int           // pool-max-conn: idle connections; 0: any number
	NoPool    bool          // pool-max-conn 0
	Rise      int           // default 2
	Fall      int           // default 3

	TLS         *TLS // nil: none
	Source      Source
	Socks4      Address // socks4; zero: none
	ProxyV1     bool    // send-proxy
	ProxyV2     bool    // send-proxy-v2
	ProxyParts  ProxyParts
	CheckProxy  bool // check-send-proxy
	CheckSocks  bool // check-via-socks4
	CheckProto  string
	PortMap     bool          // the port is the client's plus Addr.Port
	Redir       string        // redir; "": none
	PoolPurge   time.Duration // pool-purge-delay; default 5 s
	MaxReuse    int           // 0: any number
	UserTimeout time.Duration // tcp-ut
	Proto       string
}

// Source is `source`: what connections to servers come from.
type Source struct {
	Addr      Address // zero: the system chooses
	LastPort  int     // of a range, Addr.Port is the first; 0: no range
	Interface string
}

// ProxyParts are what a header of the PROXY protocol's version 2 says beside addresses (section 5.2, "proxy-v2-options").
type ProxyParts struct {
	SSL, CertCN, Cipher, CertSig, CertKey, Authority, CRC32C, UniqueID bool
}
