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
	// Redirect: the answer to a request with a body ends the connection, as HAProxy's redirections do.
	Redirect bool
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
	case r.kind == "default-errorfiles" && !HasDefault(r.status):
		return nil, nil, sayf("status code '%d' not handled by default with 'default-errorfiles' argument.", r.status)
	case (r.status == 204 || r.status == 304) && r.body != nil && !empty:
		return nil, nil, sayf("No body expected for %d responses", r.status)
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
	return r, words, r.format(env)
}

// Section gives the http-errors section that the answer is taken from; "": it is from none.
func (r *Reply) Section() string { return r.ref }

// replyOptions are an answer's words with what they expect.
var replyOptions = map[string]string{
	"status": "<status_code>", "content-type": "<ctype>", "errorfile": "<fmt>", "errorfiles": "<name>", "file": "<file>",
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
		return 0, sayf("'%s' expects %s as argument", words[0], what)
	}
	v := words[1]
	var err error
	if kind, ok := payloads[words[0]]; ok {
		if err = r.pays(words[0], kind); err != nil {
			return 0, err
		}
	}
	switch words[0] {
	case "status":
		digits := v[:len(v)-len(strings.TrimLeft(v, "0123456789"))]
		r.status, _ = strconv.Atoi(digits) // what does not begin with a digit is 0, as in HAProxy
		if r.status < 200 || r.status > 599 {
			return 0, sayf("Unexpected status code '%d'", r.status)
		}
	case "content-type":
		r.ctype = v
	case "errorfile":
		if r.file, err = env.ReadFile(v); err != nil {
			return 0, sayf("error opening file '%s'.", v)
		}
	case "errorfiles":
		r.errors, r.ref = env.Errors, v
	case "file", "lf-file":
		b, err := env.ReadFile(v)
		if err != nil {
			return 0, sayf("error opening file '%s'", v)
		}
		r.body, r.formatted = Literal(string(b)), words[0] == "lf-file"
	case "string", "lf-string":
		r.body, r.formatted = Literal(v), words[0] == "lf-string"
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

// format compiles the body where it is a log format, which HAProxy does once it has read all words.
func (r *Reply) format(env *Env) (err error) {
	if r.formatted {
		env.Moved = true
		text, _ := r.body.Constant()
		r.body, err = ParseFormat(env, text, false)
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
