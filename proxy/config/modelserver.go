package config

import "time"

// Server is one real server (section 5).
type Server struct {
	Pos      Pos
	ID       int  // 1, 2, … in the backend: HAProxy's sid
	ChosenID bool // … or what `id` says
	Name     string
	Addr     Address
	Weight   int // 0 to 256; default 1
	Maxconn  int // 0: no limit
	Minconn  int
	Maxqueue int
	Backup   bool
	Disabled bool
	Host     string // the name that Addr was looked up by; "": none
	// Unresolved: no address was found, and the server waits for one.
	Unresolved bool
	Cookie     string
	Check      bool
	CheckAddr  Address // where checks go; zero: Addr
	// CheckHost and CheckPort are what `addr` and `port` say of it, without what comes from Addr.
	CheckHost Address
	CheckPort int
	Agent     Agent

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
	CheckProxy  bool          // check-send-proxy
	CheckSocks  bool          // check-via-socks4
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
