package sim

import "time"

// Kind says what an Event tells of, and which of its parts is set.
type Kind string

// The kinds of events in a History.
const (
	KindRun       Kind = "run"       // Run: the first event, what was run
	KindPhase     Kind = "phase"     // Text: "steady", "load", "faults", "after", "done" …: the run's own progress
	KindRequest   Kind = "request"   // Request: one request of the load
	KindStats     Kind = "stats"     // Stats: the director's view of one server
	KindLog       Kind = "log"       // Node, Text: a line of a log (the director's access log, a journal)
	KindContainer Kind = "container" // Node, Text: what the engine reported (die, start, pause …)
	KindFault     Kind = "fault"     // Fault: a step of a fault
	KindAction    Kind = "action"    // Action: an operator's command and its output
	KindLoad      Kind = "load"      // Load: what the generator says of itself at its end
	KindPage      Kind = "page"      // Page: a body that answers had, once for each that differs
	KindFile      Kind = "file"      // Node, Path, Text: a file of a node, kept of a run that did not pass
	KindSay       Kind = "say"       // Text: what the scenario's author tells who watches, as a step begins
)

// Event is one line of a History. At is wall-clock time in UTC: all nodes share the host's clock.
type Event struct {
	At      time.Time    `json:"at"`
	Kind    Kind         `json:"kind"`
	Node    string       `json:"node,omitempty"`
	Text    string       `json:"text,omitempty"`
	Path    string       `json:"path,omitempty"`
	Run     *RunInfo     `json:"run,omitempty"`
	Request *Request     `json:"request,omitempty"`
	Stats   *ServerStats `json:"stats,omitempty"`
	Fault   *FaultStep   `json:"fault,omitempty"`
	Action  *ActionDone  `json:"action,omitempty"`
	Load    *LoadSummary `json:"load,omitempty"`
	Page    *Page        `json:"page,omitempty"`
}

// RunInfo opens a History: enough to judge it again without the cluster or the file.
type RunInfo struct {
	Scenario string `json:"scenario"`
	Title    string `json:"title"` // like Description, in the language Lang
	// Description is what there is to learn from the scenario.
	Description string       `json:"description,omitempty"`
	Lang        string       `json:"lang,omitempty"` // of what is for people: "en", "es"; empty: English
	Source      string       `json:"source"`         // the scenario file's text
	Director    DirectorKind `json:"director"`
	Seed        int64        `json:"seed"`
	Plan        Plan         `json:"plan"`
	HAProxyCfg  string       `json:"haproxy_cfg"` // as it was in force: budgets are derived from it
	Version     string       `json:"version"`
}

// Request is one request of the load. Event.At is the intended send time, so a stall of the generator cannot hide
// latency (coordinated omission).
type Request struct {
	Seq     int64         `json:"seq"`
	Path    string        `json:"path"`
	Status  int           `json:"status"`           // 0: no HTTP answer
	Error   string        `json:"error,omitempty"`  // class: refused, reset, timeout, eof, unreachable, protocol
	Server  string        `json:"server,omitempty"` // the node that answered, by its X-Server header
	Latency time.Duration `json:"latency_ns"`       // from the intended send to the last byte
	Late    time.Duration `json:"late_ns,omitempty"`
	Source  string        `json:"source,omitempty"` // the address that it was sent from
	Body    string        `json:"body,omitempty"`   // the body's hash, see Page; empty: it had none, or not all of it came
}

// OK tells whether the client was served.
func (r *Request) OK() bool { return r.Status >= 200 && r.Status < 400 && r.Error == "" }

// Page is a body that the load's answers had. Requests name it by Hash; of each path, status and server a generator tells
// only so many that differ (a page with a clock in it is never the same).
type Page struct {
	Path   string `json:"path"`
	Status int    `json:"status"`
	Server string `json:"server,omitempty"`
	Hash   string `json:"hash"`
	Text   string `json:"text"`          // its beginning
	Cut    bool   `json:"cut,omitempty"` // Text is not all of it
}

// ServerStats is a sample of one line of the director's `show stat`.
type ServerStats struct {
	Backend     string `json:"backend"`
	Server      string `json:"server"`       // BACKEND and FRONTEND lines keep those names
	Status      string `json:"status"`       // UP, DOWN, NOLB, MAINT, "UP 1/3", no check …
	CheckStatus string `json:"check_status"` // L4OK, L4CON, L4TOUT, L7STS …
	CheckCode   int    `json:"check_code,omitempty"`
	Weight      int    `json:"weight"`
	Sessions    int64  `json:"sessions"` // cumulated (stot)
	Current     int64  `json:"current"`  // scur
	Queue       int64  `json:"queue"`    // qcur
	Downs       int64  `json:"downs"`    // chkdown
}

// The steps of a fault, in their legal order.
const (
	StepPlanned   = "planned"   // the undo is in the ledger
	StepInjected  = "injected"  // the injection returned; its time is when it began
	StepEffect    = "effect"    // its effect was seen: Evidence says how
	StepHeld      = "held"      // what the fault does while it is held was seen to happen: Evidence says how; may come several times, or never
	StepRecover   = "recover"   // recovery was asked for
	StepRecovered = "recovered" // the recovery was seen: Evidence says how
	StepFailed    = "failed"    // the step could not be done or seen: Evidence says what was seen instead
)

// FaultStep is one step of one fault.
type FaultStep struct {
	ID       string `json:"id"`   // unique in the run: the scenario's name for it, or kind-N
	Kind     string `json:"kind"` // node-kill, port-clash …
	Target   string `json:"target"`
	Step     string `json:"step"`
	Evidence string `json:"evidence,omitempty"`
	// Seen is when the look ended that saw an effect or a recovery; the event's own time is when it began. It came about in between.
	Seen time.Time `json:"seen,omitzero"`
}

// ActionDone is an operator's command, run in a node as the practical has it.
type ActionDone struct {
	ID      string        `json:"id"`
	Command string        `json:"command"`
	Output  Output        `json:"output"`
	Took    time.Duration `json:"took_ns"`
	Cut     bool          `json:"cut,omitempty"` // Output holds only the beginning of what was printed
}

// LoadSummary is what the load generator reports of itself, for the judge to trust or distrust its figures.
type LoadSummary struct {
	Target   float64 `json:"target_rps"`
	Achieved float64 `json:"achieved_rps"`
	Sent     int64   `json:"sent"`
	Dropped  int64   `json:"dropped"` // not sent because the bound of requests under way was reached
	// Latency quantiles over the whole load, from the intended send, as the generator's histogram has them.
	P50 time.Duration `json:"p50_ns,omitempty"`
	P99 time.Duration `json:"p99_ns,omitempty"`
	Max time.Duration `json:"max_ns,omitempty"`
}
