package fusefs

import (
	"time"

	"simulacro/nfs/nfs3"
)

// limits are the shortest and longest time that attributes are believed (nfs(5), acregmin and the like).
type limits struct{ min, max time.Duration }

// attrCache decides how long a file's attributes are believed, as the kernel's client does: min after every change, twice as
// long each time they prove unchanged after that time, at most max. Its zero value knows nothing.
type attrCache struct {
	known   bool
	attr    nfs3.Attr
	timeout time.Duration
	since   time.Time // when the current timeout began
}

// update takes in fresh attributes and reports whether the file has changed since the last ones.
func (c *attrCache) update(a *nfs3.Attr, l limits, now time.Time) bool {
	changed := c.known && !c.attr.Wcc().Equal(a.Wcc())
	switch {
	case !c.known || changed:
		c.timeout, c.since = l.min, now
	case now.Sub(c.since) >= c.timeout:
		c.timeout, c.since = min(max(2*c.timeout, l.min), l.max), now
	}
	c.known, c.attr = true, *a
	return changed
}

// fresh reports whether the attributes may still be believed.
func (c *attrCache) fresh(now time.Time) bool { return c.known && now.Sub(c.since) < c.timeout }
