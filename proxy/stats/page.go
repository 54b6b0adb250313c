package stats

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
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

// Request is what the page looks at of an HTTP request.
type Request struct {
	Method        string // GET, HEAD or POST; HAProxy leaves other methods to the backend
	URI           string // as received, with its options: /haproxy_stats;csv
	Authorization string // the header field's value, "" where there is none
	Body          []byte // of a POST, whole
}

// Response is the page's answer. Who sends it adds content-length and connection, and drops the body for HEAD.
type Response struct {
	Status int
	Reason string
	Header []Header
	Body   []byte
}

// Header is one header field, its name in lower case.
type Header struct{ Name, Value string }

// defaultRealm is shown where `stats realm` is not set.
const defaultRealm = "HAProxy Statistics"

// unauthorized is HAProxy's own body of a 401.
const unauthorized = "<html><body><h1>401 Unauthorized</h1>\nYou need a valid user and password to access this content.\n</body></html>\n"

// Respond answers one request under the page's URI.
func (p *Page) Respond(r Request) Response {
	if !p.authorized(r.Authorization) {
		return p.challenge()
	}
	o := parseOptions(r.URI, p.uri())
	if r.Method == "POST" {
		return p.redirect(p.post(r.Body), o)
	}
	return p.show(o)
}

func (p *Page) uri() string {
	if p.stats.URI == "" {
		return "/haproxy?stats"
	}
	return p.stats.URI
}

// authorized compares with every user in constant time: neither a name nor a password can be guessed letter by letter.
func (p *Page) authorized(field string) bool {
	if len(p.stats.Auth) == 0 {
		return true
	}
	scheme, encoded, _ := strings.Cut(field, " ")
	given, err := base64.StdEncoding.DecodeString(strings.TrimSpace(encoded))
	if err != nil || !strings.EqualFold(scheme, "Basic") {
		return false
	}
	hash := sha256.Sum256(given)
	found := 0
	for _, user := range p.stats.Auth {
		want := sha256.Sum256([]byte(user.User + ":" + user.Password))
		found |= subtle.ConstantTimeCompare(hash[:], want[:])
	}
	return found == 1
}

func (p *Page) challenge() Response {
	realm := p.stats.Realm
	if realm == "" {
		realm = defaultRealm
	}
	return Response{Status: 401, Reason: "Unauthorized", Body: []byte(unauthorized), Header: []Header{
		{"cache-control", "no-cache"}, {"content-type", "text/html"}, {"www-authenticate", `Basic realm="` + realm + `"`}}}
}

// pageOptions are what follows the URI: ;csv;up;norefresh;st=DONE and ?scope=name.
type pageOptions struct {
	format    string // "": HTML; csv, json, typed
	hideDown  bool
	hideMaint bool
	noRefresh bool
	result    string // of the last form
	scope     string
}

func parseOptions(uri, base string) (o pageOptions) {
	rest := strings.TrimPrefix(uri, base)
	rest, query, _ := strings.Cut(rest, "?")
	if scope, ok := strings.CutPrefix(query, "scope="); ok {
		o.scope = cleanScope(scope)
	}
	for _, word := range strings.Split(rest, ";") {
		switch word {
		case "csv", "json", "typed":
			o.format = word
		case "up":
			o.hideDown = true
		case "no-maint":
			o.hideMaint = true
		case "norefresh":
			o.noRefresh = true
		}
		if result, ok := strings.CutPrefix(word, "st="); ok {
			o.result = result
		}
	}
	return o
}

// cleanScope keeps what may stand in a proxy's name; it ends up in links.
func cleanScope(s string) string {
	const longest = 64
	var b strings.Builder
	for _, c := range s[:min(longest, len(s))] {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.ContainsRune("-_.:", c) {
			b.WriteRune(c)
		}
	}
	return b.String()
}

// link is the page's own address with the given options.
func (p *Page) link(o pageOptions) string {
	var b strings.Builder
	b.WriteString(p.uri())
	for _, part := range [...]struct {
		on   bool
		text string
	}{{o.format != "", o.format}, {o.result != "", "st=" + o.result}, {o.hideDown, "up"}, {o.hideMaint, "no-maint"}, {o.noRefresh, "norefresh"}} {
		if part.on {
			b.WriteString(";" + part.text)
		}
	}
	if o.scope != "" {
		b.WriteString("?scope=" + o.scope)
	}
	return b.String()
}

// rows are those that the page shows, which `stats scope` may restrict; "." is the page's own proxy.
func (p *Page) rows(o pageOptions) []Row {
	f := All()
	f.Details = p.stats.ShowLegend
	f.HideDown, f.HideMaint, f.Match = o.hideDown, o.hideMaint, o.scope
	f.Scopes = slices.Clone(p.stats.Scopes)
	for i, name := range f.Scopes {
		if name == "." {
			f.Scopes[i] = p.proxy.Name
		}
	}
	return f.Apply(p.source.Rows(nil))
}

func (p *Page) show(o pageOptions) Response {
	r := Response{Status: 200, Reason: "OK", Header: []Header{{"cache-control", "no-cache"}}}
	switch o.format {
	case "csv":
		r.Header = append(r.Header, Header{"content-type", "text/plain"})
		r.Body = AppendRows(nil, p.rows(o), CSV)
	case "typed":
		r.Header = append(r.Header, Header{"content-type", "text/plain"})
		r.Body = AppendRows(nil, p.rows(o), Typed)
	case "json":
		r.Header = append(r.Header, Header{"content-type", "application/json"})
		r.Body = AppendRows(nil, p.rows(o), JSON)
	default:
		r.Header = append(r.Header, Header{"content-type", "text/html"})
		if p.stats.Refresh > 0 && !o.noRefresh {
			r.Header = append(r.Header, Header{"refresh", strconv.Itoa(int(p.stats.Refresh / time.Second))})
		}
		r.Body = p.html(o)
	}
	return r
}

// redirect is the answer to a form: the page again, saying what became of it.
func (p *Page) redirect(result string, o pageOptions) Response {
	o.format, o.result = "", result
	return Response{Status: 303, Reason: "See Other", Header: []Header{
		{"cache-control", "no-cache"}, {"content-type", "text/plain"}, {"location", p.link(o)}}}
}
