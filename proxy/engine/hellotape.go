package engine

import "simulacro/proxy/rules"

// helloTape keeps a client's hello as it comes: a message in one record or more (RFC 8446, section 5.1).
type helloTape struct {
	limit   int    // of the lists that rules see
	raw     []byte // the beginning of a record
	message []byte
	hello   *rules.Hello
}

// hear shows the tape what comes, until it has the hello or there is none.
func (w *wire) hear(p []byte) {
	if w.tape != nil && w.tape.feed(p) {
		w.tape = nil
	}
}

// feed takes bytes; over: nothing more is wanted.
func (t *helloTape) feed(p []byte) (over bool) {
	const recordHead, messageHead, handshakeRecord = 5, 4, 22
	t.raw = append(t.raw, p...)
	for len(t.raw) >= recordHead {
		n := int(t.raw[3])<<8 | int(t.raw[4])
		if t.raw[0] != handshakeRecord {
			return true
		}
		if len(t.raw) < recordHead+n {
			return false
		}
		t.message, t.raw = append(t.message, t.raw[recordHead:recordHead+n]...), t.raw[recordHead+n:]
		if m := t.message; len(m) >= messageHead {
			if length := messageHead + int(m[1])<<16 + int(m[2])<<8 + int(m[3]); len(m) >= length {
				t.hello = rules.ReadHello(m[:length], t.limit)
				return true
			}
		}
	}
	return len(t.message)+len(t.raw) > maxHello
}

// maxHello is what crypto/tls reads of a message of a handshake.
const maxHello = 64 << 10
