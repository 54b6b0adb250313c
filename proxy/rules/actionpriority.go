package rules

// Bounds of what decides the order of a queue (section 4.2, "http-request set-priority-class" and "set-priority-offset").
const (
	mostPrioClass  = 1<<11 - 1
	mostPrioOffset = 1<<19 - 1 // ms
)

// priorityActions change the order in which requests leave a queue.
func priorityActions() []action {
	return []action{
		{"set-priority-class", Request | TCPRequest, parsePriority(mostPrioClass, func(tx *Tx) *int { return &tx.PrioClass })},
		{"set-priority-offset", Request | TCPRequest, parsePriority(mostPrioOffset, func(tx *Tx) *int { return &tx.PrioOffset })},
	}
}

// parsePriority reads an expression for a number from -most to most. One without a value leaves what there is.
func parsePriority(most int, of func(*Tx) *int) func(*ruleParser) (doing, error) {
	return func(p *ruleParser) (doing, error) {
		e, err := p.expr()
		if err != nil {
			return nil, err
		}
		if e.fetch.from.at&requestAt(p.env) == 0 {
			word := p.word
			if p.list == TCPRequest { // HAProxy counts its words from the line's beginning
				word = "tcp-request"
			}
			return nil, unusable(e, word)
		}
		return func(tx *Tx) Verdict {
			if v, ok := e.Eval(tx); ok {
				if n, ok := v.number(); ok {
					*of(tx) = int(min(max(n, int64(-most)), int64(most)))
				}
			}
			return Next
		}, nil
	}
}
