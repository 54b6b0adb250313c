package engine

// waitList is a queue of clients, ordered by their keys and then first come first served. Its backend's mutex guards it.
type waitList struct {
	first, last *waiter
	n, max      int
	taken       int // how many have been let in so far
}

// waiter is a client's place in a queue.
type waiter struct {
	c          *client
	list       *waitList
	srv        *server // whose queue it is; nil: the backend's
	next, prev *waiter
	key        int64 // the lower, the sooner
	behind     int   // list.taken when it came
	again      bool  // the queue was dissolved: choose again
}

// push puts w behind all that do not yield to it: mostly at the end.
func (q *waitList) push(w *waiter) {
	before := q.last
	for before != nil && before.key > w.key {
		before = before.prev
	}
	w.list, w.prev, w.next, w.behind = q, before, q.first, q.taken
	if before != nil {
		w.next = before.next
		before.next = w
	} else {
		q.first = w
	}
	if w.next != nil {
		w.next.prev = w
	} else {
		q.last = w
	}
	q.n++
	q.max = max(q.max, q.n)
}

// classBit is where the class of a key begins: the time below it is in ms.
const classBit = 48

// queueKey orders requests by class, and within one by the time they came at and their offset to it (section 4.2, "http-request
// set-priority-offset").
func (c *client) queueKey() int64 {
	if c.tx == nil {
		return c.l.now
	}
	return int64(c.tx.PrioClass)<<classBit + c.l.now + int64(c.tx.PrioOffset)
}

// leave takes w out of its queue, if it is in one.
func (w *waiter) leave() {
	q := w.list
	if q == nil {
		return
	}
	if w.prev != nil {
		w.prev.next = w.next
	} else {
		q.first = w.next
	}
	if w.next != nil {
		w.next.prev = w.prev
	} else {
		q.last = w.prev
	}
	q.n--
	// The log's queue position is the number of those that were let in meanwhile, itself included.
	if pos := q.taken - w.behind + 1; w.srv != nil {
		w.srv.Queued--
		w.c.qServer += pos
	} else {
		w.c.qBackend += pos
	}
	w.list, w.next, w.prev = nil, nil, nil
}

// enqueue lets c wait: for s, whose request it is from now on, or for any server where s is nil. The backend is locked.
func (c *client) enqueue(s *server) {
	p := c.be
	w := &c.wait
	*w = waiter{c: c, srv: s, key: c.queueKey()}
	c.srv = s
	if s != nil {
		s.queue.push(w)
		s.Queued++
	} else {
		p.queue.push(w)
	}
	c.st = stQueued
	c.arm(p.queueing)
}

// admit gives a place on s to the first request of the server's own queue or of the backend's, whichever comes first. nil:
// nobody waits, or no place is free. Who waits for s alone is let in even if it is down: it waits for nothing else. The backend is
// locked.
func (p *proxy) admit(s *server) *client {
	if p.dynamic {
		s.limit()
	}
	if s.Full() {
		return nil
	}
	w := s.queue.first
	if q := p.queue.first; q != nil && p.serves(s) && (w == nil || q.key < w.key) {
		w = q
	}
	if w == nil {
		return nil
	}
	q := w.list
	w.leave()
	q.taken++
	s.take()
	s.due++
	w.c.granted = s
	return w.c
}

// admitNext lets the next one in where s has done with a request. A server without a limit has no place that came free: who waits
// is left to those that have one, as haproxy 2.6 leaves it.
func (p *proxy) admitNext(s *server) *client {
	if s.Maxconn == 0 {
		return nil
	}
	return p.admit(s)
}

// serves tells whether s gets requests that may go to any server: of backups only while no active server is left, and then one unless
// all of them are used (section 4.2, "option allbackups").
func (p *proxy) serves(s *server) bool {
	if !s.Usable() || !s.Backup {
		return s.Usable()
	}
	return p.act == 0 && (p.cfg.AllBackups || s == p.firstBackup())
}

// firstBackup is the first backup that is usable; nil: none is.
func (p *proxy) firstBackup() *server {
	for _, s := range p.servers {
		if s.Backup && s.Usable() {
			return s
		}
	}
	return nil
}

// admitAll fills all places of s. The clients are to be woken without the lock.
func (p *proxy) admitAll(s *server) (woken []*client) {
	for c := p.admit(s); c != nil; c = p.admit(s) {
		woken = append(woken, c)
	}
	return woken
}

// dissolve sends those who wait for s back to choose again, where option redispatch lets them and neither option persist nor
// force-persist keeps them here (section 4.2). The others go on waiting.
func (s *server) dissolve() (woken []*client) {
	if cfg := s.be.cfg; cfg.Redispatch == 0 || cfg.Persist {
		return nil
	}
	for w, next := s.queue.first, (*waiter)(nil); w != nil; w = next {
		next = w.next
		if w.c.stay.force {
			continue
		}
		w.leave()
		w.again = true
		woken = append(woken, w.c)
	}
	return woken
}

// wakeUp lets c's loop go on with it; c may be nil.
func (l *loop) wakeUp(c *client) {
	switch {
	case c == nil:
	case l != nil && c.l == l:
		l.again = append(l.again, c)
	default:
		c.l.post(c)
	}
}

// takeGrant goes on with a client whose time in the queue has ended; false: it still waits, or does not wait at all.
func (c *client) takeGrant() bool {
	if c.st != stQueued {
		return false
	}
	p := c.be
	p.mu.Lock()
	s, again := c.granted, c.wait.again
	c.granted, c.wait.again = nil, false
	if s != nil {
		s.due--
		c.placed(s)
	}
	p.mu.Unlock()
	switch {
	case s != nil:
		c.dial()
	case again: // whatever its cookie says
		c.stay.server, c.stay.direct = nil, false
		c.assign()
	default:
		return true
	}
	return true
}

// leaveQueue gives up waiting.
func (c *client) leaveQueue() {
	if c.st != stQueued {
		return
	}
	p := c.be
	p.mu.Lock()
	c.wait.leave()
	var next *client
	if s := c.granted; s != nil { // the place came too late
		c.granted = nil
		s.due--
		s.Served--
		if p.mover != nil {
			p.mover.Moved(&s.Server)
		}
		next = p.admitNext(s)
	}
	p.mu.Unlock()
	c.l.wakeUp(next)
}

// queueTimeout: no place came free in time (section 4.2, "timeout queue").
func (c *client) queueTimeout() {
	c.leaveQueue()
	p := c.be
	p.mu.Lock()
	p.back.econn++
	if s := c.wait.srv; s != nil {
		s.econn++
	}
	p.mu.Unlock()
	c.assigned = c.l.now
	c.reply(503, 's', 'Q')
}
