package scenario

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"strings"

	"simulacro/sim"
)

// WriteSchema writes a JSON Schema (draft 2020-12) of the scenario file for editors, which complete and check by it while a
// file is written. It is made from the tables by which files are read. It is laxer than the loader, which alone knows what
// names refer to, and stricter in one thing: it wants numbers without quotes.
//
// Without Options.Kinds any fault is taken.
func WriteSchema(w io.Writer, o Options) error {
	schema := keywords{
		"$schema":     "https://json-schema.org/draft/2020-12/schema",
		"title":       "Simulacro scenario",
		"description": "A drill: a cluster, a load, what breaks when, and what must hold.",
		"$defs":       definitions(o.Kinds),
	}
	maps.Copy(schema, tables()[0].schema())
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false) // bounds have < and >
	e.SetIndent("", "  ")
	if err := e.Encode(schema); err != nil {
		return fmt.Errorf("write the schema: %w", err)
	}
	return nil
}

// schema is the table as an object: its fields, no others, and its rule.
func (t table) schema() keywords {
	properties := keywords{}
	for _, f := range t.fields {
		p := maps.Clone(f.shape.schema)
		p["description"] = f.doc
		properties[f.key] = p
	}
	return all(keywords{"type": "object", "additionalProperties": false, "properties": properties}, t.rule)
}

// definitions are the tables below the file's own, the single values, and the faults.
func definitions(kinds []sim.FaultKind) keywords {
	defs := keywords{
		"text":         keywords{"type": []any{"string", "number", "boolean"}},
		"time":         keywords{"anyOf": []any{keywords{"type": "string", "pattern": "^(" + durationForm + "|[+-]?0)$"}, keywords{"const": 0}}, "examples": []any{"500ms", "3s", "1m30s"}},
		"bound":        keywords{"anyOf": []any{keywords{"type": "string", "pattern": `^\s*` + inner(boundForm.String()) + `\s*$`}, keywords{"const": 0}}, "examples": []any{"99.9 %", "0 %", "33.3 % ± 1 %"}},
		"latencyBound": keywords{"type": "string", "pattern": `^\s*(>=|<=)?\s*` + durationForm + `\s*$`, "examples": []any{"200ms", ">= 3s"}},
		"statusName":   keywords{"anyOf": []any{keywords{"type": "string", "pattern": statusNameForm()}, whole(100, 599).schema}},
		"step":         keywords{"anyOf": []any{ref("fault"), ref("action")}},
		"kind":         kindNames(kinds),
	}
	for _, t := range tables()[1:] {
		def := t.schema()
		if earlier, ok := defs[t.def].(keywords); ok {
			maps.Copy(def["properties"].(keywords), earlier["properties"].(keywords))
		}
		defs[t.def] = def
	}
	if len(kinds) > 0 {
		defs["fault"].(keywords)["allOf"] = kindRules(kinds)
	}
	return defs
}

// inner is a regular expression without its anchors.
func inner(form string) string { return strings.TrimSuffix(strings.TrimPrefix(form, "^"), "$") }

// statusNameForm matches codes, classes of codes and classes of errors.
func statusNameForm() string {
	return "^(" + inner(statusForm.String()) + "|" + strings.Join(errorClasses, "|") + ")$"
}

func kindNames(kinds []sim.FaultKind) keywords {
	if len(kinds) == 0 {
		return ref("text")
	}
	var list []any
	for _, k := range kinds {
		list = append(list, keywords{"const": k.Name, "description": k.Does})
	}
	return keywords{"oneOf": list}
}

// kindRules give each kind the parameters that it takes.
func kindRules(kinds []sim.FaultKind) []any {
	var rules []any
	for _, k := range kinds {
		properties, required := keywords{}, []string{}
		for _, p := range k.Params {
			properties[p.Name] = paramSchema(p)
			if p.Required {
				required = append(required, p.Name)
			}
		}
		then := keywords{"properties": keywords{"params": keywords{"additionalProperties": false, "properties": properties, "required": anys(required)}}}
		if len(required) > 0 {
			then["required"] = []any{"params"}
		}
		rules = append(rules, keywords{
			"if":   keywords{"required": []any{"fault"}, "properties": keywords{"fault": keywords{"const": k.Name}}},
			"then": then,
		})
	}
	return rules
}

func paramSchema(p sim.FaultParam) keywords {
	s := maps.Clone(aText.schema)
	if len(p.Choices) > 0 {
		s = choice(p.Choices...).schema
	}
	s["description"] = p.Does
	if p.Default != "" {
		s["default"] = p.Default
	}
	return s
}
