package rpc

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// Limits of a record (RFC 5531 section 11). A READ reply of 1 MiB and its attributes fit with room to spare.
const (
	// MaxRecord is the longest record accepted, in bytes.
	MaxRecord = 1<<20 + 64<<10
	// maxFragments bounds the fragments of one record, so that a peer cannot spin us with empty ones.
	maxFragments = 1024
	lastFragment = 1 << 31
)

// ErrBadRecord means that the byte stream is not a sequence of records: nothing that follows on the connection can be trusted.
var ErrBadRecord = errors.New("bad RPC record")

// ReadRecord reads one record of at most MaxRecord bytes. The error is io.EOF if the stream ends between records, wraps
// ErrBadRecord if the marks make no sense, and is the reader's own otherwise.
func ReadRecord(r io.Reader) ([]byte, error) {
	var rec []byte
	var mark [4]byte
	for i := range maxFragments {
		if _, err := io.ReadFull(r, mark[:]); err != nil {
			if i > 0 && errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return nil, err
		}
		n := binary.BigEndian.Uint32(mark[:])
		size := int(n &^ lastFragment)
		if len(rec)+size > MaxRecord {
			return nil, fmt.Errorf("%w: %d bytes, at most %d", ErrBadRecord, len(rec)+size, MaxRecord)
		}
		start := len(rec)
		rec = append(rec, make([]byte, size)...)
		if _, err := io.ReadFull(r, rec[start:]); err != nil {
			if errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return nil, err
		}
		if n&lastFragment != 0 {
			return rec, nil
		}
	}
	return nil, fmt.Errorf("%w: more than %d fragments", ErrBadRecord, maxFragments)
}

// putMark writes the mark of a record of one fragment of n bytes.
func putMark(b []byte, n int) { binary.BigEndian.PutUint32(b, uint32(n)|lastFragment) }
