package balance

import (
	"fmt"
	"math/rand/v2"
	"strconv"
)

// Random is `balance random(draws)`: of that many servers drawn on the ring of hash-type consistent, the least loaded one. The
// default of two draws keeps the loads nearly even without looking at every server. A small weight has few places on the
// ring, so that the servers' chances are only about as their weights are.
type Random struct {
	keyed
	draws int
	rng   *rand.Rand
}

var (
	_ Selector = (*Random)(nil)
	_ Changer  = (*Random)(nil)
)

func newRandom(g group, args []string, p Params) (*Random, error) {
	r := &Random{keyed: *newKeyed(g, p.Hashing, nil), draws: 2, rng: p.Rand}
	if len(args) > 0 {
		n, err := strconv.Atoi(args[0])
		if err != nil || n < 1 {
			return nil, fmt.Errorf("random: number of draws must be at least 1 (was '%s')", args[0])
		}
		r.draws = n
	}
	if r.rng == nil {
		r.rng = rand.New(rand.NewPCG(1, 2))
	}
	return r, nil
}

// Select draws away from the server to avoid. If the choice is full the request waits for any server rather than for that one.
func (r *Random) Select(q Request) *Server {
	r.build()
	if len(r.ring) == 0 {
		return nil
	}
	var best *Server
	for range r.draws {
		if s := r.nearest(r.rng.Uint32(), q.Avoid); best == nil || !lighter(best, s) {
			best = s
		}
	}
	if best.busy() {
		return nil
	}
	return best
}

// lighter tells whether a has fewer requests than b for its weight.
func lighter(a, b *Server) bool { return a.Served*b.effective() < b.Served*a.effective() }
