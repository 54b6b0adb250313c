package judge

import (
	"fmt"
	"time"

	"simulacro/sim"
)

// Budget is the longest time that a change may take by the configuration, and how it is made up.
type Budget struct {
	Total time.Duration `json:"total_ns"`
	// Formula says the sum with its numbers and the sections of HAProxy's configuration manual that it follows from.
	Formula string `json:"formula"`
}

// checkTime is the longest that one failing check takes: until the connection is given up, and with a check that reads,
// until the answer is. With `timeout check` set the connection has the shorter of `timeout connect` and inter, and the
// answer has `timeout check` from then on; without it the whole check has inter (section 4.2, "timeout check").
func (c *Config) checkTime(s CheckServer) (time.Duration, string) {
	if c.Check == 0 {
		return s.Inter, "inter"
	}
	connect, name := s.Inter, "inter"
	if c.Connect > 0 && c.Connect < s.Inter {
		connect, name = c.Connect, "timeout connect"
	}
	if !c.Layer7 {
		return connect, name
	}
	return connect + c.Check, name + " + timeout check"
}

// Detection is the time from a server's failure to DOWN, at most: a check has just passed, the next starts inter later,
// and fall checks in a row fail as slowly as they can, fastinter (inter where not set) apart.
func (c *Config) Detection(s CheckServer) Budget {
	fast, fastName := s.FastInter, "fastinter"
	if fast == 0 {
		fast, fastName = s.Inter, "inter"
	}
	inter, fast := c.spread(s.Inter), c.spread(fast)
	one, what := c.checkTime(s)
	fall := time.Duration(s.Fall)
	return Budget{
		Total: inter + fall*one + (fall-1)*fast,
		Formula: fmt.Sprintf("inter %s + fall %d × (%s) %s + %d × %s %s%s = %s (HAProxy's manual 5.2 inter, fall; 4.2 timeout check)",
			short(inter), s.Fall, what, short(one), s.Fall-1, fastName, short(fast), c.spreadText(), short(inter+fall*one+(fall-1)*fast)),
	}
}

// Recovery is the time from a server's return to UP, at most: a check that started before it hangs to its end, the next
// starts downinter (inter where not set) later, and rise checks in a row pass, fastinter (inter where not set) apart.
func (c *Config) Recovery(s CheckServer) Budget {
	down, downName := s.DownInter, "downinter"
	if down == 0 {
		down, downName = s.Inter, "inter"
	}
	fast, fastName := s.FastInter, "fastinter"
	if fast == 0 {
		fast, fastName = s.Inter, "inter"
	}
	down, fast = c.spread(down), c.spread(fast)
	one, what := c.checkTime(s)
	total := one + down + time.Duration(s.Rise-1)*fast
	return Budget{
		Total: total,
		Formula: fmt.Sprintf("a check under way (%s) %s + %s %s + (rise %d - 1) × %s %s%s = %s (HAProxy's manual 5.2 inter, rise; 4.2 timeout check)",
			what, short(one), downName, short(down), s.Rise, fastName, short(fast), c.spreadText(), short(total)),
	}
}

// spread is an interval at its longest under spread-checks (section 3.2).
func (c *Config) spread(d time.Duration) time.Duration {
	return d + d*time.Duration(c.Spread)/100
}

func (c *Config) spreadText() string {
	if c.Spread == 0 {
		return ""
	}
	return fmt.Sprintf(" (intervals with spread-checks %d %%)", c.Spread)
}

func short(d time.Duration) string { return sim.ShortTime(d) }
