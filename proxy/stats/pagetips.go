package stats

import (
	"fmt"
	"html"
	"strings"
)

func esc(s string) string { return html.EscapeString(s) }

// details is a small table of what a cell sums up.
type details struct{ strings.Builder }

// line adds a line: its values are HTML.
func (d *details) line(label string, values ...string) {
	d.WriteString("<tr><th>" + label + "</th>")
	for _, v := range values {
		d.WriteString("<td>" + v + "</td>")
	}
	d.WriteString("</tr>")
}

func (d *details) table() string { return `<table class="det">` + d.String() + "</table>" }

// part is n as a percentage of all.
func part(n, all uint64) string {
	if all == 0 {
		return "(0%)"
	}
	return fmt.Sprintf("(%d%%)", 100*n/all)
}

func rateTip(conns, sessions, requests int, http bool, when string) string {
	var d details
	d.line("Connections "+when, number(conns)+"/s")
	d.line("Sessions "+when, number(sessions)+"/s")
	if http {
		d.line("Requests "+when, number(requests)+"/s")
	}
	return d.table()
}

// classes are the answers by the first digit of their status. Where compressed holds, the 2xx that were compressed follow: none, for
// this director does not compress. shares: with each one's part of the requests.
func (d *details) classes(r *Row, compressed, shares bool) {
	for i, class := range [...]string{"1xx", "2xx", "3xx", "4xx", "5xx", "another status"} {
		values := []string{number(r.Responses[i])}
		if shares {
			values = append(values, part(r.Responses[i], r.ReqTotal))
		}
		d.line("… answered with "+class, values...)
		if compressed && class == "2xx" {
			d.line("… of these compressed", "0", "(0%)")
		}
	}
}

// cache tells that there is none.
func (d *details) cache() {
	d.line("Asked of the cache", "0")
	d.line("Found in the cache", "0", "(0%)")
}

// faults are what the director itself could not do.
func (d *details) faults(r *Row) {
	d.line("Rewrites that failed", number(r.FailedRewrites))
	d.line("Errors of its own", number(r.ErrInternal))
}

func frontTip(r *Row) string {
	var d details
	d.line("Connections", number(r.ConnTotal))
	d.line("Sessions", number(r.SessTotal))
	if r.HTTP {
		d.line("Requests", number(r.ReqTotal))
		d.classes(r, true, false)
		d.line("Answered here", number(r.Intercepted))
		d.cache()
		d.faults(r)
	}
	return d.table()
}

// targetTip is what a server's, or a backend's, sessions are made of.
func targetTip(r *Row, backend bool) string {
	var d details
	d.line("Sessions", number(r.SessTotal))
	if r.HTTP {
		d.line("Connections opened", number(r.Connects))
		d.line("Connections used again", number(r.Reuses), part(r.Reuses, r.Connects+r.Reuses))
		d.line("Requests", number(r.ReqTotal))
		d.classes(r, backend, !backend)
		if backend {
			d.cache()
		}
		d.faults(r)
	}
	d.times(r)
	return d.table()
}

// times are the longest and the mean of the last 1024.
func (d *details) times(r *Row) {
	d.WriteString(`<tr><th colspan="3">Longest / mean of the last 1024</th></tr>`)
	line := func(label string, most, mean int) { d.line(label, number(most)+" / "+number(mean), "ms") }
	line("In the queue", r.QTimeMax, r.QTime)
	line("To connect", r.CTimeMax, r.CTime)
	if r.HTTP {
		line("To answer", r.RTimeMax, r.RTime)
	}
	line("In all", r.TTimeMax, r.TTime)
}

// connsTip are the connections to a server.
func connsTip(r *Row) string {
	var d details
	d.line("Sessions now", number(r.SessCur))
	d.line("Connections in use", number(r.UsedConns))
	d.line("Connections idle", number(r.IdleConns))
	d.line("… for their client alone", number(r.IdleConns-r.SafeConns))
	d.line("… for any client", number(r.SafeConns))
	d.line("Connections that will be wanted", number(r.NeedEst))
	d.line("Limit in use", limit(r.SessLimit))
	idle := "-"
	if r.IdleLimit >= 0 {
		idle = number(r.IdleLimit)
	}
	d.line("Limit idle", idle)
	return d.table()
}

// bytesTip is about compression, of which there is none.
func bytesTip(r *Row) string {
	var d details
	d.line("Answers", number(r.BytesOut))
	d.line("Given to compression", "0")
	d.line("Come out of it", "0", "(0%)")
	d.line("Passed by it", "0")
	d.line("Saved", "0", "(0%)")
	return d.table()
}

func abortsTip(r *Row) string {
	return fmt.Sprintf("Broken off in the midst: by clients %d, by servers %d", r.ClientAborts, r.ServerAborts)
}
