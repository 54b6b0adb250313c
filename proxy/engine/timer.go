package engine

import "math"

const never = math.MaxInt64

// timer calls its owner when its time has come. Setting it later than it is costs nothing: its place in the heap is
// looked at again only when the old time has come. That makes the many timeouts of a request cheap, of which hardly one
// ever ends.
type timer struct {
	owner expirer
	due   int64 // ms on the loop's clock; never: not running
	key   int64 // due as the heap has it, never later than due
	place int   // in the heap, 1 and up; 0: not there
}

type expirer interface{ expire() }

// timers is a heap ordered by key.
type timers struct{ heap []*timer }

// set lets t run out at due.
func (ts *timers) set(t *timer, due int64) {
	t.due = due
	switch {
	case t.place == 0 && due != never:
		t.key = due
		ts.heap = append(ts.heap, t)
		t.place = len(ts.heap)
		ts.up(t.place)
	case t.place > 0 && due < t.key:
		t.key = due
		ts.up(t.place)
	}
}

// remove takes t out, before its owner is used for something else.
func (ts *timers) remove(t *timer) {
	i := t.place
	if t.due = never; i == 0 {
		return
	}
	last := len(ts.heap)
	ts.swap(i, last)
	ts.heap[last-1] = nil
	ts.heap = ts.heap[:last-1]
	t.place = 0
	if i < last {
		ts.down(i)
		ts.up(i)
	}
}

// run calls the owners of what is due, and says how many ms there are until the next; -1: none.
func (ts *timers) run(now int64) int {
	for len(ts.heap) > 0 {
		t := ts.heap[0]
		switch {
		case t.key > now:
			return int(min(t.key-now, math.MaxInt32))
		case t.due > now:
			if t.due == never {
				ts.remove(t)
				continue
			}
			t.key = t.due
			ts.down(1)
		default:
			ts.remove(t)
			t.owner.expire()
		}
	}
	return -1
}

func (ts *timers) swap(i, j int) {
	h := ts.heap
	h[i-1], h[j-1] = h[j-1], h[i-1]
	h[i-1].place, h[j-1].place = i, j
}

func (ts *timers) up(i int) {
	for i > 1 && ts.heap[i-1].key < ts.heap[i/2-1].key {
		ts.swap(i, i/2)
		i /= 2
	}
}

func (ts *timers) down(i int) {
	for {
		c := 2 * i
		if c > len(ts.heap) {
			return
		}
		if c < len(ts.heap) && ts.heap[c].key < ts.heap[c-1].key {
			c++
		}
		if ts.heap[c-1].key >= ts.heap[i-1].key {
			return
		}
		ts.swap(i, c)
		i = c
	}
}
