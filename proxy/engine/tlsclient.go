package engine

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"sync"
	"syscall"
	"time"

	"simulacro/proxy/config"
	"simulacro/proxy/rules"
)

// handshake is a client's TLS handshake, beside its loop.
type handshake struct {
	c     *client // nil: it has been given up; the loop's alone
	l     *loop
	conf  *config.TLS
	raw   *wire
	state tls.ConnectionState
	shown *config.VerifyError // what is wrong with the client's certificate; let pass all the same
	own   *x509.Certificate   // what the client was shown
	tape  *helloTape          // what the client has said first; nil: it is not kept
	err   error
	side  *beside
	fd    int
}

// startTLS lets the handshake begin; the loop has the connection again when it is over.
func (c *client) startTLS() {
	l := c.l
	if !c.dest.IsValid() {
		c.dest = c.localAddr() // the pair has no address
	}
	if e := c.socketEnds; e != nil && !e.dst.IsValid() {
		e.dst = c.localAddr()
	}
	if c.added {
		l.ctl(syscall.EPOLL_CTL_DEL, c.fd, 0)
		l.forget(c.fd)
	}
	h := &handshake{c: c, l: l, conf: c.bind.TLS, fd: -1, raw: newWire(c.fd, append([]byte(nil), c.held...), c.addr.String())}
	h.raw.shake = h
	if n := l.e.cfg.Global.HelloBuffer; n > 0 {
		h.tape = &helloTape{limit: n}
		h.raw.tape = h.tape
	}
	c.held, c.fd, c.added, c.asked, c.readable = c.held[:0], -1, false, false, false
	c.shaking, c.st = h, stTLS
	c.arm(c.fe.client)
	l.e.secure.begin()
	l.e.track(h)
	l.e.wg.Add(1)
	go h.run0()
}

// run0 is the goroutine.
func (h *handshake) run0() {
	defer h.l.e.wg.Done()
	far := tls.Server(h.raw, h.conf.Conf)
	if h.err = far.Handshake(); h.err == nil {
		h.state = far.ConnectionState()
		h.side, h.fd, h.err = h.l.e.carry(far, h.raw)
	}
	h.l.e.untrack(h)
	if h.side == nil {
		h.l.e.tlsEnded()
	}
	h.l.post(h)
}

// Chosen implements config.Observer.
func (w *wire) Chosen(leaf *x509.Certificate, t *config.TLS) { w.shake.own, w.shake.conf = leaf, t }

// Verify implements config.Observer: crypto/tls has asked for the client's certificate, HAProxy's rules decide.
func (w *wire) Verify(raw [][]byte, _ [][]*x509.Certificate) error {
	h := w.shake
	var chain []*x509.Certificate
	for _, der := range raw {
		c, err := x509.ParseCertificate(der)
		if err != nil {
			return err
		}
		chain = append(chain, c)
	}
	e := h.conf.VerifyClient(chain, time.Now())
	if e == nil {
		return nil
	}
	if h.shown = e; h.conf.Ignored(e) {
		return nil
	}
	return e
}

// kill ends the handshake; its goroutine tells the loop.
func (h *handshake) kill() { _ = h.raw.Close() }

// run is the loop's part, when the handshake is over.
func (h *handshake) run() {
	c := h.c
	if c == nil || h.err != nil {
		if h.side != nil {
			h.side.leave()
			sysClose(h.fd)
		} else {
			_ = h.raw.Close()
		}
		if c != nil {
			c.shaking = nil
			c.handshakeFailed(h.err)
		}
		return
	}
	c.shaking, c.fd, c.side = nil, h.fd, h.side
	c.l.own(c.fd, c)
	c.secure = &secured{state: h.state, shown: h.shown, own: h.own}
	if h.tape != nil {
		c.secure.hello = h.tape.hello
	}
	c.shook = c.l.now - c.accepted
	if c.session != nil {
		c.session.TLS = c.secure.describe()
	}
	c.st = stIdle
	c.readable = false
	c.register(c, false)
	c.open()
}

// handshakeFailed logs and ends a connection that did not come to be.
func (c *client) handshakeFailed(err error) {
	var refused *config.VerifyError
	switch {
	case errors.As(err, &refused) && refused.Depth > 0:
		c.failed(rules.TLSCAFail)
	case refused != nil:
		c.failed(rules.TLSCertFail)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		c.failed(rules.TLSEmpty)
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		c.failed(rules.TLSAbort)
	default:
		c.failed(rules.TLSHandshake)
	}
}

// secured is what TLS has made of a client's connection.
type secured struct {
	state tls.ConnectionState
	shown *config.VerifyError
	own   *x509.Certificate
	hello *rules.Hello
}

// describe gives rules their view of it.
func (s *secured) describe() *rules.TLS {
	t := describeTLS(&s.state)
	t.Hello = s.hello
	if list := s.state.PeerCertificates; len(list) > 0 {
		t.Chain = sent(list[1:], s.state.DidResume)
	}
	if s.own != nil {
		t.Own = sync.OnceValue(func() *rules.Cert { return describeCert(s.own) })
	}
	if s.shown != nil {
		t.VerifyCode = s.shown.Code
		if s.shown.Depth > 0 {
			t.CACode, t.CADepth, t.CertCode = s.shown.Code, s.shown.Depth, 0
		} else {
			t.CertCode = s.shown.Code
		}
	}
	return t
}

// describeTLS tells what both sides of a connection know.
func describeTLS(s *tls.ConnectionState) *rules.TLS {
	t := &rules.TLS{
		Version: versionName(s.Version), Cipher: config.CipherName(s.CipherSuite), SNI: s.ServerName,
		ALPN: s.NegotiatedProtocol, Resumed: s.DidResume, Unique: s.TLSUnique,
	}
	if list := s.PeerCertificates; len(list) > 0 {
		t.Peer = describeCert(list[0])
	}
	return t
}

// describeServer is the rules' view of a connection to a server.
func (b *beside) describeServer() *rules.TLS {
	if b.told == nil {
		s := b.far.ConnectionState()
		b.told = describeTLS(&s)
		b.told.Chain = sent(s.PeerCertificates, s.DidResume)
	}
	return b.told
}

// sent gives certificates one behind the other. Of a session that is taken up again none were.
func sent(list []*x509.Certificate, resumed bool) (der []byte) {
	if resumed {
		return nil
	}
	for _, c := range list {
		der = append(der, c.Raw...)
	}
	return der
}

// versionName is OpenSSL's name for a version.
func versionName(v uint16) string {
	switch v {
	case tls.VersionTLS10:
		return "TLSv1"
	case tls.VersionTLS11:
		return "TLSv1.1"
	case tls.VersionTLS12:
		return "TLSv1.2"
	case tls.VersionTLS13:
		return "TLSv1.3"
	}
	return ""
}

func describeCert(c *x509.Certificate) *rules.Cert {
	return &rules.Cert{
		DER: c.Raw, Serial: c.SerialNumber.Bytes(), NotBefore: c.NotBefore, NotAfter: c.NotAfter, Version: c.Version,
		Subject: names(c.RawSubject), Issuer: names(c.RawIssuer), SigAlg: sigName(c.SignatureAlgorithm), KeyAlg: keyKind(c),
	}
}
