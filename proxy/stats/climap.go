package stats

// mapCommands are of maps, of which no configuration of this director has one: they answer what HAProxy does to names that are
// not those of maps.
var mapCommands = []command{
	{words: []string{"show", "map"}, args: "[@ver] [map]", help: "report available maps or dump a map's contents", run: showMap},
	{words: []string{"add", "map"}, args: "[@<ver>] <map> <key> <val>", help: "add a map entry (payload supported instead of key/val)", run: addMap},
	{words: []string{"del", "map"}, args: "<map> [<key>|#<ref>]", help: "delete map entries matching <key>", run: noMap(2, "This command expects two parameters: map identifier and key.\n")},
	{words: []string{"get", "map"}, args: "<acl> <value>", help: "report the keys and values matching a sample for a map", run: noMap(2, "Missing map identifier and/or key.\n")},
	{words: []string{"set", "map"}, args: "<map> [<key>|#<ref>] <value>", help: "modify a map entry", run: noMap(3, "'set map' expects three parameters: map identifier, key and value.\n")},
	{words: []string{"clear", "map"}, args: "[@<ver>] <map>", help: "clear the contents of this map", run: clearMap},
	{words: []string{"prepare", "map"}, args: "<acl>", help: "prepare a new version for atomic map replacement", run: noMap(0, "")},
	{words: []string{"commit", "map"}, args: "@<ver> <map>", help: "commit the map at this version", run: commitMap},
}

var unknownMap = fail("Unknown map identifier. Please use #<id> or <file>.\n")

// noMap complains of missing arguments first, and then that there is no such map.
func noMap(expected int, missing string) func(*session, []string) reply {
	return func(_ *session, args []string) reply {
		if len(args) < expected {
			return fail(missing)
		}
		return unknownMap
	}
}

func showMap(_ *session, args []string) reply {
	if len(args) == 0 {
		return dump([]byte("# id (file) description\n"))
	}
	return unknownMap
}

func addMap(s *session, args []string) reply {
	expected := 3
	if s.payload != nil {
		expected = 1
	}
	_, args = version(args)
	return noMap(expected, "'add map' expects three parameters (map identifier, key and value) or one parameter (map identifier) and a payload\n")(s, args)
}

func clearMap(s *session, args []string) reply {
	_, args = version(args)
	return noMap(1, "Missing map identifier.\n")(s, args)
}

func commitMap(s *session, args []string) reply {
	v, args := version(args)
	if v < 0 {
		return fail("Missing version number.\n")
	}
	return noMap(1, "Missing map identifier.\n")(s, args)
}
