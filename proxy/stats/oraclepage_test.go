package stats

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"simulacro/proxy/config"
)

// TestFormsAreTheOracles compares the answers to forms; that each does what it says is compared in internal/differential.
func TestFormsAreTheOracles(t *testing.T) {
	o := startOracle(t)
	f := newFake()
	f.rows = readRows(t, strings.TrimSuffix(o.try("show stat"), "\n"))
	page := NewPage(&config.Proxy{Name: "app", Stats: &config.Stats{URI: "/app"}}, f, f)
	for _, form := range []string{
		"s=unchecked&action=drain&b=app", "s=unchecked&action=ready&b=app", "s=unchecked&s=zz&action=ready&b=app", "s=zz&action=ready&b=app",
		"s=unchecked&action=foo&b=app", "s=unchecked&action=ready&b=zz", "s=unchecked", "action=ready&b=app", "s=t1&action=ready&b=tcp",
		"b=app&action=ready&s=unchecked", "s=unchecked&action=enable&b=app", "s=unchecked&action=dhlth&b=app", "s=unchecked&action=start&b=app",
		"s=unchecked&action=ready&b=http_front", "s=%zz&s=unchecked&action=ready&b=app", "s=unchecked&s=%zz&action=ready&b=app",
		"action=foo&s=unchecked&action=ready&b=app", "s=unchecked&action=ready&b=app&action=foo", "s=unchecked&action=ready&b=%237", "x", "&",
		"s=" + strings.Repeat("x", longestField-2) + "&action=ready&b=app", "s=" + strings.Repeat("x", longestField-3) + "&action=ready&b=app",
		"s=unchecked&action=dagent&b=app", "s=unchecked&action=adown&b=app", "s=unchecked&action=&b=app", "s=unchecked&action=ready&b=",
	} {
		head := fmt.Sprintf("POST /app HTTP/1.0\r\nContent-Length: %d\r\n\r\n%s", len(form), form)
		r := page.Respond(Request{Method: "POST", URI: "/app", Admin: true, Body: []byte(form)})
		ours := fmt.Sprintf("HTTP/1.0 %d %s\r\n", r.Status, r.Reason)
		for _, h := range r.Header {
			ours += h.Name + ": " + h.Value + "\r\n"
		}
		if diff := cmp.Diff(withoutFraming(o.get(t, o.free, head)), withoutFraming(ours+"\r\n"+string(r.Body))); diff != "" {
			t.Errorf("%.80q: %s", form, diff)
		}
	}
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
