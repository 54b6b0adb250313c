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

// sent gives the level at which target t sends a message of the given level: min-level lowers the most urgent ones, and
// what is less urgent than the target's level is not sent at all.
func sent(t *config.LogTarget, level int) (int, bool) {
	if level > t.Level {
		return 0, false
	}
	return max(level, t.MinLevel), true
}
