package balance

// Scales of HAProxy's weights: an effective weight is the configured one times 16, at most 256 x 16.
const (
	scale     = 16
	maxWeight = 256 * scale
	keyRange  = 256
)

// RoundRobin is `balance roundrobin`: each server in turn, by its weight, evenly mixed; weights may change at any time
// (configuration manual, section 4.2, "balance"). A server's next place lies total/weight places behind its last one.
// Servers wait in one of three trees: those with a place in this round, those that have not had a turn yet, by weight,
// and those of the next round.
type RoundRobin struct {
	group
	act, bck   round
	nAct, nBck int
	skipped    []*Server
}

var (
	_ Selector = (*RoundRobin)(nil)
	_ Changer  = (*RoundRobin)(nil)
)

type round struct {
	trees                 [3]tree
	curr, init, next      *tree
	pos                   int // the place to be given next
	currWeight, newWeight int // total of this round, and of the servers as they are now
}

func newRoundRobin(g group) *RoundRobin {
	r := &RoundRobin{group: g}
	for _, x := range []*round{&r.act, &r.bck} {
		x.curr, x.init, x.next = &x.trees[0], &x.trees[1], &x.trees[2]
	}
	return r
}

func (r *RoundRobin) roundOf(s *Server) *round {
	if s.Backup {
		return &r.bck
	}
	return &r.act
}

// Select takes the server whose place has come; full ones and the one to avoid lose their turn.
func (r *RoundRobin) Select(q Request) *Server {
	g := &r.act
	if r.nAct == 0 {
		if b := r.firstBackup(); b != nil || r.nBck == 0 {
			return b
		}
		g = &r.bck
	}
	if g.currWeight == 0 {
		g.currWeight = g.newWeight
		g.pos = g.newWeight
	}
	var chosen, avoided *Server
	switched := false
	r.skipped = r.skipped[:0]
	for chosen == nil {
		s := g.candidate()
		if s == nil {
			if switched {
				chosen = avoided
				break
			}
			switched = true
			g.turn()
			continue
		}
		g.advance(s)
		s.remove()
		g.pos++
		switch {
		case s.busy():
		case s != q.Avoid || avoided != nil:
			chosen = s
			continue
		default:
			avoided = s
		}
		r.skipped = append(r.skipped, s)
	}
	if chosen != nil {
		g.queue(chosen)
	}
	for i := len(r.skipped) - 1; i >= 0; i-- {
		if s := r.skipped[i]; s == chosen {
			continue
		} else if switched { // its place was in the round that is over
			g.init.insert(s, maxWeight-s.weight)
		} else {
			g.queue(s)
		}
	}
	return chosen
}

// candidate gives the server whose place has come, or else one that had none yet, or else the earliest.
func (g *round) candidate() *Server {
	s := g.curr.first()
	if s != nil && s.npos <= g.pos {
		return s
	}
	if n := g.init.first(); n != nil {
		n.npos, n.rest = 0, 0
		return n
	}
	return s
}

// turn starts the next round.
func (g *round) turn() {
	g.init, g.next = g.next, g.init
	g.currWeight = g.newWeight
	g.pos = g.currWeight
}

// advance moves s's place on by total/weight, keeping the remainder for later.
func (g *round) advance(s *Server) {
	if s.weight == 0 {
		return
	}
	if s.npos == 0 {
		s.npos = g.pos
	}
	s.lpos = s.npos
	s.npos += g.newWeight / s.weight
	s.rest += g.newWeight % s.weight
	if s.rest >= s.weight {
		s.rest -= s.weight
		s.npos++
	}
}

// queue puts s where its next place is: in this round, or in the next where it lies beyond.
func (g *round) queue(s *Server) {
	switch {
	case !s.usable:
		s.remove()
	case s.weight == 0 || s.npos >= 2*g.currWeight || s.npos >= g.currWeight+g.newWeight:
		s.npos -= g.currWeight
		g.next.insert(s, maxWeight-s.weight)
	default:
		g.curr.insert(s, keyRange*s.npos+(maxWeight+s.rest-s.weight)/scale)
	}
}

// Changed takes note of a server that comes, goes or has another weight.
func (r *RoundRobin) Changed(s *Server) {
	g := r.roundOf(s)
	was, is, weight := s.usable, s.Usable(), s.effective()
	switch {
	case !was && !is:
	case was && !is:
		g.newWeight -= s.weight
		s.remove()
		r.count(s, -1)
	case !was:
		g.newWeight += weight
		s.usable, s.weight = true, weight
		r.count(s, 1)
		if g.currWeight == 0 { // before the first request: all start by weight
			g.init.insert(s, maxWeight-weight)
		} else {
			s.npos, s.rest = g.pos+(g.newWeight+g.currWeight-g.pos)/weight, 0
			g.queue(s)
		}
	case s.weight != weight:
		g.newWeight += weight - s.weight
		g.reweigh(s, weight)
	}
	s.usable, s.weight = is, weight
}

func (r *RoundRobin) count(s *Server, d int) {
	if s.Backup {
		r.nBck += d
	} else {
		r.nAct += d
	}
}

// reweigh finds s's next place again after a change of its weight.
func (g *round) reweigh(s *Server, weight int) {
	s.weight = weight
	if s.in == g.init {
		s.remove()
		g.init.insert(s, maxWeight-weight)
		return
	}
	s.remove()
	step := g.newWeight / weight
	before := s.npos
	s.npos, s.rest = min(s.lpos+step, before), 0
	if s.npos < g.pos+2 {
		s.npos = g.pos + step
	}
	g.queue(s)
}
