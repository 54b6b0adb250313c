package scenario

import "simulacro/sim"

// table is one of the tables by which files are read, with what the reference and the schema say around it.
type table struct {
	name, about string
	fields      []field
	// def is its name in the schema; tables of one def are one object there.
	def string
	// rule is what the loader asks of the object besides its fields, as a schema.
	rule keywords
}

// tables lists all of them, in the order of the reference.
func tables() []table {
	var (
		r      raw
		when   sim.When
		window string
		e      sim.Expectation
	)
	return []table{
		{"scenario", "The file.", scenarioFields(&sim.Scenario{}), "", need("title", "expect")},
		{"cluster", "", clusterFields(&sim.Cluster{}), "cluster", nil},
		{"patch", "An entry of a cluster's patch.", patchFields(&sim.SectionPatch{}), "patch", all(need("section"), any1("remove", "replace", "add"))},
		{"limits", "What one node may use; at least one of them.", limitFields(&sim.Limits{}), "limits", any1("cpu", "memory")},
		{"steady", "Where a time alone is not enough.", steadyFields(&sim.Scenario{}), "steady", nil},
		{"load", "An open loop: requests leave at their time whether or not earlier ones were answered.", loadFields(&sim.Load{}), "load", all(one("rate", "steps"), notBoth("count", "for"))},
		{"step of the load", "An entry of a load's steps.", rateStepFields(&sim.RateStep{}), "rateStep", need("rate")},
		{"fault", "An entry of the timeline. The kinds are listed under faults. One with `every` is a fault of its own each time, called NAME-1, NAME-2 …; NAME stands for each of them: in a window `before` for the first, in `after` and `restored` for the last, in all others, in `detection` and in `recovery` for every one.", faultFields(&sim.Fault{}, &r), "fault", all(need("fault"), any1("at", "after"), keywords{"dependentRequired": keywords{"every": anys([]string{"until", "for"}), "until": anys([]string{"every"})}})},
		{"action", "An entry of the timeline: what an operator types in a node.", actionFields(&sim.Action{}, &when), "action", all(need("run", "node"), any1("at", "after"))},
		{"window", "A window of the scenario's own.", windowFields(&sim.NamedWindow{}), "window", any1("from", "to")},
		{"expectation", "An entry of expect: what is expected, and around it:", aroundFields(&e, &window), "expectation", nil},
		{"what is expected", "One of these in each expectation.", verbFields(&e), "expectation", one(keys(verbFields(&e))...)},
		{"availability", "Where a bound alone is not enough.", availabilityFields(&sim.Availability{}), "availability", need("is")},
		{"budget", "An error budget. A request that is not served stands for the time until the next one is sent.", budgetFields(&sim.ErrorBudget{}), "budget",
			any1("requests", "time", "outage", "spends")},
		{"distribution", "Where a word alone is not enough.", distributionFields(&sim.Distribution{}), "distribution", need("law")},
		{"detection, recovery", "Where a fault's name alone is not enough.", detectionFields(&sim.Detection{}, "detection"), "detection", notBoth("within", "allow")},
		{"status", "Besides these, any status and the bound of its part: `503: <= 2 %`.", statusFields(&sim.StatusMix{}), "status",
			keywords{"minProperties": 1, "patternProperties": keywords{statusNameForm(): ref("bound")}}},
		{"state", "", stateFields(&sim.States{}), "state", any1(stateClaims...)},
		{"output", "", outputFields(&sim.OutputMatch{}), "output", all(need("of"), any1("exit", "contains", "lacks", "matches"))},
		{"log", "", logFields(&sim.LogMatch{}), "log", any1("contains", "lacks", "matches")},
		{"page", "About the bodies of answers.", pageFields(&sim.PageMatch{}), "page", any1("contains", "lacks", "matches")},
		{"content", "Where a path alone is not enough.", contentFields(&sim.SameContent{}), "content", any1("path", "of", "ignore")},
		{"lost", "Where a step's name alone is not enough. Of the requests that were under way when the work began, and those that were sent until some time after its end, none is lost.",
			lostFields(&sim.NoneLost{}), "lost", need("from")},
		{"text", "What is for people, where it is given in two languages.", textFields(&sim.Text{}, "text"), "translation", need("en")},
	}
}

// The rules; each key is one of the fields of the table.

func need(keys ...string) keywords { return keywords{"required": anys(keys)} }

func any1(keys ...string) keywords { return keywords{"anyOf": eachRequired(keys)} }

func one(keys ...string) keywords { return keywords{"oneOf": eachRequired(keys)} }

func notBoth(a, b string) keywords { return keywords{"not": need(a, b)} }

// all joins rules of different keywords.
func all(rules ...keywords) keywords {
	joined := keywords{}
	for _, r := range rules {
		for k, v := range r {
			joined[k] = v
		}
	}
	return joined
}

func eachRequired(keys []string) []any {
	var list []any
	for _, k := range keys {
		list = append(list, need(k))
	}
	return list
}

func anys(list []string) []any {
	out := make([]any, len(list))
	for i, s := range list {
		out[i] = s
	}
	return out
}
