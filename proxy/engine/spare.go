package engine

// trimmer gives back the descriptors of disconnected sockets that a burst has left and nobody has needed since.
type trimmer struct {
	l     *loop
	timer timer
	low   [2]int // the fewest spare ones of each list since the last look
}

// trimEvery is how often it looks, in ms.
const trimEvery = 1000

func newTrimmer(l *loop) *trimmer {
	t := &trimmer{l: l}
	t.timer = timer{owner: t, due: never}
	return t
}

// saw notes how many there are, and sees to it that there will be a look at them.
func (t *trimmer) saw(kind uint8) {
	t.low[kind] = min(t.low[kind], len(t.l.spare[kind]))
	if t.timer.due == never {
		t.low = [2]int{len(t.l.spare[0]), len(t.l.spare[1])}
		t.l.timers.set(&t.timer, t.l.now+trimEvery)
	}
}

// expire closes half of those that were not needed, so that the next burst still finds some.
func (t *trimmer) expire() {
	left := false
	for kind := range t.low {
		list := t.l.spare[kind]
		n := (min(t.low[kind], len(list)) + 1) / 2
		for _, b := range list[:n] {
			b.discard()
		}
		t.l.spare[kind] = append(list[:0], list[n:]...)
		clear(list[len(list)-n:])
		t.low[kind] = len(t.l.spare[kind])
		left = left || len(t.l.spare[kind]) > 0
	}
	if left {
		t.l.timers.set(&t.timer, t.l.now+trimEvery)
	}
}
