package config

import (
	"slices"

	"simulacro/proxy/rules"
)

// validateTCPFirst drops what needs HTTP and is looked at before all else.
func (p *parser) validateTCPFirst(s *section) {
	if s.Monitor != "" {
		p.warn("monitor-uri will be ignored for %s '%s' (needs 'mode http').", s.word(), s.Name)
		s.Monitor = ""
	}
	if s.Cookie != nil {
		p.warn("cookie will be ignored for %s '%s' (needs 'mode http').", s.word(), s.Name)
		s.Cookie = nil
	}
	if slices.Contains([]string{"uri", "url_param", "hdr"}, s.Balance.Algorithm) {
		p.warn("Layer 7 hash not possible for %s '%s' (needs 'mode http'). Falling back to round robin.", s.word(), s.Name)
		s.Balance = Balance{Algorithm: "roundrobin"}
	}
	if s.httpFormat {
		file, line := s.logFormatPos.File, s.logFormatPos.Line
		if file == "" {
			file = "(null)"
		}
		p.warn("parsing [%s:%d] : HTTP log/header format not usable with %s '%s' (needs 'mode http').", file, line, s.word(), s.Name)
	}
	if secure := s.logFormat == httpsLog; (s.front || s.ownLog) && (secure || s.LogFormat == LogHTTP || s.LogFormat == LogCLF) {
		name := "httplog"
		if secure {
			name = "httpslog"
		}
		p.warn("parsing [%s:%d] : 'option %s' not usable with %s '%s' (needs 'mode http'). Falling back to 'option tcplog'.",
			s.logFormatPos.File, s.logFormatPos.Line, name, s.word(), s.Name)
		s.LogFormat, s.logFormat = LogTCP, ""
	}
}

// validateTCP drops the rest of what needs HTTP.
func (p *parser) validateTCP(s *section) {
	if s.Stats != nil {
		p.warn("'stats' statement ignored for %s '%s' as it requires HTTP mode.", s.word(), s.Name)
		s.Stats = nil
	}
	p.dropHTTPRules(s)
	if s.ForwardFor != nil {
		p.warnNeedsHTTP(s, "forwardfor")
		s.ForwardFor = nil
	}
	if s.OriginalTo != nil {
		p.warnNeedsHTTP(s, "originalto")
		s.OriginalTo = nil
	}
	for _, o := range flagOptions {
		if s.httpOptions[o.name] && s.capable(o.need) {
			p.warnNeedsHTTP(s, o.name)
			o.set(s.Proxy, false)
		}
	}
	for _, v := range s.Servers {
		if v.Redir != "" {
			p.alert("%s '%s' : server cannot have cookie or redirect prefix in non-HTTP mode.", s.word(), s.Name)
		}
		if v.Cookie != "" {
			p.warn("%s '%s' : ignoring cookie for server '%s' as HTTP mode is disabled.", s.word(), s.Name, v.Name)
		}
	}
}

// dropHTTPRules drops the rules that only HTTP has.
func (p *parser) dropHTTPRules(s *section) {
	r := &s.Rules
	if r.CookieName != "" {
		p.warn("'capture' statement ignored for %s '%s' as it requires HTTP mode.", s.word(), s.Name)
		r.CookieName, r.CookieLen = "", 0
	}
	for _, kind := range []rules.List{rules.Request, rules.Response, rules.After} {
		if list := r.list(kind); len(*list) > 0 {
			p.warn("'%s' rules ignored for %s '%s' as they require HTTP mode.", kind.Name(), s.word(), s.Name)
			*list = nil
		}
	}
	if len(r.Redirects) > 0 {
		p.warn("'redirect' rules ignored for %s '%s' as they require HTTP mode.", s.word(), s.Name)
		r.Redirects = nil
	}
}

func (p *parser) warnNeedsHTTP(s *section, option string) {
	p.warn("'option %s' ignored for %s '%s' as it requires HTTP mode.", option, s.word(), s.Name)
}
