package stats

import (
	"encoding/base64"
	"os"
	"strings"
	"testing"
	"time"

	"simulacro/proxy/config"
)

func basic(userinfo string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(userinfo))
}

// practicalPage is what the practical's file configures.
func practicalPage(f *fake, change func(*config.Stats)) *Page {
	s := &config.Stats{URI: "/haproxy_stats", Auth: []config.Credential{{User: "admin", Password: "haproxy"}}}
	if change != nil {
		change(s)
	}
	return NewPage(&config.Proxy{Name: "http_front", Stats: s}, f, f)
}

func get(p *Page, uri string) Response {
	return p.Respond(Request{Method: "GET", URI: uri, Authorization: basic("admin:haproxy")})
}

func field(r Response, name string) string {
	for _, h := range r.Header {
		if h.Name == name {
			return h.Value
		}
	}
	return ""
}

func TestPageGolden(t *testing.T) {
	f := newFake()
	golden(t, "page.html", get(practicalPage(f, nil), "/haproxy_stats").Body)
	golden(t, "page-admin.html", get(practicalPage(f, func(s *config.Stats) {
		s.Admin, s.ShowLegend, s.HideVers, s.Refresh, s.ShowNode, s.ShowDesc = true, true, true, 5*time.Second, "cluster1", "<drill>"
	}), "/haproxy_stats;st=DONE").Body)
}

func TestAuthentication(t *testing.T) {
	p := practicalPage(newFake(), nil)
	for given, want := range map[string]int{
		basic("admin:haproxy"): 200,
		"basic " + strings.TrimPrefix(basic("admin:haproxy"), "Basic "): 200,
		"":                     401,
		basic("admin:wrong"):   401,
		basic("admin"):         401,
		basic("Admin:haproxy"): 401,
		"Bearer x":             401,
		"Basic !!!":            401,
	} {
		r := p.Respond(Request{Method: "GET", URI: "/haproxy_stats", Authorization: given})
		if r.Status != want {
			t.Errorf("%q: %d, want %d", given, r.Status, want)
		}
		if want == 401 && (field(r, "www-authenticate") != `Basic realm="HAProxy Statistics"` || len(r.Body) != 112) {
			t.Errorf("%q: %v, %d octets", given, r.Header, len(r.Body))
		}
	}
	realm := practicalPage(newFake(), func(s *config.Stats) { s.Realm = "Drill" })
	if got := field(realm.Respond(Request{Method: "GET"}), "www-authenticate"); got != `Basic realm="Drill"` {
		t.Error(got)
	}
	open := practicalPage(newFake(), func(s *config.Stats) { s.Auth = nil })
	if r := open.Respond(Request{Method: "GET", URI: "/haproxy_stats"}); r.Status != 200 {
		t.Errorf("without stats auth: %d", r.Status)
	}
}

func TestFormatsAndOptions(t *testing.T) {
	p := practicalPage(newFake(), func(s *config.Stats) { s.Refresh = 5 * time.Second })
	tests := []struct {
		uri, kind, refresh, has, hasNot string
	}{
		{"/haproxy_stats", "text/html", "5", "cluster4", "down(servers)"},
		{"/haproxy_stats;norefresh", "text/html", "", "Enable refresh", ""},
		{"/haproxy_stats;up", "text/html", "5", "UP (2/3)", "cluster4"},
		{"/haproxy_stats;csv", "text/plain", "", "# pxname,svname,", "10.0.100.12"},
		{"/haproxy_stats;csv;up", "text/plain", "", "cluster3", "cluster4"},
		{"/haproxy_stats;csv;no-maint", "text/plain", "", "cluster4", "MAINT"},
		{"/haproxy_stats;typed", "text/plain", "", "S.3.1.17.status.1:SGP:str:UP", "# pxname"},
		{"/haproxy_stats;json;norefresh", "application/json", "", `"name":"pxname"`, ""},
		{"/haproxy_stats?scope=http_b", "text/html", "5", "cluster2", "http_front</a>"},
		{"/haproxy_stats;st=PART", "text/html", "5", "partially", ""},
		{`/haproxy_stats;st=<script>?scope="><script>`, "text/html", "5", "cluster1", "<script"},
	}
	for _, tt := range tests {
		t.Run(tt.uri, func(t *testing.T) {
			r := get(p, tt.uri)
			if field(r, "content-type") != tt.kind || field(r, "refresh") != tt.refresh || field(r, "cache-control") != "no-cache" {
				t.Errorf("%v", r.Header)
			}
			if body := string(r.Body); !strings.Contains(body, tt.has) || tt.hasNot != "" && strings.Contains(body, tt.hasNot) {
				t.Errorf("want %q and not %q in\n%s", tt.has, tt.hasNot, body)
			}
		})
	}
}

