package health

import (
	"fmt"
	"strings"
)

// bytes gives an HTTP check's request. It closes an HTTP/1.1 connection unless a field of its own says otherwise.
func (q *Request) bytes(r *Run) []byte {
	t := r.tx()
	var b strings.Builder
	target := q.URI.Text(t)
	if target == "" { // a format of nothing that is known
		target = "/"
	}
	fmt.Fprintf(&b, "%s %s %s\r\n", q.Method, target, q.Version)
	closes := q.Version != "HTTP/1.0"
	for _, h := range q.Headers {
		name := strings.ToLower(h.Name)
		if name == "content-length" || name == "transfer-encoding" {
			continue
		}
		closes = closes && name != "connection"
		b.WriteString(name + ": " + h.Value.Text(t) + "\r\n")
	}
	if r.f.State != nil {
		fmt.Fprintf(&b, "x-haproxy-server-state: %s\r\n", r.f.State())
	}
	body := ""
	if q.Body != nil {
		body = q.Body.Text(t)
	}
	if body != "" {
		fmt.Fprintf(&b, "content-length: %d\r\n", len(body))
	}
	if closes {
		b.WriteString("connection: close\r\n")
	}
	b.WriteString("\r\n" + body)
	return []byte(b.String())
}
