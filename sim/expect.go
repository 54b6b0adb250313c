package sim

import (
	"fmt"
	"strconv"
	"time"
)

// Expectation is one thing that must hold in a window of the run. Exactly one of the pointers is set.
type Expectation struct {
	Name   string // the author's, or made from what it expects
	Why    Text   // shown with a failure
	Line   int    // in the scenario file
	Window Window

	Availability *Availability
	Budget       *ErrorBudget
	Share        []ServerShare
	Distribution *Distribution
	Detection    *Detection
	Recovery     *Recovery
	Status       *StatusMix
	State        *States
	Output       *OutputMatch
	Log          *LogMatch
	Page         *PageMatch
	Content      *SameContent
	Lost         *NoneLost
	Latency      []Quantile
}

// WindowKind names a part of a run. Requests belong to a window by their intended send time.
type WindowKind string

// The windows. All but the first two are a fault's; before, during and after may be an action's, from when it is typed to its end.
const (
	All        WindowKind = "all"        // from the start of the judged load to its end
	Before     WindowKind = "before"     // … to the injection of the fault (of the first where none is named), without the requests then under way
	During     WindowKind = "during"     // from the effect seen (on every target) to the recovery asked for
	Undetected WindowKind = "undetected" // from the effect seen to the director's DOWN
	Detected   WindowKind = "detected"   // from the director's DOWN (of every server concerned) to the recovery asked for
	After      WindowKind = "after"      // from the recovery seen to the end of the load
	Restored   WindowKind = "restored"   // from the director's UP (of every server concerned) to the end of the load
	Named      WindowKind = "named"      // one of the scenario's own, by its Name; no word of the file
)

// WindowKinds lists those that every scenario has, in the order of a run.
func WindowKinds() []WindowKind {
	return []WindowKind{All, Before, During, Undetected, Detected, After, Restored}
}

// Window is a part of the run, of a fault (or an action) where Fault names one.
type Window struct {
	Kind  WindowKind
	Fault string
	Name  string // of one of Scenario.Windows, where Kind is Named
}

// String is the window as the scenario file has it.
func (w Window) String() string {
	if w.Kind == Named {
		return w.Name
	}
	if w.Fault == "" {
		return string(w.Kind)
	}
	return string(w.Kind) + " " + w.Fault
}

// NamedWindow is a window of the scenario's own, from one moment to another.
type NamedWindow struct {
	Name     string
	From, To Moment
}

// Moment is a moment of a step or, where Of is empty, the load's own (MomentStart, MomentEnd), and a time after it.
type Moment struct {
	Of   string // a step's name
	Step string // StepEffect …, MomentDown, MomentUp, of an action ActionEnd
	Plus time.Duration
}

// The moments that a window can begin or end with, besides the steps of a fault and the end of an action.
const (
	MomentStart = "start" // of the judged load
	MomentEnd   = "end"   // of the judged load
	MomentDown  = "down"  // the director has every server concerned DOWN
	MomentUp    = "up"    // … UP again
)

// String is the moment as the scenario file has it.
func (m Moment) String() string {
	text := m.Step
	if m.Of != "" {
		text = m.Of + " " + m.Step
	}
	if m.Plus > 0 {
		text += " + " + ShortTime(m.Plus)
	}
	return text
}

// Bound is what a measured value is held against. For shares and percentages Value is a ratio, 0 to 1.
type Bound struct {
	Op        string // ">=", "<=", ">", "<", "="
	Value     float64
	Tolerance float64 // only of "="
}

// Holds tells whether a measured value is within the bound.
func (b Bound) Holds(v float64) bool {
	const epsilon = 1e-9 // ratios of counts are not exact in floating point
	switch b.Op {
	case ">=":
		return v >= b.Value-epsilon
	case "<=":
		return v <= b.Value+epsilon
	case ">":
		return v > b.Value+epsilon
	case "<":
		return v < b.Value-epsilon
	}
	return v >= b.Value-b.Tolerance-epsilon && v <= b.Value+b.Tolerance+epsilon
}

// Percent is the bound in words, its value in per cent.
func (b Bound) Percent() string {
	num := func(v float64) string { return strconv.FormatFloat(v*100, 'f', -1, 32) }
	if b.Op == "=" && b.Tolerance > 0 {
		return fmt.Sprintf("%s %% ± %s %%", num(b.Value), num(b.Tolerance))
	}
	return fmt.Sprintf("%s %s %%", b.Op, num(b.Value))
}

