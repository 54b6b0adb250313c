package accesslog

import "simulacro/proxy/config"

// The levels of syslog (RFC 5424, section 6.2.1), most urgent first.
const (
	Emerg = iota
	Alert
	Crit
	Err
	Warning
	Notice
	Info
	Debug
)

// Decide tells whether proxy p logs r, and at which level: Info, or Err for what `option log-separate-errors` raises.
// `option dontlognull` drops connections that sent nothing, `option dontlog-normal` what went well.
func Decide(p *config.Proxy, r *Record) (level int, ok bool) {
	if p.DontLogNull && r.BytesIn == 0 {
		return 0, false
	}
	failed := r.failed()
	if !failed && p.DontLogNormal {
		return 0, false
	}
	if failed && p.LogSeparate {
		return Err, true
	}
	return Info, true
}

// failed is what HAProxy calls an error in a log: an abnormal end, a redispatch or a retry, or a status of 500 and above
// (configuration manual, section 4.2, "option dontlog-normal").
func (r *Record) failed() bool {
	normal := r.Flags[0] == '-' || r.Flags[0] == 'L' || r.Flags[0] == 0
	return !normal || r.Redisp || r.Retries > 0 || r.Status >= 500
}

// sent gives the level at which target t sends a message of the given level: min-level lowers the most urgent ones, and
// what is less urgent than the target's level is not sent at all.
func sent(t *config.LogTarget, level int) (int, bool) {
	if level > t.Level {
		return 0, false
	}
	return max(level, t.MinLevel), true
}
