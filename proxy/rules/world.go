package rules

import (
	"net/netip"
	"time"
)

// World is what lies outside of a connection. An implementation is asked while rules run, so its answers must be cheap.
type World interface {
	// Backend tells of a backend's state; false: there is none of that name. "" is the current one.
	Backend(name string) (BackendState, bool)
	// Frontend does the same for a frontend.
	Frontend(name string) (FrontendState, bool)
	// Server does the same for a server.
	Server(backend, server string) (ServerState, bool)
	// Conn tells of the client's connection, or of the server's.
	Conn(server bool) ConnState
	Process() *Vars
	Random() uint32
	// Thread is the number of the event loop, from 0.
	Thread() int
	// Mark sets the mark or the tos of the client's packets.
	Mark(what string, n int)
	// Hint sends a 103 response.
	Hint(fields []Field)
	// Continue tells a client that waits for it to send the request's body (RFC 9110, section 10.1.1).
	Continue()
	// Env reads an environment variable, Hostname this machine's name, and Local tells whether an address is this machine's.
	Env(name string) (string, bool)
	Hostname() string
	Local(a netip.Addr) bool
	// Stopping tells whether the process is on its way out.
	Stopping() bool
}

// BackendState is what fetches show of a backend.
type BackendState struct {
	ID, Conns, Queue int
	Usable           int // servers that can take requests
	SessRate         int // sessions a second
	Slots            int // connections and queue places that are left; -1: no limit
	Free             int // connections that are left; -1: no limit
	AvgQueue         int // queued requests for each active server
	Server, Tunnel   time.Duration
}

// FrontendState is what fetches show of a frontend.
type FrontendState struct {
	Conns, ReqRate, SessRate int
	Client                   time.Duration
	DefaultBackend           string
}

// ServerState is what fetches show of a server.
type ServerState struct {
	ID, Conns, Queue, SessRate        int
	Up                                bool
	Free                              int // connections that are left; -1: no limit
	Weight, InitialWeight, UserWeight int
}

// ConnState is what fetches show of a connection.
type ConnState struct {
	Open     bool
	Src, Dst netip.AddrPort
	Listener int             // connections of the listener
	TCP      func() *TCPInfo // nil, or gives nil: not known
	TLS      func() *TLS     // of a server's; nil, or gives nil: there is none
}

// TCPInfo is what the kernel knows of a TCP connection (tcp(7), TCP_INFO). Times are in us.
type TCPInfo struct {
	RTT, RTTVar, Unacked, Sacked, Lost, Retrans, Fackets, Reordering int64
}

// backend asks the world for a backend; "" is the current one.
func (tx *Tx) backend(name string) (BackendState, bool) {
	if tx.World == nil {
		return BackendState{}, false
	}
	if name == "" {
		name = tx.Backend
	}
	return tx.World.Backend(name)
}

func (tx *Tx) frontend(name string) (FrontendState, bool) {
	if tx.World == nil {
		return FrontendState{}, false
	}
	if name == "" && tx.Session != nil {
		name = tx.Session.Frontend
	}
	return tx.World.Frontend(name)
}

// server asks for "backend/server"; without a backend it is the current one's.
func (tx *Tx) server(name string) (ServerState, bool) {
	if tx.World == nil {
		return ServerState{}, false
	}
	be, srv := tx.Backend, name
	for i := range len(name) {
		if name[i] == '/' {
			be, srv = name[:i], name[i+1:]
			break
		}
	}
	return tx.World.Server(be, srv)
}
