package balance

// node is a server's place in a tree.
type node struct {
	key   int
	seq   uint64 // servers with the same key leave in the order in which they came
	in    *tree
	place int
}

// tree keeps servers ordered by key; insertion, removal and first cost O(log n). It is a binary heap.
type tree struct {
	heap []*Server
	seq  uint64
}

func (t *tree) first() *Server {
	if len(t.heap) == 0 {
		return nil
	}
	return t.heap[0]
}

// insert puts s behind all with the same key.
func (t *tree) insert(s *Server, key int) {
	t.seq++
	t.put(s, key, t.seq)
}

// put is insert for a server that goes back to where it was.
func (t *tree) put(s *Server, key int, seq uint64) {
	s.node = node{key: key, seq: seq, in: t, place: len(t.heap)}
	t.heap = append(t.heap, s)
	t.up(s.place)
}

// remove takes s out of the tree it is in, if any.
func (s *Server) remove() {
	t := s.in
	if t == nil {
		return
	}
	i, last := s.place, len(t.heap)-1
	t.swap(i, last)
	t.heap[last] = nil
	t.heap = t.heap[:last]
	if i < last {
		t.down(i)
		t.up(i)
	}
	s.in = nil
}

func (t *tree) less(i, j int) bool {
	a, b := t.heap[i], t.heap[j]
	return a.key < b.key || a.key == b.key && a.seq < b.seq
}

func (t *tree) swap(i, j int) {
	h := t.heap
	h[i], h[j] = h[j], h[i]
	h[i].place, h[j].place = i, j
}

func (t *tree) up(i int) {
	for i > 0 {
		p := (i - 1) / 2
		if !t.less(i, p) {
			return
		}
		t.swap(i, p)
		i = p
	}
}

func (t *tree) down(i int) {
	for {
		c := 2*i + 1
		if c >= len(t.heap) {
			return
		}
		if c+1 < len(t.heap) && t.less(c+1, c) {
			c++
		}
		if !t.less(c, i) {
			return
		}
		t.swap(i, c)
		i = c
	}
}
