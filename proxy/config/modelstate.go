package config

import (
	"net/netip"
	"time"
)

// SavedStep is one thing that state files bring about before the start (section 4.2, "load-server-state-from-file"). The steps are in the
// order in which HAProxy takes them, and tells of them.
type SavedStep struct {
	Said   string // a warning; "": a state is to be applied
	Proxy  *Proxy
	Server *Server
	State  *SavedState
}

// SavedState is what a process before this one wrote of a server (management manual, section 9.3, "show servers state"). Its name's
// address and whether it is reached over TLS are in the Server already.
type SavedState struct {
	Op               SavedOp
	Admin            int // forced and configured maintenance, forced drain; numbered as in the file
	Weight           int
	ConfiguredWeight int // of that process: only where it is this one's too Weight counts
	Since            time.Duration
	CheckStatus      int
	CheckResult      int
	Health           int
	ChecksOff        bool       // the checks that the server has were switched off
	Port             int        // -1: as configured
	CheckIP          netip.Addr // where its checks go; not valid: as configured
	CheckPort        int        // -1: as configured
	AgentOff         bool       // the agent that the server has was switched off
	AgentIP          netip.Addr // where it is; not valid: as configured
	AgentPort        int        // -1: as configured
}

// SavedOp is srv_op_state.
type SavedOp int

// The states, numbered as in the file.
const (
	SavedStopped SavedOp = iota
	SavedStarting
	SavedRunning
	SavedStopping
)
