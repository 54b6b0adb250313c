package balance

import (
	"bytes"
	"cmp"
	"hash/crc32"
	"slices"
)

// Hashing says how a key finds its server (configuration manual, section 4.2, "hash-type").
type Hashing struct {
	Consistent bool   // on a ring, so that few keys move when a server comes or goes
	Function   string // sdbm (also ""), djb2, wt6, crc32
	Avalanche  bool
	Factor     int // hash-balance-factor: percent of the average load that a server may have; 0: any
}

// key hashes a key's bytes.
func (h *Hashing) key(p []byte) uint32 {
	var n uint32
	switch h.Function {
	case "djb2":
		n = 5381
		for _, c := range p {
			n = n<<5 + n + uint32(c)
		}
	case "wt6":
		n = wt6(p)
	case "crc32":
		n = crc32.ChecksumIEEE(p)
	default:
		n = sdbm(p)
	}
	return h.spread(n)
}

// spread lets every bit of a hash depend on every other one where that is asked for.
func (h *Hashing) spread(n uint32) uint32 {
	if h.Avalanche {
		return full(n)
	}
	return n
}

// wt6 is a hash that HAProxy's author made for this purpose: two words that are rotated by amounts that they determine.
func wt6(p []byte) uint32 {
	h0, h1 := uint32(0xa53c965a), uint32(0x5ca6953a)
	s0, s1 := uint32(6), uint32(18)
	for _, c := range p {
		h0 = ^(h0 ^ uint32(c))
		h1 = ^(h1 + uint32(c))
		t := h1<<s0 | h1>>(32-s0)
		h1 = h0<<s1 | h0>>(32-s1)
		h0 = t
		t = (h0>>16 ^ h1) & 0xffff
		s0, s1 = t&0x1f, t>>11
	}
	return h0 ^ h1
}

// full is Bob Jenkins' integer hash with full avalanche, spread over the ring by a large prime.
func full(a uint32) uint32 {
	a = (a + 0x7ed55d16) + a<<12
	a = (a ^ 0xc761c23c) ^ a>>19
	a = (a + 0x165667b1) + a<<5
	a = (a + 0xd3a2646c) ^ a<<9
	a = (a + 0xfd7046c5) + a<<3
	a = (a ^ 0xb55a4f09) ^ a>>16
	return a * 3221225473
}

// keyed are the algorithms that send requests with the same key to the same server; those without a key go round.
type keyed struct {
	StaticRR
	h    Hashing
	ring []point
	old  bool  // the ring is out of date
	last int64 // key of the point that the last request without a key got, or of its successor; -1: none
	hash func(q Request) (uint32, bool)
}

// point is a place of a server on the ring.
type point struct {
	key uint32
	s   *Server
}

var (
	_ Selector = (*keyed)(nil)
	_ Changer  = (*keyed)(nil)
)

func newKeyed(g group, h Hashing, hash func(q Request) (uint32, bool)) *keyed {
	return &keyed{StaticRR: StaticRR{group: g}, h: h, hash: hash, last: -1}
}

// Changed makes the table and the ring out of date.
func (k *keyed) Changed(s *Server) {
	k.StaticRR.Changed(s)
	k.old = true
	if k.last >= 0 {
		k.build()
		k.leave()
	}
}

// leave moves on from a point that has left the ring, as HAProxy does: to the next one, which thereby loses its turn.
func (k *keyed) leave() {
	at, stays := slices.BinarySearchFunc(k.ring, k.last, func(p point, key int64) int { return cmp.Compare(int64(p.key), key) })
	switch {
	case stays:
	case at < len(k.ring):
		k.last = int64(k.ring[at].key)
	default:
		k.last = -1
	}
}

// Select finds the key's server, whether or not it is full.
func (k *keyed) Select(q Request) *Server {
	n, ok := k.hash(q)
	if !k.h.Consistent {
		if !ok {
			return k.StaticRR.Select(q)
		}
		k.refresh()
		if len(k.table) == 0 {
			return nil
		}
		return k.table[n%uint32(len(k.table))]
	}
	k.build()
	switch {
	case len(k.ring) == 0:
		return nil
	case !ok:
		return k.around(q.Avoid)
	}
	return k.nearest(n, q.Avoid)
}

