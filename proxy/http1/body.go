package http1

import (
	"bytes"
	"math"
)

// Body follows a message's body as its bytes pass. The zero value is a body of no bytes.
type Body struct {
	left    int64  // to the end of the body or chunk
	Payload int64  // content so far as HAProxy counts it: without the chunks' framing
	tail    []byte // the trailer section, until it is whole
	st      bodyState
	lax     bool  // it is a response's
	Bad     bool  // the framing is broken: nothing behind the bytes taken so far can be trusted
	lines   int32 // Limits.Lines, of the trailers; each connection has two bodies, so that they are kept small
}

type bodyState uint8

const (
	done bodyState = iota
	counted
	untilEnd
	size // chunk-size, before its first digit
	sizeMore
	sizeBlank
	ext
	sizeLF
	data
	dataCR
	dataLF
	trailers
)

// RequestBody gives what follows the request's head.
func (h *Head) RequestBody() Body {
	switch {
	case h.Chunked:
		return Body{st: size, lines: int32(h.Lines)}
	case h.Length > 0:
		return Body{st: counted, left: h.Length}
	}
	return Body{}
}

// ResponseBody gives what follows the response's head (RFC 9112, section 6.3). noBody says that the request was a HEAD.
func (h *Head) ResponseBody(noBody bool) Body {
	switch {
	case noBody, 100 <= h.Status && h.Status < 200, h.Status == 204, h.Status == 304:
		return Body{}
	case h.Chunked:
		return Body{st: size, lax: true, lines: int32(h.Lines)}
	case h.Length >= 0:
		if h.Length == 0 {
			return Body{}
		}
		return Body{st: counted, left: h.Length}
	}
	return Body{st: untilEnd, left: math.MaxInt64}
}

// Tunnel gives a body that never ends by itself.
func Tunnel() Body { return Body{st: untilEnd, left: math.MaxInt64} }

// Done tells whether the body is complete.
func (d *Body) Done() bool { return d.st == done }

// UntilEnd tells whether only the connection's end ends the body.
func (d *Body) UntilEnd() bool { return d.st == untilEnd }

// Left is how much is still to come of a body that passes as it is: math.MaxInt64 where only the connection's end ends it, and 0 of
// chunks, which have to be seen.
func (d *Body) Left() int64 {
	if d.st != counted && d.st != untilEnd {
		return 0
	}
	return d.left
}

// Skip takes n bytes, not more than Left, that pass elsewhere.
func (d *Body) Skip(n int64) {
	d.Payload += n
	if d.st != counted {
		return
	}
	if d.left -= n; d.left == 0 {
		d.st = done
	}
}

// Pass takes what of b belongs to the body, n bytes, and gives what goes on for it: bytes of b itself where they can stay as they
// are, or else (copied) dst with them appended. Chunks are made anew, as HAProxy does: what has come goes on as one chunk, without
// extensions, so that nobody behind reads the framing differently.
func (d *Body) Pass(dst, b []byte) (out []byte, n int, copied bool) {
	switch d.st {
	case done:
		return b[:0], 0, false
	case counted:
		n = int(min(int64(len(b)), d.left))
		d.left -= int64(n)
		d.Payload += int64(n)
		if d.left == 0 {
			d.st = done
		}
		return b[:n], n, false
	case untilEnd:
		d.Payload += int64(len(b))
		return b, len(b), false
	}
	begin := *d
	var total int
	var last []byte
	if n, total, last, _ = d.chunks(b, nil, false); canonical(b[:n], total, last) {
		return b[:n], n, false
	}
	if total > 0 {
		dst = appendSize(dst, total)
		_, _, _, dst = begin.chunks(b[:n], dst, true)
		dst = append(dst, '\r', '\n')
	}
	return append(dst, last...), n, true
}

// Content appends to dst what of b is the body's content, without framing.
func (d *Body) Content(dst, b []byte) []byte {
	switch d.st {
	case done, counted, untilEnd:
		out, _, _ := d.Pass(nil, b)
		return append(dst, out...)
	}
	_, _, _, dst = d.chunks(b, dst, true)
	return dst
}

