package differential

import (
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
)

// Page asks for a statistics page and notes what a user and a script see of it: the head's facts, the links, the forms, the tables with
// each cell, its details and its colour's class. Each page has words and looks of its own, so that only the facts are noted.
func (s *Side) Page(name, target string, fields ...string) { s.page(name, target, true, fields) }

// PageTop is Page without what is in the cells.
func (s *Side) PageTop(name, target string, fields ...string) { s.page(name, target, false, fields) }

func (s *Side) page(name, target string, cells bool, fields []string) {
	s.Note("$ page %s", target)
	c := s.Dial(name)
	defer c.Close()
	c.Send(Request(target, append(fields, "Connection: close")...))
	text, err := readMessage(c.r, false)
	if err != nil && err != io.EOF {
		s.fail("read a page: %v", err)
	}
	head, body, _ := strings.Cut(text, "\r\n\r\n")
	s.note("head", head)
	root, err := readHTML(dechunk(body))
	s.must(err, "read a page")
	v := &pageView{s: s, cells: cells}
	v.headings(root)
	v.parts(root)
}

// Head asks for a page with any method and notes the answer's head, how long its connection lasts, and the body's first line.
func (s *Side) Head(name, request string) {
	s.Note("$ %q", request)
	c := s.Dial(name)
	defer c.Close()
	c.Send(request).Shut()
	b, err := io.ReadAll(c.r)
	s.must(err, "read an answer")
	head, body, _ := strings.Cut(string(b), "\r\n\r\n")
	s.note("head", head)
	if strings.Contains(head, "transfer-encoding: chunked") && body != "" {
		s.Note("chunked: %v", strings.HasSuffix(body, "\r\n0\r\n\r\n"))
		body = dechunk(body)
	}
	if line, _, _ := strings.Cut(body, "\n"); strings.Contains(line, "DOCTYPE") {
		s.Note("begins a page")
	} else {
		s.Note("begins %q", line[:min(len(line), 20)])
	}
}

// dechunk gives the content of a chunked body, which is whole.
func dechunk(body string) string {
	var b strings.Builder
	for {
		size, rest, ok := strings.Cut(body, "\r\n")
		n, err := strconv.ParseInt(size, 16, 32)
		if !ok || err != nil || n == 0 || int(n) > len(rest) {
			return b.String()
		}
		b.WriteString(rest[:n])
		body = strings.TrimPrefix(rest[n:], "\r\n")
	}
}

// pageView notes the parts of one page.
type pageView struct {
	s     *Side
	cells bool // what is in the tables' cells, too
}

// keys are what the process's lines tell.
var keys = regexp.MustCompile(`(pid|nbproc|nbthread|uptime|memmax|ulimit-n|maxsock|maxconn|maxpipes|current conns|current pipes|conn rate|bit rate|idle) = `)

// headings notes what the headings tell beside the names of the programs, and which figures there are of the process.
func (v *pageView) headings(root *node) {
	for _, h := range root.all("title", "h1", "h2") {
		text := h.words()
		switch h.tag {
		case "title":
			_, text, _ = strings.Cut(text, " on ")
		case "h1":
			text = fmt.Sprint(regexp.MustCompile(`HAProxy version \S+, released \d+/\d+/\d+`).MatchString(text))
		case "h2":
			text = regexp.MustCompile(`pid \d+`).ReplaceAllString(text, "pid")
		}
		v.s.Note("%s %s", h.tag, text)
	}
	v.s.Note("process %q", keys.FindAllString(root.words(), -1))
}

func (v *pageView) parts(t *node) {
	for _, k := range t.all("h1", "table", "form", "a", "div") {
		v.part(k)
	}
}

// part notes one of the parts that a page is made of. A table that only lays others out counts as what it holds.
func (v *pageView) part(t *node) {
	switch {
	case t.tag == "h1": // has been noted
	case t.tag == "a":
		v.s.Note("%s", anchor(t))
	case t.tag == "div" && strings.Contains(t.attrs["class"], "_"):
		class, _, _ := strings.Cut(t.attrs["class"], " ")
		v.s.Note("message %s, %s", class, anchor(t.all("a")[0]))
	case t.tag == "form":
		v.s.Note("form %s %q", strings.ToLower(t.attrs["method"]), t.attrs["action"])
		v.parts(t)
		for _, f := range t.all("input", "select") {
			v.field(f)
		}
		v.s.Note("form ends")
	case t.is("lgd"):
		for _, r := range t.all("tr") {
			for _, c := range r.all("td") {
				if !c.is("noborder") {
					v.s.Note("legend %s", c.attrs["class"])
				}
			}
		}
	case t.is("tbl"):
		for _, r := range t.all("tr") {
			v.row(r)
		}
	default:
		v.parts(t)
	}
}

func anchor(a *node) string {
	if name := a.attrs["name"]; name != "" {
		return "name " + name
	}
	return "link " + a.attrs["href"]
}

// field notes a field of a form; those of servers are noted with their rows.
func (v *pageView) field(f *node) {
	if f.attrs["name"] == "" && f.attrs["type"] == "checkbox" || f.attrs["name"] == "s" {
		return
	}
	line := fmt.Sprintf("field %s %s %q %q %s %s", f.tag, f.attrs["type"], f.attrs["name"], f.attrs["value"], f.attrs["size"], f.attrs["maxlength"])
	for _, o := range f.all("option") {
		line += " " + strconv.Quote(o.attrs["value"])
	}
	v.s.Note("%s", line)
}

// row notes a row of a table. The columns count from the one behind the names.
func (v *pageView) row(r *node) {
	v.s.Note("row %s", r.attrs["class"])
	cells := r.all("td", "th")
	heading := r.attrs["class"] == "titre"
	column := -1
	if len(cells) > 0 && !heading && cells[0].words() == "" && len(cells[0].all("a")) == 0 { // there are boxes to tick
		column--
	}
	for _, c := range cells {
		if v.cells || column < 0 {
			v.s.Note("  %s", cellFacts(c, column, heading))
		}
		span, _ := strconv.Atoi(c.attrs["colspan"])
		column += max(span, 1)
	}
}
