package config

import (
	"cmp"
	"fmt"
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
	case fault.over || fault.under:
		return said(strings.TrimPrefix(fault.angled(value, "<"+name+"> of server "+s.Name, longestMillis, "ms"), "timer "))
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

// linkTracking finds the servers that others track. A chain must end at a server with checks, or an agent.
func (p *parser) linkTracking(s *section) {
	for _, v := range s.Servers {
		if v.TrackServer == "" {
			continue
		}
		v.TrackProxy = cmp.Or(v.TrackProxy, s.Name)
		if fault := p.track(s, v); fault != "" {
			p.alert("[%s:%d] : 'server %s/%s' : %s", v.Pos.File, v.Pos.Line, s.Name, v.Name, fault)
		}
	}
}

// track notes which server v tracks; fault is why it cannot.
func (p *parser) track(s *section, v *Server) (fault string) {
	px := p.backendNamed(v.TrackProxy)
	if px == nil {
		return fmt.Sprintf("unable to find required proxy '%s' for tracking.", v.TrackProxy)
	}
	t := serverNamed(px, v.TrackServer)
	if t == nil {
		return fmt.Sprintf("unable to find required server '%s' for tracking.", v.TrackServer)
	}
	next := t
	for next != nil && next != v {
		next = p.tracked[next]
	}
	switch {
	case !t.Check && !t.Agent.Check && t.TrackServer == "":
		return fmt.Sprintf("unable to use %s/%s for tracking as it does not have any check nor agent enabled.", px.Name, t.Name)
	case next == v:
		return fmt.Sprintf("unable to track %s/%s as it belongs to a tracking chain looping back to %s/%s.", px.Name, t.Name, px.Name, v.Name)
	case px != s && px.DisableOn404 != s.DisableOn404:
		return fmt.Sprintf("unable to use %s/%s fortracking: disable-on-404 option inconsistency.", px.Name, t.Name)
	}
	p.tracked[v] = t
	return ""
}

func serverNamed(s *section, name string) *Server {
	for _, v := range s.Servers {
		if v.Name == name {
			return v
		}
	}
	return nil
}
