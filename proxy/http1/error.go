package http1

// Error is why a message was refused. Its value is the status HAProxy answers a client with; for a server's response
// every error becomes a 502.
type Error int

// The errors a parse can give.
const (
	BadRequest    Error = 400
	TooLarge      Error = 413 // a body where HTTP/1.0 knows of none
	Unprocessable Error = 422 // a transfer coding other than chunked (RFC 9112, section 6.1)
)

func (e Error) Error() string {
	switch e {
	case Unprocessable:
		return "unsupported transfer coding"
	case TooLarge:
		return "a body that HTTP/1.0 does not know"
	}
	return "malformed message"
}
