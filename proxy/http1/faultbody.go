package http1

import "bytes"

// together judges what the fields say together.
func (d *diagnosis) together() bool {
	request := d.Flags&faultResponse == 0
	d.At, d.State = d.headEnd, inData
	if request && !d.authorityFits() {
		if !d.lenient {
			return false
		}
		if string(d.method.Of(d.b)) != "CONNECT" {
			d.At = d.lastValue
		}
		d.noteOdd(d.At)
		d.At, d.State = d.headEnd, inData
	}
	if d.Flags&faultCoded != 0 {
		if d.Flags&faultLength != 0 || d.Flags&faultV11 == 0 {
			d.Flags |= faultClose
			d.Flags &^= faultLength
		}
		if d.Flags&faultChunked != 0 {
			d.State = inChunkSize
		} else if request {
			return d.stop(d.headEnd, inData)
		}
	}
	h := Head{response: !request, Lenient: d.lenient, Method: d.method, Version: d.version}
	if !h.version(d.b) {
		d.At = int(d.version.From)
		return false
	}
	d.settle(request)
	known := d.Flags&(faultLength|faultChunked|faultSized) == faultSized
	if d.Flags&faultLength != 0 && d.Body == 0 || known {
		d.State = inDone
	}
	switch {
	case request && d.Flags&faultV11 == 0 && !d.limits.AnyBody && d.hasBody() && bodiless(d.method.Of(d.b)), d.Flags&faultTEOther != 0:
		return false
	}
	return d.State == inChunkSize
}

func (d *diagnosis) hasBody() bool {
	return d.Flags&faultLength != 0 && d.Body > 0 || d.Flags&faultChunked != 0
}

// settle decides how long the body is (RFC 9112, section 6.3).
func (d *diagnosis) settle(request bool) {
	bodyless := func() {
		d.Flags = d.Flags&^(faultLength|faultChunked) | faultSized
		d.Chunk, d.Body = 0, 0
	}
	switch {
	case request:
		if d.Flags |= faultSized; string(d.method.Of(d.b)) == "CONNECT" {
			bodyless()
		}
		if d.hasBody() {
			d.Flags &^= faultUpgrade
		}
	case d.Flags&faultToHead != 0, d.status >= 100 && d.status < 200, d.status == 204, d.status == 304:
		bodyless()
	case d.Flags&(faultLength|faultChunked) != 0:
		d.Flags |= faultSized
		d.Flags &^= faultUpgrade | faultWebSocket
	}
}

// authorityFits compares an authority in the target with Host. What does not fit is found at one of the two.
func (d *diagnosis) authorityFits() bool {
	target := d.target.Of(d.b)
	if len(target) == 0 {
		return true
	}
	h := Head{Method: d.method, URI: d.target, host: -1}
	if d.host.From >= 0 {
		h.host, h.n, h.fields = 0, 1, []Field{{Value: d.host}}
	}
	if h.normalizeTarget(bytes.Clone(d.b)) {
		return true
	}
	if name := portless(target); target[0] == '/' || target[0] == '*' || string(d.method.Of(d.b)) == "CONNECT" && len(name) >= len(target)-1 {
		return d.stop(int(d.target.From), inLastLF)
	}
	return d.stop(int(d.host.From), inLastLF)
}

// bodyOf follows chunks from headEnd on: the step they are at, and what is left of the current one.
func (d *diagnosis) bodyOf(in FaultState, left int64) {
	for i := d.headEnd; i < len(d.b); {
		switch in {
		case inData:
			n := min(left, int64(len(d.b)-i))
			i, left, in = i+int(n), left-n, inChunkEnd
			d.Chunk = left
		case inChunkEnd:
			next, ok := d.lf(i, inChunkEnd)
			if !ok {
				return
			}
			i, in = next, inChunkSize
		case inChunkSize:
			next, length, ok := d.chunkSize(i)
			if !ok {
				d.stop(i, inChunkSize)
				return
			}
			if i, left, in = next, length, inData; length == 0 {
				d.stop(d.headEnd, inTrailers)
				return
			}
			d.Chunk, d.Body = length, d.Body+length
		}
	}
	d.stop(len(d.b), in)
}

// chunkSize reads the line of a chunk's size.
func (d *diagnosis) chunkSize(i int) (next int, length int64, ok bool) {
	b := Body{st: size}
	for next = i; next < len(d.b) && !b.Bad && b.st != data && b.st != trailers; next++ {
		b.frame(d.b[next])
	}
	return next, b.left, !b.Bad
}

// Diagnose finds what is wrong with b, a later part of a message's body, which d has followed so far; flags are of HAProxy's for a
// message in chunks.
func (d *Body) Diagnose(b []byte) Fault {
	x := &diagnosis{b: b}
	x.Flags = faultAlways | faultV11 | faultSized | faultCoded | faultTEChunked | faultChunked
	if d.lax {
		x.Flags |= faultResponse
	}
	x.Body = d.Payload
	switch d.st {
	case data:
		x.Body += d.left
		x.Chunk = d.left
		x.bodyOf(inData, d.left)
	case dataCR, dataLF:
		x.bodyOf(inChunkEnd, 0)
	case trailers:
		x.stop(0, inTrailers)
	default:
		x.bodyOf(inChunkSize, 0)
	}
	return x.Fault
}
