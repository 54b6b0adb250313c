package stats

import (
	"fmt"
	"strconv"
)

// checkStatus is a result of a check: its number in `show servers state`, and its words.
type checkStatus struct {
	number int
	desc   string
}

// checkStatuses are numbered as HAProxy 2.6 does; the manual's section 9.1 lists the names at check_status.
var checkStatuses = map[string]checkStatus{
	"INI":     {1, "Initializing"},
	"CHECKED": {3, "No status change"},
	"HANA":    {4, "Health analyze"},
	"SOCKERR": {5, "Socket error"},
	"L4OK":    {6, "Layer4 check passed"},
	"L4TOUT":  {7, "Layer4 timeout"},
	"L4CON":   {8, "Layer4 connection problem"},
	"L6OK":    {9, "Layer6 check passed"},
	"L6TOUT":  {10, "Layer6 timeout"},
	"L6RSP":   {11, "Layer6 invalid response"},
	"L7TOUT":  {12, "Layer7 timeout"},
	"L7RSP":   {13, "Layer7 invalid response"},
	"L7OK":    {15, "Layer7 check passed"},
	"L7OKC":   {16, "Layer7 check conditionally passed"},
	"L7STS":   {17, "Layer7 wrong status"},
}

// description is the CSV's check_desc.
func (c *Check) description() string {
	if c.Status == "UNK" {
		return "Unknown"
	}
	return checkStatuses[c.Status].desc
}

// number is srv_check_status; a server that was never checked is still initializing, whatever it is called.
func (c *Check) number() int {
	if c.Saved {
		return c.Number
	}
	if s, ok := checkStatuses[c.Status]; ok {
		return s.number
	}
	return checkStatuses["INI"].number
}

// ended tells whether a check has ever ended, hasCode whether it ended with an answer of layers 5 to 7.
func (c *Check) ended() bool   { return c.number() >= 3 }
func (c *Check) hasCode() bool { return c.number() >= 15 }

// shown is check_status with its mark of a check in progress.
func (c *Check) shown() string {
	if c.InProgress {
		return "* " + c.Status
	}
	return c.Status
}

// result is srv_check_result: 0 unknown, 2 failed, 3 passed, 4 passed on condition (management manual, section 9.3).
func (c *Check) result() int {
	if c.Saved {
		return c.Result
	}
	switch c.Status {
	case "L4OK", "L6OK", "L7OK":
		return 3
	case "L7OKC":
		return 4
	}
	if c.ended() {
		return 2
	}
	return 0
}

// cell is what the page shows of a check: how it ended and when, and its words.
func (c *Check) cell() cell {
	text := " " + c.shown()
	if c.hasCode() {
		text += "/" + strconv.Itoa(c.Code)
	}
	if c.ended() {
		text += fmt.Sprintf(" in %dms", c.Duration.Milliseconds())
	}
	tip := c.description()
	if c.Desc != "" {
		tip += ": " + c.Desc
	}
	return cell{value: esc(text), tip: esc(tip), ac: true}
}

// agentState is srv_agent_state: that of a check, with a bit that says what it is.
func (c *Check) agentState() int {
	if !c.Configured {
		return 0
	}
	return c.state() | 0x10
}

// state is srv_check_state: bits for in progress, configured, enabled and paused.
func (c *Check) state() int {
	bits := 0
	for i, on := range [...]bool{c.InProgress, c.Configured, c.Enabled && c.Configured, c.Paused} {
		if on {
			bits |= 1 << i
		}
	}
	return bits
}
