package scenario

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"

	"simulacro/sim"
)

// decoder walks a file's nodes and gathers mistakes instead of stopping at the first, which is why it does not use the
// YAML library's own decoding into structs.
type decoder struct {
	file  string
	kinds []sim.FaultKind
	// haproxy is Options.HAProxy; patches are where each of the cluster's patches stands.
	haproxy func(servers int) string
	patches []ast.Node
	errs    Errors
	seen    map[string]ast.Node     // the file's top-level keys
	rounds  map[string][]string     // the names of a repeated fault's times, by its own
	named   []string                // the scenario's own windows
	at      map[*sim.Fault]ast.Node // where each fault's time stands
	actions map[*sim.Action]ast.Node
	// later are checks that need the whole file (names, windows); resolve runs them.
	later []func(*sim.Scenario)
	// faults are those of the faults, which come first: what they hit is what other names stand for.
	faults []func(*sim.Scenario)
}

// field is one key of an object. Shape and doc are for the reference and for the schema.
type field struct {
	key   string
	shape shape
	doc   string
	set   func(d *decoder, n ast.Node)
}

// fail notes a mistake at a node.
func (d *decoder) fail(n ast.Node, format string, args ...any) {
	t := start(n).GetToken()
	p := *t.Position
	// The library has the end of a text of several lines; it begins after what stands before it.
	if t.Type == token.StringType && t.Prev != nil && strings.Contains(strings.TrimSpace(t.Origin), "\n") {
		p.Line, p.Column = t.Prev.Position.Line, t.Prev.Position.Column+2
	}
	d.mistake(p.Line, p.Column, format, args...)
}

// start is the node at which a reader sees n begin: the library places a mapping at its first colon.
func start(n ast.Node) ast.Node {
	switch n := n.(type) {
	case *ast.MappingNode:
		if len(n.Values) > 0 && !n.IsFlowStyle {
			return n.Values[0].Key
		}
	case *ast.MappingValueNode:
		return n.Key
	}
	return n
}

// entry is a key and its value.
type entry struct {
	key   string
	at    ast.Node
	value ast.Node
}

// entries are the pairs of a mapping; ok is false, and the mistake noted, if n is none.
func (d *decoder) entries(n ast.Node, what string) (list []entry, ok bool) {
	var pairs []*ast.MappingValueNode
	switch n := n.(type) {
	case *ast.MappingNode:
		pairs = n.Values
	case *ast.MappingValueNode:
		pairs = []*ast.MappingValueNode{n}
	default:
		d.fail(n, "%s must be a mapping (key: value), not %s", what, kindOf(n))
		return nil, false
	}
	for _, p := range pairs {
		list = append(list, entry{keyText(p.Key), p.Key, p.Value})
	}
	return list, true
}

func keyText(k ast.MapKeyNode) string {
	if s, ok := k.(*ast.StringNode); ok {
		return s.Value
	}
	return k.GetToken().Value
}

// object reads a mapping by a table of its fields and returns the keys that were there. What stands behind a misspelt key is read as
// the field that it was meant for, so that the one mistake is told once, and not again by all that the field is missing for.
func (d *decoder) object(n ast.Node, what string, fields []field) map[string]ast.Node {
	list, _ := d.entries(n, what)
	known := keys(fields)
	seen := map[string]ast.Node{}
	for _, e := range list {
		key := e.key
		if !slices.Contains(known, key) {
			d.fail(e.at, "%s", unknown("field of "+what, key, known))
			key = Nearest(key, known)
			if seen[key] != nil || slices.ContainsFunc(list, func(e entry) bool { return e.key == key }) {
				continue
			}
		}
		d.field(fields, key, e, seen)
	}
	return seen
}

// field reads the value of an entry whose key is, or was meant to be, that one.
func (d *decoder) field(fields []field, key string, e entry, seen map[string]ast.Node) {
	i := slices.IndexFunc(fields, func(f field) bool { return f.key == key })
	if i < 0 {
		return
	}
	seen[key] = e.at
	if _, null := e.value.(*ast.NullNode); null {
		d.fail(e.at, "%s has no value", e.key)
		return
	}
	fields[i].set(d, e.value)
}

func keys(fields []field) []string {
	var list []string
	for _, f := range fields {
		list = append(list, f.key)
	}
	return list
}

// kindOf names a node's type in the words of a person who writes YAML.
func kindOf(n ast.Node) string {
	switch n.(type) {
	case *ast.SequenceNode:
		return "a list"
	case *ast.MappingNode, *ast.MappingValueNode:
		return "a mapping"
	case *ast.BoolNode:
		return "true or false"
	case *ast.IntegerNode, *ast.FloatNode, *ast.InfinityNode, *ast.NanNode:
		return "a number"
	case *ast.NullNode:
		return "nothing"
	case *ast.AnchorNode, *ast.AliasNode, *ast.TagNode:
		return "an anchor, alias or tag (which scenarios do not use)"
	}
	return "text"
}

