package load

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/url"
	"strings"
	"time"

	"simulacro/sim"
)

// What a zero field of a Spec stands for.
const (
	DefaultTimeout  = 5 * time.Second
	DefaultInFlight = 4096
	DefaultBodies   = 32
	MaxDuration     = sim.MaxLoad // of every run
)

// Spec is one load. The zero value of every field but URL and Steps has a sensible meaning.
type Spec struct {
	URL   string `json:"url"`   // http://ADDRESS[:PORT]; the paths come from Paths
	Steps []Step `json:"steps"` // one after the other
	// Count, where not 0, ends the load after exactly so many requests, even if the steps have time left.
	Count int64 `json:"count,omitempty"`
	// Paths are chosen by weight, with Seed; none means "/".
	Paths []Path `json:"paths,omitempty"`
	// KeepAlive reuses connections; otherwise each request has its own, and says Connection: close.
	KeepAlive bool `json:"keep_alive,omitempty"`
	// Timeout bounds a request from its actual send to its last byte.
	Timeout time.Duration `json:"timeout_ns,omitempty"`
	// Sources are addresses of this machine to send from, in turn; none leaves the choice to the system.
	Sources []string `json:"sources,omitempty"`
	// InFlight bounds the requests under way; one that would be over it is dropped and counted.
	InFlight int   `json:"in_flight,omitempty"`
	Seed     int64 `json:"seed,omitempty"`
	// Bodies bounds how many bodies that differ are told of, for each path, status and server.
	Bodies int `json:"bodies,omitempty"`
}

// Step is a constant rate for some time.
type Step struct {
	Rate float64       `json:"rate"` // requests a second; 0 is a pause
	For  time.Duration `json:"for_ns"`
}

// Path is a request target and how often it is chosen, relative to the others.
type Path struct {
	Path   string `json:"path"`
	Weight int    `json:"weight,omitempty"` // 0 counts as 1
}

// Validate says what is wrong with the spec, nil if nothing.
func (s Spec) Validate() error {
	u, err := url.Parse(s.URL)
	if err != nil {
		return fmt.Errorf("load: %w", err)
	}
	if u.Scheme != "http" || u.Host == "" {
		return fmt.Errorf("load: URL %q: must be http://HOST[:PORT]", s.URL)
	}
	if len(s.Steps) == 0 {
		return errors.New("load: no steps: nothing would be sent")
	}
	for i, st := range s.Steps {
		if st.Rate < 0 || st.For <= 0 {
			return fmt.Errorf("load: step %d: rate %g for %v: the rate must be 0 or more, the time more than 0", i+1, st.Rate, st.For)
		}
	}
	if s.Total() == 0 {
		return errors.New("load: all steps are pauses: nothing would be sent")
	}
	if d := s.Duration(); d > MaxDuration {
		return fmt.Errorf("load: %v in all: the most is %v", d, MaxDuration)
	}
	for _, a := range s.Sources {
		if net.ParseIP(a) == nil {
			return fmt.Errorf("load: source %q is not an address", a)
		}
	}
	for _, p := range s.Paths {
		if !strings.HasPrefix(p.Path, "/") || strings.ContainsAny(p.Path, " \r\n") || p.Weight < 0 {
			return fmt.Errorf("load: path %q weight %d: must begin with / and weigh 0 or more", p.Path, p.Weight)
		}
	}
	return nil
}

// Duration is the length of all steps.
func (s Spec) Duration() time.Duration {
	var d time.Duration
	for _, st := range s.Steps {
		d += st.For
	}
	return d
}

func (s Spec) withDefaults() Spec {
	if s.Timeout <= 0 {
		s.Timeout = DefaultTimeout
	}
	if s.InFlight <= 0 {
		s.InFlight = DefaultInFlight
	}
	if s.Bodies <= 0 {
		s.Bodies = DefaultBodies
	}
	if len(s.Paths) == 0 {
		s.Paths = []Path{{Path: "/"}}
	}
	return s
}

// At is when request seq (from 0) is due, after the start; ok is false where the load is over by then.
func (s Spec) At(seq int64) (due time.Duration, ok bool) {
	if s.Count > 0 && seq >= s.Count {
		return 0, false
	}
	n := float64(seq)
	for _, st := range s.Steps {
		here := st.Rate * st.For.Seconds()
		// The tolerance keeps 0.1 s x 10 a second at one request in spite of floating point.
		if n < here-1e-6 {
			return due + time.Duration(n/st.Rate*float64(time.Second)), true
		}
		n -= here
		due += st.For
	}
	return 0, false
}

// Total is how many requests the whole load has.
func (s Spec) Total() int64 {
	var n float64
	for _, st := range s.Steps {
		n += st.Rate * st.For.Seconds()
	}
	// Request k is sent where k < n: that is ceil(n) requests, with At's tolerance.
	total := int64(n)
	if n-float64(total) > 1e-6 {
		total++
	}
	if s.Count > 0 && s.Count < total {
		total = s.Count
	}
	return total
}

// pick chooses a path by weight.
func (s Spec) pick(rng *rand.Rand) string {
	if len(s.Paths) == 1 {
		return s.Paths[0].Path
	}
	total := 0
	for _, p := range s.Paths {
		total += max(p.Weight, 1)
	}
	n := rng.IntN(total)
	for _, p := range s.Paths {
		if n -= max(p.Weight, 1); n < 0 {
			return p.Path
		}
	}
	return s.Paths[0].Path
}
