package scenario

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"simulacro/sim"
)

// mistakes are those of a text, without the file's name.
func mistakes(text string) []string {
	_, err := Load("x", []byte(text), Options{Kinds: catalogue})
	var found Errors
	errors.As(err, &found)
	var list []string
	for _, e := range found {
		list = append(list, strings.TrimPrefix(e.Error(), "x:"))
	}
	return list
}

func TestMistakesAreRefusedWithTheirPlace(t *testing.T) {
	const calm = "load: {rate: 10, count: 5}\nexpect: [{availability: 9 %}]\n"
	for _, c := range []struct{ name, text, want string }{
		{"an empty second document", "---\ntitle: x\n" + calm + "---\n", "5:1: a second document in the file: a file holds one scenario"},
		{"actions of one name", "title: x\n" + calm + "timeline:\n  - {run: a, node: client, at: 1s, name: look}\n  - {run: b, node: client, at: 2s, name: look}\n",
			`6:36: two steps are called "look": give each a name of its own`},
		{"an action called as a fault", "title: x\n" + calm + "timeline:\n  - {fault: cut, target: cluster2, at: 1s, for: 1s}\n  - {run: b, node: client, at: 2s, name: cut}\n",
			`6:36: two steps are called "cut": give each a name of its own`},
		{"an action called as a fault that comes again", "title: x\n" + calm + "timeline:\n  - {run: b, node: client, at: 1s, name: cut}\n  - {fault: cut, target: cluster2, at: 1s, for: 1s, every: 3s, until: 9s}\n",
			`6:5: two steps are called "cut": give each a name of its own`},
		{"a name with a control character", "title: x\n" + calm + "timeline: [{run: a, node: client, at: 1s, name: \"\\e[31m\"}]\n", `4:49: name "\x1b[31m" must be one word`},
		{"a name that stands for nodes", "title: x\n" + calm + "timeline: [{run: a, node: client, at: 1s, name: a.targets}]\n", `4:49: name "a.targets": what ends so stands for the nodes of a fault`},
		{"a rate that is no number", "title: x\nload: {rate: .inf, count: 5}\nexpect: [{availability: 9 %}]\n", `2:14: rate must be a number greater than 0, not ".inf"`},
		{"a rate beyond any generator", "title: x\nload: {rate: 1e300, count: 5}\nexpect: [{availability: 9 %}]\n", "2:14: rate is 1e+300: it must be 0.001 to 100000 requests/s"},
		{"a load that would end early", "title: x\nload: {rate: 1, for: 20m}\nexpect: [{availability: 9 %}]\n", "2:17: for: the load lasts 20m with what is sent to warm up, and the most is 15m"},
		{"a count that takes too long", "title: x\nload: {rate: 0.001, count: 100_000_000}\nexpect: [{availability: 9 %}]\n", "2:21: count: the load lasts 1281023h53m38.43s with what is sent to warm up, and the most is 15m"},
		{"a time beyond all sums", "title: x\n" + calm + "settle: 2562047h\n", "4:9: settle is 2562047h: the most is 8784h"},
		{"a path with a blank", "title: x\nload: {rate: 1, count: 5, paths: /a b}\nexpect: [{availability: 9 %}]\n", `2:34: path "/a b": blanks, # and what is not ASCII must be written as %20 and the like`},
		{"a text that goes on in the next lines", "title: x\n" + calm + "settle: 2s\n  and\n  more\nlimit: x\n", `4:9: settle must be a time such as 500ms, 3s or 1m30s, not "2s and more"`},
		{"a line that went astray", "title: x\n" + calm + "settle: 2s " + strings.Repeat("and more ", 20) + "still\n", `4:9: settle must be a time such as 500ms, 3s or 1m30s, not "2s and more and more and more and more a" …`},
		{"a tab", "title: x\n" + calm + "timeline:\n\t- {run: a, node: client, at: 1s}\n", "5:1: found character '\t' that cannot start any token: YAML is indented with spaces, not with tabs"},
		{"more indented than its neighbours", "title: x\n " + calm, "1:8: mapping value is not allowed in this context: is it indented as its neighbours are? A text with \": \" in it needs quotes"},
		{"a bracket that is not closed", "title: x\nload: {rate: 1, count: 5\nexpect: [{availability: 9 %}]\n", "3:1: ',' or '}' must be specified: a { before it is not closed, or a comma is missing"},
		{"brackets without end", "title: " + strings.Repeat("[", 300), "1:108: more than 100 brackets or dashes are open here: a scenario is never so deep; is one not closed?"},
		{"dashes without end", "timeline:\n  " + strings.Repeat("- ", 300), "2:203: more than 100 brackets or dashes are open here: a scenario is never so deep; is one not closed?"},
	} {
		t.Run(c.name, func(t *testing.T) {
			assert.Contains(t, mistakes(c.text), c.want)
		})
	}
}

func TestEmptyNamesAreNoNames(t *testing.T) {
	const text = "title: x\nload: {rate: 1, count: 5}\ntimeline: [{run: a, node: client, at: 1s, name: look}]\nexpect:\n"
	assert.Equal(t, []string{"5:14: output has no of: name the action"}, mistakes(text+"  - {output: {of: \"\", contains: x}}\n"))
	assert.Equal(t, []string{"5:12: lost has no from: name the step"}, mistakes(text+"  - {lost: \"\"}\n"))
}

func TestALoadsLastRequestIsNeverBeforeItsFirst(t *testing.T) {
	due, ok := sim.Load{Rate: 1e-300}.Due(1)
	assert.True(t, ok)
	assert.Positive(t, due)
}
