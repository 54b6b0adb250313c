package stats

import (
	"net/url"
	"strings"
)

// Results of a form, as they stand in the address that it redirects to.
const (
	formDone    = "DONE"
	formNone    = "NONE"
	formPart    = "PART"
	formErr     = "ERRP"
	formTooLong = "EXCD"
	formDenied  = "DENY"
	formInvalid = "IVAL"
)

// formResult is what the page says of a result, and the class of its colour.
type formResult struct{ class, text string }

var formTexts = map[string]formResult{
	formDone:    {"active_up", "Done: every server that was chosen."},
	formNone:    {"active_going_down", "Nothing was to be done."},
	formPart:    {"active_going_down", "Done in part: not every name is one server's of the backend."},
	formErr:     {"active_down", "Not done: the action, the backend or the servers are not known, a name stands for two, or a field is too long."},
	formTooLong: {"active_down", "Not done: the form is too long. Choose fewer servers at a time."},
	formDenied:  {"active_down", "Not done: the page is for reading only."},
	formInvalid: {"active_down", "Not done: the request is of a kind that the page does not take."},
}

// formUnknown is of a result that there is not.
var formUnknown = formResult{"active_no_check", "Something else happened."}

// post does what a form of the page asks for, and gives the result.
func (p *Page) post(r *Request) string {
	switch {
	case !r.Admin:
		return formDenied
	case r.TooLong:
		return formTooLong
	}
	f := form{admin: p.admin, rows: p.source.Rows(nil)}
	return f.read(string(r.Body))
}

// form is a POST that is being read: b is the backend, action what to do, and each s a server that it is done to.
type form struct {
	admin   ServerAdmin
	rows    []Row
	backend []Row // empty: not known yet
	action  *formAction
	name    string   // of the action
	waiting []string // servers that came before the backend and the action were known

	total, changed int // servers, without those that nothing was to be done to
}

// longestField is how long one field of a form may be, name, value and the signs around them; HAProxy's LINESIZE.
const longestField = 2048

// read goes through the fields from the last to the first, as HAProxy does: a form has the backend and the action at its end. A
// field that cannot be decoded ends it.
func (f *form) read(body string) string {
	if body == "" {
		return formNone
	}
	fields := strings.Split(body, "&")
	for i := len(fields) - 1; i >= 0; i-- {
		if len(fields[i]) >= longestField {
			return formErr
		}
		key, value, _ := strings.Cut(fields[i], "=")
		key, err := url.QueryUnescape(key)
		value, err2 := url.QueryUnescape(value)
		if err != nil || err2 != nil {
			break
		}
		if !f.field(key, value) {
			return formErr
		}
	}
	switch {
	case f.total == 0:
		return formNone
	case f.changed == 0:
		return formErr
	case f.changed < f.total:
		return formPart
	}
	return formDone
}

// field takes one field; false: it names what there is not.
func (f *form) field(key, value string) bool {
	switch {
	case key == "b" && f.backend == nil:
		if f.backend = backendRows(f.rows, value); f.backend == nil {
			return false
		}
	case key == "action" && f.action == nil:
		do, known := formActions[value]
		if !known {
			return false
		}
		f.action, f.name = &do, value
	case key == "s":
		f.waiting = append(f.waiting, value)
	}
	if f.backend != nil && f.action != nil {
		for _, name := range f.waiting {
			f.server(name)
		}
		f.waiting = nil
	}
	return true
}

// backendRows gives the rows of the backend of that name, or #number; nil: there is none, or there are several.
func backendRows(rows []Row, name string) (found []Row) {
	for i := range rows {
		if rows[i].Kind != Backend || !named(name, rows[i].Proxy, rows[i].ProxyID) {
			continue
		}
		if found != nil {
			return nil
		}
		for k := range rows {
			if rows[k].ProxyID == rows[i].ProxyID {
				found = append(found, rows[k])
			}
		}
	}
	return found
}

// server does the action to one server.
func (f *form) server(name string) {
	var found *Row
	for i := range f.backend {
		if r := &f.backend[i]; r.Kind == Server && r.Name == name {
			if found != nil { // which of them?
				f.total++
				return
			}
			found = r
		}
	}
	switch {
	case found == nil:
		f.total++
	case f.action.idle != nil && f.action.idle(found):
	case f.action.do != nil && f.action.do(f.from(), found.Ref()) != nil:
		f.total++
	default:
		f.total++
		f.changed++
	}
}

// from is who does the action.
func (f *form) from() ServerAdmin {
	if a, ok := f.admin.(PageAdmin); ok {
		return a.FromPage(f.name)
	}
	return f.admin
}
