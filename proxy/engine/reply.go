package engine

import (
	"fmt"

	"simulacro/proxy/http1"
	"simulacro/proxy/rules"
)

// reply is an answer of the director's own, ready to be sent.
type reply struct {
	status int
	head   []byte // start line and fields, without connection and the blank line
	body   []byte
	size   int64  // as HAProxy counts it
	unsaid int64  // of these, what is not in head: the connection field
	closes bool   // the connection ends with it: an error file says so, or does not say how long its body is
	raw    []byte // as the message parser sends it, before there is a request: other order and case; nil: of an error file
}

// The words of HAProxy's own answers.
var replyTexts = []struct {
	status       int
	reason, text string
}{
	{200, "OK", "Service ready."},
	{400, "Bad request", "Your browser sent an invalid request."},
	{401, "Unauthorized", "You need a valid user and password to access this content."},
	{403, "Forbidden", "Request forbidden by administrative rules."},
	{404, "Not Found", "The resource could not be found."},
	{405, "Method Not Allowed", "A request was made of a resource using a request method not supported by that resource"},
	{407, "Unauthorized", "You need a valid user and password to access this content."},
	{408, "Request Time-out", "Your browser didn't send a complete request in time."},
	{410, "Gone", "The resource is no longer available and will not be available again."},
	{413, "Payload Too Large", "The request entity exceeds the maximum allowed."},
	{421, "Misdirected Request", "Request sent to a non-authoritative server."},
	{422, "Unprocessable Content", "The server cannot process the contained instructions."},
	{425, "Too Early", "Your browser sent early data."},
	{429, "Too Many Requests", "You have sent too many requests in a given amount of time."},
	{500, "Internal Server Error", "An internal server error occurred."},
	{501, "Not Implemented", ".The server does not support the functionality required to fulfill the request."},
	{502, "Bad Gateway", "The server returned an invalid or incomplete response."},
	{503, "Service Unavailable", "No server is available to handle this request."},
	{504, "Gateway Time-out", "The server didn't respond in time."},
}

var standard = func() map[int]*reply {
	m := map[int]*reply{}
	for _, t := range replyTexts {
		m[t.status] = newReply(t.status, t.reason, t.text)
	}
	return m
}()

func newReply(status int, reason, text string) *reply {
	body := fmt.Sprintf("<html><body><h1>%d %s</h1>\n%s\n</body></html>\n", status, reason, text)
	ends, unsaid := "", 0
	if status == 400 || status == 408 { // of the others that a parser may send HAProxy does not say so
		ends, unsaid = "Connection: close\r\n", len("connection")+len("close")
	}
	raw := fmt.Sprintf("HTTP/1.1 %d %s\r\nContent-length: %d\r\nCache-Control: no-cache\r\n%sContent-Type: text/html\r\n\r\n%s",
		status, reason, len(body), ends, body)
	r := &reply{status: status, body: []byte(body), raw: []byte(raw), unsaid: int64(unsaid)}
	r.head = fmt.Appendf(nil, "HTTP/1.1 %d %s\r\ncontent-length: %d\r\ncache-control: no-cache\r\ncontent-type: text/html\r\n",
		status, reason, len(body))
	r.measure()
	return r
}

// measure counts the answer as HAProxy does.
func (r *reply) measure() {
	var h http1.Head
	if h.ParseResponse(append(append([]byte(nil), r.head...), '\r', '\n')) == nil {
		r.size = h.Size() + int64(len(r.body)) + r.unsaid
	}
}

// newReplies makes a section's answers: the standard ones but for its error files (section 4.2, "errorfile").
func newReplies(files map[int][]byte) (map[int]*reply, error) {
	if len(files) == 0 {
		return standard, nil
	}
	m := map[int]*reply{}
	for k, v := range standard {
		m[k] = v
	}
	for status, file := range files {
		r, err := parseReply(status, file)
		if err != nil {
			return nil, fmt.Errorf("errorfile %d: %w", status, err)
		}
		m[status] = r
	}
	return m, nil
}

