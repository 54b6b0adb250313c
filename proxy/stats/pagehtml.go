package stats

import (
	_ "embed" // the style sheet
	"fmt"
	"html"
	"strings"
)

//go:embed page.css
var pageCSS string

// html is the whole page: one document with nothing to fetch beside it. Its tables, classes and form fields are those of HAProxy's
// page, which scripts and habits go by; its words and its looks are this project's own.
func (p *Page) html(o pageOptions) []byte {
	info, rows := p.source.Info(), p.rows(o)
	b := &document{}
	b.raw("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">")
	b.raw(`<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">`)
	b.raw("<title>Statistics Report for HAProxy's stand-in").text(p.onNode()).raw("</title>\n<style>").raw(pageCSS).raw("</style></head>\n<body>\n")
	p.header(b, &info)
	b.raw("<div class=\"top\">\n")
	process(b, &info)
	legend(b)
	p.options(b, o)
	resources(b)
	b.raw("</div>\n")
	p.banner(b, o)
	for len(rows) > 0 {
		n := 1
		for n < len(rows) && rows[n].ProxyID == rows[0].ProxyID {
			n++
		}
		p.section(b, rows[:n], o)
		rows = rows[n:]
	}
	b.raw("<footer>This page is made by Simulacro's director, which stands in for HAProxy in a drill. ")
	b.raw("It counts and names what HAProxy 2.6 does; it is not HAProxy.</footer>\n</body></html>\n")
	return []byte(b.String())
}

// document is HTML under construction.
type document struct{ strings.Builder }

func (b *document) raw(s string) *document {
	b.WriteString(s)
	return b
}

// text writes what must not be read as markup.
func (b *document) text(s string) *document { return b.raw(html.EscapeString(s)) }

func (b *document) printf(format string, args ...any) { fmt.Fprintf(b, format, args...) }

func (p *Page) onNode() string {
	if p.stats.ShowNode == "" {
		return ""
	}
	return " on " + p.stats.ShowNode
}

func (p *Page) header(b *document, info *Info) {
	b.raw("<header><h1>Simulacro director <small>in the place of HAProxy")
	if !p.stats.HideVers {
		b.raw(" version ").text(info.Version).raw(", released ").text(info.ReleaseDate)
	}
	b.raw("</small></h1>\n<h2>")
	b.printf("Statistics Report for pid %d", info.PID)
	b.text(p.onNode())
	if p.stats.ShowDesc != "" {
		b.raw(": ").text(p.stats.ShowDesc)
	}
	b.raw("</h2></header>\n")
}

// process is what `show info` says, in short.
func process(b *document, in *Info) {
	b.raw("<ul>")
	for _, line := range [...]string{
		fmt.Sprintf("<b>pid</b> = %d (process #1, nbproc = 1, nbthread = %d)", in.PID, in.Threads),
		"<b>uptime</b> = " + uptime(in),
		fmt.Sprintf("<b>limits</b> memmax = unlimited; ulimit-n = %d", in.UlimitN),
		fmt.Sprintf("<b>maxsock</b> = %d; <b>maxconn</b> = %d; <b>maxpipes</b> = %d", in.Maxsock, in.Maxconn, in.MaxPipes),
		fmt.Sprintf("current conns = %d; current pipes = %d/%d; conn rate = %d/sec; bit rate = %s", in.CurrConns, in.PipesUsed, in.PipesUsed+in.PipesFree, in.Conns.Now, bitRate(in.BytesOutRate)),
		fmt.Sprintf("tasks that run: %d/%d; idle = %d %%", in.RunQueue, in.Tasks, in.IdlePercent),
	} {
		b.raw("<li>").raw(line).raw("</li>")
	}
	b.raw("</ul>\n")
}

// bitRate writes octets a second as bits, in the largest fitting unit from a thousand on.
func bitRate(octets uint64) string {
	rate, unit := float64(octets)*8/1000, "kbps"
	for _, next := range [...]string{"Mbps", "Gbps"} {
		if rate < 1000 {
			break
		}
		rate, unit = rate/1000, next
	}
	return fmt.Sprintf("%.3f %s", rate, unit)
}

// legend tells what the rows' colours mean.
func legend(b *document) {
	b.raw("<table class=\"lgd\">\n")
	for i, k := range [...]struct{ class, text string }{
		{"active_up", "up"}, {"backup_up", "up, a backup"},
		{"active_going_down", "up, going down"}, {"backup_going_down", "up, going down, a backup"},
		{"active_going_up", "down, coming up"}, {"backup_going_up", "down, coming up, a backup"},
		{"active_down", "down"}, {"active_no_check", "not checked"},
		{"maintain", "out for maintenance"}, {"active_draining", "drained, or stopping: no new sessions"},
	} {
		if i%2 == 0 {
			b.raw("<tr>")
		}
		b.raw(`<td class="` + k.class + `">&nbsp;</td><td class="noborder">` + k.text + "</td>")
		if i%2 == 1 {
			b.raw("</tr>\n")
		}
	}
	b.raw("</table>\n")
}

// options are the links that change what the page shows.
func (p *Page) options(b *document, o pageOptions) {
	b.raw("<ul><li><b>View</b></li>\n<li><form method=\"get\"><label>Scope: <input value=\"").text(o.scope)
	b.raw("\" name=\"scope\" size=\"8\" maxlength=\"20\" tabindex=\"1\"></label></form></li>\n")
	for _, l := range p.links(o) {
		b.link(l.href, l.text)
	}
	b.raw("</ul>\n")
}

func resources(b *document) {
	b.raw("<ul><li><b>About HAProxy</b></li>\n")
	b.link("http://www.haproxy.org/", "Its site")
	b.link("http://www.haproxy.org/#down", "Releases of 2.6")
	b.link("http://www.haproxy.org/#docs", "Manuals")
	b.raw("</ul>\n")
}

func (b *document) link(href, text string) {
	b.raw(`<li><a href="`).text(href).raw(`">`).text(text).raw("</a></li>\n")
}

// banner says what became of the last form.
func (p *Page) banner(b *document, o pageOptions) {
	if o.result == "" {
		return
	}
	said, ok := formTexts[o.result]
	if !ok {
		said = formUnknown
	}
	b.raw(`<div class="` + said.class + ` msg"><a class="lfsb" href="`).text(p.uri() + p.suffix(o))
	b.raw(`" title="Take this message away">[X]</a> `).text(said.text).raw("</div>\n")
}
