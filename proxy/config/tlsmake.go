package config

import (
	"cmp"
	"crypto/tls"
	"fmt"
	"slices"
	"strings"
)

// finishTLS makes the configurations of all bind and server lines, once everything is known, in HAProxy's words where that fails:
// first all servers, then all that listens. The listeners of one line share theirs, and what is wrong with it is said once.
func (p *parser) finishTLS() {
	for _, s := range p.proxies {
		if !s.Disabled {
			p.checkMux(s)
		}
	}
	for _, s := range p.proxies {
		for _, v := range s.Servers {
			if !s.Disabled {
				p.finishServer(s, v)
			}
		}
	}
	for _, s := range p.proxies {
		for i := range s.Binds {
			b := &s.Binds[i]
			if !s.Disabled && fitsMode(b.Proto, s.Mode) && (i == 0 || s.Binds[i-1].Pos != b.Pos) {
				p.finishBind(s, b)
			}
		}
	}
}

// checkMux compares what bind and server lines say of the protocol with the proxy's mode.
func (p *parser) checkMux(s *section) {
	for i, b := range s.Binds {
		if !fitsMode(b.Proto, s.Mode) && (i == 0 || s.Binds[i-1].Pos != b.Pos) {
			p.alert("%s '%s' : MUX protocol '%s' is not usable for 'bind %s' at [%s:%d].", s.word(), s.Name, b.Proto, b.Arg, b.Pos.File, b.Pos.Line)
		}
	}
	for _, v := range s.Servers {
		if !fitsMode(v.Proto, s.Mode) {
			p.alert("%s '%s' : MUX protocol '%s' is not usable for server '%s' at [%s:%d].", s.word(), s.Name, v.Proto, v.Name, v.Pos.File, v.Pos.Line)
		}
	}
}

func (p *parser) finishBind(s *section, b *Bind) {
	t := b.TLS
	if !t.wants() {
		return
	}
	where := func(format string, args ...any) string {
		return fmt.Sprintf("Proxy '%s': ", s.Name) + fmt.Sprintf(format, args...) + fmt.Sprintf(" for bind '%s' at [%s:%d]", b.Arg, b.Pos.File, b.Pos.Line)
	}
	t.inherit(&p.cfg.Global.BindTLS)
	if t.MinVer == 0 && t.MaxVer != 0 && t.MaxVer < tls.VersionTLS12 {
		p.warn("%s: the ssl-min-ver value is not configured and the ssl-max-ver value is lower than the default ssl-min-ver value (TLSv1.2). "+
			"Setting the ssl-min-ver to %s. Use 'ssl-min-ver' to fix this.", where("Ambiguous configuration"), versionName(t.MaxVer))
	}
	if t.settleVersions() {
		p.warn("%s. Use only 'ssl-min-ver' and 'ssl-max-ver' to fix.", where("no-sslv3/no-tlsv1x are ignored"))
	}
	switch {
	case len(t.Certs) == 0 && t.Strict:
		p.warn("%s, ssl connections will fail (use 'crt').", where("no SSL certificate specified"))
	case len(t.Certs) == 0:
		p.alert("%s (use 'crt').", where("no SSL certificate specified"))
		return
	case s.Mode == ModeHTTP && slices.Contains(t.ALPN, "h2"):
		p.alert("%s.", where("'alpn h2' is not supported by this director"))
		return
	}
	switch text := t.complain(); text {
	case "":
	case allDisabled:
		p.alert("%s.", where("%s", text))
		return
	default:
		p.twice("%s.", where("%s", text))
		return
	}
	t.serve()
	p.finishCerts(s, t, where)
}

// finishCerts makes the configurations of those certificates of a crt-list that have settings of their own.
func (p *parser) finishCerts(s *section, line *TLS, where func(format string, args ...any) string) {
	for _, c := range line.Certs {
		if c.Own == nil || c.Own.Conf != nil {
			continue
		}
		c.Own.complete(line)
		if s.Mode == ModeHTTP && slices.Contains(c.Own.ALPN, "h2") {
			p.alert("%s.", where("'alpn h2' is not supported by this director"))
			continue
		}
		if text := c.Own.complain(); text != "" {
			p.alert("%s.", where("%s", text))
			continue
		}
		c.Own.Conf.CurvePreferences = line.Conf.CurvePreferences // OpenSSL has settled these before it looks for a certificate
		c.Own.serve()
	}
}

// complain makes Conf, or tells what is wrong with the settings of a listener.
func (t *TLS) complain() string {
	if t.Verify > VerifyNone && t.CAs == nil && t.verifyCAs == nil {
		return "verify is enabled but no CA file specified"
	}
	return t.make()
}

// twice reports what HAProxy finds in a bind line's own context and in its certificate's.
func (p *parser) twice(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	p.alert("%s\n%s", text, text)
}

