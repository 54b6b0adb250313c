package rules

import (
	"strconv"
	"strings"
)

// sessionActions handle the connection.
func sessionActions() []action {
	return []action{
		{"set-mark", everywhere &^ After, parseSocket("mark", 0xffffffff)},
		{"set-tos", everywhere &^ After, parseSocket("tos", 0xff)},
		{"set-nice", TCPRequest | TCPResponse | Request | Response, parseNice},
		{"disable-l7-retry", Request, func(*ruleParser) (doing, error) {
			return func(tx *Tx) Verdict { tx.NoRetry = true; return Next }, nil
		}},
		{"early-hint", Request, parseEarlyHint},
	}
}

// parseSocket reads a number, decimal or hexadecimal, for the client's socket.
func parseSocket(what string, most uint64) func(*ruleParser) (doing, error) {
	return func(p *ruleParser) (doing, error) {
		w, ok := p.take()
		if !ok {
			return nil, sayf("expects exactly 1 argument (integer/hex value)")
		}
		n, err := strconv.ParseUint(w, 0, 64)
		if err != nil || n > most {
			return nil, sayf("invalid character starting at '%s' (integer/hex value expected)", strings.TrimLeft(w, "0123456789"))
		}
		return func(tx *Tx) Verdict {
			if tx.World != nil {
				tx.World.Mark(what, int(n))
			}
			return Next
		}, nil
	}
}

// parseNice reads set-nice. All requests are equal to this director's loops, so that it has no effect.
func parseNice(p *ruleParser) (doing, error) {
	w, ok := p.take()
	if !ok {
		return nil, sayf("expects exactly 1 argument (integer value)")
	}
	_ = w // any word counts as a number, as with HAProxy
	return func(*Tx) Verdict { return Next }, nil
}

// parseEarlyHint reads a field of a 103 response (RFC 8297); those of rules in a row go out together.
func parseEarlyHint(p *ruleParser) (doing, error) {
	name, ok := p.take()
	if !ok {
		return nil, sayf("expects exactly 2 arguments")
	}
	f, err := p.format("exactly 2 arguments")
	if err != nil {
		return nil, err
	}
	name = strings.ToLower(name)
	return func(tx *Tx) Verdict {
		tx.Hints = append(tx.Hints, Field{name, f.Text(tx)})
		return Next
	}, nil
}

func (tx *Tx) sendHints() {
	if tx.World != nil {
		tx.World.Hint(tx.Hints)
	}
	tx.Hints = nil
}
