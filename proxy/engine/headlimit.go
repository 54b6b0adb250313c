package engine

import (
	"simulacro/proxy/config"
	"simulacro/proxy/http1"
)

// headLimit is how long heads may be: as they come, and as HAProxy's buffer holds them (section 3.2, "tune.bufsize").
type headLimit struct{ raw, stored int }

// rawSpare is what HAProxy leaves free of the buffer that it reads a head into.
const rawSpare = 64

func newHeadLimit(g *config.Global) headLimit {
	size, reserve := g.Buffer()
	return headLimit{max(size-rawSpare, 0), size - reserve}
}

// exceeded tells whether the head in p, or what has come of it, is too long.
func (m *headLimit) exceeded(h *http1.Head, p []byte) bool {
	if h.End == 0 {
		return len(p) >= m.raw
	}
	// Most heads are far from the limit: what they take beside their own bytes is less than this.
	const once = 128
	return h.End+once+http1.StoredPerPart*len(h.Fields()) > min(m.stored, m.raw) && (h.End > m.raw || h.Stored() > m.stored)
}
