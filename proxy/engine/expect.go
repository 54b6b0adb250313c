package engine

import (
	"slices"
	"strings"

	"simulacro/proxy/rules"
)

// continued is a 100 response in HAProxy's count of bytes, which is not that of its text.
const continued = 40

// askForBody has a client send the body that it keeps back until it is asked for (RFC 9110, section 10.1.1): something here wants to have it
// before there is a server. That one sees nothing of the expectation.
func (c *client) askForBody() {
	h := &c.tx.req.head
	if c.tx.req.asked || !c.v11 || !h.Chunked && h.Length <= 0 {
		return
	}
	if c.tx.req.asked = true; !meetExpectation(c.tx.Req) {
		return
	}
	c.out += continued
	c.send(c, []byte("HTTP/1.1 100 Continue\r\n\r\n")) // that the client has left shows when it is read from
}

// meetExpectation takes 100-continue out of a request's expectations, where it is the first; false: it is not.
func meetExpectation(m *rules.Message) bool {
	i := slices.IndexFunc(m.Fields, func(f rules.Field) bool { return f.Name == "expect" })
	if i < 0 {
		return false
	}
	first, rest, more := strings.Cut(m.Fields[i].Value, ",")
	if !strings.EqualFold(strings.TrimSpace(first), "100-continue") {
		return false
	}
	if m.Fields[i].Value = rest; !more {
		m.Fields = slices.Delete(m.Fields, i, i+1)
	}
	return true
}

// Continue implements rules.World.
func (w world) Continue() { w.c.askForBody() }
