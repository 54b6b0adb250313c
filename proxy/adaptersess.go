package proxy

import (
	"errors"
	"net/netip"
	"strconv"

	"simulacro/proxy/config"
	"simulacro/proxy/engine"
	"simulacro/proxy/stats"
)

var _ stats.SessionAdmin = (*adapter)(nil)

// Sessions implements stats.SessionAdmin.
func (a *adapter) Sessions() (list []stats.Stream) {
	for _, s := range a.d.engine.Sessions() {
		list = append(list, streamOf(&s))
	}
	return list
}

func streamOf(s *engine.Session) stats.Stream {
	x := stats.Stream{
		ID: s.ID, Number: s.Number, Began: s.Began, Age: s.Age, Expires: s.Expires, Thread: s.Loop, Connect: s.Connect, Rules: s.Rules, Retries: s.Retries,
		Frontend: section(s.Frontend), Backend: section(s.Backend),
		HTTP: s.HTTP, Method: s.Method, Status: s.Status, Request: s.Request, Response: s.Response,
		Client: streamEnd(&s.Client), Upstream: streamEnd(&s.Upstream),
	}
	if x.Status == 0 {
		x.Status = -1
	}
	name := "unix:1" // HAProxy has the listener's number in place of a port
	if s.Bind != nil {
		x.Listener = stats.Owner{Name: s.Bind.Name, ID: s.Bind.ID}
		name = "unix:" + strconv.Itoa(s.Bind.ID)
	}
	if s.Server != nil {
		x.Server = stats.Owner{Name: s.Server.Name, ID: s.Server.ID}
	}
	x.Client.Proto, x.Client.Peer = family(s.Src), or(s.Src, name)
	x.Client.Local = or(s.Client.Local, name)
	x.Upstream.Proto = family(s.Upstream.Peer)
	return x
}

func streamEnd(e *engine.Ends) stats.StreamEnd {
	return stats.StreamEnd{State: int(e.State), FD: e.FD, Local: or(e.Local, ""), Peer: or(e.Peer, ""), TLS: e.TLS, Bytes: e.Bytes, Read: e.Read}
}

// section describes a proxy, or that there is none.
func section(p *config.Proxy) stats.Section {
	if p == nil {
		return stats.Section{Owner: stats.Nobody, Mode: "-"}
	}
	s := stats.Section{Owner: stats.Owner{Name: p.Name, ID: p.ID}, Mode: "tcp"}
	if p.Mode == config.ModeHTTP {
		s.Mode = "http"
	}
	return s
}

func family(a netip.AddrPort) string {
	switch ip := a.Addr(); {
	case !ip.IsValid():
		return "unix_stream"
	case ip.Is4():
		return "tcpv4"
	}
	return "tcpv6"
}

// or shows an address, or what stands for none.
func or(a netip.AddrPort, otherwise string) string {
	if !a.Addr().IsValid() {
		return otherwise
	}
	return a.Addr().String() + ":" + strconv.Itoa(int(a.Port())) // an IPv6 address without brackets, as HAProxy
}

// errNoSession is HAProxy's answer where no session has the given number.
type errNoSession struct{}

func (errNoSession) Error() string { return "No such session (use 'show sess')." }

// errNoPointer is its answer to what is no number.
type errNoPointer struct{}

func (errNoPointer) Error() string { return "Session pointer expected (use 'show sess')." }

// ShutdownSession implements stats.SessionAdmin.
func (a *adapter) ShutdownSession(id string) error {
	n, err := strconv.ParseUint(id, 0, 64)
	if err != nil {
		return errNoPointer{}
	}
	if errors.Is(a.d.engine.ShutdownSession(n), engine.ErrNoSession) {
		return errNoSession{}
	}
	return nil
}

// ShutdownServerSessions implements stats.SessionAdmin.
func (a *adapter) ShutdownServerSessions(r stats.Ref) error {
	return a.d.engine.ShutdownSessions(r.Proxy, r.Server)
}