// canonical tells whether b is one whole chunk, and perhaps the last one, in the form that Pass would give it.
func canonical(b []byte, total int, last []byte) bool {
	if total == 0 {
		return len(last) == 5 && string(b) == "0\r\n\r\n"
	}
	var hex [20]byte
	head := appendSize(hex[:0], total)
	front := len(head)
	if len(b) != front+total+2+len(last) || !bytes.HasPrefix(b, head) {
		return false
	}
	rest := b[front+total:]
	return string(rest) == "\r\n" || string(rest) == "\r\n0\r\n\r\n"
}

// appendSize writes a chunk's size line.
func appendSize(dst []byte, n int) []byte {
	shift := 0
	for n>>shift > 15 {
		shift += 4
	}
	for ; shift >= 0; shift -= 4 {
		dst = append(dst, "0123456789ABCDEF"[n>>shift&15])
	}
	return append(dst, '\r', '\n')
}

// chunks follows RFC 9112, section 7.1, through b: how much of it belongs to the body, how much of that is content, appended to dst if
// write says so, and how the body's end goes on, if it has come.
func (d *Body) chunks(b, dst []byte, write bool) (n, total int, last, out []byte) {
	i := 0
	for i < len(b) && d.st != done && !d.Bad {
		switch d.st {
		case data:
			k := int(min(int64(len(b)-i), d.left))
			if write {
				dst = append(dst, b[i:i+k]...)
			}
			i += k
			total += k
			d.Payload += int64(k)
			if d.left -= int64(k); d.left == 0 {
				d.st = dataCR
			}
		case trailers:
			var k int
			k, last = d.trailer(b[i:])
			i += k
		default:
			d.frame(b[i])
			i++
		}
	}
	return i, total, last, dst
}

// frame takes one byte of the framing.
func (d *Body) frame(c byte) {
	switch d.st {
	case size, sizeMore:
		d.sizeDigit(c)
	case sizeBlank, ext:
		d.extension(c)
	case sizeLF, dataLF:
		if c != '\n' {
			d.Bad = true
			return
		}
		d.lineEnd()
	case dataCR:
		d.eol(c, dataLF, d.spoil)
	}
}

func (d *Body) spoil(byte) { d.Bad = true }

func (d *Body) sizeDigit(c byte) {
	v := hexValue[c]
	switch {
	case v >= 0:
		d.left = d.left<<4 | int64(v)
		d.st = sizeMore
		d.Bad = d.left >= 1<<52
	case d.st == size:
		d.Bad = true
	default:
		d.st = sizeBlank
		d.extension(c)
	}
}

// extension passes over blanks and chunk extensions, which mean nothing to anyone (RFC 9112, section 7.1.1).
func (d *Body) extension(c byte) { d.eol(c, sizeLF, d.extensionByte) }

func (d *Body) extensionByte(c byte) {
	switch {
	case d.st == ext:
	case c == ';':
		d.st = ext
	case c != ' ' && c != '\t':
		d.Bad = true
	}
}

// eol handles a line's end in the states where one may come; other takes what else may.
func (d *Body) eol(c byte, lf bodyState, other func(byte)) {
	switch c {
	case '\r':
		d.st = lf
	case '\n': // a bare LF: tolerated, but not passed on
		d.st = lf
		d.lineEnd()
	default:
		other(c)
	}
}

// lineEnd moves on from the LF of the state's line.
func (d *Body) lineEnd() {
	if d.st == dataLF {
		d.st = size
		return
	}
	if d.st = data; d.left == 0 {
		d.st = trailers
	}
}

var hexValue = func() (t [256]int8) {
	for c := range t {
		t[c] = -1
	}
	for i, c := range "0123456789abcdef" {
		t[c] = int8(i)
	}
	for i, c := range "ABCDEF" {
		t[c] = int8(10 + i)
	}
	return
}()
