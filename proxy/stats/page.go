package stats

import (
	"strconv"
	"time"

	"simulacro/proxy/config"
)

// Page is the statistics page of one proxy (configuration manual, section 4.2, "stats enable" and what follows it). It is
// safe for concurrent use.
type Page struct {
	proxy  *config.Proxy
	stats  *config.Stats
	source Source
	admin  ServerAdmin
}

// NewPage makes the page of p, whose Stats must not be nil.
func NewPage(p *config.Proxy, source Source, admin ServerAdmin) *Page {
	return &Page{proxy: p, stats: p.Stats, source: source, admin: admin}
}

// Request is what the page looks at of an HTTP request. Whoever hands it over has asked for the password.
type Request struct {
	Method  string // GET, HEAD or POST; HAProxy leaves other methods to the backend
	URI     string // as received, with its options: /haproxy_stats;csv
	Admin   bool   // `stats admin` applies: the page shows forms, and a POST is honoured
	TooLong bool   // the form of a POST had no room
	Body    []byte // of a POST, whole
}

// Response is the page's answer. Who sends it frames the body where there is no content-length, adds connection, and drops the
// body for HEAD.
type Response struct {
	Status int
	Reason string
	Header []Header
	Body   []byte
}

// Header is one header field, its name in lower case.
type Header struct{ Name, Value string }

// Respond answers one request under the page's URI.
func (p *Page) Respond(r Request) Response {
	o := p.parseOptions(r.URI)
	o.admin = r.Admin
	if r.Method == "POST" {
		return p.redirect(p.post(&r), o)
	}
	return p.show(o)
}

func (p *Page) uri() string {
	if p.stats.URI == "" {
		return "/haproxy?stats"
	}
	return p.stats.URI
}

// rows are those that the page shows, which `stats scope` may restrict.
func (p *Page) rows(o pageOptions) []Row {
	f := All()
	f.Details = p.stats.ShowLegend
	f.HideDown, f.HideMaint, f.Match = o.hideDown, o.hideMaint, o.scope
	f.Scopes, f.Own = p.stats.Scopes, p.proxy.ID
	return f.Apply(p.source.Rows(nil))
}

func (p *Page) show(o pageOptions) Response {
	kind, body := "text/plain", []byte(nil)
	switch o.format {
	case "csv":
		body = AppendRows(nil, p.rows(o), CSV)
	case "typed":
		body = AppendRows(nil, p.rows(o), Typed)
	case "json":
		kind, body = "application/json", AppendRows(nil, p.rows(o), JSON)
	case "json-schema":
		kind, body = "application/json", AppendSchema(nil)
	default:
		kind, body = "text/html", p.html(o)
	}
	r := Response{Status: 200, Reason: "OK", Body: body, Header: []Header{{"cache-control", "no-cache"}, {"content-type", kind}}}
	if seconds := int(p.stats.Refresh / time.Second); seconds > 0 && !o.noRefresh {
		r.Header = append(r.Header, Header{"refresh", strconv.Itoa(seconds)})
	}
	return r
}

// redirect is the answer to a form: the page again, saying what became of it, so that a reload does not send the form again.
func (p *Page) redirect(result string, o pageOptions) Response {
	to := p.uri() + ";st=" + result + p.suffix(o)
	return Response{Status: 303, Reason: "See Other", Header: []Header{
		{"cache-control", "no-cache"}, {"content-type", "text/plain"}, {"content-length", "0"}, {"location", to}}}
}
