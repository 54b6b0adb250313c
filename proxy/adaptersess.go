package proxy

import (
	"errors"
	"fmt"
	"strconv"

	"simulacro/proxy/engine"
	"simulacro/proxy/stats"
)

var _ stats.SessionAdmin = (*adapter)(nil)

// Sessions implements stats.SessionAdmin.
func (a *adapter) Sessions() (list []stats.Stream) {
	for _, s := range a.d.engine.Sessions() {
		one := stats.Stream{
			ID: fmt.Sprintf("%#x", s.ID), Proto: "unix_stream", Source: "unix:1",
			Frontend: s.Frontend, Backend: s.Backend, Server: s.Server, Age: s.Age, Expires: s.Expires,
		}
		if ip := s.Src.Addr(); ip.IsValid() {
			one.Source = s.Src.String()
			if one.Proto = "tcpv6"; ip.Is4() {
				one.Proto = "tcpv4"
			}
		}
		list = append(list, one)
	}
	return list
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
