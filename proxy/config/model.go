package config

import (
	"cmp"
	"net/netip"
	"time"

	"simulacro/proxy/rules"
)

// Config is a whole haproxy.cfg after defaults have been applied and names resolved. Nothing changes it once Parse has
// returned: what changes at run time (weights, states) belongs to the engine.
type Config struct {
	Global  Global
	Proxies []*Proxy // frontend, backend and listen sections, in the file's order

	Programs []*Program // that the master starts

	Patterns []*rules.PatternSet // of all ACLs
	Saved    []SavedStep         // what state files say

	Env      map[string]*string // what setenv and its like make of the environment; nil: unset
	EnvReset bool               // resetenv: nothing but Env is left of it
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
	UID, GID     int // resolved by the parser from user/group or uid/gid; 0 leaves the identity
	Pidfile      string
	Maxconn      int // 0: not set, the process derives it from its descriptor limit
	Threads      int // nbthread; 0: not set
	Node         string
	Description  string
	HardStop     time.Duration // hard-stop-after; 0: never
	SpreadChecks int           // percent
	MaxSpread    time.Duration // max-spread-checks; 0: no bound
	HelloBuffer  int           // tune.ssl.capture-buffer-size: bytes of a hello's lists; 0: nothing is kept
	CloseSpread  time.Duration // close-spread-time; negative: infinite, 0: not set
	StatsTimeout time.Duration // of the runtime socket; default 10 s
	StatsMaxconn int           // of the runtime socket; default 10
	Sockets      []StatsSocket
	Logs         []LogTarget
	LogTag       string        // default "haproxy"
	ZeroWarning  bool          // zero-warning: a file with warnings is refused
	LaxLimits    bool          // no strict-limits
	bufSize      int           // tune.bufsize; 0: not set
	rewriteRoom  int           // tune.maxrewrite and one: see Buffer; 0: not set
	MaxHeaders   int           // tune.http.maxhdr: lines of a head; 0: not set
	uriRoom      int           // tune.http.logurilen and one: see KeptLine; 0: not set
	cookieRoom   int           // tune.http.cookielen and one; 0: not set
	AnyBody      bool          // h1-accept-payload-with-any-method
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
	MaxConnRate  int  // maxconnrate: connections a second; 0: any number
	MaxSessRate  int  // maxsessrate: sessions a second; 0: any number
	MaxTLSRate   int  // maxsslrate: sessions over TLS a second; 0: any number
	Maxpipes     int  // maxpipes: the most for splicing; 0: not set
	PipeSize     int  // tune.pipesize, in bytes; 0: not set
	NoSplice     bool // nosplice

	CaseAdjust map[string]string // h1-case-adjust: how names of fields are to be spelt

	// ClientBuf and ServerBuf are tune.rcvbuf.* and tune.sndbuf.*.
	ClientBuf, ServerBuf SocketBuffers
	NeverLocal           bool   // pp2-never-send-local
	LogSendHost          string // log-send-hostname: "" leaves the header's host out, as HAProxy does by default

	stateBase, stateFile string // server-state-base, server-state-file
}

// What HAProxy takes where the file does not say, with the NUL that ends a text there.
const (
	defaultURIRoom    = 1024
	defaultCookieRoom = 64
	defaultBuffer     = 16 << 10
	defaultRewrite    = 1 << 10
)

// Buffer is how many bytes HAProxy has for what it holds of a message, and how many of them are kept free for what rewriting adds (section
// 3.2, "tune.bufsize" and "tune.maxrewrite").
func (g *Global) Buffer() (size, reserve int) {
	const align = 16
	size = (cmp.Or(g.bufSize, defaultBuffer) + align - 1) / align * align
	return size, min(cmp.Or(g.rewriteRoom, defaultRewrite+1)-1, size/2)
}

// KeptLine is how many bytes of a request line are kept for logs.
func (g *Global) KeptLine() int { return max(0, cmp.Or(g.uriRoom, defaultURIRoom)-1) }

// SocketBuffers are the sizes of a socket's buffers in the system. 0: as it chooses.
type SocketBuffers struct{ Receive, Send int }

// StatsSocket is one `stats socket` (section 3.1).
type StatsSocket struct {
	Pos   Pos
	Addr  Address
	Mode  uint32 // file mode of a unix socket; 0: umask decides
	UID   int    // -1: unchanged
	GID   int    // -1: unchanged
	Level Level

	ExposeFD bool   // expose-fd listeners: a later process may take the listening sockets over
	Severity string // severity-output: none, number, string; "": none
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
	Format   string     // rfc3164, rfc5424, raw, short, local …; "": local, or rfc3164 where log-send-hostname is set
	Len      int        // longest line; default 1024
	Facility int        // syslog code: local2 is 18
	Level    int        // least urgent level that is sent; default 7, debug
	MinLevel int        // urgent levels are lowered to this one; default 0, emerg
	Sample   *LogSample // nil: every line
}
