package stats

import (
	"fmt"
	"strconv"

	"simulacro/proxy/health"
)

// description is the CSV's check_desc.
func (c *Check) description() string {
	if c.Status == "" {
		return ""
	}
	return health.StatusNamed(c.Status).Desc()
}

// number is srv_check_status.
func (c *Check) number() int {
	if c.Saved {
		return c.Number
	}
	return health.StatusNamed(c.Status).Number()
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

// result is srv_check_result: 0 unknown, as while a check goes on, 2 failed, 3 passed, 4 passed on condition (management manual, section 9.3).
func (c *Check) result() int {
	switch s := health.StatusNamed(c.Status); {
	case c.InProgress:
		return 0
	case c.Saved:
		return c.Result
	case s == health.L7OKCond:
		return 4
	case s.Passed():
		return 3
	case c.ended():
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
