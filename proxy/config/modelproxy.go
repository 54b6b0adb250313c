package config

import (
	"net/netip"
	"time"

	"simulacro/proxy/health"
	"simulacro/proxy/rules"
)

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
	Pos      Pos
	ID       int  // 2, 3, … in file order unless `id` says otherwise: what HAProxy prints as iid
	ChosenID bool // … as it does
	Name     string
	Kind     Kind
	Mode     Mode

	Disabled    bool // nothing listens, no server is asked, and it is not shown
	Description string

	// frontend side
	Binds          []Bind
	Maxconn        int // 0: not set
	Backlog        int
	DefaultBackend *Proxy // nil: none
	Monitor        string // monitor-uri
	SocketStats    bool   // option socket-stats
	ProxyHeader    bool   // option http-use-proxy-header
	LaxRequest     bool   // option accept-invalid-http-request
	RateLimit      int    // rate-limit sessions: the most in a second; 0: any number
	SessionConns   *int   // max-session-srv-conns; nil: 5

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
	LogEarly      bool        // option logasap: as soon as the response's head, or in mode tcp the server's connection, is there
	ForwardFor    *ForwardFor // nil: no X-Forwarded-For
	Stats         *Stats      // nil: no statistics page
	ErrorFiles    map[int][]byte
	AbortOnClose  bool

	ClientKeepAlive, ServerKeepAlive bool // options clitcpka, srvtcpka, and tcpka for both
	ClientProbes, ServerProbes       TCPProbes

	AdjustClient, AdjustServer bool // options h1-case-adjust-bogus-client and -server

	Rules                                     Rules
	OriginalTo                                *ForwardFor // option originalto; nil: no X-Original-To
	BufferBody                                bool        // option http-buffer-request
	NoLinger                                  bool        // option nolinger: connections end with a reset
	IgnoreProbes                              bool        // option http-ignore-probes: nothing is made of a connection without a byte
	IdleClose                                 bool        // option idle-close-on-response: a soft stop leaves idle clients their next request
	SpliceAuto, SpliceRequest, SpliceResponse bool        // options of these names

	// backend side
	Independent bool // option independent-streams: what goes to a server does not set its time of silence back
	Reuse       Reuse
	Dispatch    Address // `dispatch`: where all goes; zero: to the servers
	HasDispatch bool
	Transparent bool     // option transparent: all goes where the client has connected to, unless HasDispatch
	Source      Source   // of connections to servers that have none of their own
	HashType    []string // hash-type's arguments
	HashFactor  int      // hash-balance-factor: percent; 0: none
	Balance     Balance
	Servers     []*Server
	Retries     int // connection attempts after the first; default 3
	Redispatch  int // 0: off; n > 0: every n-th retry; n < 0: the last but n-1: -1, the last, is `option redispatch` alone
	Fullconn    int
	AllBackups  bool
	Cookie      *Cookie // nil: none
	CookieKey   string  // dynamic-cookie-key; "": none
	SendName    string  // http-send-name-header: the field that tells a server its name; "": none
	LaxResponse bool    // option accept-invalid-http-response
	CheckCache  bool    // option checkcache: no cookie in what a cache may keep
	// KeepAliveQueue bounds PreferLast.
	KeepAliveQueue KeepAliveQueue
	PreferLast     bool // option prefer-last-server: a client's requests stay where it has a connection of its own
	// PretendKeepAlive is option http-pretend-keepalive: the server is not told that its connection will be closed.
	PretendKeepAlive bool
	PersistRDP       string         // persist rdp-cookie: the cookie's name; "": none
	Persist          bool           // option persist: a cookie's server is asked even if it is down
	RetryOn          *RetryOn       // nil: where no connection was made
	Check            *health.Script // nil: `check` is a connection only (L4)
	External         *External      // a command that does the checks; nil: none
	DisableOn404     bool
	SendState        bool // http-check send-state
}

// Front tells whether the section accepts clients, Back whether it has servers.
func (p *Proxy) Front() bool { return p.Kind != Backend }

// Back is Front's counterpart: a backend or listen section.
func (p *Proxy) Back() bool { return p.Kind != Frontend }

// Bind is one listening address.
type Bind struct {
	Pos     Pos
	Addr    Address
	Arg     string // as the line has it: one or more addresses, each maybe with a range of ports; "": of a runtime socket
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
	Transparent bool
	ExposeFD    bool   // of a runtime socket
	severity    string // severity-output, of a runtime socket
	several     bool   // its line makes more than one
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
	URI         string // default /haproxy?stats
	realm       string // "": the default, "HAProxy Statistics"
	auth        []credential
	Refresh     time.Duration
	HideVers    bool
	ShowLegend  bool
	ShowModules bool
	ShowNode    string
	ShowDesc    string
	Admins      []*rules.Cond // stats admin: forms are honoured where one of them holds
	Rules       []*rules.Rule // stats http-request, or what `stats auth` stands for
	Scopes      []string
}

// credential is one `stats auth user:password`.
type credential struct{ user, password string }

// Balance is the load-balancing algorithm.
type Balance struct {
	Algorithm string // roundrobin, static-rr, leastconn, first, source, uri, url_param, hdr, random
	Args      []string
}
