package stats

import (
	_ "embed" // the style sheet
	"fmt"
	"html"
	"strings"
)

//go:embed page.css
var pageCSS string

// html is the whole page: one document without scripts or anything to fetch beside it.
func (p *Page) html(o pageOptions) []byte {
	info, rows := p.source.Info(), p.rows(o)
	b := &document{}
	b.raw("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">")
	b.raw(`<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">`)
	b.raw("<title>Statistics Report: ").text(p.nodeName(&info)).raw("</title>\n<style>").raw(pageCSS).raw("</style></head>\n<body>\n")
	p.header(b, &info)
	if said, ok := formTexts[o.result]; ok {
		class := "bad"
		if said.good {
			class = "good"
		}
		b.raw(`<p class="msg ` + class + `">`).text(said.text).raw("</p>\n")
	}
	b.raw("<div class=\"top\">\n")
	process(b, &info)
	legend(b)
	p.options(b, o)
	b.raw("</div>\n")
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

func (p *Page) nodeName(info *Info) string {
	if p.stats.ShowNode != "" {
		return p.stats.ShowNode
	}
	if info.Node != "" {
		return info.Node
	}
	return p.proxy.Name
}

func (p *Page) header(b *document, info *Info) {
	b.raw("<header><h1>Simulacro director")
	if !p.stats.HideVers {
		b.raw(" <small>in the place of HAProxy, version ").text(info.Version)
		if info.ReleaseDate != "" {
			b.raw(", released ").text(info.ReleaseDate)
		}
		b.raw("</small>")
	}
	b.raw("</h1>\n<h2>")
	b.printf("Statistics Report for pid %d", info.PID)
	if p.stats.ShowNode != "" {
		b.raw(" on ").text(p.stats.ShowNode)
	}
	if p.stats.ShowDesc != "" {
		b.raw(": ").text(p.stats.ShowDesc)
	}
	b.raw("</h2></header>\n")
}

// process is what `show info` says, in short.
func process(b *document, in *Info) {
	b.raw("<ul>")
	for _, line := range [...]string{
		fmt.Sprintf("<b>pid</b> = %d (nbthread = %d)", in.PID, in.Threads),
		"<b>uptime</b> = " + uptime(in),
		fmt.Sprintf("<b>system limits:</b> ulimit-n = %d", in.UlimitN),
		fmt.Sprintf("<b>maxsock</b> = %d; <b>maxconn</b> = %d", in.Maxsock, in.Maxconn),
		fmt.Sprintf("current conns = %d; conn rate = %d/sec; bit rate = %s", in.CurrConns, in.Conns.Now, bitRate(in.BytesOutRate)),
		fmt.Sprintf("Running tasks: %d/%d; idle = %d %%", in.RunQueue, in.Tasks, in.IdlePercent),
	} {
		b.raw("<li>").raw(line).raw("</li>")
	}
	b.raw("</ul>\n")
}

// bitRate writes octets a second as bits, in the largest fitting unit.
func bitRate(octets uint64) string {
	rate, unit := float64(octets)*8, "bps"
	for _, next := range [...]string{"kbps", "Mbps", "Gbps"} {
		if rate < 1000 {
			break
		}
		rate, unit = rate/1000, next
	}
	if unit == "bps" {
		return fmt.Sprintf("%.0f bps", rate)
	}
	return fmt.Sprintf("%.3f %s", rate, unit)
}

func legend(b *document) {
	b.raw(`<div class="key">`)
	for _, k := range [...]struct{ color, text string }{
		{"up", "active UP"}, {"upb", "backup UP"},
		{"fall", "active UP, going down"}, {"fallb", "backup UP, going down"},
		{"rise", "active DOWN, going up"}, {"riseb", "backup DOWN, going up"},
		{"down", "active or backup DOWN"}, {"none", "not checked"},
		{"maint", "DOWN for maintenance (MAINT)"}, {"soft", "SOFT STOPPED: NOLB, DRAIN"},
	} {
		b.raw(`<span style="--c:var(--` + k.color + `)">` + k.text + "</span>")
	}
	b.raw("</div>\n")
}

// options are the links that change what the page shows.
func (p *Page) options(b *document, o pageOptions) {
	o.result = ""
	b.raw("<ul><li><b>Display option:</b></li>\n")
	down, refresh, csv, json := o, o, o, o
	down.hideDown, refresh.noRefresh = !o.hideDown, !o.noRefresh
	csv.format, csv.noRefresh, json.format, json.noRefresh = "csv", true, "json", true
	b.link(p.link(down), map[bool]string{true: "Show all servers", false: "Hide 'DOWN' servers"}[o.hideDown])
	if p.stats.Refresh > 0 {
		b.link(p.link(refresh), map[bool]string{true: "Enable refresh", false: "Disable refresh"}[o.noRefresh])
	}
	b.link(p.link(o), "Refresh now")
	b.link(p.link(csv), "CSV export")
	b.link(p.link(json), "JSON export")
	b.raw(`<li><form method="get" action="`).text(p.uri()).raw(`"><label>Scope: <input name="scope" size="10" value="`).text(o.scope)
	b.raw(`"></label></form></li></ul>` + "\n")
}

func (b *document) link(href, text string) {
	b.raw(`<li><a href="`).text(href).raw(`">`).text(text).raw("</a></li>\n")
}
