package scenario

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// parse is the file's only document, nil where there is none to read.
func (d *decoder) parse(text []byte) ast.Node {
	if line, col := tooDeep(text); line > 0 {
		d.mistake(line, col, "more than %d brackets or dashes are open here: a scenario is never so deep; is one not closed?", maxDepth)
		return nil
	}
	file, err := parser.ParseBytes(text, 0)
	if err != nil {
		var at yaml.Error
		if errors.As(err, &at) && at.GetToken() != nil {
			p := at.GetToken().Position
			d.mistake(p.Line, p.Column, "%s", advised(at.GetMessage()))
		} else {
			d.mistake(1, 1, "%v", err)
		}
		return nil
	}
	if len(file.Docs) == 0 || file.Docs[0].Body == nil {
		d.mistake(1, 1, "the file is empty: a scenario has at least a title, a load and what to expect")
		return nil
	}
	if len(file.Docs) > 1 { // one that is empty has its header alone
		second := file.Docs[1]
		at := second.Start
		if second.Body != nil {
			at = start(second.Body).GetToken()
		}
		d.mistake(at.Position.Line, at.Position.Column, "a second document in the file: a file holds one scenario")
	}
	return file.Docs[0].Body
}

func (d *decoder) mistake(line, col int, format string, args ...any) {
	d.errs = append(d.errs, Error{d.file, line, col, fmt.Sprintf(format, args...)})
}

// maxDepth bounds how many brackets may be open at once, and how many dashes follow each other: the library needs memory by the
// square of them, gigabytes for a file of some hundred kilobytes.
const maxDepth = 100

// tooDeep is the place, from 1, at which maxDepth is passed; 0 where it is not. It does not know texts from brackets, of which
// none has so many that are not closed.
func tooDeep(text []byte) (line, col int) {
	depth, n := 0, 0
	for row := range bytes.Lines(text) {
		n++
		dashes := 0
		for i, c := range row {
			switch c {
			case '[', '{':
				depth++
			case ']', '}':
				depth = max(0, depth-1)
			case '-':
				dashes++
			case ' ':
			default:
				dashes = 0
			}
			if depth > maxDepth || dashes > maxDepth && i > 0 && row[i-1] == ' ' {
				return n, i + 1
			}
		}
	}
	return 0, 0
}

// advice is what usually mends what the library complains of in its own words; the first whose beginning fits counts.
var advice = []struct{ said, do string }{
	{"found character '\t'", "YAML is indented with spaces, not with tabs"},
	{"found a tab character", "YAML is indented with spaces, not with tabs"},
	{"tab character", "YAML is separated with spaces, not with tabs"},
	{"value is not allowed in this context", "is it indented as its neighbours are, and the key above it there?"},
	{"mapping value is not allowed in this context", "is it indented as its neighbours are? A text with \": \" in it needs quotes"},
	{"non-map value is specified", "a line here is \"key: value\"; is the colon there, with a space after it?"},
	{"unexpected key name", "a line here is \"key: value\"; is the colon there, with a space after it?"},
	{"',' or '}' must be specified", "a { before it is not closed, or a comma is missing"},
	{"',' or ']' must be specified", "a [ before it is not closed, or a comma is missing"},
	{"could not find flow mapping end token", "a { is not closed"},
	{"sequence end token", "a [ is not closed"},
	{"invalid header option", "a text that begins with | or > needs quotes"},
	{"could not find end character", "a text is not closed by the quote that it begins with"},
}

// advised is the library's message with what usually mends it.
func advised(said string) string {
	for _, a := range advice {
		if strings.HasPrefix(said, a.said) {
			return said + ": " + a.do
		}
	}
	return said
}
