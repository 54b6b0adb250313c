package rules

import (
	"strconv"
	"strings"
)

// Answer is a response of the director's own.
type Answer struct {
	Status  int
	Reason  string // "": the usual one
	Fields  []Field
	Body    string
	Default bool   // the section's own answer for the status; nothing else is set
	File    []byte // a whole message, as errorfile has it; an empty one closes without a word
	IsFile  bool
}

// Reply is what return, deny and http-error say of an answer.
type Reply struct {
	status  int
	kind    string // "", default-errorfiles, errorfile, text
	ctype   string
	file    []byte
	body    *Format
	headers []headerFormat
	payload string                    // the word that made the kind; "": none did
	errors  map[string]map[int][]byte // http-errors sections, of which ref is asked for
	ref     string

	formatted bool // body is a log format
}

type headerFormat struct {
	name  string
	value *Format
}

// Status is the reply's status.
func (r *Reply) Status() int { return r.status }

// IsDefault tells whether it is the section's own answer.
func (r *Reply) IsDefault() bool { return r.kind == "default-errorfiles" }

// Make makes the answer for a request.
func (r *Reply) Make(tx *Tx) *Answer {
	a := &Answer{Status: r.status}
	switch r.kind {
	case "default-errorfiles":
		a.Default = true
		return a
	case "errorfile":
		if a.File, a.IsFile = r.file, true; r.ref != "" {
			a.File = r.errors[r.ref][r.status]
		}
		return a
	}
	if r.body != nil {
		a.Body = r.body.Text(tx)
	}
	for _, h := range r.headers {
		if v := h.value.Text(tx); v != "" {
			a.Fields = append(a.Fields, Field{h.name, v})
		}
	}
	a.Fields = append(a.Fields, Field{"content-length", strconv.Itoa(len(a.Body))})
	if a.Body != "" {
		a.Fields = append(a.Fields, Field{"content-type", r.ctype})
	}
	return a
}

// ParseReply compiles an answer's words, and gives those that are none of it; status is the one without any of theirs.
func ParseReply(env *Env, words []string, status int) (*Reply, []string, error) {
	r := &Reply{status: status}
	for len(words) > 0 {
		if words[0] == "default-errorfiles" {
			if err := r.pays(words[0], words[0]); err != nil {
				return nil, nil, err
			}
			words = words[1:]
			continue
		}
		used, err := r.option(env, words)
		if err != nil {
			return nil, nil, err
		}
		if used == 0 {
			break
		}
		words = words[used:]
	}
	switch empty := r.body != nil && r.body.empty(); {
	case r.ctype == "" && r.formatted:
		return nil, nil, sayf("a content type must be defined with a log-format payload")
	case r.ctype == "" && r.body != nil && !empty:
		return nil, nil, sayf("a content type must be defined when non-empty payload is configured")
	case r.ctype != "" && r.kind == "":
		env.caution("content-type '%s' ignored by the http reply because neither errorfile nor payload defined", r.ctype)
	case r.ctype != "" && r.kind != "text":
		env.caution("content-type '%s' ignored by the http reply when used with an erorrfile", r.ctype)
	case r.headers != nil && r.kind != "text" && r.kind != "":
		env.caution("hdr parameters ignored by the http reply when used with an erorrfile")
	}
	if r.ref != "" {
		env.answered(r.status, r.ref)
	}
	return r, words, nil
}

// replyOptions are an answer's words with what they expect.
var replyOptions = map[string]string{
	"status": "<status_code>", "deny_status": "<status_code>", "content-type": "<ctype>", "errorfile": "<file>", "errorfiles": "<name>", "file": "<file>",
	"lf-file": "<file>", "string": "<str>", "lf-string": "<fmt>", "hdr": "<name> and <value>",
}

