package config

import (
	"slices"
	"strconv"
)

// RetryOn is a set of events on which a request is sent again (section 4.2, "retry-on").
type RetryOn struct {
	Never   bool // not even where no connection was made
	Empty   bool // the connection was closed without an answer
	Junk    bool // the answer is no HTTP, or its head is not whole
	Timeout bool // no answer in time
	Status  map[int]bool
}

// Body tells whether anything but a failed connection counts, so that requests have to be kept.
func (r *RetryOn) Body() bool {
	return r != nil && (r.Empty || r.Junk || r.Timeout || len(r.Status) > 0)
}

// retryStatuses are those that may be asked for.
var retryStatuses = []string{"401", "403", "404", "408", "425", "500", "501", "502", "503", "504"}

func parseRetryOn(p *parser, w words) {
	if w.at(1) == "" {
		p.bad("'%s' needs at least one keyword to specify when to retry", w[0])
		return
	}
	if !p.px.capable(backSide) {
		p.bad("'%s' only available in backend or listen section", w[0])
		return
	}
	r := &RetryOn{Never: true, Status: map[int]bool{}}
	for _, word := range w.from(1) {
		switch {
		case slices.Contains(retryStatuses, word):
			n, _ := strconv.Atoi(word)
			r.Status[n] = true
		case word == "conn-failure":
			r.Never = false
		case word == "0rtt-rejected":
			p.unsupported(w[0] + " " + word)
			return
		case word == "empty-response":
			r.Empty = true
		case word == "junk-response":
			r.Junk = true
		case word == "response-timeout":
			r.Timeout = true
		case word == "all-retryable-errors":
			r.Never, r.Empty, r.Junk, r.Timeout = false, true, true, true
			for _, n := range []int{500, 502, 503, 504} {
				r.Status[n] = true
			}
		case word == "none":
			if len(w) > 2 {
				p.bad("'%s' 'none' keyword only usable alone.", w[0])
				return
			}
		default:
			p.bad("'%s': unknown keyword '%s'.", w[0], word)
			return
		}
	}
	p.px.RetryOn = r
}
