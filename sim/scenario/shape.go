package scenario

import (
	"strings"

	"simulacro/sim"
)

// keywords are a JSON Schema: its keywords and their values (draft 2020-12).
type keywords = map[string]any

// shape is what a value may look like: in words for the reference, and as a schema for editors. Every field of the loader's
// tables has one, so that neither can leave a field out.
type shape struct {
	words  string
	schema keywords
}

// durationForm is what time.ParseDuration takes, as a regular expression.
const durationForm = `[+-]?(([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))+`

// The shapes of single values. Numbers and truth values are texts too: YAML has many a bare word for one.
var (
	aText        = shape{"text", ref("text")}
	aWord        = shape{"word", ref("text")}
	aTranslation = shape{"text, or one for each of en and es", keywords{"anyOf": []any{ref("text"), ref("translation")}}}
	aName        = shape{"word", keywords{"type": []any{"string", "number", "boolean"}, "pattern": `^[^ \t\n,]+$`}}
	aNumber      = shape{"number", keywords{"type": "number", "exclusiveMinimum": 0}}
	aShare       = shape{"per cent", keywords{"type": "string", "pattern": `^\s*` + inner(shareForm.String()) + `\s*$`}}
	aNumberOr0   = shape{"number", keywords{"type": "number", "minimum": 0}}
	aSize        = shape{"size", keywords{"type": "string", "pattern": sizeForm.String(), "examples": []any{"128MB", "1GB"}}}
	aTarget      = shape{"text, list or draw", texts.schema}
	aFlag        = shape{"true or false", keywords{"type": "boolean"}}
	aTime        = shape{"time", ref("time")}
	aBound       = shape{"bound", ref("bound")}
	aWindow      = shape{"window", keywords{"type": "string", "pattern": `^\s*((` + strings.Join(windowNames(), "|") + `)(\s+\S+)?|\S+)\s*$`}}
	aMoment      = shape{"moment", keywords{"type": "string", "pattern": `^\s*\S+\s+(` + strings.Join(append(faultMoments(), sim.ActionEnd), "|") + `)\s*$`}}
	// A window may begin and end at the director's own moments too.
	aWindowMoment = shape{"moment", keywords{"type": "string", "pattern": `^\s*(start|end|\S+\s+(` +
		strings.Join(append(faultMoments(), sim.MomentDown, sim.MomentUp, sim.ActionEnd), "|") + `))\s*(\+\s*` + durationForm + `)?\s*$`}}
	aPaths = shape{"path, list, or mapping of paths to weights", keywords{"anyOf": []any{oneOrMany(aPath).schema,
		keywords{"type": "object", "additionalProperties": whole(1, 1_000_000).schema, "propertyNames": aPath.schema}}}}
	aPath       = shape{"path", keywords{"type": "string", "pattern": "^/"}}
	aLatencyMap = shape{"mapping of quantiles to times", keywords{"type": "object", "minProperties": 1, "additionalProperties": false,
		"patternProperties": keywords{`^(p[0-9.]+|max)$`: ref("latencyBound")}}}
	mapOfWindows = shape{"mapping of names to windows", keywords{"type": "object", "minProperties": 1, "additionalProperties": ref("window")}}
	mapOfLimits  = shape{"mapping of nodes to limits", keywords{"type": "object", "minProperties": 1, "additionalProperties": ref("limits")}}
	texts        = shape{"text or list", oneOrMany(aText).schema}
	statuses     = shape{"status or list", oneOrMany(shape{"status", ref("statusName")}).schema}
)

func ref(def string) keywords { return keywords{"$ref": "#/$defs/" + def} }

// mapping is an object with a table of its own.
func mapping(def string) shape {
	if def == "kind" {
		return shape{"word", ref(def)}
	}
	return shape{"mapping", ref(def)}
}

func listOf(def string) shape {
	return shape{"list", keywords{"type": "array", "minItems": 1, "items": ref(def)}}
}

func listOfWords(of ...string) shape {
	return shape{"list", keywords{"anyOf": []any{choice(of...).schema, keywords{"type": "array", "minItems": 1, "items": choice(of...).schema}}}}
}

func oneOrMany(s shape) shape {
	return shape{s.words + " or list", keywords{"anyOf": []any{s.schema, keywords{"type": "array", "minItems": 1, "items": s.schema}}}}
}

func orMapping(s shape, def string) shape {
	return shape{s.words + " or mapping", keywords{"anyOf": []any{s.schema, ref(def)}}}
}

func mapOf(s shape) shape {
	least := 0
	if s.words == aBound.words {
		least = 1
	}
	return shape{"mapping", keywords{"type": "object", "minProperties": least, "additionalProperties": s.schema}}
}

func whole(lo, hi int64) shape {
	return shape{"number", keywords{"type": "integer", "minimum": lo, "maximum": hi}}
}

func choice(of ...string) shape {
	return shape{"word", keywords{"enum": anys(of)}}
}

func windowNames() (names []string) {
	for _, k := range sim.WindowKinds() {
		names = append(names, string(k))
	}
	return names
}

// faultMoments are the moments of a fault that a later step may follow.
func faultMoments() []string {
	return []string{sim.StepInjected, sim.StepEffect, sim.StepRecover, sim.StepRecovered}
}

// valueDocs says how single values are written.
var valueDocs = []struct{ words, doc string }{
	{"text", "any scalar; what is for people may be a mapping of `en` (needed) and `es`"},
	{"time", "a number and its unit: `500ms`, `3s`, `1m30s`; `0` needs none"},
	{"bound", "per cents: `99.9 %` (at least; of a share, exactly), `0 %` (exactly), `\"> 40 %\"`, `<= 2 %`, `33.3 % ± 1 %`"},
	{"status", "a code (`503`), a class (`5xx`) or an error (" + strings.Join(errorClasses, ", ") + "; `error` stands for all of them)"},
	{"window", "a kind and a fault's name: `during kill`; see the parts of a run. Or the name of one of `windows`"},
	{"moment", "a step's name and a moment of it: of a fault " + strings.Join(faultMoments(), ", ") + ", of an action " + sim.ActionEnd + ": `kill effect`. " +
		"Of a window also `start`, `end` (of the load), `kill down`, `kill up` (the director has every server concerned DOWN, UP again), and a time after any of them: `kill effect + 3s`"},
	{"draw", "nodes that the seed chooses: `any` (one of those that the fault can hit), `any of servers`, `2 of servers`, `any of cluster2, cluster3`. " +
		"A repeated fault draws each time. What another fault may hold at the time is not drawn. Where nodes are named, `kill.targets` stands for those that the fault kill hits, `kill.others` for the other real servers"},
	{"size", "an amount of memory with its unit, kB, MB or GB: `128MB`"},
	{"… or list", "one, or several in a list; an empty list is a mistake"},
}
