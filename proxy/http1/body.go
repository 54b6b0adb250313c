package http1

import "math"

// Body follows a message's body as its bytes pass. The zero value is a body of no bytes.
type Body struct {
	left    int64 // to the end of the body or chunk; of trailers: how many bytes may still come
	Payload int64 // content so far as HAProxy counts it: without the chunks' framing
	st      bodyState
	Bad     bool // the framing is broken: nothing behind the bytes taken so far can be trusted
	Loose   bool // the bytes last taken have framing that others may read differently: use Filter
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
	trailer // start of a line of the trailer section
	trailerName
	trailerBlank // before the value
	trailerValue
	trailerLF
	lastLF
)

// maxTrailers bounds a trailer section as a buffer bounds it for HAProxy.
const maxTrailers = 15 << 10

// RequestBody gives what follows the request's head.
func (h *Head) RequestBody() Body {
	switch {
	case h.Chunked:
		return Body{st: size}
	case h.Length > 0:
		return Body{st: counted, left: h.Length}
	}
	return Body{}
}

// ResponseBody gives what follows the response's head (RFC 9112, section 6.3). noBody says that the request was a HEAD.
func (h *Head) ResponseBody(noBody bool) Body {
	switch {
	case noBody, h.Status < 200, h.Status == 204, h.Status == 304:
		return Body{}
	case h.Chunked:
		return Body{st: size}
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

// Take says how many bytes of b belong to the body.
func (d *Body) Take(b []byte) int {
	d.Loose = false
	switch d.st {
	case done:
		return 0
	case counted:
		n := int(min(int64(len(b)), d.left))
		d.left -= int64(n)
		d.Payload += int64(n)
		if d.left == 0 {
			d.st = done
		}
		return n
	case untilEnd:
		d.Payload += int64(len(b))
		return len(b)
	}
	n, _ := d.chunks(b, nil, false)
	return n
}

// Filter is Take for chunks: it appends the body's bytes to dst in the one form that everyone reads alike, without
// extensions and with CRLF at every line's end.
func (d *Body) Filter(dst, b []byte) ([]byte, int) {
	d.Loose = false
	n, dst := d.chunks(b, dst, true)
	return dst, n
}

// chunks follows RFC 9112, section 7.1.
func (d *Body) chunks(b, dst []byte, write bool) (int, []byte) {
	i := 0
	for i < len(b) && d.st != done && !d.Bad {
		if d.st == data {
			n := int(min(int64(len(b)-i), d.left))
			if write {
				dst = append(dst, b[i:i+n]...)
			}
			i += n
			d.Payload += int64(n)
			if d.left -= int64(n); d.left == 0 {
				d.st = dataCR
			}
			continue
		}
		c := b[i]
		i++
		emit := d.frame(c)
		switch {
		case !write || d.Bad:
		case emit == keep:
			dst = append(dst, c)
		case emit == lowered:
			dst = append(dst, lower[c])
		case emit == newline:
			dst = append(dst, '\r', '\n')
		}
	}
	return i, dst
}

// What Filter writes for a byte of the framing.
const (
	skip = iota
	keep
	lowered
	newline
)

// frame takes one byte of the framing.
func (d *Body) frame(c byte) int {
	switch d.st {
	case size, sizeMore:
		return d.sizeDigit(c)
	case sizeBlank, ext:
		return d.extension(c)
	case sizeLF, dataLF, trailerLF, lastLF:
		if c != '\n' {
			d.Bad = true
			return skip
		}
		return d.lineEnd()
	case dataCR:
		return d.eol(c, dataLF, d.spoil)
	}
	return d.trailerByte(c)
}

func (d *Body) spoil(byte) { d.Bad = true }

func (d *Body) sizeDigit(c byte) int {
	v := hexValue[c]
	switch {
	case v >= 0 && d.left < 1<<52:
		d.left = d.left<<4 | int64(v)
		d.st = sizeMore
		return keep
	case v >= 0 || d.st == size:
		d.Bad = true
		return skip
	}
	d.st = sizeBlank
	return d.extension(c)
}

// extension passes over blanks and chunk extensions, which mean nothing to anyone (RFC 9112, section 7.1.1).
func (d *Body) extension(c byte) int { return d.eol(c, sizeLF, d.extensionByte) }

func (d *Body) extensionByte(c byte) {
	d.Loose = true
	switch {
	case d.st == ext:
	case c == ';':
		d.st = ext
	case c != ' ' && c != '\t':
		d.Bad = true
	}
}

// eol handles a line's end in the states where one may come; other takes what else may.
func (d *Body) eol(c byte, lf bodyState, other func(byte)) int {
	switch c {
	case '\r':
		d.st = lf
	case '\n':
		d.Loose = true // a bare LF: tolerated, but not passed on
		d.st = lf
		return d.lineEnd()
	default:
		other(c)
	}
	return skip
}

// lineEnd moves on from the LF of the state's line.
func (d *Body) lineEnd() int {
	switch d.st {
	case sizeLF:
		if d.st = data; d.left == 0 {
			d.st, d.left = trailer, maxTrailers
		}
	case dataLF:
		d.st = size
	case trailerLF:
		d.st = trailer
	case lastLF:
		d.st = done
		d.Payload++ // HAProxy's mark for the end of trailers
	}
	return newline
}

// trailerByte passes trailer fields on, of which only the form is looked at.
func (d *Body) trailerByte(c byte) int {
	if d.left--; d.left < 0 {
		d.Bad = true
		return skip
	}
	switch {
	case d.st == trailer && (c == '\r' || c == '\n'):
		return d.eol(c, lastLF, nil)
	case d.st == trailerName && c == ':':
		d.st = trailerBlank
		return keep
	case d.st == trailer, d.st == trailerName:
		d.st, d.Bad, d.Loose = trailerName, lower[c] == 0, true // names become lower case
		d.Payload++
		return lowered
	case c == '\r' || c == '\n':
		return d.eol(c, trailerLF, nil)
	case d.st == trailerBlank && (c == ' ' || c == '\t'):
		return keep
	}
	d.st = trailerValue
	d.Payload++
	return keep
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
