package differential

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Columns of the statistics page, from the one behind the names.
const (
	nameColumn  = -1
	rateNow     = 3
	rateMax     = 4
	sessionsNow = 6
	bytesOut    = 13 // counts the pages themselves, whose lengths differ: more than a thousand are some of theirs
	lastCheck   = 22
	firstModule = 30 // of those that show-modules adds: what is inside one program is not the other's
)

// What follows from when the page is asked for.
var (
	ages      = regexp.MustCompile(`^\d+[smhd](?:\d+[smh])?\b`)
	durations = regexp.MustCompile(`in \d+ms`)
	meanTimes = regexp.MustCompile(`^\d+ / \d+$`)
	perSecond = regexp.MustCompile(`^\d+/s$`)
	figures   = regexp.MustCompile(`\d+`)
)

// cellFacts tells of a cell what both programs must have alike.
func cellFacts(c *node, column int, heading bool) string {
	text := c.words()
	if !heading {
		text = cellText(text, column)
	}
	line := fmt.Sprintf("%s %q", c.tag, text)
	for _, name := range []string{"colspan", "rowspan"} {
		if v := c.attrs[name]; v != "" && v != "1" {
			line += " " + name + " " + v
		}
	}
	if c.is("ac") {
		line += " centred"
	}
	if len(c.all("u")) > 0 {
		line += " marked"
	}
	for _, a := range c.all("a", "input", "u", "div") {
		line += inside(a, column)
	}
	return line
}

// cellText is a cell's text with place-holders for what varies. A check under way is as good as the one before it.
func cellText(text string, column int) string {
	text = ages.ReplaceAllString(durations.ReplaceAllString(strings.TrimPrefix(text, "* "), "in (n)ms"), "(age)")
	switch {
	case (column == rateNow || column == rateMax) && text != "":
		return "(rate)"
	case column == bytesOut && len(text) > 3:
		return "(pages)"
	}
	return text
}

// inside tells of links, boxes to tick and details in a cell.
func inside(n *node, column int) (text string) {
	switch {
	case n.tag == "a":
		return ", " + anchor(n)
	case n.tag == "input":
		return fmt.Sprintf(", box %s %q %q %q", n.attrs["type"], n.attrs["name"], n.attrs["value"], n.attrs["class"])
	case n.is("tips"):
		return ", details " + tips(n, column)
	}
	for _, k := range n.all("a", "input", "div") {
		text += inside(k, column)
	}
	return text
}

// tips are the details that appear under the pointer. Where they are no table their figures count, but for a server's address and what a
// check found, of which both have the same words.
func tips(n *node, column int) string {
	tables := n.all("table")
	if len(tables) == 0 {
		text := (&node{kids: n.kids}).words()
		switch column {
		case lastCheck:
			text, _, _ = strings.Cut(text, ":") // the rest is not there while the next check is under way
		case nameColumn:
		default:
			text = strings.Join(figures.FindAllString(text, -1), " ")
		}
		return text
	}
	var lines []string
	for i, r := range tables[0].all("tr") {
		var values []string
		for _, v := range r.all("td") {
			values = append(values, detail(v.words(), column, i))
		}
		lines = append(lines, strings.Join(values, " "))
	}
	return strconv.Itoa(len(lines)) + ": " + strings.Join(lines, " | ")
}

// detail is a value of the details' i-th line.
func detail(text string, column, i int) string {
	switch {
	case column == sessionsNow && i >= 2 && i <= 5: // connections without a request: how many are kept is each one's own affair
		return "(pool)"
	case column >= firstModule:
		return "n"
	case column == bytesOut && len(text) > 3 && text[0] != '(':
		return "(pages)"
	case meanTimes.MatchString(text):
		return "(longest) / (mean)"
	case perSecond.MatchString(text):
		return "(rate)"
	}
	return text
}
