package engine

// lender keeps buffers that connections need only while something is under way. Thousands of connections wait for a request most of
// their time; what they leave here the few that are at work use, again and again.
type lender struct {
	free [][]byte
	size int // of all of them, in bytes
}

const (
	lentFirst = 512     // capacity of a new buffer: most heads fit
	lentMax   = 1 << 20 // what is kept in all
)

// lend gives an empty buffer.
func (l *lender) lend() []byte {
	k := len(l.free)
	if k == 0 {
		return make([]byte, 0, lentFirst)
	}
	b := l.free[k-1]
	l.free = l.free[:k-1]
	l.size -= cap(b)
	return b
}

// retake takes a buffer back, whose owner forgets it.
func (l *lender) retake(b []byte) {
	if n := cap(b); n > 0 && n <= maxKept && l.size+n <= lentMax {
		l.free = append(l.free, b[:0])
		l.size += n
	}
}

// hold puts p into b, which may be nil: then a buffer is lent, if there is anything to hold.
func (l *lender) hold(b, p []byte) []byte {
	if b == nil && len(p) > 0 {
		b = l.lend()
	}
	return append(b[:0], p...)
}
