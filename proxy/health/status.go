package health

import "time"

// Status is how a check ended.
type Status int

// The statuses, in the manual's order (management manual, section 9.1, column check_status).
const (
	Unknown  Status = iota // UNK: never checked by configuration
	Init                   // INI: no check has ended yet
	Checked                // CHECKED: an agent has told nothing of the server's health
	SockErr                // SOCKERR: the machine refused a socket
	L4OK                   // L4OK: connected, and nothing more was asked for
	L4Tout                 // L4TOUT: no connection in time
	L4Con                  // L4CON: refused or unreachable
	L6OK                   // L6OK: a TLS handshake, or what looks like its beginning, has passed
	L6Tout                 // L6TOUT: no handshake in time
	L6Rsp                  // L6RSP: the answer is no handshake
	Hana                   // HANA: live traffic has gone wrong (`observe`)
	L7Tout                 // L7TOUT: connected, no answer in time
	L7Rsp                  // L7RSP: the answer is not of the protocol, or its content is not as expected
	L7OK                   // L7OK: the answer is as expected
	L7OKCond               // L7OKC: like L7OK, by disable-on-404
	L7Sts                  // L7STS: the protocol's own word for failure
	ProcErr                // PROCERR: an external check's command has failed
	ProcTout               // PROCTOUT: it was not ready in time
	ProcOK                 // PROCOK: it has exited with code 0
)

var statusTexts = [...]struct{ code, desc string }{
	Unknown:  {"UNK", "Unknown"},
	Init:     {"INI", "Initializing"},
	Checked:  {"CHECKED", "No status change"},
	SockErr:  {"SOCKERR", "Socket error"},
	L4OK:     {"L4OK", "Layer4 check passed"},
	L4Tout:   {"L4TOUT", "Layer4 timeout"},
	L4Con:    {"L4CON", "Layer4 connection problem"},
	L6OK:     {"L6OK", "Layer6 check passed"},
	L6Tout:   {"L6TOUT", "Layer6 timeout"},
	L6Rsp:    {"L6RSP", "Layer6 invalid response"},
	Hana:     {"HANA", "Health analyze"},
	L7OK:     {"L7OK", "Layer7 check passed"},
	L7OKCond: {"L7OKC", "Layer7 check conditionally passed"},
	L7Tout:   {"L7TOUT", "Layer7 timeout"},
	L7Rsp:    {"L7RSP", "Layer7 invalid response"},
	L7Sts:    {"L7STS", "Layer7 wrong status"},
	ProcErr:  {"PROCERR", "External check error"},
	ProcTout: {"PROCTOUT", "External check timeout"},
	ProcOK:   {"PROCOK", "External check passed"},
}

// String gives the code that the statistics show: L4OK, L7STS, ….
func (s Status) String() string { return statusTexts[s].code }

// Desc gives the words that the log and the statistics' tooltip use.
func (s Status) Desc() string { return statusTexts[s].desc }

// Passed tells whether the check counts as a success.
func (s Status) Passed() bool {
	return s == L4OK || s == L6OK || s == L7OK || s == L7OKCond || s == ProcOK
}

// Failed tells whether the check has failed.
func (s Status) Failed() bool { return s > Checked && !s.Passed() }

// HasCode tells whether the status comes with a code: an HTTP status, or that of a command.
func (s Status) HasCode() bool { return s >= L7OK }

// StatusNamed gives the status that the manual calls so; Unknown: it has none of that name.
func StatusNamed(name string) Status {
	for i, x := range statusTexts {
		if x.code == name {
			return Status(i)
		}
	}
	return Unknown
}

// Result is the end of one check.
type Result struct {
	Status   Status
	Code     int           // HTTP status, where there is one
	Duration time.Duration // from the connection's start; -1: nothing was timed
	Info     string        // the system's or the server's words: "Connection refused", "Service Unavailable"
	Told     string        // what is logged instead of Info; "": that
	Saved    *Numbers      // as a state file has it; nil: it is this process's
}