// option reads one word with its arguments, and gives how many words it took.
func (r *Reply) option(env *Env, words []string) (int, error) {
	what, known := replyOptions[words[0]]
	if !known {
		return 0, nil
	}
	if words[0] == "hdr" && (len(words) < 3 || words[1] == "") {
		return 0, sayf("'hdr' expects %s as arguments", what)
	}
	if len(words) < 2 {
		return 0, sayf("'%s' expects %s as argument", strings.TrimPrefix(words[0], "deny_"), what)
	}
	v := words[1]
	var err error
	if kind, ok := payloads[words[0]]; ok {
		if err = r.pays(words[0], kind); err != nil {
			return 0, err
		}
	}
	switch words[0] {
	case "status", "deny_status":
		digits := v[:len(v)-len(strings.TrimLeft(v, "0123456789"))]
		r.status, _ = strconv.Atoi(digits) // what does not begin with a digit is 0, as in HAProxy
		if r.status < 200 || r.status > 599 {
			return 0, sayf("Unexpected status code '%d'", r.status)
		}
	case "content-type":
		r.ctype = v
	case "errorfile":
		if r.file, err = env.ReadFile(v); err != nil {
			return 0, sayf("error opening file '%s'", v)
		}
	case "errorfiles":
		r.errors, r.ref = env.Errors, v
	case "file", "lf-file":
		b, err := env.ReadFile(v)
		if err != nil {
			return 0, sayf("error opening file '%s'", v)
		}
		return 2, r.text(env, string(b), words[0] == "lf-file")
	case "string", "lf-string":
		return 2, r.text(env, v, words[0] == "lf-string")
	case "hdr":
		env.Moved = true
		f, err := ParseFormat(env, words[2], false)
		if err != nil {
			return 0, err
		}
		r.headers = append(r.headers, headerFormat{strings.ToLower(v), f})
		return 3, nil
	}
	return 2, nil
}

func (r *Reply) text(env *Env, s string, format bool) (err error) {
	if r.body, r.formatted = Literal(s), format; format {
		env.Moved = true
		r.body, err = ParseFormat(env, s, false)
	}
	return err
}

// payloads are the options that say what the answer is made of, with its kind.
var payloads = map[string]string{
	"errorfile": "errorfile", "errorfiles": "errorfile", "file": "text", "lf-file": "text", "string": "text", "lf-string": "text",
}

// pays notes what the answer is made of, which only one word may say.
func (r *Reply) pays(word, kind string) error {
	if r.payload != "" {
		return sayf("unexpected '%s' argument, '%s' already defined", word, r.payload)
	}
	r.payload, r.kind = word, kind
	return nil
}

func parseReturn(p *ruleParser) (doing, error) {
	r, rest, err := ParseReply(p.env, p.rest(), 200)
	p.words = append(rest, p.words...)
	if err != nil {
		return nil, err
	}
	return func(tx *Tx) Verdict { tx.Answer = r.Make(tx); return Respond }, nil
}

func parseDeny(v Verdict, status int) func(*ruleParser) (doing, error) {
	return func(p *ruleParser) (doing, error) {
		code := status
		if p.list == Response {
			code = 502
		}
		r, rest, err := ParseReply(p.env, p.rest(), code)
		p.words = append(rest, p.words...)
		if err != nil {
			return nil, err
		}
		// HAProxy has no ready answers for these two: they belong to auth.
		if r.kind == "" && r.headers == nil && r.status != 401 && r.status != 407 {
			r.kind = "default-errorfiles"
		}
		return func(tx *Tx) Verdict { tx.Answer = r.Make(tx); return v }, nil
	}
}

// parseAuth asks for a name and a password (RFC 7617).
func parseAuth(p *ruleParser) (doing, error) {
	realm := ""
	if !p.done() && p.words[0] == "realm" {
		p.take()
		var ok bool
		if realm, ok = p.take(); !ok {
			return nil, sayf("missing realm value.\n")
		}
	}
	return func(tx *Tx) Verdict {
		name := realm
		if name == "" && tx.Session != nil {
			name = tx.Session.Frontend
		}
		tx.Answer = &Answer{Status: 401, Default: true, Fields: []Field{{"www-authenticate", `Basic realm="` + name + `"`}}}
		return Deny
	}, nil
}

