package engine

import (
	"bytes"
	"net/netip"
	"time"

	"simulacro/proxy/config"
	"simulacro/proxy/http1"
)

// Capture is a message that was none, kept for operators (management manual, section 9.3, "show errors"). Each section has its last
// invalid request, and its last invalid response.
type Capture struct {
	When     time.Time
	Response bool
	Event    uint32        // their number in the process, from 0
	Proxy    *config.Proxy // the frontend of a request, the backend of a response
	Other    *config.Proxy // the section on the other side; nil: none yet
	Server   *config.Server
	Src      netip.AddrPort // the client; invalid: a unix socket's
	Data     []byte         // what was in the buffer
	Fault    http1.Fault
	// Conn and Stream are in HAProxy's bits how the connection and the exchange stood.
	Conn, Stream uint32
}

// HAProxy's bits of connections and exchanges that tell something here, too.
const (
	captureFull      = 1 << 5 // no more fits into the buffer
	captureFirst     = 1 << 8 // nothing of the request has gone on
	captureUnderWay  = 1<<9 | 1<<13
	captureServer    = 1 << 31
	captureKeepAlive = 1 << 4
	captureAgain     = 1 << 7 // not the connection's first request
	captureParsing   = 1 << 11
	captureSettled   = 1 << 14 // whether the connection is kept has been decided
)

// keptMost is how much of a head is kept as it has come: longer ones show their names in lower case.
const keptMost = 4096

// keep remembers the beginning of p, in which parsing writes names in lower case.
func (b *bufs) keep(p []byte) { b.kept = append(b.kept[:0], p[:min(len(p), keptMost)]...) }

// restore brings back into p what keep has kept of it.
func (b *bufs) restore(p []byte) { copy(p, b.kept) }

// original copies p with its beginning as it has come. What was parsed long ago stays as parsing has left it.
func (b *bufs) original(p []byte) []byte {
	p = bytes.Clone(p[:min(len(p), b.limit.raw)])
	n := min(len(p), len(b.kept))
	for i, c := range p[:n] {
		if k := b.kept[i]; c != k && c|0x20 != k|0x20 && c != ' ' {
			return p
		}
	}
	copy(p, b.kept)
	return p
}

// captureRequest keeps what is no request.
func (c *client) captureRequest(p []byte) {
	p = c.l.original(p)
	c.capture(&Capture{Data: p, Fault: http1.Message{Lenient: c.fe.cfg.LaxRequest, Limits: c.l.e.limits()}.Diagnose(p), Stream: captureParsing})
}

// captureOddRequest keeps a request that only option accept-invalid-http-request lets pass.
func (c *client) captureOddRequest(p []byte) {
	p = c.l.original(p)
	c.capture(&Capture{Data: p, Fault: http1.Message{Lenient: true, Limits: c.l.e.limits()}.Odd(p)})
}

// captureOddResponse keeps a response that only option accept-invalid-http-response lets pass.
func (c *client) captureOddResponse(p []byte) {
	p = c.l.original(p)
	c.capture(&Capture{Response: true, Data: p, Fault: http1.Message{Response: true, ToHead: c.asksHead, Lenient: true, Limits: c.l.e.limits()}.Odd(p)})
}

// captureBody keeps a part of a request's body that breaks its framing; was is how the body stood before it.
func (c *client) captureBody(was *http1.Body, p []byte) {
	c.capture(&Capture{Data: bytes.Clone(p), Fault: was.Diagnose(p), Other: c.be.cfg, Stream: captureParsing})
}

// captureResponse keeps what is no response, or one whose head has come whole and is too long for what the buffer keeps of it.
func (c *client) captureResponse(p []byte, tooLong bool) {
	p = c.l.original(p)
	m := http1.Message{Response: true, ToHead: c.asksHead, Lenient: c.be.cfg.LaxResponse, Limits: c.l.e.limits()}
	x := &Capture{Response: true, Data: p, Stream: captureParsing}
	if tooLong {
		x.Fault = m.TooLong(p)
	} else {
		x.Fault = m.Diagnose(p)
	}
	c.capture(x)
}

// capture fills in what is known of the exchange, and puts x in the place of the section's last one.
func (c *client) capture(x *Capture) {
	x.When, x.Src, x.Event = time.Now(), c.addr, c.l.e.captured.Add(1)-1
	p := c.fe
	switch {
	case x.Response:
		p = c.be
		x.Other, x.Server = c.fe.cfg, c.srv.cfg
		x.Conn, x.Stream = captureServer|captureUnderWay, x.Stream|captureSettled|captureKeepAlive
	case x.Other != nil:
		x.Conn, x.Stream = captureUnderWay, x.Stream|captureSettled|captureKeepAlive
	default:
		x.Conn, x.Stream = captureFirst, x.Stream|captureKeepAlive
		if c.requests > 1 {
			x.Stream |= captureAgain
		}
	}
	if len(x.Data) >= c.l.limit.raw {
		x.Conn |= captureFull
	}
	x.Proxy = p.cfg
	p.mu.Lock()
	defer p.mu.Unlock()
	if x.Response {
		p.badReply = x
	} else {
		p.badRequest = x
	}
}

// Captures gives how many messages were captured, and what each section has of them, in the sections' order: its request before its
// response.
func (e *Engine) Captures() (events uint32, list []*Capture) {
	for _, p := range e.proxies {
		p.mu.Lock()
		for _, x := range [2]*Capture{p.badRequest, p.badReply} {
			if x != nil {
				list = append(list, x)
			}
		}
		p.mu.Unlock()
	}
	return e.captured.Load(), list
}
