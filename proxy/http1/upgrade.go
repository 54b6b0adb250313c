package http1

// wsKeyLen is the length of a Sec-WebSocket-Key: 16 bytes in base64 (RFC 6455, section 4.1).
const wsKeyLen = 24

// checkUpgrade looks at a request that asks for another protocol; false: it has not what the protocol asks for.
func (h *Head) checkUpgrade(b []byte) bool {
	if h.Chunked || h.Length > 0 { // the body's end and the tunnel's start would be one
		h.dropUpgrade(b)
		return true
	}
	return h.wsKey || !h.webSocket(b)
}

// dropUpgrade makes the message one that asks for no other protocol.
func (h *Head) dropUpgrade(b []byte) {
	for i := range h.fields[:h.n] {
		if string(h.fields[i].Name.Of(b)) == "upgrade" {
			h.Drop(i)
		}
	}
	h.Upgrade = false
}

// webSocket tells whether websocket is among the protocols of Upgrade. Of several such fields the last counts, as HAProxy has it.
func (h *Head) webSocket(b []byte) bool { return hasWord(h.fields[h.upgrade].Value.Of(b), "websocket") }

// hasWord tells whether a list has a word, which must be in lower case.
func hasWord(list []byte, want string) bool {
	for more := true; more; {
		var word []byte
		if word, list, more = cutComma(list); equalFold(word, want) {
			return true
		}
	}
	return false
}
