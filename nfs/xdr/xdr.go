// Package xdr encodes and decodes the External Data Representation (RFC 4506), the wire format of ONC RPC and NFS.
//
// An Encoder appends to a slice. A Decoder reads one untrusted message: its error sticks, every length is checked against
// what is left and against the protocol's own limit, and nothing it returns is larger than its input.
//
//	var e xdr.Encoder
//	e.Uint32(7)
//	e.String("index.php")
//	d := xdr.NewDecoder(e.Bytes())
//	n, name := d.Uint32(), d.String(255)
//	if err := d.Err(); err != nil { … }
package xdr

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// Errors that a Decoder reports, wrapped with the offset at which they were found.
var (
	// ErrShort means that the message ends before the item does.
	ErrShort = errors.New("message too short")
	// ErrTooLong means that a variable length item exceeds the protocol's limit.
	ErrTooLong = errors.New("item longer than its limit")
	// ErrBadBool means that a boolean is neither 0 nor 1 (RFC 4506 section 4.4).
	ErrBadBool = errors.New("boolean is neither 0 nor 1")
)

// Pad returns how many zero bytes follow n bytes of opaque data, 0 to 3 (RFC 4506 section 4.9).
func Pad(n int) int { return -n & 3 }

// Encoder appends items to a message. Its zero value is ready to use.
type Encoder struct {
	buf  []byte
	tail []byte
}

// NewEncoder returns an Encoder that appends to buf, which it then owns.
func NewEncoder(buf []byte) *Encoder { return &Encoder{buf: buf} }

// Bytes returns what was encoded, without the tail.
func (e *Encoder) Bytes() []byte { return e.buf }

// Tail returns the data given to OpaqueTail, without its padding.
func (e *Encoder) Tail() []byte { return e.tail }

// Len returns the length in bytes of the whole message, tail and padding included.
func (e *Encoder) Len() int { return len(e.buf) + len(e.tail) + Pad(len(e.tail)) }

// Uint32 appends an unsigned integer (or an enumeration).
func (e *Encoder) Uint32(v uint32) { e.buf = binary.BigEndian.AppendUint32(e.buf, v) }

// Uint64 appends an unsigned hyper integer.
func (e *Encoder) Uint64(v uint64) { e.buf = binary.BigEndian.AppendUint64(e.buf, v) }

// Bool appends a boolean.
func (e *Encoder) Bool(v bool) {
	var n uint32
	if v {
		n = 1
	}
	e.Uint32(n)
}

// Fixed appends fixed-length opaque data, padded.
func (e *Encoder) Fixed(b []byte) {
	e.buf = append(e.buf, b...)
	e.buf = append(e.buf, make([]byte, Pad(len(b)))...)
}

// Opaque appends variable-length opaque data.
func (e *Encoder) Opaque(b []byte) {
	e.Uint32(uint32(len(b)))
	e.Fixed(b)
}

// String appends a string.
func (e *Encoder) String(s string) {
	e.Uint32(uint32(len(s)))
	e.buf = append(e.buf, s...)
	e.buf = append(e.buf, make([]byte, Pad(len(s)))...)
}

// OpaqueTail appends variable-length opaque data as the message's last item without copying it: the data is sent from where
// it lies, so b must not change until the message has been answered.
func (e *Encoder) OpaqueTail(b []byte) {
	e.Uint32(uint32(len(b)))
	e.tail = b
}

// Decoder reads items from a message. After the first error every item reads as zero.
type Decoder struct {
	buf []byte
	off int
	err error
}

// NewDecoder returns a Decoder of b. What Opaque and Fixed return aliases b.
func NewDecoder(b []byte) *Decoder { return &Decoder{buf: b} }

// Err returns the first error.
func (d *Decoder) Err() error { return d.err }

// Remaining returns how many bytes have not been read.
func (d *Decoder) Remaining() int { return len(d.buf) - d.off }

// Fail records err, wrapped with the offset, unless an error was recorded before.
func (d *Decoder) Fail(err error) {
	if d.err == nil {
		d.err = fmt.Errorf("xdr: at byte %d of %d: %w", d.off, len(d.buf), err)
	}
}

func (d *Decoder) take(n int) []byte {
	if d.err != nil {
		return nil
	}
	if d.Remaining() < n {
		d.Fail(fmt.Errorf("%w: %d bytes wanted, %d left", ErrShort, n, d.Remaining()))
		return nil
	}
	b := d.buf[d.off : d.off+n : d.off+n]
	d.off += n
	return b
}

// Uint32 reads an unsigned integer.
func (d *Decoder) Uint32() uint32 {
	if b := d.take(4); b != nil {
		return binary.BigEndian.Uint32(b)
	}
	return 0
}

// Uint64 reads an unsigned hyper integer.
func (d *Decoder) Uint64() uint64 {
	if b := d.take(8); b != nil {
		return binary.BigEndian.Uint64(b)
	}
	return 0
}

// Bool reads a boolean.
func (d *Decoder) Bool() bool {
	v := d.Uint32()
	if v > 1 {
		d.Fail(fmt.Errorf("%w: %d", ErrBadBool, v))
		return false
	}
	return v == 1
}

// Fixed reads n bytes of fixed-length opaque data and its padding; nil after an error.
func (d *Decoder) Fixed(n int) []byte {
	b := d.take(n)
	d.take(Pad(n))
	if d.err != nil {
		return nil
	}
	return b
}

// Opaque reads variable-length opaque data of at most max bytes; nil after an error.
func (d *Decoder) Opaque(max int) []byte {
	n := d.Uint32()
	if d.err == nil && uint64(n) > uint64(max) {
		d.Fail(fmt.Errorf("%w: %d bytes, at most %d", ErrTooLong, n, max))
	}
	if d.err != nil {
		return nil
	}
	return d.Fixed(int(n))
}

// String reads a string of at most max bytes.
func (d *Decoder) String(max int) string { return string(d.Opaque(max)) }