func TestScopeOfTheFile(t *testing.T) {
	p := practicalPage(newFake(), func(s *config.Stats) { s.Scopes = []string{".", "app"} })
	body := string(get(p, "/haproxy_stats;csv").Body)
	if !strings.Contains(body, "http_front,") || !strings.Contains(body, "app,") || strings.Contains(body, "http_back,") {
		t.Error(body)
	}
}

func TestForms(t *testing.T) {
	tests := []struct{ form, result, asked string }{
		{"s=cluster2&action=drain&b=http_back", "DONE", "http_back/cluster2 state drain"},
		{"s=cluster2&s=cluster3&action=maint&b=http_back", "DONE", "http_back/cluster2 state maint; http_back/cluster3 state maint"},
		{"s=cluster2&s=zz&action=ready&b=http_back", "PART", "http_back/cluster2 state ready"},
		{"s=cluster2&action=stop&b=#3", "DONE", "http_back/cluster2 state drain"},
		{"s=cluster2&action=hdown&b=http_back", "DONE", "http_back/cluster2 health down"},
		{"s=cluster2&action=dhlth&b=http_back", "DONE", "http_back/cluster2 checks false"},
		{"s=cluster2&action=shutdown&b=http_back", "DONE", "http_back/cluster2 kill"},
		{"s=cluster2&action=foo&b=http_back", "ERRP", ""},
		{"s=cluster2&action=&b=http_back", "ERRP", ""},
		{"s=zz&action=drain&b=http_back", "ERRP", ""},
		{"s=cluster2&action=drain&b=http_front", "ERRP", ""},
		{"s=%zz&action=drain&b=http_back", "ERRP", ""},
		{"action=ready&b=http_back", "NONE", ""},
		{"s=cluster2", "NONE", ""},
		{"", "NONE", ""},
		{"s=" + strings.Repeat("x", maxForm), "EXCD", ""},
	}
	for _, tt := range tests {
		f := newFake()
		p := practicalPage(f, func(s *config.Stats) { s.Admin = true })
		r := p.Respond(Request{Method: "POST", URI: "/haproxy_stats;up;norefresh", Authorization: basic("admin:haproxy"), Body: []byte(tt.form)})
		if want := "/haproxy_stats;st=" + tt.result + ";up;norefresh"; r.Status != 303 || field(r, "location") != want {
			t.Errorf("%.60s: %d to %s, want %s", tt.form, r.Status, field(r, "location"), want)
		}
		if got := strings.Join(f.asked, "; "); got != tt.asked {
			t.Errorf("%.60s: asked %q, want %q", tt.form, got, tt.asked)
		}
	}
}

func TestFormsAreDeniedWithoutAdmin(t *testing.T) {
	f := newFake()
	r := practicalPage(f, nil).Respond(Request{Method: "POST", URI: "/haproxy_stats", Authorization: basic("admin:haproxy"),
		Body: []byte("s=cluster2&action=drain&b=http_back")})
	if field(r, "location") != "/haproxy_stats;st=DENY" || len(f.asked) != 0 {
		t.Errorf("%v, asked %v", r, f.asked)
	}
}

func TestHumanUnits(t *testing.T) {
	for s, want := range map[int]string{0: "0s", 59: "59s", 243: "4m3s", 7500: "2h5m", 90061: "1d1h"} {
		if got := human(s); got != want {
			t.Errorf("%d: %s, want %s", s, got, want)
		}
	}
	for n, want := range map[uint64]string{0: "0", 999: "999", 1000: "1\u202f000", 12345678: "12\u202f345\u202f678"} {
		if got := number(n); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
	for n, want := range map[uint64]string{0: "0 bps", 42758: "342.064 kbps", 1 << 40: "8796.093 Gbps"} {
		if got := bitRate(n); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
}

// TestWritePage leaves the pages where a person can look at them: STATS_PAGE_DIR=DIR go test -run WritePage.
func TestWritePage(t *testing.T) {
	dir := os.Getenv("STATS_PAGE_DIR")
	if dir == "" {
		t.Skip("STATS_PAGE_DIR is not set: there is nowhere to write the page to look at")
	}
	p := practicalPage(newFake(), func(s *config.Stats) { s.Admin, s.Refresh = true, 5*time.Second })
	if err := os.WriteFile(dir+"/page.html", get(p, "/haproxy_stats;st=DONE").Body, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(dir+"/plain.html", get(practicalPage(newFake(), nil), "/haproxy_stats").Body, 0o644); err != nil {
		t.Fatal(err)
	}
}

func BenchmarkPage(b *testing.B) {
	p := practicalPage(newFake(), nil)
	b.ReportAllocs()
	for b.Loop() {
		get(p, "/haproxy_stats")
	}
}
