package balance

import (
	"fmt"
	"math/rand/v2"
	"strconv"
)

// Random is `balance random(draws)`: of that many servers drawn by weight, the least loaded one. The default of two draws
// keeps the loads nearly even without looking at every server.
type Random struct {
	group
	draws int
	rng   *rand.Rand
	use   []*Server
	total int
	stale bool
}

var (
	_ Selector = (*Random)(nil)
	_ Changer  = (*Random)(nil)
)

func newRandom(g group, args []string, rng *rand.Rand) (*Random, error) {
	r := &Random{group: g, draws: 2, rng: rng}
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

// Changed makes the set of servers out of date.
func (r *Random) Changed(*Server) { r.stale = true }

// Select draws among the servers that are not full, and away from the one to avoid where it can.
func (r *Random) Select(q Request) *Server {
	r.refresh()
	var best *Server
	for draw := 0; draw < r.draws && r.total > 0; draw++ {
		if s := r.draw(q.Avoid); s != nil && (best == nil || load(s, best)) {
			best = s
		}
	}
	if best != nil {
		return best
	}
	for _, s := range r.use { // bad luck, or one server left: take whoever can
		if !s.busy() {
			return s
		}
	}
	return nil
}

// load tells whether a has less to do than b for its weight.
func load(a, b *Server) bool {
	return (a.Served+a.Queued)*b.effective() < (b.Served+b.Queued)*a.effective()
}

// draw gives a server by weight, or the next one after it that will do.
func (r *Random) draw(avoid *Server) *Server {
	n, start := r.rng.IntN(r.total), 0
	for i, s := range r.use {
		if n -= s.effective(); n < 0 {
			start = i
			break
		}
	}
	for i := range r.use {
		s := r.use[(start+i)%len(r.use)]
		if !s.busy() && s != avoid {
			return s
		}
	}
	return nil
}

func (r *Random) refresh() {
	if !r.stale {
		return
	}
	r.stale, r.use, r.total = false, r.use[:0], 0
	backups := !r.active()
	only := r.firstBackup()
	for _, s := range r.servers {
		if s.Usable() && s.Backup == backups && (!backups || only == nil || s == only) {
			r.use = append(r.use, s)
			r.total += s.effective()
		}
	}
}
