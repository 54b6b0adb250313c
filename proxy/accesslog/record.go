package accesslog

import (
	"net/netip"
	"time"
)

// Record is what the engine knows of one request (or one TCP connection) at its end. Times follow HAProxy's definitions
// (configuration manual, section 8.4): a duration below 0 means that the event never took place and is logged as -1.
type Record struct {
	Client   netip.AddrPort // not valid: the client of a unix socket
	Socket   int            // the listener's number, which stands for such a client's port
	Dest     netip.AddrPort // where the client connected to; only the default format shows it
	Accept   time.Time      // when the connection (first request) or the request's idle period ended
	Frontend string
	Backend  string // the frontend's own name where none was chosen
	Server   string // "<NOSRV>" where none was chosen, "<STATS>" for the page

	// TR, Tw, Tc, Tr and Ta of option httplog; Tt of option tcplog is Total.
	Request, Queue, Connect, Response, Total time.Duration

	Status    int   // -1: none was sent
	Bytes     int64 // to the client, head included
	BytesIn   int64
	Flags     [4]byte // termination state: two letters, then two for cookies ("--")
	ActConn   int
	FeConn    int
	BeConn    int
	SrvConn   int
	Retries   int
	Redisp    bool // logged as a + before the retries
	SrvQueue  int
	BackQueue int
	// Line is the request's first line as received, valid only during the call; nil is logged as <BADREQ>.
	Line  []byte
	Early bool // option logasap: a + before Total and Bytes, which may be less than they will be
	// Text is the whole message where log-format makes it; nil: the section's format applies. Like Line, it is valid only
	// during the call.
	Text []byte
	// Data is what log-format-sd makes, for targets with the format rfc5424; nil: none.
	Data []byte
	// Captures are the captured headers as logs have them, each list in braces; "" where none is captured.
	Captures  [2]string
	Cookie    string // captured cookies; "": none
	SetCookie string
}
