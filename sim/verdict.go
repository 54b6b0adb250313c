package sim

import "time"

// Outcome is the end of a judgement.
type Outcome string

// Inconclusive means that the run cannot tell: a fault without evidence, a load that was not delivered. It fails a test.
const (
	Pass         Outcome = "pass"
	Fail         Outcome = "fail"
	Inconclusive Outcome = "inconclusive"
)

// Verdict is what the judge says of a History.
type Verdict struct {
	Outcome Outcome `json:"outcome"`
	Checks  []Check `json:"checks"`
	// Facts are measured values worth telling that no expectation asked for, in the order to print them.
	Facts []Fact `json:"facts,omitempty"`
}

// Check is one expectation held against the history.
type Check struct {
	Name     string  `json:"name"`   // "availability during kill"
	Window   string  `json:"window"` // the window's name
	Outcome  Outcome `json:"outcome"`
	Measured string  `json:"measured"` // with its unit
	Bound    string  `json:"bound"`    // what it was held against, with its unit
	Reason   string  `json:"reason,omitempty"`
}

// Fact is a measured value with a name.
type Fact struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Worst folds outcomes: inconclusive over fail over pass, since an inconclusive run's failures prove nothing either.
func Worst(outcomes ...Outcome) Outcome {
	worst := Pass
	for _, o := range outcomes {
		if o == Inconclusive || o == Fail && worst == Pass {
			worst = o
		}
	}
	return worst
}

// Figures are what runs of one scenario are compared by. Times are in nanoseconds as JSON.
type Figures struct {
	Requests     int                      `json:"requests"`
	Availability float64                  `json:"availability"`           // served/sent, 0 to 1
	Detection    map[string]time.Duration `json:"detection_ns,omitempty"` // by fault: of the slowest server, where one was seen DOWN
	Recovery     map[string]time.Duration `json:"recovery_ns,omitempty"`  // the same, UP again
	P50          time.Duration            `json:"p50_ns"`
	P99          time.Duration            `json:"p99_ns"`
	Interval     time.Duration            `json:"check_interval_ns"` // the longest `inter` of the servers
	// Unsure is, by fault, how long before its effect was seen it may have begun: so much longer may its detection have taken.
	Unsure map[string]time.Duration `json:"unsure_ns,omitempty"`
	// Exact are the answers of each server where the algorithm must give every run the same: a count of requests in turn.
	Exact map[string]int `json:"exact,omitempty"`
}
