package sim

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
