package stats

import (
	"fmt"
	"strings"
)

// section is one proxy: its name, its table, and with `stats admin` the form around it.
func (p *Page) section(b *document, rows []Row, o pageOptions) {
	first := &rows[0]
	last := &rows[len(rows)-1]
	forms := o.admin && last.Kind == Backend && hasServers(last)
	b.raw("<section>")
	if forms {
		b.raw(`<form method="post">`)
	}
	b.raw("<table class=\"tbl\">\n<tr class=\"titre\"><th class=\"pxname\"><a name=\"").text(first.Proxy).raw(`"></a>`)
	name := `<a class="px" href="#` + esc(first.Proxy) + `">` + esc(first.Proxy) + "</a>"
	b.raw(p.underlined(name, fmt.Sprintf("cap: %s, mode: %s, id: %d", sides(rows), modeName(first), first.ProxyID)))
	b.raw(`</th><th class="` + choose(first.Desc == "", "empty", "desc") + `">`).text(first.Desc).raw("</th></tr>\n</table>\n")
	b.raw("<div class=\"wide\"><table class=\"tbl rows\">\n")
	p.headings(b, o.admin, forms)
	for i := range rows {
		p.row(b, &rows[i], o.admin)
	}
	b.raw("</table></div>\n")
	if forms {
		choices(b, first.ProxyID)
	}
	b.raw("</section>\n")
}

// underlined gives a name the details that `stats show-legends` asks for.
func (p *Page) underlined(name, tip string) string {
	if !p.stats.ShowLegend {
		return name
	}
	return "<u>" + name + `<div class="tips">` + esc(tip) + "</div></u>"
}

// sides tells what a section is.
func sides(rows []Row) string {
	front, back := rows[0].Kind == Frontend, rows[len(rows)-1].Kind == Backend
	switch {
	case front && back:
		return "proxy" // HAProxy's word for a listen section
	case front:
		return "frontend"
	}
	return "backend"
}

// chooseAll chooses every server of a form, or none.
const chooseAll = `<input type="checkbox" aria-label="all servers" onclick="for(const c of this.form.elements)if(c.name=='s')c.checked=this.checked">`

// headings are two lines: the groups, and their columns.
func (p *Page) headings(b *document, admin, forms bool) {
	b.raw(`<tr class="titre">`)
	switch {
	case forms:
		b.raw(`<th rowspan="2">` + chooseAll + "</th>")
	case admin:
		b.raw(`<th rowspan="2"></th>`)
	}
	b.raw(`<th rowspan="2"></th>`)
	for _, g := range pageColumns {
		b.printf(`<th colspan="%d">%s</th>`, len(g.heads), g.group)
	}
	if p.stats.ShowModules {
		b.printf(`<th colspan="%d">Extra modules</th>`, len(modules))
	}
	b.raw("</tr>\n<tr class=\"titre\">")
	for _, g := range pageColumns {
		b.raw("<th>" + strings.Join(g.heads, "</th><th>") + "</th>")
	}
	if p.stats.ShowModules {
		for i := range modules {
			b.raw("<th>" + modules[i].name + "</th>")
		}
	}
	b.raw("</tr>\n")
}

func (p *Page) row(b *document, r *Row, admin bool) {
	b.raw(`<tr class="` + rowClass(r) + `">`)
	if admin {
		b.raw("<td>")
		if r.Kind == Server {
			b.raw(`<input class="`).text(r.Proxy).raw(`-checkbox" type="checkbox" name="s" value="`).text(r.Name)
			b.raw(`" aria-label="`).text(r.Name).raw(`">`)
		}
		b.raw("</td>")
	}
	p.nameCell(r).write(b)
	for _, c := range r.cells() {
		c.write(b)
	}
	if p.stats.ShowModules {
		for i := range modules {
			modules[i].cell(r).write(b)
		}
	}
	b.raw("</tr>\n")
}

// cells are the row's, behind its name.
func (r *Row) cells() []cell {
	switch r.Kind {
	case Frontend:
		return frontCells(r)
	case Listener:
		return listenerCells(r)
	case Server:
		return serverCells(r)
	}
	return backCells(r)
}

// nameCell is a row's name, which can be linked to.
func (p *Page) nameCell(r *Row) cell {
	name, anchor := r.Name, r.Proxy+"/"+r.Name
	switch r.Kind {
	case Frontend:
		name, anchor = "Frontend", r.Proxy+"/Frontend"
	case Backend:
		name, anchor = "Backend", r.Proxy+"/Backend"
	case Listener:
		anchor = r.Proxy + "/+" + r.Name
	}
	c := cell{ac: true, value: `<a name="` + esc(anchor) + `"></a><a class="lfsb" href="#` + esc(anchor) + `">` + esc(name) + "</a>"}
	if p.stats.ShowLegend {
		c.tip = esc(legendOf(r))
	}
	return c
}

// legendOf is what `stats show-legends` adds to a name.
func legendOf(r *Row) string {
	text := ""
	switch r.Kind {
	case Frontend:
		return ""
	case Backend:
		text = "balancing: " + r.Algorithm
	default:
		text = addressText(r.Addr) + fmt.Sprintf("id: %d", r.ServiceID)
	}
	if r.Cookie != "" {
		text += ", cookie: '" + r.Cookie + "'"
	}
	return text
}

func addressText(addr string) string {
	switch {
	case addr == "":
		return ""
	case addr[0] == '[':
		return "IPv6: " + addr + ", "
	case addr[0] >= '0' && addr[0] <= '9':
		return "IPv4: " + addr + ", "
	}
	return addr + ", "
}

// rowClass gives a row the colour of its state. The names are HAProxy's, which scripts look for.
func rowClass(r *Row) string {
	switch r.Kind {
	case Listener:
		return "socket"
	case Frontend:
		return "frontend"
	case Backend:
		return "backend"
	}
	if strings.HasPrefix(r.Status, "MAINT") {
		return "maintain"
	}
	return choose(r.Backups > 0, "backup_", "active_") + stateClass(r)
}

func stateClass(r *Row) string {
	full := r.Check.Health == r.Check.Rise+r.Check.Fall-1
	switch {
	case r.Status == "DOWN", r.Status == "DOWN (agent)":
		return "down"
	case strings.HasPrefix(r.Status, "DOWN "):
		return "going_up"
	case r.Status == "DRAIN":
		return "draining"
	case r.Status == "NOLB":
		return "nolb"
	case strings.HasPrefix(r.Status, "NOLB "):
		return "going_down"
	case r.Status == "no check":
		return "no_check"
	case checked(r) && !full:
		return "going_down"
	case r.Weight == 0:
		return "draining"
	}
	return "up"
}

// choices end the form of one backend.
func choices(b *document, id int) {
	b.raw(`<p><label>With the servers that are ticked: <select name="action"><option value=""></option>`)
	for _, c := range formChoices {
		b.raw(`<option value="` + c.action + `">` + c.text + "</option>")
	}
	b.printf(`</select></label><input type="hidden" name="b" value="#%d"> <input type="submit" value="Apply"></p></form>`, id)
	b.raw("\n")
}
