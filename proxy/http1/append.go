package http1

// AppendStart writes the start line as HAProxy does: single blanks, and HTTP/1.1 for every version from there on.
func (h *Head) AppendStart(dst, b []byte) []byte {
	if h.response {
		dst = h.appendVersion(dst, b)
		dst = append(dst, ' ')
		dst = append(dst, h.Code.Of(b)...)
		dst = append(dst, ' ')
		dst = append(dst, h.Reason.Of(b)...)
		return append(dst, '\r', '\n')
	}
	dst = append(dst, h.Method.Of(b)...)
	dst = append(dst, ' ')
	dst = append(dst, h.URI.Of(b)...)
	dst = append(dst, ' ')
	dst = h.appendVersion(dst, b)
	return append(dst, '\r', '\n')
}

func (h *Head) appendVersion(dst, b []byte) []byte {
	switch {
	case h.V11:
		return append(dst, "HTTP/1.1"...)
	case h.Version.Len() == 0:
		return append(dst, "HTTP/1.0"...) // HTTP/0.9 does not say
	}
	return append(dst, h.Version.Of(b)...)
}

// AppendFields writes all fields that have not been dropped, each as "name: value", in order.
func (h *Head) AppendFields(dst, b []byte) []byte {
	for i := range h.fields[:h.n] {
		f := &h.fields[i]
		if f.Name.From == f.Name.To {
			continue
		}
		dst = append(dst, b[f.Name.From:f.Name.To]...)
		dst = append(dst, ':', ' ')
		dst = append(dst, b[f.Value.From:f.Value.To]...)
		dst = append(dst, '\r', '\n')
	}
	return dst
}

// What HAProxy's counters take a head for, whatever its length on the wire: the words alone, a start line's record and
// the mark at its end. Logs and statistics agree with HAProxy's only where these are counted.
const (
	startSize = 20
	endSize   = 1
)

// What HAProxy's buffer holds beside a message's bytes: once, and with each line, the last one included, and with the body.
const (
	storedOnce    = 48
	StoredPerPart = 8
)

// Stored is how much of HAProxy's buffer the head takes.
func (h *Head) Stored() int {
	lines := 2
	for i := range h.fields[:h.n] {
		if f := &h.fields[i]; f.Name.From != f.Name.To {
			lines++
		}
	}
	return storedOnce + StoredPerPart*lines + int(h.Size())
}

// Size is the head's length as HAProxy's counters and logs have it.
func (h *Head) Size() int64 {
	n := startSize + endSize + h.unsized
	if n += h.Version.Len(); h.Version.Len() == 0 {
		n += len("HTTP/1.0")
	}
	if h.response {
		n += h.Code.Len() + h.Reason.Len()
	} else {
		n += h.Method.Len() + h.URI.Len()
	}
	for i := range h.fields[:h.n] {
		if f := &h.fields[i]; f.Name.From != f.Name.To {
			n += f.Name.Len() + f.Value.Len()
		}
	}
	return int64(n)
}
