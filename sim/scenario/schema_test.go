package scenario

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func schemaOf(t testing.TB) checker {
	t.Helper()
	var b strings.Builder
	require.NoError(t, WriteSchema(&b, Options{Kinds: catalogue}))
	var root map[string]any
	require.NoError(t, json.Unmarshal([]byte(b.String()), &root))
	return checker{root}
}

// document is a YAML text as an editor hands it to its checker: as JSON.
func document(text string) (any, error) {
	raw, err := yaml.YAMLToJSON([]byte(text))
	if err != nil {
		return nil, err
	}
	var doc any
	return doc, json.Unmarshal(raw, &doc)
}

func TestSchemaTakesWhatTheLoaderTakes(t *testing.T) {
	c := schemaOf(t)
	for _, name := range []string{"everything", "repeated", "kill-server"} {
		text, err := os.ReadFile("testdata/" + name + ".yaml")
		require.NoError(t, err)
		doc, err := document(string(text))
		require.NoError(t, err)
		assert.Empty(t, c.check(c.root, doc, name))
	}
}

func TestSchemaRefuses(t *testing.T) {
	c := schemaOf(t)
	const head, tail = "title: x\nload: {rate: 1, count: 9}\n", "expect: [{availability: 99 %}]\n"
	require.Empty(t, c.text(t, head+tail))
	for name, text := range map[string]string{
		"a misspelt key":             head + tail + "setle: 1s\n",
		"a time without unit":        head + tail + "settle: 2\n",
		"nothing expected":           head,
		"an empty list":              head + tail + "tags: []\n",
		"a bound that is none":       head + "expect: [{availability: 99}]\n",
		"two in one expectation":     head + "expect: [{availability: 99 %, latency: {p50: 1s}}]\n",
		"no such window":             head + "expect: [{availability: 99 %, in: durin kill}]\n",
		"no such status":             head + "expect: [{status: {600: 1 %}}]\n",
		"no such state":              head + "expect: [{state: {always: UPP}}]\n",
		"a load without rate":        "title: x\nload: {count: 9}\n" + tail,
		"a relative path":            "title: x\nload: {rate: 1, count: 1, paths: index.php}\n" + tail,
		"a step without time":        head + "timeline: [{fault: node-kill, target: cluster2}]\n" + tail,
		"no such fault":              head + "timeline: [{fault: node-kil, target: cluster2, at: 1s}]\n" + tail,
		"no such moment":             head + "timeline: [{run: ls, node: client, after: kill dead}]\n" + tail,
		"no such parameter":          head + "timeline: [{fault: service-stop, at: 1s, params: {unit: x, x: y}}]\n" + tail,
		"a parameter too few":        head + "timeline: [{fault: service-stop, at: 1s}]\n" + tail,
		"no such choice":             head + "timeline: [{fault: service-stop, at: 1s, params: {unit: x, mode: y}}]\n" + tail,
		"a parameter of nothing":     head + "timeline: [{fault: node-kill, at: 1s, params: {unit: x}}]\n" + tail,
		"a patch of nothing":         head + tail + "cluster: {patch: [{section: defaults}]}\n",
		"a text without English":     "title: {es: x}\nload: {rate: 1, count: 9}\n" + tail,
		"both ends of a load":        "title: x\nload: {rate: 1, count: 9, for: 1s}\n" + tail,
		"an unknown director":        head + tail + "cluster: {director: nginx}\n",
		"more servers than fit":      head + tail + "cluster: {servers: 101}\n",
		"no such moment of a window": head + tail + "windows: {w: {from: kill dead}}\n",
		"a window of nothing":        head + tail + "windows: {w: {}}\n",
		"every alone":                head + "timeline: [{fault: node-kill, target: cluster2, at: 1s, for: 1s, every: 3s}]\n" + tail,
		"until alone":                head + "timeline: [{fault: node-kill, target: cluster2, at: 1s, for: 1s, until: 3s}]\n" + tail,
		"limits of nothing":          head + tail + "cluster: {limits: {storage: {}}}\n",
		"an amount without unit":     head + tail + "cluster: {limits: {storage: {memory: 64}}}\n",
		"both rate and steps":        "title: x\nload: {rate: 1, steps: [{rate: 2}], count: 9}\n" + tail,
		"a step without rate":        "title: x\nload: {steps: [{for: 2s}], count: 9}\n" + tail,
		"unknown way":                "title: x\nload: {rate: 1, count: 9, via: forward}\n" + tail,
		"too many sources":           "title: x\nload: {rate: 1, count: 9, sources: 51}\n" + tail,
		"a relative page":            head + tail + "steady: {page: index.php}\n",
		"a rate of 0":                "title: x\nload: {rate: 0, count: 1}\n" + tail,
		"a name of two words":        head + "timeline: [{run: ls, node: client, at: 1s, name: a b}]\n" + tail,
		"an exit code beyond 255":    head + "timeline: [{run: ls, node: client, at: 1s, exit: 256}]\n" + tail,
	} {
		assert.NotEmpty(t, c.text(t, text), name)
		_, err := Load("x.yaml", []byte(text), Options{Kinds: catalogue})
		assert.Error(t, err, "%s: the loader takes it", name)
	}
}

