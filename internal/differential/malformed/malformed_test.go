package malformed

import (
	"flag"
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var (
	seed  = flag.Uint64("seed", 1, "of the mutations")
	count = flag.Int("count-requests", 1000, "how many requests")
)

const (
	lanes = 8                      // a mode
	brief = 120 * time.Millisecond // an exchange is at rest when nothing moves for so long …
	sure  = 700 * time.Millisecond // … and, where the programs seem to differ, for so long
	again = 3                      // tries before a difference counts: HAProxy itself does not always end the same way
)

// send gives a message to a program's lane.
type send func(l *lane, m []byte, how Delivery, quiet time.Duration) (outcome, error)

// TestRequests compares what both programs make of broken requests.
func TestRequests(t *testing.T) {
	compare(t, "malformed request:", Requests(*seed, *count), (*lane).request)
}

// TestResponses compares what both make of broken responses.
func TestResponses(t *testing.T) {
	compare(t, "malformed response:", Responses(*seed, *count*3/10), (*lane).response)
}

// job is one message to be sent one way.
type job struct {
	n    int
	how  Delivery
	mode int
	m    Message
}

func compare(t *testing.T, prefix string, all []Message, f send) {
	known, err := readListed(prefix)
	require.NoError(t, err)
	theirs, ours := both(t, lanes)
	queues := make([]chan job, len(modes))
	var wg sync.WaitGroup
	var mu sync.Mutex
	differ := 0
	for m := range modes {
		queues[m] = make(chan job, len(all)*2)
		for k := range lanes {
			wg.Add(1)
			go func() {
				defer wg.Done()
				for j := range queues[m] {
					if text := differs(theirs.lanes[m][k], ours.lanes[m][k], j, f); text != "" {
						mu.Lock()
						if l := find(known, j.m.Bytes); l != nil {
							l.seen++
						} else if differ++; differ <= 200 {
							t.Errorf("message %d, made of %d, %s, mode %d: %q\n%s", j.n, j.m.Base, j.how, j.mode, short(string(j.m.Bytes)), text)
						}
						mu.Unlock()
					}
				}
			}()
		}
	}
	for i, m := range all {
		for _, how := range []Delivery{Whole, Drip} {
			queues[i%len(modes)] <- job{i, how, i % len(modes), m}
		}
	}
	for _, q := range queues {
		close(q)
	}
	wg.Wait()
	t.Logf("%d messages, whole and byte by byte: %d differences that are not listed", len(all), differ)
	for _, l := range known {
		if t.Logf("%s: %d", l.name, l.seen); l.seen == 0 && *seed == 1 {
			t.Errorf("docs/differences.md lists %q, but it does not occur any more", l.name)
		}
	}
	require.Zero(t, differ)
}

// differs runs one message through both; "": they agree.
func differs(theirs, ours *lane, j job, f send) string {
	var seen []outcome
	var text string
	for try := range again {
		quiet := brief
		if try > 0 {
			quiet = sure
		}
		want, err := f(theirs, j.m.Bytes, j.how, quiet)
		if err != nil {
			return "haproxy: " + err.Error()
		}
		got, err := f(ours, j.m.Bytes, j.how, quiet)
		if err != nil {
			return "director: " + err.Error()
		}
		if j.how == Drip {
			want, got = want.merged(), got.merged()
		}
		for _, o := range append(seen, want) {
			if reflect.DeepEqual(o, got) {
				return ""
			}
		}
		if try > 0 {
			seen = append(seen, want)
		}
		text = explain(want, got)
	}
	return text
}
