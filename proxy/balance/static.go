package balance

// StaticRR is `balance static-rr`: a table with each server as often as its weight says, evenly mixed, gone through in
// order. It is made anew whenever a server comes or goes.
type StaticRR struct {
	group
	table []*Server
	turn  int
	stale bool
}

var (
	_ Selector = (*StaticRR)(nil)
	_ Changer  = (*StaticRR)(nil)
)

// Select takes the next entry of the table that is neither full nor to be avoided.
func (b *StaticRR) Select(q Request) *Server {
	b.refresh()
	n := len(b.table)
	if n == 0 {
		return nil
	}
	if b.turn >= n {
		b.turn = 0
	}
	var avoided *Server
	at := 0
	for i := range n {
		k := (b.turn + i) % n
		s := b.table[k]
		if s.busy() {
			continue
		}
		if s != q.Avoid {
			b.turn = k + 1
			return s
		}
		avoided, at = s, k
	}
	if avoided != nil {
		b.turn = at + 1
	}
	return avoided
}

// Changed makes the table out of date.
func (b *StaticRR) Changed(*Server) { b.stale = true }

// refresh makes the table by smooth weighting: at each entry every server's score grows by its weight, and the first of
// those with the most whole shares of the total takes the entry and pays one.
func (b *StaticRR) refresh() {
	if !b.stale {
		return
	}
	b.stale, b.table = false, b.table[:0]
	set, total, div := b.inUse()
	total /= max(div, 1)
	for range total {
		var best *Server
		most := 0
		for _, s := range set {
			s.score += s.Weight / div
			if shares := (s.score + total) / total; best == nil || shares > most {
				best, most = s, shares
			}
		}
		best.score -= total
		b.table = append(b.table, best)
	}
}

// inUse gives the servers of the table, their total weight and its greatest common divisor.
func (b *StaticRR) inUse() (set []*Server, total, div int) {
	act := b.active()
	if !act {
		if s := b.firstBackup(); s != nil {
			s.score = 0
			return []*Server{s}, s.Weight, s.Weight
		}
	}
	for _, s := range b.servers {
		if s.Usable() && s.Backup != act {
			s.score = 0
			set = append(set, s)
			total += s.Weight
			div = gcd(s.Weight, div)
		}
	}
	return set, total, div
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// hashAddr combines the address's 32-bit words.
func hashAddr(q Request) (h uint32) {
	a := q.Source.AsSlice()
	for i := 0; i+4 <= len(a); i += 4 {
		h ^= uint32(a[i])<<24 | uint32(a[i+1])<<16 | uint32(a[i+2])<<8 | uint32(a[i+3])
	}
	return h
}