// Availability is the part of the requests that were served, or with Slice the part of the time: of the slices of that
// length in which requests were sent, those in which every one was served.
type Availability struct {
	Bound Bound
	OK    []string // codes ("200"), classes ("2xx") that count as served; empty: 2xx and 3xx
	Slice time.Duration
}

// ErrorBudget is what may go wrong. A request that is not served stands for the time until the next one is sent.
type ErrorBudget struct {
	Requests *int64        // at most so many are not served
	Time     time.Duration // at most so long in all; 0: not asked
	Outage   time.Duration // at most so long without one that is served in between; 0: not asked
	// Objective is the availability (0 to 1) that is promised over the time Over; Spends bounds the part of the errors
	// that it leaves room for that this window used up. 0: not asked.
	Objective float64
	Over      time.Duration
	Spends    Bound
	OK        []string // as of Availability
}

// ServerShare is the part of the answered requests that one server answered.
type ServerShare struct {
	Server string // a node
	Bound  Bound
}

// Distribution compares what each server answered with what the balancing algorithm must give: exact to one request for
// round robin (plus those under way at the window's edges), a chi-square test for random. With Algorithm it is each
// algorithm's own law: of leastconn that no server was preferred to one with fewer connections, of first that none was
// used while an earlier one had room, of source, uri, url_param and hdr that whoever is alike is sent to the same server.
type Distribution struct {
	Even      bool     // equal parts, else by the weights in haproxy.cfg
	Algorithm bool     // by the algorithm's own law
	Servers   []string // the nodes that take part; empty: all of the backend
	Within    int64    // requests more than the algorithm's own deviation that are borne
}

// Detection is the time from a fault's effect to the director's DOWN. Its bound follows from haproxy.cfg.
type Detection struct {
	Fault   string
	Servers []string      // nodes whose state is looked at; empty: the fault's targets, or all servers where no target is one
	Within  time.Duration // in place of the derived bound
	Allow   time.Duration // on top of the derived bound
}

// Recovery is the time from a fault's recovery to the director's UP, and then the return of traffic.
type Recovery Detection

// StatusMix is about what the clients got: codes ("503"), classes ("5xx"), error classes ("refused") or "error" for any
// request without a complete answer.
type StatusMix struct {
	Only  []string
	None  []string
	Share []StatusShare
}

// StatusShare is the part of the requests that got one of the statuses.
type StatusShare struct {
	Status string
	Bound  Bound
}

// States is about what the director's statistics say of servers over a window.
type States struct {
	Servers []string // nodes; empty: all of the backend
	Always  string   // every sample has this state: UP, DOWN, MAINT, NOLB, DRAIN
	Never   string   // no sample has
	Reaches string   // at least one sample has
	Check   string   // every sample has this check result: L4OK, L7OK …
	Sees    []string // each of these check results is in some sample
	// Sequence is the states in their order, each once until it changes: UP, DOWN, UP.
	Sequence []string
}

// TextMatch holds a text against strings and regular expressions (RE2).
type TextMatch struct {
	Contains []string
	Lacks    []string
	Matches  []string
}

// OutputMatch is about what an action printed (stdout and stderr) and its exit code.
type OutputMatch struct {
	Action string
	Exit   *int
	TextMatch
}

// LogMatch is about the log lines of a node in the window: each of Contains and Matches is in some line, Lacks in none.
type LogMatch struct {
	Node string
	TextMatch
}

// PageMatch is about the bodies of answers in the window: each of Contains and Matches is in every one, Lacks in none.
type PageMatch struct {
	Path    string   // empty: any
	Servers []string // the nodes that answered; empty: any, and the director itself
	Status  []string // codes and classes; empty: 2xx
	TextMatch
}

// SameContent is that all servers give the same body for a path.
type SameContent struct {
	Path    string   // empty: each of the load's paths for itself
	Servers []string // the nodes that must have answered; empty: all of the backend
	Ignore  []string // regular expressions (RE2): what of a body may differ
}

// NoneLost is that a planned work (a reload, a drain) loses no request: of those that were under way when the step From
// began, and those that were sent until Settle after the step To had ended, at most Most were not served.
type NoneLost struct {
	From, To string // actions or faults; To may be From
	Settle   time.Duration
	Most     int64
}

// Quantile bounds a latency: the time that the part Q (0 to 1) of the requests stayed within.
type Quantile struct {
	Q     float64
	Op    string // "<=" or ">="
	Bound time.Duration
}

// Label is the quantile's usual name: p50, p99.9, max.
func (q Quantile) Label() string {
	if q.Q >= 1 {
		return "max"
	}
	return "p" + strconv.FormatFloat(q.Q*100, 'f', -1, 32)
}
