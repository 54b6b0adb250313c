package http1

// maxTrailers bounds a trailer section as a buffer bounds it for HAProxy.
const maxTrailers = 15 << 10

var noTrailers = []byte("0\r\n\r\n")

// trailer waits for the whole trailer section, of which b is the next part, and gives what goes on in its place. HAProxy reads it as a
// request's fields, but in a response it minds no names.
func (d *Body) trailer(b []byte) (n int, last []byte) {
	if len(d.tail) == 0 {
		switch {
		case b[0] == '\n':
			n = 1
		case len(b) > 1 && b[0] == '\r' && b[1] == '\n':
			n = 2
		}
		if n > 0 {
			d.st = done
			d.Payload++ // HAProxy's mark for the end of trailers
			return n, noTrailers
		}
	}
	before := len(d.tail)
	d.tail = append(d.tail[:before:before], b...)
	if b[0] == ' ' || b[0] == '\t' {
		if before == 0 {
			d.Bad = true
			return len(b), nil
		}
	}
	h := &Head{Limits: Limits{Lines: int(d.lines)}}
	h.reset(false)
	h.lax = d.lax
	err := h.readFields(d.tail, 0)
	if err != nil || h.End == 0 && len(d.tail) > maxTrailers || h.End > 0 && h.te && !h.Chunked {
		d.Bad = true
		return len(b), nil
	}
	if h.End == 0 {
		return len(b), nil
	}
	if h.clen >= 0 {
		h.Drop(h.clen)
	}
	for _, f := range h.Fields() {
		if f.Name.Len() > 0 {
			d.Payload += int64(f.Name.Len() + f.Value.Len())
		}
	}
	d.Payload++
	d.st = done
	last = h.AppendFields([]byte("0\r\n"), d.tail)
	n, d.tail = h.End-before, nil
	return n, append(last, '\r', '\n')
}