// Whatever the loader takes, an editor must not underline.
func TestSchemaIsLaxerThanTheLoader(t *testing.T) {
	c := schemaOf(t)
	base, err := os.ReadFile("testdata/everything.yaml")
	require.NoError(t, err)
	lines := strings.Split(string(base), "\n")
	rapid.Check(t, func(t *rapid.T) {
		cut := append([]string(nil), lines...)
		for range rapid.IntRange(1, 3).Draw(t, "edits") {
			i := rapid.IntRange(0, len(cut)-1).Draw(t, "line")
			if rapid.Bool().Draw(t, "drop") {
				cut = append(cut[:i:i], cut[min(i+1, len(cut)-1):]...)
				continue
			}
			cut[i] = strings.Replace(cut[i], rapid.StringOf(rapid.RuneFrom([]rune("ae013s:,{}[]"))).Draw(t, "old"), rapid.StringOf(rapid.RuneFrom([]rune("aes:,{}[]-1%<>= "))).Draw(t, "new"), 1)
		}
		text := strings.Join(cut, "\n")
		if _, err := Load("x.yaml", []byte(text), Options{Kinds: catalogue}); err != nil {
			return
		}
		doc, err := document(text)
		if err != nil {
			return // the library's other decoder is stricter: an editor would be, too
		}
		if wrong := c.check(c.root, doc, ""); len(wrong) > 0 {
			t.Fatalf("%v\n%s", wrong, text)
		}
	})
}

// checker holds documents against a schema. It knows the keywords that WriteSchema uses and fails at any other, so that none
// is used that would check nothing here.
type checker struct{ root map[string]any }

func (c checker) text(t *testing.T, text string) []string {
	t.Helper()
	doc, err := document(text)
	require.NoError(t, err)
	return c.check(c.root, doc, "")
}

// check lists what is wrong with v.
func (c checker) check(schema map[string]any, v any, at string) (wrong []string) {
	for key, arg := range schema {
		bad := false
		switch key {
		case "$schema", "$defs", "title", "description", "examples", "default", "then":
		case "$ref":
			wrong = append(wrong, c.check(c.def(arg.(string)), v, at)...)
		case "type":
			bad = !c.any(arg, func(name any) bool { return isType(v, name.(string)) })
		case "enum", "const":
			bad = !c.any(arg, func(one any) bool { return one == v })
		case "anyOf":
			bad = c.matching(arg, v) == 0
		case "oneOf":
			bad = c.matching(arg, v) != 1
		case "allOf":
			for _, s := range arg.([]any) {
				wrong = append(wrong, c.check(s.(map[string]any), v, at)...)
			}
		case "not":
			bad = len(c.check(arg.(map[string]any), v, at)) == 0
		case "if":
			if len(c.check(arg.(map[string]any), v, at)) == 0 {
				wrong = append(wrong, c.check(schema["then"].(map[string]any), v, at)...)
			}
		default:
			bad = c.breaks(key, arg, v)
			wrong = append(wrong, c.inside(key, arg, schema, v, at)...)
		}
		if bad {
			wrong = append(wrong, fmt.Sprintf("%s: %v breaks %s %v", at, v, key, arg))
		}
	}
	return wrong
}

