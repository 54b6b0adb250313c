package stats

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"time"

	"simulacro/proxy/config"
)

// practicalPage is what the practical's file configures.
func practicalPage(f *fake, change func(*config.Stats)) *Page {
	s := &config.Stats{URI: "/haproxy_stats"}
	if change != nil {
		change(s)
	}
	return NewPage(&config.Proxy{Name: "http_front", ID: 2, Stats: s}, f, f)
}

func get(p *Page, uri string) Response {
	return p.Respond(Request{Method: "GET", URI: uri})
}

func field(r Response, name string) string {
	for _, h := range r.Header {
		if h.Name == name {
			return h.Value
		}
	}
	return ""
}

// unstyled is a page with the name of its style sheet in the place of the sheet, which stands in a file of its own.
func unstyled(t *testing.T, r Response) []byte {
	t.Helper()
	if !bytes.Contains(r.Body, []byte(pageCSS)) {
		t.Fatal("the page has no style sheet")
	}
	return bytes.Replace(r.Body, []byte(pageCSS), []byte("(page.css)\n"), 1)
}

func TestPageGolden(t *testing.T) {
	f := newFake()
	golden(t, "page.html", unstyled(t, get(practicalPage(f, nil), "/haproxy_stats")))
	full := practicalPage(f, func(s *config.Stats) {
		s.ShowLegend, s.ShowModules, s.HideVers, s.Refresh, s.ShowNode, s.ShowDesc = true, true, true, 5*time.Second, "cluster1", "<drill>"
	})
	golden(t, "page-admin.html", unstyled(t, full.Respond(Request{Method: "GET", URI: "/haproxy_stats;st=DONE", Admin: true})))
}

