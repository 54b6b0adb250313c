package stats

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"simulacro/proxy/config"
)

func TestPageAnswersAreTheOracles(t *testing.T) {
	o := startOracle(t)
	f := newFake()
	f.rows = readRows(t, strings.TrimSuffix(o.try("show stat"), "\n"))
	closedPage := practicalPage(f, nil)
	openPage := NewPage(&config.Proxy{Name: "app", Stats: &config.Stats{URI: "/app", Admin: true}}, f, f)
	for _, tt := range []struct {
		page         *Page
		socket, head string
		request      Request
	}{
		{closedPage, o.front, "GET /haproxy_stats HTTP/1.0\r\n\r\n", Request{Method: "GET", URI: "/haproxy_stats"}},
		{closedPage, o.front, "GET /haproxy_stats HTTP/1.0\r\nAuthorization: Basic eDp5\r\n\r\n", Request{Method: "GET", URI: "/haproxy_stats", Authorization: "Basic eDp5"}},
		{closedPage, o.front, "POST /haproxy_stats HTTP/1.0\r\nAuthorization: " + basic("admin:haproxy") + "\r\nContent-Length: 1\r\n\r\ns",
			Request{Method: "POST", URI: "/haproxy_stats", Authorization: basic("admin:haproxy"), Body: []byte("s")}},
		form(o, openPage, "s=unchecked&action=drain&b=app"),
		form(o, openPage, "s=unchecked&action=ready&b=app"),
		form(o, openPage, "s=unchecked&s=zz&action=ready&b=app"),
		form(o, openPage, "s=zz&action=ready&b=app"),
		form(o, openPage, "s=unchecked&action=foo&b=app"),
		form(o, openPage, "s=unchecked&action=ready&b=zz"),
		form(o, openPage, "s=unchecked"),
		form(o, openPage, "action=ready&b=app"),
		form(o, openPage, "s=t1&action=ready&b=tcp"),
	} {
		theirs := withoutFraming(o.get(t, tt.socket, tt.head))
		r := tt.page.Respond(tt.request)
		ours := fmt.Sprintf("HTTP/1.0 %d %s\r\n", r.Status, r.Reason)
		for _, h := range r.Header {
			ours += h.Name + ": " + h.Value + "\r\n"
		}
		ours += "\r\n" + string(r.Body)
		if diff := cmp.Diff(theirs, withoutFraming(ours)); diff != "" {
			t.Errorf("%q: %s", tt.head, diff)
		}
	}
}

func form(o oracle, p *Page, body string) (tt struct {
	page         *Page
	socket, head string
	request      Request
}) {
	tt.page, tt.socket = p, o.free
	tt.head = fmt.Sprintf("POST /app HTTP/1.0\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
	tt.request = Request{Method: "POST", URI: "/app", Body: []byte(body)}
	return tt
}

// withoutFraming leaves out what the engine adds: version, length and connection.
func withoutFraming(message string) string {
	head, body, _ := strings.Cut(message, "\r\n\r\n")
	var kept []string
	for _, line := range strings.Split(head, "\r\n") {
		name, _, _ := strings.Cut(strings.ToLower(line), ":")
		if name != "content-length" && name != "connection" && name != "transfer-encoding" {
			kept = append(kept, strings.Replace(line, "HTTP/1.1", "HTTP/1.0", 1))
		}
	}
	return strings.Join(kept, "\n") + "\n\n" + body
}
