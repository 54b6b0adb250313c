package differential

import (
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
)

// node is an element of a page; one without a tag is text.
type node struct {
	tag   string
	attrs map[string]string
	text  string
	kids  []*node
}

// loose are tags that a page may leave open, or that only say how something looks: their content counts as their parent's.
var loose = strings.Fields("p li ul br hr b i small font span label section header footer meta link center")

// alone are tags without content.
var alone = []string{"input"}

// readHTML reads as much of HTML as statistics pages have: attributes with and without quotes, tags that nobody closes.
func readHTML(page string) (*node, error) {
	d := xml.NewDecoder(strings.NewReader(page))
	d.Strict, d.Entity = false, xml.HTMLEntity
	root := &node{}
	open := []*node{root}
	for {
		t, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			return root, nil
		}
		if err != nil {
			return nil, err
		}
		top := open[len(open)-1]
		switch t := t.(type) {
		case xml.CharData:
			top.kids = append(top.kids, &node{text: string(t)})
		case xml.StartElement:
			tag := strings.ToLower(t.Name.Local)
			if slices.Contains(loose, tag) {
				top.kids = append(top.kids, &node{text: " "})
				if tag == "span" || tag == "i" || tag == "font" || tag == "b" {
					top.kids = top.kids[:len(top.kids)-1]
				}
				continue
			}
			n := &node{tag: tag, attrs: map[string]string{}}
			for _, a := range t.Attr {
				n.attrs[strings.ToLower(a.Name.Local)] = a.Value
			}
			top.kids = append(top.kids, n)
			if !slices.Contains(alone, tag) {
				open = append(open, n)
			}
		case xml.EndElement:
			tag := strings.ToLower(t.Name.Local)
			for i := len(open) - 1; i > 0; i-- {
				if open[i].tag == tag {
					open = open[:i]
					break
				}
			}
		}
	}
}

// all gives the elements of these tags, in order, whatever they are in; what is inside one of them is not looked at.
func (n *node) all(tags ...string) (list []*node) {
	for _, k := range n.kids {
		if slices.Contains(tags, k.tag) {
			list = append(list, k)
		} else {
			list = append(list, k.all(tags...)...)
		}
	}
	return list
}

// is tells whether an element is of that class.
func (n *node) is(class string) bool { return slices.Contains(strings.Fields(n.attrs["class"]), class) }

// words is the text of an element with its blanks made one, without the details that appear under the pointer.
func (n *node) words() string {
	var b strings.Builder
	n.write(&b)
	return strings.Join(strings.Fields(strings.ReplaceAll(b.String(), "\u00a0", " ")), " ")
}

func (n *node) write(b *strings.Builder) {
	b.WriteString(n.text)
	for _, k := range n.kids {
		if !k.is("tips") {
			k.write(b)
		}
	}
}
