package http1

// fieldLines reads the header fields up to the blank line.
func (d *diagnosis) fieldLines() bool {
	if d.version.Len() == 0 { // HTTP/0.9 has none
		return true
	}
	i := d.headEnd
	if i == len(d.b) {
		return d.stop(i, inFirstField)
	}
	for !d.lineEnds(i) {
		var ok bool
		if i, ok = d.fieldLine(i); !ok {
			return false
		}
		if i == len(d.b) {
			return d.stop(i, inValueFold)
		}
	}
	end, ok := d.lf(i, inLastLF)
	if ok && d.fields > d.limits.fields() {
		return d.stop(end, inLastLF)
	}
	d.headEnd = end
	return ok
}

// fieldLine reads one field with the lines that continue it, and gives where the next one begins.
func (d *diagnosis) fieldLine(i int) (next int, ok bool) {
	c := d.while(i, isToken)
	for d.lenient && c < len(d.b) && odd(d.b[c]) {
		d.noteOdd(c)
		c = d.while(c+1, isToken)
	}
	if d.lenient && d.at(c, '\r') && d.at(c+1, '\n') {
		c++ // to HAProxy the CR is one of the name's characters
	}
	if c == len(d.b) || d.b[c] != ':' || c == i {
		return c, d.stop(c, inName)
	}
	from, in, lf, fold := c+1, inBlank, inBlankLF, inBlankFold
	end := from
	for next = from; ; {
		next = d.while(next, isBlank)
		if in == inBlank {
			from = next
		}
		if next == len(d.b) {
			return next, d.stop(next, in)
		}
		if !d.lineEnds(next) {
			in, lf, fold = inValue, inValueLF, inValueFold
			if next = d.while(next, func(c byte) bool { return c != '\r' && c != '\n' }); next == len(d.b) {
				return next, d.stop(next, in)
			}
		}
		end = next
		if next, ok = d.lf(next, lf); !ok {
			return next, false
		}
		if next == len(d.b) {
			return next, d.stop(next, fold)
		}
		if !isBlank(d.b[next]) {
			break
		}
		for k := end; k < next; k++ {
			d.b[k] = ' '
		}
	}
	for from < end && isBlank(d.b[from]) {
		from++
	}
	for end-1 > from && isBlank(d.b[end-1]) {
		end--
	}
	d.lastValue = from
	return next, d.field(next, string(foldName(d.b[i:c])), Span{int32(from), int32(end)})
}

func foldName(name []byte) []byte {
	folded := make([]byte, len(name))
	for i, c := range name {
		folded[i] = lower[c]
	}
	return folded
}

// field judges one field; next is where the following one begins.
func (d *diagnosis) field(next int, name string, value Span) bool {
	if d.fields > d.limits.fields() {
		return d.stop(next, inValueFold)
	}
	bad, v := -1, value.Of(d.b)
	switch name {
	case "transfer-encoding":
		bad = d.coding(value)
	case "content-length":
		var again bool
		if bad, again = d.length(value); again && bad < 0 {
			return true
		}
	case "connection":
		if d.options(v) {
			return true
		}
	case "upgrade":
		if d.Flags &^= faultWebSocket; hasWord(v, "websocket") {
			d.Flags |= faultWebSocket
		}
	case "host":
		if d.Flags&faultResponse != 0 {
			break
		}
		if d.host.From >= 0 {
			if sameName(d.host.Of(d.b), v) {
				return true
			}
			bad = int(value.From)
		} else {
			d.host = value
		}
	}
	if bad >= 0 {
		return d.stop(bad, inValueFold)
	}
	d.fields++
	return true
}

// coding notes the transfer codings; the result is where the fault is, -1: none.
func (d *diagnosis) coding(value Span) int {
	d.Flags |= faultCoded
	for v := value.Of(d.b); len(v) > 0; {
		var word []byte
		if word, v, _ = cutComma(v); len(word) == 0 {
			continue
		}
		chunkedBefore := d.Flags&faultTEChunked != 0
		d.Flags &^= faultChunked
		switch {
		case equalFold(word, "chunked") && chunkedBefore:
			return int(value.From)
		case equalFold(word, "chunked"):
			d.Flags |= faultTEChunked | faultChunked
		case chunkedBefore && d.Flags&faultResponse == 0:
			return int(value.From)
		default:
			d.Flags |= faultTEOther
		}
	}
	return -1
}

// length notes a body's length, which may be said again; bad is where the fault is, -1: none.
func (d *diagnosis) length(value Span) (bad int, again bool) {
	again = d.Flags&faultLength != 0
	last := int(value.From)
	for at, more := last, true; more; {
		var word, rest []byte
		word, rest, more = cutComma(d.b[at:value.To])
		n, ok := decimal(word)
		if !ok || d.Flags&faultLength != 0 && n != d.Body {
			return last, again
		}
		d.Flags |= faultLength
		d.Chunk, d.Body = n, n
		last = d.while(at, isBlank)
		at = int(value.To) - len(rest)
	}
	return -1, again
}

// options notes what Connection says; true: nothing of it goes on.
func (d *diagnosis) options(v []byte) bool {
	others := false
	for more := true; more; {
		var word []byte
		word, v, more = cutComma(v)
		switch {
		case equalFold(word, "close"):
			d.Flags |= faultClose
		case equalFold(word, "keep-alive"):
			d.Flags |= faultKeepAlive
		case equalFold(word, "upgrade"):
			d.Flags |= faultUpgrade
			others = true
		case len(word) > 0:
			others = true
		}
	}
	return !others
}
