package proxy

import (
	"fmt"
	"strings"
	"testing"
)

// criteria are tests that a request passes or not.
var criteria = []string{
	"method -i GET", "method -i get", "method get", "method -i brew", "method BREW", "method brew", "method -m str -i get", "method -m reg -i ^g", "method -m beg G", "method -m len 3", "path_beg -i /A", "path_dir -i A", "path_dom B",
	"hdr(x) -i \xe9", "hdr(x) -i \xc9", "hdr_beg(x) -i \xe8", "hdr_sub(x) -i \xc3\x89", "hdr(x) -i K", "hdr_end(x) -i k", "hdr(x) -m bin 4b", "hdr(x) -i -m bin 6b", "path_len gt 3", "hdr(n) -m bool", "hdr_cnt(x) -m bool", "hdr_cnt(x) 0:1",
	"src 127.0.255.1/255.0.255.255", "src 127.0.0.1/255.0.0.255", "src 0.0.0.1/0.0.0.255", "src ::ffff:127.0.0.9/125", "src ::7f00:1", "src 127/8", "src 127.1", "src 127.0.0.010", "src 0177.1", "src 127.0.1", "src 2002:7f00:1::/48", "src ::/0", "src 0/0",
	"src -m str 127.0.0.1", "src -m reg ^127", "src -m len 9", "hdr_ip(a) ::1/64", "hdr_ip(a) 2001:db8::/32", "hdr_ip(a) ::ffff:1.2.3.4", "hdr_ip(b) 1.2.3.0/24", "hdr_ip(b) ::ffff:1.2.3.0/120", "hdr_ip(c) 1.2.3.4", "hdr_ip(d) 1.2.3.4",
	"hdr_ip(d) 2002:102:304::/48", "hdr_ip(e) 7", "hdr(y) -m int 5", "hdr(y) -m ip 0.0.0.5", "hdr_val(y) 5", "always_true -m int 1", "urlp_val(a) 2", "urlp_val(a) 1", "urlp(a) 2", "req.cook_val(a) 1", "req.cook_val(a) 2", "cookie(a) 1", "cookie(a) 2", "hdr_val(n) 1",
}

// TestCriteriaAsHAProxy lets both programs judge requests of odd methods, names and addresses.
func TestCriteriaAsHAProxy(t *testing.T) {
	var b strings.Builder
	for i, c := range criteria {
		fmt.Fprintf(&b, "  http-request return status 200 if { req.hdr(n) =%d } { %s }\n  http-request return status 403 if { req.hdr(n) =%d }\n", i, c, i)
	}
	theirs, ours := sideBySide(t, b.String())
	for _, method := range []string{"GET", "BREW", "get"} {
		for _, x := range []string{"\xe9", "\xc9", "\u00e9", "K"} {
			for i, c := range criteria {
				request := fmt.Sprintf("%s /abc/B?a=1&a=2 HTTP/1.1\r\nHost: h\r\nN: =%d\r\nX: %s\r\nY: 5\r\nA: 2001:db8::5\r\nB: ::ffff:1.2.3.4\r\nC: ::1.2.3.4\r\n"+
					"D: 2002:0102:0304::1\r\nE: 0.0.0.7\r\nCookie: a=1; a=2\r\nConnection: close\r\n\r\n", method, i, x)
				if want, got := exchange(t, theirs, request), exchange(t, ours, request); want != got {
					t.Errorf("%s %q: %q\n  haproxy %.12q\n  ours    %.12q", method, x, c, want, got)
				}
			}
		}
	}
}
