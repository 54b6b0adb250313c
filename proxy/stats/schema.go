package stats

import (
	"encoding/json"
	"maps"
	"slices"
)

// AppendSchema adds a JSON schema (draft 4) of what the JSON formats of `show stat` and `show info` write.
func AppendSchema(dst []byte) []byte {
	value := object{
		"type": "object", "required": list{"type", "value"},
		"properties": object{"type": object{"enum": list{"s32", "u32", "s64", "u64", "str", "flt"}}, "value": object{"type": list{"integer", "number", "string"}}},
	}
	field := object{
		"type": "object", "required": list{"pos", "name"},
		"properties": object{"pos": natural(0), "name": object{"type": "string"}},
	}
	tags := object{
		"type": "object", "required": list{"origin", "nature", "scope"},
		"properties": object{"origin": enum(origins), "nature": enum(natures), "scope": enum(scopes)},
	}
	info := object{"field": field, "processNum": natural(1), "tags": tags, "value": value}
	stat := maps.Clone(info)
	stat["objType"] = object{"enum": list{Frontend.String(), Backend.String(), Server.String(), Listener.String()}}
	stat["proxyId"], stat["id"] = natural(0), natural(0)
	schema := object{
		"$schema": "http://json-schema.org/draft-04/schema#",
		"oneOf": list{
			object{"title": "Info", "type": "array", "items": every(info)},
			object{"title": "Stat", "type": "array", "items": object{"type": "array", "items": every(stat)}},
		},
	}
	text, err := json.Marshal(schema)
	if err != nil { // cannot happen: it is made of maps and strings
		return dst
	}
	return append(append(dst, text...), '\n')
}

type (
	object map[string]any
	list   []any
)

func natural(least int) object { return object{"type": "integer", "minimum": least} }

// every is an object all of whose properties are there.
func every(properties object) object {
	return object{"type": "object", "properties": properties, "required": slices.Sorted(maps.Keys(properties))}
}

func enum(names map[byte]string) object {
	return object{"type": "string", "enum": slices.Sorted(maps.Values(names))}
}
