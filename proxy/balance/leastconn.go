package balance

// LeastConn is `balance leastconn`: the server with the fewest requests for its weight; among equals each in turn.
type LeastConn struct {
	group
	act, bck tree
	popped   []*Server
}

var (
	_ Selector = (*LeastConn)(nil)
	_ Mover    = (*LeastConn)(nil)
	_ Changer  = (*LeastConn)(nil)
)

func newLeastConn(g group) *LeastConn { return &LeastConn{group: g} }

// Select takes the first server that is neither full nor to be avoided.
func (l *LeastConn) Select(q Request) *Server {
	t := &l.act
	if t.first() == nil {
		if b := l.firstBackup(); b != nil {
			return b
		}
		t = &l.bck
	}
	var chosen, avoided *Server
	l.popped = l.popped[:0]
	for s := t.first(); s != nil && chosen == nil; s = t.first() {
		switch {
		case s.Maxconn > 0 && s.Served+s.Queued >= s.Maxconn:
		case s == q.Avoid:
			avoided = s
		default:
			chosen = s
			continue
		}
		key, seq := s.key, s.seq
		s.remove()
		s.key, s.seq = key, seq
		l.popped = append(l.popped, s)
	}
	for _, s := range l.popped {
		t.put(s, s.key, s.seq)
	}
	if chosen == nil {
		return avoided
	}
	return chosen
}

// Moved puts s where its number of requests belongs.
func (l *LeastConn) Moved(s *Server) {
	if s.in != nil && s.key != loadKey(s) {
		t := s.in
		s.remove()
		t.insert(s, loadKey(s))
	}
}

// Changed lets s in or out.
func (l *LeastConn) Changed(s *Server) {
	s.remove()
	if !s.Usable() {
		return
	}
	if s.Backup {
		l.bck.insert(s, loadKey(s))
	} else {
		l.act.insert(s, loadKey(s))
	}
}

// loadKey counts the request to come, except where there is none yet: idle servers are all alike, whatever their weight.
func loadKey(s *Server) int {
	n := s.Served + s.Queued
	if n == 0 {
		return 0
	}
	return (n + 1) * maxWeight / s.effective()
}
