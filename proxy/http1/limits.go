package http1

// MaxFields is how many header fields a head may have where Limits do not say.
const MaxFields = 100

// Limits are what a configuration may say of all messages. The zero value is what HAProxy takes without a word.
type Limits struct {
	Lines   int  // tune.http.maxhdr: the most of a head, the start line among them; 0: MaxFields and the start line
	AnyBody bool // h1-accept-payload-with-any-method: also HTTP/1.0's GET, HEAD and DELETE may have a body
}

// fields is the most header fields that a head may have.
func (l Limits) fields() int {
	if l.Lines == 0 {
		return MaxFields
	}
	return l.Lines - 1
}
