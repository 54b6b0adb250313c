package config

import (
	"strings"
	"time"
)

// What live traffic must show before a server is suspected, and what is done then (section 5.2, "error-limit", "on-error").
const (
	defaultErrorLimit = 10
	defaultOnError    = "fail-check"
)

// serverHealthKeywords are the settings about what a server's health follows from, and what follows from it.
var serverHealthKeywords = map[string]serverKeyword{
	"track":          {1, serverTrack},
	"observe":        {1, serverObserve},
	"on-error":       {1, serverOnError},
	"error-limit":    {1, serverErrorLimit},
	"on-marked-down": {1, serverMarkedDown},
	"on-marked-up":   {1, serverMarkedUp},
	"slowstart":      {1, serverSlowStart},
}

func serverObserve(p *parser, s *serverBase, name, value string) error {
	switch value {
	case "":
		return sayf("'%s' expects <mode> as argument.", name)
	case "none":
		s.Observe = ""
	case "layer7":
		if p.px.Mode != ModeHTTP {
			p.remark("%s'%s' can only be used in http proxies..", p.takeContext(), value)
			return nil
		}
		s.Observe = value
	case "layer4":
		s.Observe = value
	default:
		return sayf("'%s' expects one of 'none', 'layer4', 'layer7' but got '%s'", name, value)
	}
	return nil
}

func serverOnError(_ *parser, s *serverBase, name, value string) error {
	switch value {
	case "fastinter", "fail-check", "sudden-death", "mark-down":
		s.OnError = value
		return nil
	}
	return sayf("'%s' expects one of 'fastinter', 'fail-check', 'sudden-death' or 'mark-down' but got '%s'", name, value)
}

func serverErrorLimit(_ *parser, s *serverBase, name, value string) error {
	if value == "" {
		return sayf("'%s' expects an integer argument.", name)
	}
	if s.ErrorLimit = atoi(value); s.ErrorLimit <= 0 {
		return sayf("%s has to be > 0.", name)
	}
	return nil
}

func serverMarkedDown(_ *parser, s *serverBase, name, value string) error {
	if value != "shutdown-sessions" {
		return sayf("'%s' expects 'shutdown-sessions' but got '%s'", name, value)
	}
	s.ShutDown = true
	return nil
}

func serverMarkedUp(_ *parser, s *serverBase, name, value string) error {
	if value != "shutdown-backup-sessions" {
		return sayf("'%s' expects 'shutdown-backup-sessions' but got '%s'", name, value)
	}
	s.ShutBackups = true
	return nil
}

// serverSlowStart reads a time whose unit is the second's thousandth, kept in whole seconds.
func serverSlowStart(p *parser, s *serverBase, name, value string) error {
	v, fault := p.parseTime(value, time.Millisecond)
	switch {
	case fault == nil:
		s.SlowStart = v
		return nil
	case fault.over:
		return sayf("overflow in argument <%s> to <%s> of server %s, maximum value is 2147483647 ms (~24.8 days).", value, name, s.Name)
	case fault.under:
		return sayf("underflow in argument <%s> to <%s> of server %s, minimum non-null value is 1 ms.", value, name, s.Name)
	}
	return sayf("unexpected character '%s' in '%s' argument of server %s.", fault.char, name, s.Name)
}

func serverTrack(_ *parser, s *serverBase, name, value string) error {
	if value == "" {
		return sayf("'%s' expects [<proxy>/]<server> as argument.", name)
	}
	s.TrackProxy, s.TrackServer = "", value
	if px, srv, ok := strings.Cut(value, "/"); ok {
		s.TrackProxy, s.TrackServer = px, srv
	}
	return nil
}

// linkTracking finds the servers that others track. A chain must end at a server with checks.
func (p *parser) linkTracking(s *section) {
	for _, v := range s.Servers {
		if v.TrackServer == "" {
			continue
		}
		if v.TrackProxy == "" {
			v.TrackProxy = s.Name
		}
		bad := func(format string, args ...any) {
			p.alert("[%s:%d] : 'server %s/%s' : "+format, append([]any{v.Pos.File, v.Pos.Line, s.Name, v.Name}, args...)...)
		}
		px := p.backendNamed(v.TrackProxy)
		if px == nil {
			bad("unable to find required proxy '%s' for tracking.", v.TrackProxy)
			continue
		}
		t := serverNamed(px, v.TrackServer)
		if t == nil {
			bad("unable to find required server '%s' for tracking.", v.TrackServer)
			continue
		}
		switch end := p.trackEnd(px, t); {
		case end == nil:
			bad("unable to track %s/%s as it belongs to a tracking chain looping back to %s/%s.", px.Name, t.Name, px.Name, t.Name)
		case !end.Check:
			bad("unable to use %s/%s for tracking as it does not have any check nor agent enabled.", px.Name, end.Name)
		}
		if v.Check {
			bad("unable to enable checks and tracking at the same time!")
		}
	}
}

func serverNamed(s *section, name string) *Server {
	for _, v := range s.Servers {
		if v.Name == name {
			return v
		}
	}
	return nil
}

// trackEnd follows a chain of tracking servers to its end; nil: it has none.
func (p *parser) trackEnd(px *section, v *Server) *Server {
	for range 1000 { // no file has so long a chain
		if v.TrackServer == "" {
			return v
		}
		if v.TrackProxy != "" {
			px = p.backendNamed(v.TrackProxy)
		}
		if px == nil {
			return v
		}
		next := serverNamed(px, v.TrackServer)
		if next == nil {
			return v
		}
		v = next
	}
	return nil
}
