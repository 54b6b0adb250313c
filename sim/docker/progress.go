package docker

import (
	"sync"
	"time"
)

// The phases of Up, in their order. A phase that has nothing to do is not told.
const (
	PhaseFound    = "found"    // a cluster of this name is there
	PhaseAddress  = "address"  // a network or port was taken: Text says what is used instead
	PhaseRemove   = "remove"   // a half-made cluster of this name is removed
	PhaseNetworks = "networks" // networks and volume
	PhaseNodes    = "nodes"    // containers created and started
	PhaseAnswers  = "answers"  // every real server answers through the director
	PhaseReady    = "ready"    // the whole, from the call
)

// Step is one thing that Up tells while it works.
type Step struct {
	Phase string        `json:"phase"`
	Text  string        `json:"text"`           // for people: "3 of 6 nodes started"
	Done  bool          `json:"done"`           // the phase has ended
	Took  time.Duration `json:"took_ns"`        // since the phase's start
	Count int           `json:"count,omitzero"` // of Total
	Total int           `json:"total,omitzero"`
}

// Progress is told each step, by one goroutine at a time. nil is a good value.
type Progress func(Step)

// reporter serializes the calls of a Progress.
type reporter struct {
	mu   sync.Mutex
	tell Progress
}

func (r *reporter) step(s Step) {
	if r.tell == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tell(s)
}

// phase is one phase under way.
type phase struct {
	*reporter
	name  string
	since time.Time
	total int
	mu    sync.Mutex
	count int
}

func (r *reporter) phase(name string, total int) *phase {
	return &phase{reporter: r, name: name, since: time.Now(), total: total}
}

// advance tells that one more of the phase's total is there.
func (p *phase) advance(text string) {
	p.mu.Lock()
	p.count++
	n := p.count
	p.mu.Unlock()
	p.step(Step{Phase: p.name, Text: text, Took: time.Since(p.since), Count: n, Total: p.total})
}

func (p *phase) done(text string) {
	p.step(Step{Phase: p.name, Text: text, Done: true, Took: time.Since(p.since), Count: p.total, Total: p.total})
}
