// Package http1 reads and writes the heads of HTTP/1 messages and follows their bodies, without allocating. It is as
// strict as HAProxy 2.6, so that no two programs on a request's way can disagree about where a message ends.
//
//	var h http1.Head
//	err := h.ParseRequest(buf) // buf may be changed: names become lower case
//	if err == nil && h.End > 0 {
//		out = h.AppendStart(out[:0], buf)
//		out = h.AppendFields(out, buf)
//		out = append(out, "\r\n"...)
//		body := h.RequestBody()
//		n := body.Take(buf[h.End:]) // how much of what follows belongs to this message
//	}
//
// A Head holds offsets into the buffer it was read from, never pointers; it may be used again and again.
package http1
