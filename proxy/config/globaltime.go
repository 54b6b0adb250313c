package config

import "time"

// longestIdle is the most that tune.idletimer takes, in milliseconds.
const longestIdle = 65535

func parseIdleTimer(p *parser, w words) {
	if w.at(1) == "" {
		p.bad("'%s' expects a timer value between 0 and 65535 ms.", w[0])
		return
	}
	d, fault := p.parseTime(w[1], time.Millisecond)
	switch {
	case fault != nil:
		p.badTight("%s", fault.angled(w[1], "<"+w[0]+">", "65535 ms", "ms"))
	case d > longestIdle*time.Millisecond:
		p.bad("'%s' expects a timer value between 0 and 65535 ms.", w[0])
	}
}

func parseMaxSpread(p *parser, w words) {
	if w.at(1) == "" {
		p.badTight("'%s' expects an integer argument (0..50).", w[0])
		return
	}
	d, fault := p.parseTime(w[1], time.Millisecond)
	switch {
	case fault == nil:
		p.cfg.Global.MaxSpread = d
	case fault.over || fault.under:
		p.badTight("%s", fault.angled(w[1], "<"+w[0]+">", longestMillis, "ms"))
	default:
		p.badTight("unsupported character '%s' in '%s' (wants an integer delay).", fault.char, w[0])
	}
}

func parseCloseSpread(p *parser, w words) {
	switch {
	case w.at(1) == "infinite":
		p.cfg.Global.CloseSpread = -1
	default:
		p.globalTime(w, &p.cfg.Global.CloseSpread)
	}
}

// globalTime reads a time in milliseconds.
func (p *parser) globalTime(w words, value *time.Duration) {
	if w.at(1) == "" {
		p.bad("'%s' expects <time> as argument.\n", w[0])
		return
	}
	p.timeIn(w, time.Millisecond, value)
}

// timeIn reads a line's first argument, a time in unit where it bears none of its own.
func (p *parser) timeIn(w words, unit time.Duration, value *time.Duration) bool {
	d, fault := p.parseTime(w[1], unit)
	if fault == nil {
		*value = d
		return true
	}
	if text := fault.bounds(w[1], w[0]); text != "" {
		p.bad("%s", text)
	} else {
		p.bad("unexpected character '%s' in argument to <%s>.\n", fault.char, w[0])
	}
	return false
}
