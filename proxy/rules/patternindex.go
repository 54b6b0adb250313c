package rules

import (
	"net/netip"
	"slices"
)

// fromIndexed is how many patterns there are before they are looked up instead of being tried one after the other.
const fromIndexed = 16

// index tells whether a value fits one of many patterns without looking at each: texts by their length, networks by their mask. It only
// knows whether one fits, not which.
type index struct {
	how   string
	texts map[string]struct{}
	sizes []int // their lengths
	nets  map[maskKind]map[[16]byte]struct{}
}

// maskKind is what networks are told apart by: their mask, and the version of their addresses.
type maskKind struct {
	mask [16]byte
	v4   bool
}

// newIndex makes an index of patterns; nil: these are better tried, or can only be.
func newIndex(how string, items []*Pattern) *index {
	if len(items) < fromIndexed {
		return nil
	}
	x := &index{how: how}
	switch how {
	case "str", "meth", "bin", "beg", "end":
		x.texts = make(map[string]struct{}, len(items))
	case "ip":
		x.nets = map[maskKind]map[[16]byte]struct{}{}
	default:
		return nil
	}
	for _, p := range items {
		x.add(p)
	}
	return x
}

func (x *index) add(p *Pattern) {
	if x.nets != nil {
		kind := maskKind{p.net.mask, p.net.v4}
		if x.nets[kind] == nil {
			x.nets[kind] = map[[16]byte]struct{}{}
		}
		x.nets[kind][masked(p.net.addr, p.net.mask)] = struct{}{}
		return
	}
	x.texts[p.text] = struct{}{}
	if !slices.Contains(x.sizes, len(p.text)) {
		x.sizes = append(x.sizes, len(p.text))
	}
}

// has tells whether a value, as it is compared, fits one.
func (x *index) has(v Value) bool {
	switch x.how {
	case "ip":
		return x.hasAddr(v.IP)
	case "beg", "end":
		return x.hasPart(v.Str)
	}
	_, ok := x.texts[v.Str]
	return ok
}

func (x *index) hasPart(s string) bool {
	for _, size := range x.sizes {
		if size > len(s) {
			continue
		}
		part := s[:size]
		if x.how == "end" {
			part = s[len(s)-size:]
		}
		if _, ok := x.texts[part]; ok {
			return true
		}
	}
	return false
}

func (x *index) hasAddr(a netip.Addr) bool {
	for kind, list := range x.nets {
		b := a
		if kind.v4 {
			if b = toIPv4(a); !b.Is4() {
				continue
			}
		}
		if _, ok := list[masked(b.As16(), kind.mask)]; ok {
			return true
		}
	}
	return false
}

func masked(addr, mask [16]byte) [16]byte {
	for i := range addr {
		addr[i] &= mask[i]
	}
	return addr
}

// push puts a pattern at the list's end.
func (l *Patterns) push(p *Pattern) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.Items = append(l.Items, p)
	if l.index != nil {
		l.index.add(p)
	} else if len(l.Items) == fromIndexed {
		l.index = newIndex(l.how, l.Items)
	}
}

// change replaces the list, which nobody else changes meanwhile. Who matches waits for no more than the exchange.
func (l *Patterns) change(to func(items []*Pattern) []*Pattern) {
	items := to(l.Items)
	made := newIndex(l.how, items)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.Items, l.index = items, made
}

// fits tells whether a value fits one of the patterns.
func (l *Patterns) fits(m matcher, v Value) bool {
	l.mu.RLock()
	x := l.index
	if x == nil {
		l.mu.RUnlock()
		return l.first(m, v) != nil
	}
	defer l.mu.RUnlock()
	if l.fold && m.fold != nil {
		v.Str = m.fold(v.Str)
	}
	return x.has(v)
}
