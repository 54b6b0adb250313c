package engine

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"simulacro/proxy/balance"
	"simulacro/proxy/config"
)

// proxy is a frontend, a backend or both at work. Its mutex guards everything below it, its servers included.
type proxy struct {
	tlsName string // in logs, of connections over TLS
	e       *Engine
	cfg     *config.Proxy
	timeouts
	xff         string         // header name of forwardfor, in lower case; "": none
	except      netip.Prefix   // whose clients get none
	errors      map[int]*reply // by status
	def         *proxy         // where a frontend's requests go; nil: nowhere
	stats       string         // stats uri; "": no page
	http        bool
	dispatch    bool // servers holds the one of `dispatch`, which nobody sees
	transparent bool // … or of `option transparent`
	byURI       bool // balance uri
	byKey       bool // balance url_param, balance hdr, balance rdp-cookie
	ruled       bool // its requests need the rules' view of them
	logs        bool // lines of its traffic go somewhere
	moment      logMoment
	showsOrigin bool // its log lines tell our end of connections to servers
	asksServer  bool // its log lines have samples of connections to servers

	toClients, toServers spelling

	listeners []*listener

	mu sync.Mutex
	// a frontend's
	feconn, maxconn int
	dyncookies      dynamicCookies
	streams         int // exchanges of the frontend that are open
	paused, closed  bool
	full            atomic.Bool // somebody waits in the backlog because of a limit
	front           frontCounters
	badRequest      *Capture      // the last one
	logged          atomic.Uint64 // lines so far

	// a backend's
	beconn   int
	fullconn int // sessions at which servers may have their maxconn; configured or derived
	servers  []*server
	sel      balance.Selector
	mover    balance.Mover
	changer  balance.Changer
	queue    waitList
	act, bck int // usable servers
	back     counters
	badReply *Capture // the last one
	changed  int64    // ms, when the backend last went up or down
	downtime int64
	wasUp    bool
	spreads  bool // the balancing is of the round-robin kind
	pinned   bool // … or determines one server
	dynamic  bool // some server's limit moves: it has a minconn or a slowstart
}

// timeouts in ms; 0: none.
type timeouts struct {
	request, keepAlive, queueing, connect, client, clientFin, server, serverFin, tunnel int64
}

// frontCounters are what only a frontend counts.
type frontCounters struct {
	counters
	connTot, reqTot, intercepted uint64
	denConn, denSess             uint64 // connections that tcp-request connection and tcp-request session have refused
	connRate, reqRate, outRate   rate   // outRate: of bytes
}

// counters are what both sides and servers count.
type counters struct {
	in, out                  uint64
	status                   [6]uint64
	sess, lb, req            uint64
	denReq, denResp          uint64
	ereq, econn, eresp       uint64
	retries, redis           uint64
	cliAbort, srvAbort       uint64
	connect, reuse           uint64
	unmade                   uint64 // of connect: those that have failed
	h1                       h1
	chkDown                  uint64
	curMax                   int
	rate                     rate
	last                     int64 // ms, of the last session; -1: never
	qtime, ctime, rtime, all average
}

func newProxy(e *Engine, cfg *config.Proxy) (*proxy, error) {
	p := &proxy{e: e, cfg: cfg, http: cfg.Mode == config.ModeHTTP, maxconn: cfg.Maxconn, tlsName: cfg.Name + "~"}
	p.timeouts = newTimeouts(&cfg.Timeouts)
	p.toClients, p.toServers = newSpelling(cfg.AdjustClient, &e.cfg.Global), newSpelling(cfg.AdjustServer, &e.cfg.Global)
	p.back.last = -1
	if f := cfg.ForwardFor; f != nil {
		if p.xff, p.except = strings.ToLower(f.Header), f.Except; p.xff == "" {
			p.xff = "x-forwarded-for"
		}
	}
	if cfg.Stats != nil {
		if p.stats = cfg.Stats.URI; p.stats == "" {
			p.stats = "/haproxy?stats"
		}
	}
	var err error
	if p.errors, err = newReplies(cfg.ErrorFiles); err != nil {
		return nil, err
	}
	if cfg.Back() {
		err = p.newBackend()
	}
	return p, err
}

func newTimeouts(t *config.Timeouts) timeouts {
	ms := func(d time.Duration) int64 { return d.Milliseconds() }
	r := timeouts{
		request: ms(t.HTTPRequest), keepAlive: ms(t.HTTPKeepAlive), queueing: ms(t.Queue), connect: ms(t.Connect),
		client: ms(t.Client), clientFin: ms(t.ClientFin), server: ms(t.Server), serverFin: ms(t.ServerFin), tunnel: ms(t.Tunnel),
	}
	// Section 4.2: each of these falls back on a more general one.
	if r.queueing == 0 {
		r.queueing = r.connect
	}
	if r.request == 0 {
		r.request = r.client
	}
	if r.keepAlive == 0 {
		r.keepAlive = r.request
	}
	return r
}

// newBackend makes the servers and the balancing.
func (p *proxy) newBackend() error {
	var all []*balance.Server
	list := p.cfg.Servers
	if p.dispatch = len(list) == 0 && (p.cfg.HasDispatch || p.cfg.Transparent); p.dispatch {
		only := &config.Server{Pos: p.cfg.Pos, Name: "<NOSRV>", Addr: p.cfg.Dispatch, Weight: 1}
		if p.transparent = !p.cfg.HasDispatch; p.transparent {
			only.Addr, only.PortMap = config.Address{IP: netip.IPv4Unspecified()}, true
		}
		list = []*config.Server{only}
	}
	p.dyncookies = dynamicCookies{p.cfg.Cookie != nil && p.cfg.Cookie.Dynamic, p.cfg.CookieKey}
	for i, s := range list {
		srv := newServer(p, i, s)
		p.servers = append(p.servers, srv)
		p.dynamic = p.dynamic || s.Minconn > 0 || s.SlowStart > 0
		all = append(all, &srv.Server)
	}
	b := p.cfg.Balance
	p.byURI, p.byKey = b.Algorithm == "uri", slices.Contains([]string{"url_param", "hdr", "rdp-cookie"}, b.Algorithm)
	sel, err := balance.New(b.Algorithm, b.Args, all, balance.Params{AllBackups: p.cfg.AllBackups, Rand: p.e.rng(), Hashing: p.hashing()})
	if err != nil {
		return fmt.Errorf("backend %s: %w", p.cfg.Name, err)
	}
	p.sel = sel
	p.mover, _ = sel.(balance.Mover)
	p.changer, _ = sel.(balance.Changer)
	p.spreads, p.pinned = balance.Spreads(b.Algorithm), balance.Deterministic(b.Algorithm)
	p.count()
	p.wasUp = p.act+p.bck > 0
	return nil
}

// count finds how many servers are usable.
func (p *proxy) count() {
	p.act, p.bck = 0, 0
	for _, s := range p.servers {
		switch {
		case !s.Usable():
		case s.Backup:
			p.bck++
		default:
			p.act++
		}
	}
}

// wantsForwarded tells whether a request of that client gets the header.
func (p *proxy) wantsForwarded(a netip.Addr) bool {
	return p.xff != "" && a.IsValid() && (!p.except.IsValid() || !p.except.Contains(a))
}
