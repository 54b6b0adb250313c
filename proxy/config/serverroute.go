package config

import (
	"strings"
	"time"
)

// serverRouteKeywords are those of section 5.2 that say how a server is reached.
var serverRouteKeywords = map[string]serverKeyword{
	"send-proxy":              toggles(func(s *serverBase) { s.ProxyV1 = true }),
	"no-send-proxy":           toggles(func(s *serverBase) { s.ProxyV1 = false }),
	"send-proxy-v2":           toggles(func(s *serverBase) { s.ProxyV2 = true }),
	"no-send-proxy-v2":        toggles(func(s *serverBase) { s.ProxyV2 = false }),
	"send-proxy-v2-ssl":       toggles(func(s *serverBase) { s.ProxyV2, s.ProxyParts.SSL = true, true }),
	"no-send-proxy-v2-ssl":    toggles(func(s *serverBase) { s.ProxyV2, s.ProxyParts.SSL = false, false }),
	"send-proxy-v2-ssl-cn":    toggles(func(s *serverBase) { s.ProxyV2, s.ProxyParts.SSL, s.ProxyParts.CertCN = true, true, true }),
	"no-send-proxy-v2-ssl-cn": toggles(func(s *serverBase) { s.ProxyV2, s.ProxyParts.SSL, s.ProxyParts.CertCN = false, false, false }),
	"proxy-v2-options":        {1, serverProxyOptions},
	"check-send-proxy":        toggles(func(s *serverBase) { s.CheckProxy = true }),
	"no-check-send-proxy":     toggles(func(s *serverBase) { s.CheckProxy = false }),
	"check-via-socks4":        toggles(func(s *serverBase) { s.CheckSocks = true }),
	"check-proto":             {1, serverCheckProto},
	"proto":                   {1, serverProto},
	"socks4":                  {1, serverSocks4},
	"redir":                   {1, serverRedir},
	"tcp-ut":                  {1, func(p *parser, s *serverBase, n, v string) error { return p.userTimeout(&s.UserTimeout, n, v) }},
	"pool-max-conn":           {1, serverPoolMax},
	"pool-low-conn":           {1, serverPoolLow},
	"pool-purge-delay":        {1, serverPoolPurge},
	"max-reuse":               {1, serverMaxReuse},
	"init-addr":               {1, serverInitAddr},
	"resolve-prefer":          {1, serverResolvePrefer},
	"resolve-opts":            {1, serverResolveOpts},
	"resolve-net":             {1, serverResolveNet},
	"no-tfo":                  {0, nil},
	"log-proto":               {1, serverLogProto},
	"usesrc":                  {0, serverUseSrc},
	"ws":                      {1, serverWS},
}

func serverProxyOptions(_ *parser, s *serverBase, _, value string) error {
	flags := map[string]func(o *ProxyParts){
		"ssl":        func(o *ProxyParts) { o.SSL = true },
		"cert-cn":    func(o *ProxyParts) { o.SSL, o.CertCN = true, true },
		"ssl-cipher": func(o *ProxyParts) { o.SSL, o.Cipher = true, true },
		"cert-sig":   func(o *ProxyParts) { o.SSL, o.CertSig = true, true },
		"cert-key":   func(o *ProxyParts) { o.SSL, o.CertKey = true, true },
		"authority":  func(o *ProxyParts) { o.Authority = true },
		"crc32c":     func(o *ProxyParts) { o.CRC32C = true },
		"unique-id":  func(o *ProxyParts) { o.UniqueID = true },
	}
	for _, word := range strings.Split(value, ",") {
		set, ok := flags[word]
		if !ok {
			return sayf("'%s' : proxy v2 option not implemented", word)
		}
		set(&s.ProxyParts)
	}
	return nil
}

func serverCheckProto(_ *parser, _ *serverBase, name, value string) error {
	return validProto(name, value)
}

func serverProto(_ *parser, s *serverBase, name, value string) error {
	s.Proto = value
	return validProto(name, value)
}

func serverSocks4(p *parser, s *serverBase, name, value string) error {
	if value == "" {
		return sayf("'%s' expects <addr>:<port> as argument.", name)
	}
	a, err := p.parseAddr(value, resolveNow|portOK|portMust|stream)
	if err != nil {
		return quoted(name, value, err)
	}
	s.Socks4 = a.Address
	return nil
}