func (c checker) def(ref string) map[string]any {
	return c.root["$defs"].(map[string]any)[strings.TrimPrefix(ref, "#/$defs/")].(map[string]any)
}

func (c checker) any(arg any, holds func(any) bool) bool {
	list, ok := arg.([]any)
	if !ok {
		list = []any{arg}
	}
	for _, one := range list {
		if holds(one) {
			return true
		}
	}
	return false
}

func (c checker) matching(list, v any) (n int) {
	for _, s := range list.([]any) {
		if len(c.check(s.(map[string]any), v, "")) == 0 {
			n++
		}
	}
	return n
}

func isType(v any, name string) bool {
	switch v := v.(type) {
	case string:
		return name == "string"
	case bool:
		return name == "boolean"
	case float64:
		return name == "number" || name == "integer" && v == math.Trunc(v)
	case []any:
		return name == "array"
	case map[string]any:
		return name == "object"
	}
	return false
}

// breaks is about keywords that look at v itself, each at values of its own type only.
func (c checker) breaks(key string, arg, v any) bool {
	switch v := v.(type) {
	case string:
		return key == "pattern" && !regexp.MustCompile(arg.(string)).MatchString(v)
	case float64:
		return key == "minimum" && v < arg.(float64) || key == "maximum" && v > arg.(float64) || key == "exclusiveMinimum" && v <= arg.(float64)
	case []any:
		return key == "minItems" && len(v) < int(arg.(float64))
	case map[string]any:
		if key == "required" {
			for _, k := range arg.([]any) {
				if _, ok := v[k.(string)]; !ok {
					return true
				}
			}
		}
		return key == "minProperties" && len(v) < int(arg.(float64))
	}
	return false
}

// inside is about keywords that look into v.
func (c checker) inside(key string, arg any, schema map[string]any, v any, at string) (wrong []string) {
	list, _ := v.([]any)
	object, _ := v.(map[string]any)
	switch key {
	case "items":
		for i, item := range list {
			wrong = append(wrong, c.check(arg.(map[string]any), item, fmt.Sprintf("%s[%d]", at, i))...)
		}
	case "properties":
		for k, s := range arg.(map[string]any) {
			if item, ok := object[k]; ok {
				wrong = append(wrong, c.check(s.(map[string]any), item, at+"."+k)...)
			}
		}
	case "propertyNames":
		for k := range object {
			wrong = append(wrong, c.check(arg.(map[string]any), k, at+"."+k)...)
		}
	case "patternProperties":
		for k, item := range object {
			if s, ok := patterned(arg, k); ok {
				wrong = append(wrong, c.check(s, item, at+"."+k)...)
			}
		}
	case "additionalProperties":
		for k, item := range object {
			properties, _ := schema["properties"].(map[string]any)
			_, known := properties[k]
			_, matched := patterned(schema["patternProperties"], k)
			s, isSchema := arg.(map[string]any)
			switch {
			case known || matched:
			case isSchema:
				wrong = append(wrong, c.check(s, item, at+"."+k)...)
			default:
				wrong = append(wrong, at+": unknown "+k)
			}
		}
	case "dependentRequired":
		for k, others := range arg.(map[string]any) {
			if _, ok := object[k]; ok && c.breaks("required", others, v) {
				wrong = append(wrong, at+": "+k+" alone")
			}
		}
	case "pattern", "minimum", "maximum", "exclusiveMinimum", "minItems", "minProperties", "required":
	default:
		wrong = append(wrong, "the schema has the keyword "+key+", which is not checked")
	}
	return wrong
}

func patterned(patterns any, key string) (map[string]any, bool) {
	all, _ := patterns.(map[string]any)
	for p, s := range all {
		if regexp.MustCompile(p).MatchString(key) {
			return s.(map[string]any), true
		}
	}
	return nil, false
}
