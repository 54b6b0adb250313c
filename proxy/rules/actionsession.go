package rules

import (
	"errors"
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
		{"expect-proxy", Connection | SessionList | TCPRequest, parseExpectProxy},
	}
}

// parseSocket reads a number, decimal, octal or hexadecimal, for the client's socket, which takes the bits of mask.
func parseSocket(what string, mask int64) func(*ruleParser) (doing, error) {
	return func(p *ruleParser) (doing, error) {
		w, ok := p.take()
		if !ok {
			return nil, sayf("expects exactly 1 argument (integer/hex value)")
		}
		n, rest := socketNumber(w)
		if rest != "" {
			return nil, sayf("invalid character starting at '%s' (integer/hex value expected)", rest)
		}
		return func(tx *Tx) Verdict {
			if tx.World != nil {
				tx.World.Mark(what, int(n&mask))
			}
			return Next
		}, nil
	}
}

// socketNumber reads a number as strtol(3) does, and gives what stands behind it.
func socketNumber(w string) (n int64, rest string) {
	sign := len(w) - len(strings.TrimLeft(w, "+-"))
	digits, base, set := w[min(sign, 1):], 10, "0123456789"
	if len(digits) > 2 && (digits[:2] == "0x" || digits[:2] == "0X") && strings.IndexByte("0123456789abcdefABCDEF", digits[2]) >= 0 {
		digits, base, set = digits[2:], 16, "0123456789abcdefABCDEF"
	} else if strings.HasPrefix(digits, "0") {
		base, set = 8, "01234567"
	}
	rest = strings.TrimLeft(digits, set)
	n, err := strconv.ParseInt(digits[:len(digits)-len(rest)], base, 64)
	if err != nil && !errors.Is(err, strconv.ErrRange) {
		return 0, w
	}
	if strings.HasPrefix(w, "-") {
		n = -n
	}
	return n, rest
}

// parseNice reads set-nice. All requests are equal to this director's loops, so that it has no effect.
func parseNice(p *ruleParser) (doing, error) {
	if _, ok := p.take(); !ok { // any word counts as a number, as with HAProxy
		return nil, sayf("expects exactly 1 argument (integer value)")
	}
	return func(*Tx) Verdict { return Next }, nil
}

// parseExpectProxy reads the action that lets a PROXY protocol's header come first. Only the first rules come before what is read.
func parseExpectProxy(p *ruleParser) (doing, error) {
	if p.word != p.name {
		return nil, p.unknown()
	}
	w, _ := p.take()
	switch {
	case w != "layer4":
		return nil, sayf("'%s %s' only supports 'layer4' in %s '%s' (got '%s')", p.list.Name(), p.word, p.env.Kind, p.env.Section, w)
	case p.list != Connection:
		return nil, sayf("'%s %s' is not allowed in '%s' rules in %s '%s'", p.word, w, p.list.Name(), p.env.Kind, p.env.Section)
	}
	return func(tx *Tx) Verdict { tx.Session.Expect = true; return Next }, nil
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