// parseReply reads an error file, which is a whole message. An empty one closes without a word. Its fields go out as they are: where it
// has no Content-Length, as those that Debian installs, its body ends with the connection.
func parseReply(status int, file []byte) (*reply, error) {
	if len(file) == 0 {
		return &reply{status: status}, nil
	}
	var h http1.Head
	p := append([]byte(nil), file...)
	if err := h.ParseResponse(p); err != nil {
		return nil, err
	}
	if h.End == 0 {
		return nil, fmt.Errorf("no end of the head in %d bytes", len(file))
	}
	r := &reply{status: status, body: p[h.End:], closes: h.Close || h.Length < 0}
	r.head = h.AppendFields(h.AppendStart(nil, p), p)
	switch {
	case h.Close:
		r.unsaid = int64(len("connection") + len("close"))
	case h.KeepAlive:
		r.unsaid = int64(len("connection") + len("keep-alive"))
	}
	r.measure()
	return r, nil
}

// refuse answers what never became a request, and closes: HAProxy's parser does so before there is a session to log, and in its own
// words: of the error files it heeds only that one is empty.
func (c *client) refuse(status int, cause, when byte) {
	c.status = status
	c.flag(cause, when)
	c.closing = true
	c.countBad(c.got < 0)
	c.got = -1
	if c.start < 0 {
		c.start = c.accepted
	}
	silenced := len(c.fe.errors[status].head) == 0 // by an empty error file
	if !silenced && !c.send(c, standard[status].raw) {
		c.unsay()
	}
	c.logBad()
	c.body = http1.Tunnel() // who knows what is still to come
	if c.stuck() {
		c.st = stFlushing
		c.refused = true
		c.arm(c.fe.client)
		return
	}
	c.linger()
}

// reply answers a request instead of a server, which has been given back.
func (c *client) reply(status int, cause, when byte) {
	c.flag(cause, when)
	c.giveBack()
	if !c.fe.http { // nobody there would understand it
		c.end()
		c.linger()
		return
	}
	c.status = status
	if c.tx != nil {
		c.defaultAnswer(&rules.Answer{Status: status})
		return
	}
	r := c.replyText(status)
	c.out += r.size
	if c.noBody {
		c.out -= int64(len(r.body))
	}
	if !c.body.Done() || len(r.head) == 0 || r.closes {
		c.closing = true
	}
	if len(r.head) == 0 { // an empty error file
		c.finish(false)
		return
	}
	t := c.appendEnd(append(c.l.tmp[:0], r.head...))
	if !c.noBody {
		t = append(t, r.body...)
	}
	c.l.tmp = t
	c.answerWith(t)
}

// appendEnd ends the head in t with what is to become of the connection, where client and version do not imply it.
func (c *client) appendEnd(t []byte) []byte {
	old := !hasPrefix(t, "HTTP/1.1")
	switch {
	case c.closing && !old:
		t = append(t, "connection: close\r\n"...)
	case !c.closing && (old || !c.v11):
		t = append(t, "connection: keep-alive\r\n"...)
	}
	c.fe.toClients.apply(t)
	return append(t, '\r', '\n')
}

// answerWith sends a whole answer and ends the request.
func (c *client) answerWith(t []byte) {
	c.answered = true
	if x := c.tx; x != nil && x.req.gone && !x.Req.Whole { // HAProxy's parser has ended with the client
		c.closing = true
		c.finish(false)
		return
	}
	if !c.send(c, t) {
		c.unsay()
		c.closing, c.lost = true, true
	}
	c.finish(false)
}

// replyText finds the answer for a status: the backend's, if it has any of its own, or else the frontend's.
func (c *client) replyText(status int) *reply {
	if c.be != nil && len(c.be.cfg.ErrorFiles) > 0 {
		if _, ok := c.be.cfg.ErrorFiles[status]; ok {
			return c.be.errors[status]
		}
	}
	return c.fe.errors[status]
}
