package rules

import "strings"

// jsonFind gives the first value of a text that a path of .name and [n] behind a dollar sign leads to, as it is written, numbers with
// all that follows; "": there is none, or it is a list or an object. A dot in a name stands behind a backslash.
func jsonFind(text, path string) string {
	path, ok := strings.CutPrefix(path, "$")
	if !ok {
		return ""
	}
	r := jsonReader{text: text, jsonPath: jsonPath{path: path}}
	for !r.done {
		r.step()
	}
	return r.found
}

// jsonPath compares where a reader is with a path.
type jsonPath struct {
	path   string // what is still to be matched
	depth  int    // of the brackets around the place
	reach  int    // how much of the depth the path has matched
	index  int    // commas since the list began
	wanted int    // the index that the path asks for

	done  bool
	found string
}

// open is called at an opening bracket.
func (p *jsonPath) open(bracket byte) {
	if bracket == '[' && p.depth == p.reach && strings.HasPrefix(p.path, "[") {
		p.index, p.wanted = 0, jsonIndex(p.path[1:])
		if p.wanted == 0 {
			p.path = p.path[min(3, len(p.path)):] // HAProxy takes the index for one digit
			p.reach++
		}
	}
	p.depth++
}

// jsonIndex reads an index, whatever follows it; 0 is also that of none.
func jsonIndex(s string) int {
	sign := 1
	if strings.HasPrefix(s, "-") {
		sign = -1
	}
	f, _ := jsonNumber(strings.TrimLeft(s, "+-"))
	return sign * int(min(f, mostJSONInt))
}

// closed is called behind a closing bracket; what the path has led to is no value.
func (p *jsonPath) closed() {
	p.depth--
	p.done = p.depth == p.reach && p.path == ""
}

// comma moves to the next member of a list. Where the member that was asked for does not have what follows in the path, HAProxy goes on
// looking in those behind it.
func (p *jsonPath) comma() {
	if p.depth != p.reach+1 {
		return
	}
	if p.index++; p.index == p.wanted {
		_, p.path, _ = strings.Cut(p.path, "]")
		p.reach++
	}
}

// key compares a member's name, as it is written.
func (p *jsonPath) key(name string) {
	switch p.depth {
	case p.reach:
		p.done = true // all that the path has led to is behind us
	case p.reach + 1:
		if want, ok := strings.CutPrefix(p.path, "."); ok {
			if want, rest := jsonName(want); want == name {
				p.path, p.reach = rest, p.reach+1
			}
		}
	}
}

func (p *jsonPath) value(token string) {
	if p.depth == p.reach && p.path == "" {
		p.found, p.done = token, true
	}
}

func jsonName(path string) (name, rest string) {
	var b strings.Builder
	for i := 0; i < len(path); i++ {
		switch {
		case path[i] == '\\' && i+1 < len(path):
			i++
		case path[i] == '.' || path[i] == '[':
			return b.String(), path[i:]
		}
		b.WriteByte(path[i])
	}
	return b.String(), ""
}

// jsonReader reads JSON (RFC 8259) as far as it must, and lets pass what does not confuse it.
type jsonReader struct {
	jsonPath
	text  string
	inner []byte // the opening brackets around the place
	next  expected
}

// expected is what a jsonReader waits for.
type expected uint8

const (
	jsonValue expected = iota
	jsonKey
	jsonColon
	jsonMore // a comma or a closing bracket
)

// mostJSONDepth is how many brackets may be around each other.
const mostJSONDepth = 20

// step reads one token, or ends.
func (r *jsonReader) step() {
	r.text = strings.TrimLeft(r.text, " \t\r\n")
	if r.text == "" || len(r.inner) > mostJSONDepth {
		r.done = true
		return
	}
	c := r.text[0]
	switch {
	case c != 0 && c == r.closing():
		r.text, r.inner, r.next = r.text[1:], r.inner[:len(r.inner)-1], jsonMore
		r.closed()
	case r.next == jsonValue:
		r.readValue(c)
	case r.next == jsonKey && c == '"':
		key := r.take(jsonQuoted(r.text), jsonColon)
		if !r.done {
			r.key(key[1 : len(key)-1])
		}
	case r.next == jsonColon && c == ':':
		r.text, r.next = r.text[1:], jsonValue
	case r.next == jsonMore && c == ',' && len(r.inner) > 0:
		if r.text, r.next = r.text[1:], jsonValue; r.inner[len(r.inner)-1] == '{' {
			r.next = jsonKey
		}
		r.comma()
	default:
		r.done = true
	}
}

// closing is the bracket that may stand here; 0: none may.
func (r *jsonReader) closing() byte {
	if len(r.inner) == 0 || r.next == jsonColon {
		return 0
	}
	list := r.inner[len(r.inner)-1] == '['
	switch {
	case list && r.next != jsonKey:
		return ']'
	case !list && r.next != jsonValue:
		return '}'
	}
	return 0
}

func (r *jsonReader) readValue(c byte) {
	if c == '{' || c == '[' {
		if r.text, r.inner, r.next = r.text[1:], append(r.inner, c), jsonValue; c == '{' {
			r.next = jsonKey
		}
		r.open(c)
		return
	}
	size := 0
	switch {
	case c == '"':
		size = jsonQuoted(r.text)
	case c == '-' || isDigit(c):
		_, size = jsonNumber(r.text)
		r.value(r.text) // also one that is none counts where it is asked for
	default:
		for _, word := range []string{"null", "true", "false"} {
			if strings.HasPrefix(r.text, word) {
				size = len(word)
			}
		}
	}
	if token := r.take(size, jsonMore); token != "" && !isDigit(token[0]) && token[0] != '-' {
		r.value(token)
	}
}

// take cuts a token off; of no length it is an error.
func (r *jsonReader) take(size int, next expected) string {
	if size == 0 {
		r.done = true
		return ""
	}
	token := r.text[:size]
	r.text, r.next = r.text[size:], next
	return token
}

// jsonQuoted gives the length of the text in quotes at s's beginning; 0: it does not end.
func jsonQuoted(s string) int {
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s) && jsonUnescaped(s[i+1]) != 0:
			i++
		case s[i] == 0:
			return 0
		case s[i] == '"':
			return i + 1
		}
	}
	return 0
}