// places is how many points a server has for each unit of its weight.
const places = 16

// build makes the ring: a server's points follow from its number in the backend alone.
func (k *keyed) build() {
	if !k.old {
		return
	}
	k.old, k.ring = false, k.ring[:0]
	set, _, _ := k.inUse()
	for _, s := range set {
		for i := range s.effective() * places / scale {
			k.ring = append(k.ring, point{full(uint32(s.ID*maxWeight + i)), s})
		}
	}
	slices.SortStableFunc(k.ring, func(a, b point) int {
		switch {
		case a.key < b.key:
			return -1
		case a.key > b.key:
			return 1
		}
		return 0
	})
}

// nearest takes the point that is closest, or the next one that may have the request.
func (k *keyed) nearest(n uint32, avoid *Server) *Server {
	at, _ := slices.BinarySearchFunc(k.ring, n, func(p point, n uint32) int {
		if p.key < n {
			return -1
		}
		return 1
	})
	next := at % len(k.ring)
	prev := (at + len(k.ring) - 1) % len(k.ring)
	if n-k.ring[prev].key <= k.ring[next].key-n {
		next = prev
	}
	for i := range len(k.ring) {
		s := k.ring[(next+i)%len(k.ring)].s
		if s != avoid && (k.h.Factor == 0 || k.eligible(s)) {
			return s
		}
	}
	return k.ring[next].s
}

// eligible tells whether a server has less than its share of the load (section 4.2, "hash-balance-factor").
func (k *keyed) eligible(s *Server) bool {
	served, total, before := 0, 0, 0
	set, _, _ := k.inUse()
	for _, o := range k.servers {
		served += o.Served
	}
	for _, o := range set {
		if o == s {
			before = total
		}
		total += o.effective()
	}
	slots := ((served+1)*k.h.Factor + 99) / 100
	rest := slots % total
	share := s.effective()*(slots/total) + (before+s.effective())*rest/total - before*rest/total
	return s.Served < max(share, 1)
}

// around gives the next server of the ring that is neither full nor to be avoided.
func (k *keyed) around(avoid *Server) *Server {
	var avoided *Server
	first := 0
	for first < len(k.ring) && int64(k.ring[first].key) <= k.last {
		first++
	}
	for i := range len(k.ring) {
		at := (first + i) % len(k.ring)
		s := k.ring[at].s
		if s.busy() {
			continue
		}
		if s != avoid {
			k.last = int64(k.ring[at].key)
			return s
		}
		avoided = s
	}
	return avoided
}

// newSource is `balance source`: by the client's address.
func newSource(g group, h Hashing) *keyed {
	return newKeyed(g, h, func(q Request) (uint32, bool) { return h.spread(hashAddr(q)), true })
}

// newKey is `balance url_param`, `balance hdr` and `balance rdp-cookie`: by what the caller has found in the request.
func newKey(g group, h Hashing) *keyed {
	return newKeyed(g, h, func(q Request) (uint32, bool) { return h.key(q.Key), q.Key != nil })
}

// Param finds a parameter's value in what stands behind a target's question mark, or in a form; nil: it is not there.
func Param(query []byte, name string) []byte {
	for len(query) > 0 {
		var pair []byte
		pair, query, _ = bytes.Cut(query, []byte{'&'})
		if n, v, ok := bytes.Cut(pair, []byte{'='}); ok && string(n) == name {
			return append([]byte{}, v...)
		}
	}
	return nil
}

// Domain cuts a host name down to the part between its last two dots.
func Domain(host []byte) []byte {
	dot := bytes.LastIndexByte(host, '.')
	if dot < 0 {
		return nil
	}
	return host[bytes.LastIndexByte(host[:dot], '.')+1 : dot]
}