// word is a scalar's text as it was written; ok is false, and the mistake noted, if n is none.
func (d *decoder) word(n ast.Node, what string) (s string, ok bool) {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return n.Value.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.InfinityNode, *ast.NanNode, *ast.BoolNode:
		return n.GetToken().Value, true
	}
	d.fail(n, "%s must be text, not %s", what, kindOf(n))
	return "", false
}

func (d *decoder) str(n ast.Node, what string, to *string) {
	if s, ok := d.word(n, what); ok {
		*to = s
	}
}

// words is a list of texts, or one text as a list of one.
func (d *decoder) words(n ast.Node, what string) (list []string) {
	for _, item := range d.items(n) {
		if s, ok := d.word(item, what); ok {
			list = append(list, s)
		}
	}
	return list
}

// items are a list's entries, or one entry alone. An empty list is a mistake: what was to be filled in would check nothing.
func (d *decoder) items(n ast.Node) []ast.Node {
	if seq, ok := n.(*ast.SequenceNode); ok {
		if len(seq.Values) == 0 {
			d.fail(n, "the list is empty: fill it or leave it out")
		}
		return seq.Values
	}
	return []ast.Node{n}
}

// text is one language's text, or a mapping of en and es.
func (d *decoder) text(n ast.Node, what string, to *sim.Text) {
	switch n.(type) {
	case *ast.MappingNode, *ast.MappingValueNode:
		seen := d.object(n, what, textFields(to, what))
		if seen["en"] == nil {
			d.fail(n, "%s has no English text: add en", what)
		}
	default:
		d.str(n, what, &to.EN)
	}
	to.EN, to.ES = strings.TrimSpace(to.EN), strings.TrimSpace(to.ES)
}

func textFields(to *sim.Text, what string) []field {
	return []field{
		{"en", aText, "English", func(d *decoder, n ast.Node) { d.str(n, what, &to.EN) }},
		{"es", aText, "Spanish", func(d *decoder, n ast.Node) { d.str(n, what, &to.ES) }},
	}
}

func (d *decoder) boolean(n ast.Node, what string, to *bool) {
	if b, ok := n.(*ast.BoolNode); ok {
		*to = b.Value
		return
	}
	d.fail(n, "%s must be true or false, not %s", what, kindOf(n))
}

// integer reads a whole number from lo to hi.
func (d *decoder) integer(n ast.Node, what string, lo, hi int64) (v int64, ok bool) {
	s, isWord := d.word(n, what)
	if !isWord {
		return 0, false
	}
	v, err := strconv.ParseInt(strings.ReplaceAll(s, "_", ""), 10, 64)
	if err != nil {
		d.fail(n, "%s must be a whole number, not %s", what, quoted(s))
		return 0, false
	}
	if v < lo || v > hi {
		d.fail(n, "%s is %d: it must be %d to %d", what, v, lo, hi)
		return 0, false
	}
	return v, true
}

// number reads a number greater than 0.
func (d *decoder) number(n ast.Node, what string, to *float64) {
	s, ok := d.word(n, what)
	if !ok {
		return
	}
	v, err := strconv.ParseFloat(s, 64)
	if err != nil || v <= 0 || math.IsInf(v, 0) || math.IsNaN(v) {
		d.fail(n, "%s must be a number greater than 0, not %s", what, quoted(s))
		return
	}
	*to = v
}

// duration reads a time with its unit; 0 needs none.
func (d *decoder) duration(n ast.Node, what string, to *time.Duration) {
	s, ok := d.word(n, what)
	if !ok {
		return
	}
	v, err := time.ParseDuration(s)
	switch {
	case err != nil && isNumber(s):
		d.fail(n, "%s has no unit: write %ss or %sms", what, s, s)
	case err != nil:
		d.fail(n, "%s must be a time such as 500ms, 3s or 1m30s, not %s", what, quoted(s))
	case v < 0:
		d.fail(n, "%s is %s: a time cannot be negative", what, s)
	case v > maxTime:
		d.fail(n, "%s is %s: the most is %gh", what, s, maxTime.Hours())
	default:
		*to = v
	}
}

// positive is duration for one that must not be 0.
func (d *decoder) positive(n ast.Node, what string, to *time.Duration) {
	before := len(d.errs)
	if d.duration(n, what, to); *to == 0 && len(d.errs) == before {
		d.fail(n, "%s is 0", what)
	}
}

// maxTime bounds every time of a file, so that no sum of them overflows: a year.
const maxTime = 366 * 24 * time.Hour

// quoted is a text for a message: where a line went astray it may hold the rest of the file.
func quoted(s string) string {
	const most = 40
	if r := []rune(s); len(r) > most {
		return fmt.Sprintf("%q …", string(r[:most]))
	}
	return strconv.Quote(s)
}

func isNumber(s string) bool {
	_, err := strconv.ParseFloat(s, 64)
	return err == nil
}

// choice reads one of a few words.
func (d *decoder) choice(n ast.Node, what string, known []string, to *string) {
	s, ok := d.word(n, what)
	if !ok {
		return
	}
	if !slices.Contains(known, s) {
		d.fail(n, "%s", unknown(what, s, known))
		return
	}
	*to = s
}
