package sim

import (
	"strings"
	"time"
)

// Scenario is a rehearsal: a cluster, a load, what is broken and when, and what must hold. sim/scenario reads it from a
// file, sim/run plays it, sim/judge holds its History against Expect. All names in it are resolved: nodes exist, windows
// name faults of the timeline, durations have their defaults.
//
// The file is written with the practical's addresses; whatever holds one goes through Plan.Rewrite before use.
type Scenario struct {
	Name        string // the file's name without its folder and ending
	File        string // as given by who loaded it, for messages
	Source      string // the file's text
	Title       Text
	Description Text
	Tags        []string
	Cluster     Cluster
	Load        Load
	Timeline    []Step        // in the file's order; each at its own time
	Steady      time.Duration // how long the steady state may take to hold, before the load and after the last step; 0: not waited for
	Warm        time.Duration // load that is sent before time zero and not judged
	Settle      time.Duration // load goes on for this long after the last step has ended and the steady state holds again
	Expect      []Expectation
	Seed        int64         // 0: run chooses one and prints it
	Limit       time.Duration // of the whole scenario, the cluster's boot excluded
}

// Text is for people: English, and Spanish where the author gave it.
type Text struct {
	EN string `json:"en"`
	ES string `json:"es,omitempty"`
}

// In is the text in a language ("en", "es"), English where there is no other.
func (t Text) In(lang string) string {
	if lang == "es" && t.ES != "" {
		return t.ES
	}
	return t.EN
}

// Cluster says what the scenario needs of its cluster. The zero value is the practical's.
type Cluster struct {
	Directors []DirectorKind // the kinds that the scenario is meant for; empty: all
	Servers   int            // how many real servers; never 0 after loading
	HAProxy   string         // a whole haproxy.cfg in place of the practical's
	Patch     []SectionPatch // or changes to it, in order; see ApplyPatch
	Mount     string         // NFS options of the real servers' /etc/fstab; empty: the practical's
}

// Runs tells whether the scenario is meant for a kind of director.
func (c Cluster) Runs(kind DirectorKind) bool {
	for _, k := range c.Directors {
		if k == kind {
			return true
		}
	}
	return len(c.Directors) == 0
}

// Load is an open loop: requests leave at their time whether or not earlier ones were answered.
type Load struct {
	Rate      float64       // requests/s; 0: no load
	Count     int64         // exactly this many requests, then the load ends; 0: not bounded
	For       time.Duration // load lasts this long, then ends; 0: until the timeline and Settle are over
	Paths     []WeightedPath
	Keepalive bool          // false: a connection a request
	Timeout   time.Duration // of one request; then its error is "timeout"
}

// WeightedPath is a path and how often it is asked for, relative to the others.
type WeightedPath struct {
	Path   string
	Weight int
}

// Step is one entry of the timeline: a fault or an operator's action, one of them set.
type Step struct {
	When   When
	Fault  *Fault
	Action *Action
}

// Name is the step's name, unique in the scenario.
func (s Step) Name() string {
	if s.Fault != nil {
		return s.Fault.Name
	}
	return s.Action.Name
}

// When is the time of a step: At after time zero (the start of the judged load, phase "load"), or At after a moment of
// an earlier step where After is set.
type When struct {
	At    time.Duration
	After string // a step's name
	Step  string // a fault's step (StepEffect …) or, for an action, "done"
}

// ActionEnd is the moment of an action that a later step may follow.
const ActionEnd = "done"

// Fault is something to break. One fault may have several targets: they are broken together, each leaves its own
// FaultSteps with the fault's name as ID and its own node as Target.
type Fault struct {
	Name    string
	Kind    string        // one of the catalogue's
	Targets []string      // nodes by their plan's names, in the plan's order
	For     time.Duration // from the effect (of the last target) to asking for the recovery; 0: until the load is over
	Params  map[string]string
	Say     Text
}

// Action is a command that an operator types in a node. Its output is recorded whatever its code.
type Action struct {
	Name string
	Node string
	Run  string // for sh -c; goes through Plan.Rewrite
	Exit *int   // the code that it must end with; nil: any
	Say  Text
}

// Faults lists the timeline's faults in order.
func (s *Scenario) Faults() []*Fault {
	var faults []*Fault
	for _, st := range s.Timeline {
		if st.Fault != nil {
			faults = append(faults, st.Fault)
		}
	}
	return faults
}

// Fault finds a fault of the timeline by name, nil if there is none.
func (s *Scenario) Fault(name string) *Fault {
	for _, f := range s.Faults() {
		if f.Name == name {
			return f
		}
	}
	return nil
}

// Rewrite puts the plan's networks in the place of the practical's (192.168.1.x, 10.0.100.x), in which scenario files,
// their commands and their haproxy.cfg are written.
func (p Plan) Rewrite(text string) string {
	def := DefaultPlan()
	return strings.NewReplacer(
		def.OuterOctets()+".", p.OuterOctets()+".",
		def.InnerOctets()+".", p.InnerOctets()+".",
	).Replace(text)
}

// FaultKind describes an entry of the fault catalogue, for the loader to check a scenario against and for the reference.
type FaultKind struct {
	Name string // "node-kill"
	Does string // one sentence
	// Evidence says in a sentence what must be seen before the fault counts as there.
	Evidence string
	Roles    []Role // of the nodes it can hit; empty: any. Where the plan has just one such node, a target need not be named
	Params   []FaultParam
}

// FaultParam is a parameter of a FaultKind.
type FaultParam struct {
	Name     string
	Does     string
	Default  string
	Required bool
	Choices  []string // the values that it may have; empty: any
}
