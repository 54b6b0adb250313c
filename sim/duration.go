package sim

import (
	"strings"
	"time"
)

// ShortTime prints a time for people, with at most two digits after the point and no empty units: 2s, 1.25s, 40ms, 1m30s, 3m.
func ShortTime(d time.Duration) string {
	switch {
	case d >= time.Second:
		d = d.Round(10 * time.Millisecond)
	case d >= time.Millisecond:
		d = d.Round(10 * time.Microsecond)
	}
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}
