package engine

import (
	"strings"
	"time"

	"simulacro/proxy/config"
	"simulacro/proxy/http1"
	"simulacro/proxy/rules"
)

// txn is a request of a section with rules, as those see it. A request of a section without any has none.
type txn struct {
	rules.Tx
	info rules.LogInfo
	req  held // the request while rules look at it
	res  held // the response
	up   rules.Message
	down rules.Message
	slow *rules.Answer // what a tarpit ends with
	gone bool          // the server has ended its side
}

// held is a message that rules look at: its head, what has come behind it, and where the evaluation stands.
type held struct {
	head    http1.Head
	buf     []byte
	phase   int
	at      int
	since   int64 // when the wait began; -1: nothing waits
	until   int64 // when the wait ends; 0: never
	waiting bool
	gone    bool // the sender has left: no more will come
	broke   bool // … and takes nothing either
	body    bool // it waits for the body, not for an inspection's end
	asked   bool // for the body, or it was seen that it need not be
}

// isRuled tells whether requests of a frontend need rules' view of them: because of its own or a backend's.
func (p *proxy) isRuled() bool {
	ruled := func(c *config.Proxy) bool {
		for _, s := range c.Servers {
			if s.TLS != nil && s.TLS.SNI != nil || s.ProxyParts.UniqueID {
				return true
			}
		}
		return c.Rules.Any() || c.Cookie != nil || c.CheckCache || c.BufferBody || c.OriginalTo != nil || len(c.Rules.HTTPErrors) > 0
	}
	return ruled(p.cfg) || p.def != nil && ruled(p.def.cfg)
}

// setVars runs the global section's set-var lines.
func (e *Engine) setVars() {
	for _, r := range e.cfg.Global.SetVars {
		e.RunRule(r, e.begin)
	}
}

// RunRule evaluates a rule that belongs to no connection.
func (e *Engine) RunRule(r *rules.Rule, now time.Time) {
	tx := &rules.Tx{World: world{&client{sock: sock{l: &loop{e: e}}, exchange: &exchange{}}}, Session: &rules.Session{}, Now: now, Final: true}
	tx.Run([]*rules.Rule{r}, 0)
}

// Vars are the process's variables, for operators.
func (e *Engine) Vars() *rules.Vars { return &e.vars }

// dataLimit is how much of a message is kept while rules wait for more of it, and how much rewriting may add to a full
// one (section 3.2, "tune.bufsize" and "tune.maxrewrite").
func (e *Engine) dataLimit() (limit, reserve int) {
	size, reserve := e.cfg.Global.Buffer()
	return size - reserve, reserve
}

// newTx makes the rules' view of the current request or connection.
func (c *client) newTx() *txn {
	if c.session == nil {
		c.session = c.newSession()
	}
	c.session.Src = c.addr
	c.session.Dst = c.dest
	t := &txn{}
	t.Session, t.World, t.Now = c.session, world{c}, time.Now()
	t.First, t.Backend = c.requests <= 1, c.fe.cfg.Name
	t.Info, t.ID, t.Slots = &t.info, c.fe.cfg.Rules.UniqueID, &c.fe.cfg.Rules.Slots
	t.info.Line, t.info.Version = string(c.keptLine()), "1.0"
	if c.v11 {
		t.info.Version = "1.1"
	}
	t.Fill = func() {
		c.logInfo(&t.info, c.describe())
		c.soFar(&t.info)
	}
	t.Room = 1 << 20
	t.BufSize, _ = c.l.e.cfg.Global.Buffer()
	return t
}

func (c *client) newSession() *rules.Session {
	if !c.dest.IsValid() {
		c.dest = c.localAddr()
	}
	s := &rules.Session{Src: c.addr, Dst: c.dest, Frontend: c.fe.cfg.Name, FrontendID: c.fe.cfg.ID}
	if c.bind != nil {
		s.Listener, s.ListenerID = c.bind.Name, c.bind.ID
	}
	if c.secure != nil {
		s.TLS = c.secure.describe()
	}
	return s
}

