// Package sim holds the nouns of a rehearsal: the address plan and its nodes, the events a run leaves behind and the
// history they form, and the specification of a cluster. It imports only the standard library, and every sibling below
// it (scenario, docker, fault, load, observe, judge, report) meets the others only through these types.
//
//	plan := sim.DefaultPlan()
//	for _, n := range plan.Nodes() {
//		fmt.Println(n.Name, n.Outer, n.Inner)
//	}
package sim
