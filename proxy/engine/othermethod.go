package engine

import "simulacro/proxy/http1"

// A rule may make a HEAD of another method, or another method of a HEAD ("http-request set-method"). Then the server's response has
// a body that the client does not wait for, or none where it does.

// dropsBody tells whether the response's body is not for the client.
func (c *client) dropsBody() bool { return c.noBody && !c.asksHead }

// lacksBody tells whether the client waits for a body that the server does not send.
func (c *client) lacksBody() bool { return !c.noBody && c.asksHead }

// appendNoBody ends the head of a response whose body is lacking. A length in it stands, as a body in chunks is said to be
// empty: so does HAProxy, and a client that was promised bytes waits for them.
func appendNoBody(t []byte, h *http1.Head) []byte {
	switch body := h.ResponseBody(false); {
	case h.Chunked && !body.Done():
		return append(t, "\r\n0\r\n\r\n"...)
	case h.V11 && body.UntilEnd():
		return append(t, "transfer-encoding: chunked\r\n\r\n0\r\n\r\n"...)
	}
	return append(t, '\r', '\n')
}