// readMessage copies a head into m.
func readMessage(m *rules.Message, h *http1.Head, p []byte) {
	*m = rules.Message{BodyLen: h.Length, Status: h.Status, Fields: make([]rules.Field, 0, len(h.Fields())+8)}
	readVersion(m, h, p)
	if h.IsResponse() {
		m.Reason = string(h.Reason.Of(p))
	} else {
		m.Method, m.URI = string(h.Method.Of(p)), string(h.URI.Of(p))
	}
	for _, f := range h.Fields() {
		if f.Name.Len() > 0 {
			m.Fields = append(m.Fields, rules.Field{Name: string(f.Name.Of(p)), Value: string(f.Value.Of(p))})
		}
	}
}

// readVersion notes the version, whatever a lenient message has in its place.
func readVersion(m *rules.Message, h *http1.Head, p []byte) {
	spelt := string(h.Version.Of(p))
	if spelt == "" {
		spelt = "HTTP/1.0"
	}
	_, m.Version, _ = strings.Cut(spelt, "/")
	if !h.V11 && (len(spelt) != len("HTTP/1.0") || spelt[:5] != "HTTP/") {
		m.Spelt = spelt
	}
}

// appendMessage writes a head as rules have left it, without the blank line.
func appendMessage(dst []byte, m *rules.Message) []byte {
	version := "HTTP/" + m.Version
	if m.Version > "1.1" {
		version = "HTTP/1.1"
	}
	if m.Spelt != "" {
		version = m.Spelt
	}
	if m.Method != "" {
		dst = append(append(append(append(append(dst, m.Method...), ' '), m.URI...), ' '), version...)
	} else {
		dst = append(append(append(dst, version...), ' '), rules.Value{Kind: rules.Int, Int: int64(m.Status)}.String()...)
		dst = append(append(dst, ' '), m.Reason...)
	}
	dst = append(dst, '\r', '\n')
	for _, f := range m.Fields {
		dst = append(append(append(append(dst, f.Name...), ": "...), f.Value...), '\r', '\n')
	}
	return dst
}

// capture notes the headers that `capture` lines name, the last one of each name.
func (t *txn) capture(side int, p *config.Proxy, m *rules.Message) {
	if n := len(p.Rules.Slots[side]); n > 0 && t.Captured[side] == nil {
		t.Captured[side] = make([]string, n)
	}
	for i, k := range p.Rules.Captures[side] {
		if v, ok := m.Get(k); ok {
			t.Capture(side, i, v)
		}
	}
	if side == 1 && p.Rules.CookieName != "" {
		t.info.SetCookie = cookieOf(m, "set-cookie", p.Rules)
	}
}

// cookieOf gives name=value of the first cookie whose name begins as the capture says.
func cookieOf(m *rules.Message, field string, r config.Rules) string {
	for _, f := range m.Fields {
		if f.Name != field {
			continue
		}
		for _, part := range strings.Split(f.Value, ";") {
			if part = strings.TrimSpace(part); strings.HasPrefix(part, r.CookieName) {
				return part[:min(len(part), r.CookieLen)]
			}
		}
	}
	return ""
}

// size is what the head costs where rewriting is limited.
func (t *txn) size(m *rules.Message, e *Engine, buffered int) {
	limit, reserve := e.dataLimit()
	t.Room = limit + reserve - min(buffered, limit)
}

// appendRuled writes the request's head as the rules have left it, with the fields that sections add of their own.
func (c *client) appendRuled(dst []byte) []byte {
	t := c.tx
	dst = appendMessage(dst, t.Req)
	if name := c.fe.cfg.Rules.UniqueIDHeader; name != "" && t.UniqueID != "" {
		dst = append(append(append(append(dst, name...), ": "...), t.UniqueID...), '\r', '\n')
	}
	for _, p := range [2]*proxy{c.fe, c.be} {
		o := p.cfg.OriginalTo
		if o == nil {
			continue
		}
		if a := t.Session.Dst.Addr(); a.IsValid() && !(o.Except.IsValid() && o.Except.Contains(a)) {
			dst = append(append(append(append(dst, strings.ToLower(o.Header)...), ": "...), a.String()...), '\r', '\n')
		}
		break
	}
	return dst
}
