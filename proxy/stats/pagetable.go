package stats

import (
	"fmt"
	"strings"
)

// section is one proxy: its table, and with `stats admin` the form around it.
func (p *Page) section(b *document, rows []Row, o pageOptions) {
	forms := p.stats.Admin && hasKind(rows, Server)
	name := rows[0].Proxy
	b.raw(`<section><h3 id="`).text(name).raw(`"><a href="#`).text(name).raw(`">`).text(name).raw("</a></h3>")
	if rows[0].Desc != "" {
		b.raw("<small>").text(rows[0].Desc).raw("</small>")
	}
	if p.stats.ShowLegend {
		b.raw("<small>").text(fmt.Sprintf("mode: %s, id: %d", modeName(&rows[0]), rows[0].ProxyID)).raw("</small>")
	}
	if forms {
		b.raw(`<form method="post" action="`).text(p.link(pageOptions{hideDown: o.hideDown, noRefresh: o.noRefresh, scope: o.scope})).raw(`">`)
	}
	b.raw("<div class=\"wide\"><table>\n")
	headings(b, forms)
	b.raw("<tbody>\n")
	for i := range rows {
		p.row(b, &rows[i], forms)
	}
	b.raw("</tbody></table></div>\n")
	if forms {
		choices(b, name)
	}
	b.raw("</section>\n")
}

func hasKind(rows []Row, k Kind) bool {
	for i := range rows {
		if rows[i].Kind == k {
			return true
		}
	}
	return false
}

// headings are two lines: the groups, and their columns.
func headings(b *document, forms bool) {
	b.raw("<thead><tr>")
	if forms {
		b.raw(`<th rowspan="2"></th>`)
	}
	b.raw(`<th rowspan="2"></th>`)
	for i := 0; i < len(pageColumns); {
		n := 1
		for i+n < len(pageColumns) && pageColumns[i+n].group == pageColumns[i].group {
			n++
		}
		b.printf(`<th colspan="%d">%s</th>`, n, pageColumns[i].group)
		i += n
	}
	b.raw("</tr>\n<tr>")
	for i := range pageColumns {
		b.raw("<th>" + pageColumns[i].head + "</th>")
	}
	b.raw("</tr></thead>\n")
}

func (p *Page) row(b *document, r *Row, forms bool) {
	name := rowName(r)
	b.raw(`<tr class="` + rowClass(r) + `" id="`).text(r.Proxy + "/" + name).raw(`">`)
	if forms {
		b.raw("<td class=\"c\">")
		if r.Kind == Server {
			b.raw(`<input type="checkbox" name="s" value="`).text(r.Name).raw(`" aria-label="`).text(r.Name).raw(`">`)
		}
		b.raw("</td>")
	}
	b.raw("<th")
	b.title(p.legendOf(r)).raw(">").text(name).raw(" <small>").text(r.Status).raw("</small></th>") // small: for narrow windows
	for i := range pageColumns {
		c := &pageColumns[i]
		if strings.IndexByte(c.of, r.Kind.letter()) < 0 {
			b.raw("<td></td>")
			continue
		}
		b.raw("<td")
		if c.group == "Server" {
			b.raw(` class="c"`)
		}
		if c.tip != nil {
			b.title(c.tip(r))
		}
		b.raw(">").text(c.cell(r)).raw("</td>")
	}
	b.raw("</tr>\n")
}

// title adds details that appear under the pointer.
func (b *document) title(text string) *document {
	if text == "" {
		return b
	}
	return b.raw(` title="`).text(strings.TrimSuffix(text, "\n")).raw(`"`)
}

func rowName(r *Row) string {
	switch r.Kind {
	case Frontend:
		return "Frontend"
	case Backend:
		return "Backend"
	}
	return r.Name
}

// legendOf is what `stats show-legends` adds to a name.
func (p *Page) legendOf(r *Row) string {
	switch {
	case !p.stats.ShowLegend || r.Kind == Frontend:
		return ""
	case r.Kind == Backend:
		return "balancing: " + r.Algorithm
	}
	legend := fmt.Sprintf("%s, id: %d", r.Addr, r.ServiceID)
	if r.Cookie != "" {
		legend += ", cookie: " + r.Cookie
	}
	return legend
}

// rowClass gives a row the colour of its state.
func rowClass(r *Row) string {
	switch r.Kind {
	case Listener:
		return "sock"
	case Frontend, Backend:
		return "sum"
	}
	backup := ""
	if r.Active == 0 && r.Backups > 0 {
		backup = "b"
	}
	word, rest, counting := strings.Cut(r.Status, " ")
	counting = counting && strings.Contains(rest, "/") && !strings.HasPrefix(rest, "(")
	switch {
	case word == "MAINT":
		return "maint"
	case word == "DRAIN" || word == "NOLB":
		return "soft"
	case word == "UP" && counting:
		return "fall" + backup
	case word == "UP":
		return "up" + backup
	case word == "DOWN" && counting:
		return "rise" + backup
	case word == "DOWN":
		return "down"
	}
	return "none"
}

// choices end the form of one backend.
func choices(b *document, backend string) {
	b.raw(`<p><label>With the checked servers: <select name="action"><option value=""></option>`)
	for _, c := range formChoices {
		b.raw(`<option value="` + c.action + `">` + c.text + "</option>")
	}
	b.raw(`</select></label> <input type="hidden" name="b" value="`).text(backend).raw(`"><input type="submit" value="Apply"></p></form>` + "\n")
}