func TestFormatsAndOptions(t *testing.T) {
	p := practicalPage(newFake(), func(s *config.Stats) { s.Refresh = 5 * time.Second })
	tests := []struct {
		uri, kind, refresh, has, hasNot string
	}{
		{"/haproxy_stats", "text/html", "5", "cluster4", "with the servers that"},
		{"/haproxy_stats;norefresh", "text/html", "", "Refresh by itself", ""},
		{"/haproxy_stats;up", "text/html", "5", "UP (2/3)", "cluster4"},
		{"/haproxy_stats;csv", "text/plain", "5", "# pxname,svname,", "10.0.100.12"},
		{"/haproxy_stats;csv;up", "text/plain", "5", "cluster3", "cluster4"},
		{"/haproxy_stats;csv;no-maint", "text/plain", "5", "cluster4", "MAINT"},
		{"/haproxy_stats;typed", "text/plain", "5", "S.3.1.17.status.1:SGP:str:UP", "# pxname"},
		{"/haproxy_stats;json;norefresh", "application/json", "", `"name":"pxname"`, ""},
		{"/haproxy_stats?scope=http_b", "text/html", "5", "cluster2", "#http_front"},
		{"/haproxy_stats;st=PART", "text/html", "5", "Done in part", ""},
		{"/haproxy_stats?scope=HTTP_B", "text/html", "5", "cluster2", "#http_front"},
		{"/haproxy_stats;scope=http_b;up", "text/html", "5", "cluster2", "#http_front"},
		{"/haproxy_stats?scope=b", "text/html", "5", "#http_front", "scope=b"}, // HAProxy wants two letters
		{"/haproxy_stats?scope=http_b%", "text/html", "5", "#http_front", "scope=http_b"},
		{"/haproxy_stats;st=XXXX", "text/html", "5", "active_no_check msg", ""},
		{"/haproxy_stats;st=DON", "text/html", "5", "cluster4", "class=\"active_no_check msg"},
		{"/haproxy_stats;json;csv", "application/json", "5", `"name":"pxname"`, "# pxname"},
		{"/haproxy_stats;json-schema", "application/json", "5", `"enum":["Age"`, ""},
		{`/haproxy_stats;st=<script>?scope="><script>`, "text/html", "5", "cluster2", "<script"},
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
		{"s=cluster2&s=cluster3&action=maint&b=http_back", "DONE", "http_back/cluster3 state maint; http_back/cluster2 state maint"},
		{"b=http_back&s=cluster2&s=cluster3&action=maint", "DONE", "http_back/cluster3 state maint; http_back/cluster2 state maint"},
		{"s=cluster2&s=zz&action=ready&b=http_back", "PART", "http_back/cluster2 state ready"},
		{"s=cluster2&action=stop&b=#3", "DONE", "http_back/cluster2 state begin drain"},
		{"s=cluster2&action=enable&b=http_back", "NONE", ""},
		{"s=maint&action=disable&b=app", "NONE", ""},
		{"s=maint&action=enable&b=app", "DONE", "app/maint state end maint"},
		{"s=cluster2&action=hdown&b=http_back", "DONE", "http_back/cluster2 health down"},
		{"s=slow&action=hdown&b=app", "NONE", ""}, // it tracks another
		{"s=cluster2&action=dhlth&b=http_back", "DONE", "http_back/cluster2 checks false"},
		{"s=unchecked&action=dhlth&b=app", "NONE", ""},
		{"s=cluster2&action=dagent&b=http_back", "NONE", ""},
		{"s=cluster2&action=shutdown&b=http_back", "DONE", "http_back/cluster2 kill"},
		{"s=cluster2&action=foo&b=http_back", "ERRP", ""},
		{"s=cluster2&action=&b=http_back", "ERRP", ""},
		{"s=zz&action=drain&b=http_back", "ERRP", ""},
		{"s=cluster2&action=drain&b=http_front", "ERRP", ""},
		{"s=%zz&action=drain&b=http_back", "NONE", ""},
		{"s=%zz&s=cluster2&action=drain&b=http_back", "DONE", "http_back/cluster2 state drain"},
		{"action=ready&b=http_back", "NONE", ""},
		{"s=cluster2", "NONE", ""},
		{"", "NONE", ""},
		{"s=" + strings.Repeat("x", longestField-2) + "&action=ready&b=http_back", "ERRP", ""},
	}
	for _, tt := range tests {
		f := newFake()
		p := practicalPage(f, func(s *config.Stats) { s.Refresh = time.Second })
		r := p.Respond(Request{Method: "POST", URI: "/haproxy_stats;up;norefresh?scope=app", Admin: true, Body: []byte(tt.form)})
		if want := "/haproxy_stats;st=" + tt.result + ";up;norefresh?scope=app"; r.Status != 303 || field(r, "location") != want {
			t.Errorf("%.60s: %d to %s, want %s", tt.form, r.Status, field(r, "location"), want)
		}
		if got := strings.Join(f.asked, "; "); got != tt.asked {
			t.Errorf("%.60s: asked %q, want %q", tt.form, got, tt.asked)
		}
	}
}

func TestFormsAreDenied(t *testing.T) {
	f := newFake()
	form := []byte("s=cluster2&action=drain&b=http_back")
	for result, r := range map[string]Request{"DENY": {Body: form}, "EXCD": {Admin: true, TooLong: true}} {
		r.Method, r.URI = "POST", "/haproxy_stats"
		if a := practicalPage(f, nil).Respond(r); field(a, "location") != "/haproxy_stats;st="+result || len(f.asked) != 0 {
			t.Errorf("%s: %v, asked %v", result, a, f.asked)
		}
	}
}

func TestHumanUnits(t *testing.T) {
	for s, want := range map[int]string{0: "0s", 59: "59s", 243: "4m3s", 7500: "2h5m", 90061: "1d1h"} {
		if got := human(s); got != want {
			t.Errorf("%d: %s, want %s", s, got, want)
		}
	}
	for n, want := range map[uint64]string{0: "0", 999: "999", 1000: `<span class="rls">1</span>000`, 12345678: `<span class="rls">12</span><span class="rls">345</span>678`} {
		if got := number(n); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
	for n, want := range map[uint64]string{0: "0.000 kbps", 42758: "342.064 kbps", 1 << 40: "8796.093 Gbps"} {
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
	p := practicalPage(newFake(), func(s *config.Stats) { s.Refresh = 5 * time.Second })
	body := p.Respond(Request{Method: "GET", URI: "/haproxy_stats;st=DONE", Admin: true}).Body
	if err := os.WriteFile(dir+"/page.html", body, 0o644); err != nil {
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