func serverRedir(_ *parser, s *serverBase, name, value string) error {
	if value == "" {
		return sayf("'%s' expects <prefix> as argument.", name)
	}
	s.Redir = value
	return nil
}

func needsValue(name, value string) error {
	if value == "" {
		return sayf("'%s' expects <value> as argument.", name)
	}
	return nil
}

func serverPoolMax(_ *parser, s *serverBase, name, value string) error {
	n := atoi(value)
	if n < -1 {
		return sayf("'%s' must be >= -1", name)
	}
	s.PoolMax, s.NoPool = max(0, n), s.NoPool || n == 0
	return needsValue(name, value)
}

// serverPoolLow reads from when on threads may take each other's idle connections. Here each loop keeps to its own.
func serverPoolLow(_ *parser, _ *serverBase, name, value string) error {
	return needsValue(name, value)
}

func serverPoolPurge(p *parser, s *serverBase, name, value string) error {
	if err := needsValue(name, value); err != nil {
		return err
	}
	d, fault := p.parseTime(value, time.Millisecond)
	if fault == nil {
		s.PoolPurge, s.NoPool = d, s.NoPool || d == 0
		return nil
	}
	if text := fault.bounds(value, name); text != "" {
		return said(text)
	}
	return sayf("unexpected character '%s' in argument to <%s>.", fault.char, name)
}

func serverMaxReuse(_ *parser, s *serverBase, name, value string) error {
	if err := needsValue(name, value); err != nil {
		return err
	}
	n := atoi(value)
	s.MaxReuse, s.NoPool = max(0, n), s.NoPool || n == 0
	return nil
}

func serverWS(_ *parser, _ *serverBase, name, value string) error {
	switch value {
	case "auto", "h1":
		return nil
	case "h2":
		return sayf("'%s %s' is not supported by this director", name, value)
	}
	return &plainError{"'" + name + "' has to be 'auto', 'h1' or 'h2'."}
}

// serverLogProto is read for all servers and matters to those of a `ring` alone.
func serverLogProto(_ *parser, _ *serverBase, name, value string) error {
	if value != "legacy" && value != "octet-count" {
		return &plainError{"'" + name + "' expects one of 'legacy' or 'octet-count' but got '" + value + "'."}
	}
	return nil
}

func serverUseSrc(_ *parser, _ *serverBase, name, _ string) error {
	return sayf("'%s' only allowed after a 'source' statement.", name)
}

// serverInitAddr says where a name's first address comes from: each word is tried until one gives an address.
func serverInitAddr(p *parser, s *serverBase, name, value string) error {
	s.initAddr = nil
	for _, word := range strings.Split(value, ",") {
		switch word {
		case "":
		case "libc", "last", "none":
			s.initAddr = append(s.initAddr, word)
		default:
			if _, ok := parseIP(word, ""); !ok {
				return sayf("'%s' : unknown init-addr method '%s', supported methods are 'libc', 'last', 'none'.", name, word)
			}
			s.initAddr = append(s.initAddr, word)
		}
	}
	return nil
}

// serverSource reads `source`, whose words go on after its address; it gives the number of words taken.
func (p *parser) serverSource(w words, i int, s *serverBase) (int, error) {
	if w.at(i+1) == "" {
		return 0, sayf("'%s' expects <addr>[:<port>[-<port>]], and optionally 'usesrc' <addr>, and 'interface' <name> as argument.", w[i])
	}
	a, err := p.parseAddr(w[i+1], resolveNow|portOK|portRange|stream)
	if err != nil {
		return 0, quoted(w[i], w[i+1], err)
	}
	s.Source = Source{Addr: a.Address}
	if a.last > a.Port {
		s.Source.LastPort = a.last
	}
	n := 2
	for ; ; n += 2 {
		switch w.at(i + n) {
		case "interface":
			if w.at(i+n+1) == "" {
				p.remark("%s'%s' : missing interface name.", p.takeContext(), w[0])
				return 0, sayf("error encountered while processing '%s'", w[i+n])
			}
			s.Source.Interface = w[i+n+1]
		case "usesrc":
			return 0, sayf("'usesrc' is not supported by this director")
		default:
			return n, nil
		}
	}
}