// parseRedirect reads redirect location|prefix|scheme <to> and its options (section 4.2, "redirect").
func parseRedirect(p *ruleParser) (doing, error) {
	x := &redirect{code: 302}
	for !p.done() {
		how, _ := p.take()
		switch how {
		case "drop-query":
			x.dropQuery = true
			continue
		case "append-slash":
			x.appendSlash = true
			continue
		case "ignore-empty":
			x.ignoreEmpty = true
			continue
		}
		w, ok := p.take()
		if !ok && contains([]string{"location", "prefix", "scheme", "code", "set-cookie", "clear-cookie"}, how) {
			return nil, sayf("missing argument for '%s'", how)
		}
		var err error
		switch how {
		case "location", "prefix", "scheme":
			x.how = how
			if x.to = Literal(w); !p.env.Plain {
				p.env.Moved = true
				x.to, err = ParseFormat(p.env, w, false)
			}
		case "code":
			if x.code, err = strconv.Atoi(w); err != nil || x.code < 301 || x.code > 308 || x.code > 303 && x.code < 307 {
				err = sayf("'code': unsupported HTTP code '%s' (must be one of 301, 302, 303, 307 or 308)", w)
			}
		case "set-cookie":
			x.cookie = w + "; path=/;"
		case "clear-cookie":
			x.cookie = w + "; path=/; Max-Age=0;"
		default:
			err = sayf("expects 'code', 'prefix', 'location', 'scheme', 'set-cookie', 'clear-cookie', 'drop-query', 'ignore-empty' or 'append-slash' (was '%s')", how)
		}
		if err != nil {
			return nil, err
		}
	}
	if x.to == nil {
		return nil, sayf("redirection type expected ('prefix', 'location', or 'scheme')")
	}
	return x.do, nil
}

type redirect struct {
	how                    string
	to                     *Format
	code                   int
	cookie                 string
	dropQuery, appendSlash bool
	ignoreEmpty            bool
}

func (x *redirect) do(tx *Tx) Verdict {
	to := x.to.Text(tx)
	if x.ignoreEmpty && to == "" {
		return Next
	}
	path, query := "", ""
	if tx.Req != nil {
		_, path, query = tx.Req.path()
	}
	if x.dropQuery {
		query = ""
	}
	if x.appendSlash && !strings.HasSuffix(path+query, "/") {
		if query += "/"; query == "/" {
			path, query = path+"/", ""
		}
	}
	switch x.how {
	case "prefix":
		if to == "/" {
			to = ""
		}
		to += path + query
	case "scheme":
		host := ""
		if tx.Req != nil {
			host = hostOf(tx.Req)
		}
		if path == "" || path == "*" {
			path = "/"
		}
		to += "://" + host + path + query
	}
	a := &Answer{Status: x.code, Fields: []Field{{"content-length", "0"}, {"location", to}}}
	if x.code == 302 || x.code == 303 || x.code == 307 {
		a.Fields = append(a.Fields, Field{"cache-control", "no-cache"})
	}
	if x.cookie != "" {
		a.Fields = append(a.Fields, Field{"set-cookie", x.cookie})
	}
	tx.Answer = a
	return Respond
}

// reasons are the words for statuses, as HAProxy has them.
var reasons = map[int]string{
	100: "Continue", 101: "Switching Protocols", 200: "OK", 201: "Created", 202: "Accepted", 203: "Non-Authoritative Information",
	204: "No Content", 205: "Reset Content", 206: "Partial Content", 300: "Multiple Choices", 301: "Moved Permanently", 302: "Found",
	303: "See Other", 304: "Not Modified", 307: "Temporary Redirect", 308: "Permanent Redirect", 400: "Bad Request",
	401: "Unauthorized", 402: "Payment Required", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
	406: "Not Acceptable", 407: "Proxy Authentication Required", 408: "Request Timeout", 409: "Conflict", 410: "Gone",
	411: "Length Required", 412: "Precondition Failed", 413: "Payload Too Large", 414: "URI Too Long", 415: "Unsupported Media Type",
	416: "Range Not Satisfiable", 417: "Expectation Failed", 418: "I'm a teapot", 422: "Unprocessable Entity", 425: "Too Early",
	428: "Precondition Required", 429: "Too Many Requests", 431: "Request Header Fields Too Large",
	451: "Unavailable For Legal Reasons", 500: "Internal Server Error", 501: "Not Implemented", 502: "Bad Gateway",
	503: "Service Unavailable", 504: "Gateway Timeout", 505: "HTTP Version Not Supported",
}

// Reason is a status's usual reason.
func Reason(status int) string {
	if r, ok := reasons[status]; ok {
		return r
	}
	return "<none>"
}
