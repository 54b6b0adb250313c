package sim

import (
	"math"
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
	Timeline    []Step        // in the file's order, a repeated fault as one for each time; each at its own time
	Windows     []NamedWindow // the author's own
	Steady      time.Duration // how long the steady state may take to hold, before the load and after the last step; 0: not waited for
	Holds       Steady        // what the steady state is
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
	Limits    []NodeLimits   // in the plan's order; a node that is not listed has none
}

// NodeLimits is what a node may use of the machine during the run.
type NodeLimits struct {
	Node string
	Limits
}

// Limits bounds what a node may use. A zero field does not bound it.
type Limits struct {
	CPU    float64 // processors, as in 0.25
	Memory int64   // bytes, swap included
}

// Steady is the state of a cluster of which nothing is broken. The zero value asks for what the practical's has.
type Steady struct {
	For     time.Duration // it must hold for so long, looked at again and again; 0: one look is enough
	Page    string        // what every server gives the director, and the director the client, with code 200; empty: /index.php
	Servers []string      // the nodes that the director has up and that give the page; empty: all real servers
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
	Rate      float64       // requests/s; the highest where there are Steps; 0: no load
	Steps     []RateStep    // one after the other, from time zero; empty: Rate all the time
	Count     int64         // exactly this many requests, then the load ends; 0: not bounded
	For       time.Duration // load lasts this long, then ends; 0: until the timeline and Settle are over
	Paths     []WeightedPath
	Keepalive bool          // false: a connection a request
	Timeout   time.Duration // of one request; then its error is "timeout"
	Forwarded bool          // requests go to the client's own port ForwardPort, not to the director's address
	Sources   int           // client addresses that requests come from, in turn; 0 and 1: the client node's own
}

// RateStep is a rate for some time.
type RateStep struct {
	Rate float64       // requests/s; 0: a pause
	For  time.Duration // 0, of the last one only: until the load ends
}

// MaxLoad bounds how long a load lasts: a generator must not outlive a runner that was killed.
const MaxLoad = 15 * time.Minute

// Due is when request n, from 0, is to be sent, after time zero. False: the steps are over before it.
func (l Load) Due(n int64) (time.Duration, bool) {
	steps := l.Steps
	if len(steps) == 0 {
		steps = []RateStep{{Rate: l.Rate}}
	}
	left, at := float64(n), time.Duration(0)
	for _, st := range steps {
		// The tolerance keeps 0.1 s at 10 a second at one request in spite of floating point.
		if st.Rate > 0 && (st.For == 0 || left < st.Rate*st.For.Seconds()-1e-6) {
			return at + seconds(left/st.Rate), true
		}
		left -= st.Rate * st.For.Seconds()
		at += st.For
	}
	return at, false
}

// seconds is a time, the longest that there is where it is longer.
func seconds(s float64) time.Duration {
	if s >= math.MaxInt64/float64(time.Second)/2 {
		return math.MaxInt64 / 2 // what is added to it does not overflow
	}
	return time.Duration(s * float64(time.Second))
}

// After is the load without its first part of a length before time zero: the first step is so much longer.
func (l Load) After(warm time.Duration) Load {
	if len(l.Steps) > 0 && l.Steps[0].For > 0 {
		l.Steps = append([]RateStep(nil), l.Steps...)
		l.Steps[0].For += warm
	}
	return l
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
	Targets []string      // nodes by their plan's names, in the plan's order; Draw fills them in where there is a Pick
	Pick    *Pick         // the targets are left to the seed; nil: they are not
	Of      string        // the name in the file, of which this is one of several times; empty: it is the only one
	Follows string        // the time before this one: it must have recovered first; empty: nothing
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
	// Takes tells that the node runs no command while the fault is held: it is off, or frozen.
	Takes bool
	// Accepts tells that a real server still accepts connections while the fault is held: a check that only connects stays green.
	Accepts bool
	// Touches names what the fault changes of its node and there is one of: a file, a table of rules. Two faults that touch the
	// same cannot be there at once, since the recovery of one would undo the other.
	Touches []string
	// Check refuses parameters that the kind cannot take at a node; nil takes any. What it says names the parameter.
	Check func(plan Plan, node Node, params map[string]string) error `json:"-"`
}

// FaultParam is a parameter of a FaultKind.
type FaultParam struct {
	Name     string
	Does     string
	Default  string
	Required bool
	Choices  []string // the values that it may have; empty: any
}