func (p *parser) finishServer(s *section, v *Server) {
	if s.checks.tls && v.TLS == nil {
		v.TLS = &TLS{}
	}
	if !s.checks.tls && !v.TLS.wants() {
		return
	}
	t := v.TLS
	t.asked = s.checks.tls
	fail := func(format string, args ...any) {
		p.alert("[%s:%d] : 'server %s/%s' : %s", v.Pos.File, v.Pos.Line, s.Name, v.Name, fmt.Sprintf(format, args...))
	}
	if t.certFile != "" {
		c, err := p.loadCert(t.certFile)
		if err != nil {
			fail("%s", strings.TrimSuffix(err.Error(), "\n"))
			return
		}
		t.Certs = []*Cert{c}
	}
	t.inherit(&p.cfg.Global.ServerTLS)
	if t.settleVersions() {
		p.warn("[%s:%d] : 'server %s/%s' : no-sslv3/no-tlsv1x are ignored for this server. Use only 'ssl-min-ver' and 'ssl-max-ver' to fix.",
			v.Pos.File, v.Pos.Line, s.Name, v.Name)
	}
	if t.Verify == VerifyDefault && p.cfg.Global.NoVerify {
		t.Verify = VerifyNone
	}
	switch {
	case t.Verify != VerifyNone && t.CAs == nil:
		fail("verify is enabled by default but no CA file specified. If you're running on a LAN where you're certain to trust the server's " +
			"certificate, please set an explicit 'verify none' statement on the 'server' line, or use 'ssl-server-verify none' in the global " +
			"section to disable server-side verifications by default.")
		return
	case s.Mode == ModeHTTP && slices.Contains(t.ALPN, "h2"):
		fail("'alpn h2' is not supported by this director")
		return
	}
	if text := t.make(); text != "" {
		fail("%s.", text)
		return
	}
	t.connect()
}

// inherit fills what the line does not say.
func (t *TLS) inherit(from *TLS) {
	t.MinVer, t.MaxVer = cmp.Or(t.MinVer, from.MinVer), cmp.Or(t.MaxVer, from.MaxVer)
	t.Ciphers, t.Suites, t.Curves = cmp.Or(t.Ciphers, from.Ciphers), cmp.Or(t.Suites, from.Suites), cmp.Or(t.Curves, from.Curves)
	t.NoTickets = t.NoTickets || from.NoTickets
	t.off |= from.off
}

// settleVersions turns the versions that were switched off one by one into bounds. Where there are bounds already those alone
// count, and the answer is true.
func (t *TLS) settleVersions() (ignored bool) {
	switch {
	case t.off == 0:
		return false
	case t.MinVer != 0 || t.MaxVer != 0:
		return true
	}
	t.MinVer, t.MaxVer = tls.VersionTLS12, tls.VersionTLS13 // HAProxy's default since 2.2
	for t.MinVer <= t.MaxVer && t.off.has(t.MinVer) {
		t.MinVer++
	}
	for t.MaxVer >= t.MinVer && t.off.has(t.MaxVer) {
		t.MaxVer--
	}
	return false
}

const allDisabled = "all SSL/TLS versions are disabled"

// make sets Conf to what both sides have in common. The text says what is wrong.
func (t *TLS) make() string {
	c := &tls.Config{MinVersion: t.MinVer, MaxVersion: t.MaxVer, SessionTicketsDisabled: t.NoTickets}
	if c.MinVersion == 0 {
		c.MinVersion = tls.VersionTLS12 // HAProxy's default since 2.2
		if c.MaxVersion != 0 {
			c.MinVersion = min(c.MinVersion, c.MaxVersion)
		}
	}
	if c.MaxVersion != 0 && (c.MinVersion > c.MaxVersion || c.MaxVersion < tls.VersionTLS10) {
		return allDisabled
	}
	c.MinVersion = max(c.MinVersion, tls.VersionTLS10)
	if text := t.setCiphers(c); text != "" {
		return text
	}
	if t.Suites != "" {
		switch known, all := suitesOf(t.Suites); {
		case !known:
			return fmt.Sprintf("unable to set TLS 1.3 cipher suites to '%s'", t.Suites)
		case !all && (c.MaxVersion == 0 || c.MaxVersion >= tls.VersionTLS13):
			return fmt.Sprintf("'ciphersuites %s' is not supported by this director", t.Suites)
		}
	}
	if text := t.setCurves(c); text != "" {
		return text
	}
	t.Conf, t.trusted = c, t.authorities()
	return ""
}

// setCiphers takes the list, or OpenSSL's own, which has ciphers that crypto/tls does not offer by itself.
func (t *TLS) setCiphers(c *tls.Config) string {
	list := cmp.Or(t.Ciphers, "DEFAULT")
	ids, known := ciphersOf(list)
	switch {
	case !known:
		return fmt.Sprintf("unable to set SSL cipher list to '%s'", list)
	case len(ids) == 0 && c.MinVersion < tls.VersionTLS13:
		return fmt.Sprintf("none of the ciphers in '%s' is supported by this director", list)
	}
	c.CipherSuites = ids
	return ""
}

// setCurves takes the groups of curves or, in its absence, the one of ecdhe.
func (t *TLS) setCurves(c *tls.Config) string {
	list, bad := t.Curves, "unable to set SSL curves list to '%s'"
	if list == "" {
		list, bad = t.ecdhe, "unable to set elliptic named curve to '%s'"
	}
	if list == "" {
		return ""
	}
	ids, known := curvesOf(list)
	switch {
	case !known:
		return fmt.Sprintf(bad, list)
	case ids == nil:
		return fmt.Sprintf("none of the curves in '%s' is supported by this director", list)
	}
	c.CurvePreferences = ids
	return ""
}
