package balance

import "slices"

// node is a server's place in a tree.
type node struct {
	key     int
	seq     uint64 // servers with the same key leave in the order in which they came
	in      *tree
	version uint32 // of its entry: all others of the server are dead
}

// entry is what the heap compares. The key is kept beside the server, so that of a thousand servers only the first is touched.
type entry struct {
	key     int
	seq     uint64
	s       *Server
	version uint32
}

// tree keeps servers ordered by key; insertion, removal and first cost O(log n). It is a binary heap; a server that is taken
// out leaves a dead entry behind until that is the first, or until more are dead than alive.
type tree struct {
	heap  []entry
	alive int
	seq   uint64
}

func (t *tree) holds(e *entry) bool { return e.s.in == t && e.s.version == e.version }

// first gives the server with the smallest key; nil: there is none.
func (t *tree) first() *Server {
	for len(t.heap) > 0 {
		if t.holds(&t.heap[0]) {
			return t.heap[0].s
		}
		last := len(t.heap) - 1
		t.heap[0] = t.heap[last]
		t.heap[last] = entry{}
		t.heap = t.heap[:last]
		t.down(0)
	}
	return nil
}

// insert puts s behind all with the same key.
func (t *tree) insert(s *Server, key int) {
	t.seq++
	t.put(s, key, t.seq)
}

// put is insert for a server that goes back to where it was.
func (t *tree) put(s *Server, key int, seq uint64) {
	s.remove()
	s.node = node{key: key, seq: seq, in: t, version: s.version + 1}
	t.alive++
	t.heap = append(t.heap, entry{key, seq, s, s.version})
	t.up(len(t.heap) - 1)
}

// remove takes s out of the tree it is in, if any.
func (s *Server) remove() {
	t := s.in
	if t == nil {
		return
	}
	s.in = nil
	t.alive--
	if len(t.heap) > 2*t.alive+16 {
		t.bury()
	}
}

// bury drops the dead entries.
func (t *tree) bury() {
	t.heap = slices.DeleteFunc(t.heap, func(e entry) bool { return !t.holds(&e) })
	for i := len(t.heap)/2 - 1; i >= 0; i-- {
		t.down(i)
	}
}

func (e *entry) less(o *entry) bool { return e.key < o.key || e.key == o.key && e.seq < o.seq }

func (t *tree) up(i int) {
	for i > 0 {
		p := (i - 1) / 2
		if !t.heap[i].less(&t.heap[p]) {
			return
		}
		t.heap[i], t.heap[p] = t.heap[p], t.heap[i]
		i = p
	}
}

func (t *tree) down(i int) {
	for {
		c := 2*i + 1
		if c >= len(t.heap) {
			return
		}
		if c+1 < len(t.heap) && t.heap[c+1].less(&t.heap[c]) {
			c++
		}
		if !t.heap[c].less(&t.heap[i]) {
			return
		}
		t.heap[i], t.heap[c] = t.heap[c], t.heap[i]
		i = c
	}
}
