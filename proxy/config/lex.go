package config

import "strings"

// words are the words of one line. A word past the end reads as empty, and an empty word ends the line, as in HAProxy.
type words []string

func (w words) at(i int) string {
	if i < 0 || i >= len(w) {
		return ""
	}
	return w[i]
}

// from gives the words from i to the first empty one.
func (w words) from(i int) words {
	for n := i; ; n++ {
		if w.at(n) == "" {
			if n <= i {
				return nil
			}
			return w[i:n]
		}
	}
}

// maxWords is the most words of a line (configuration manual, section 2.1 names no number; HAProxy 2.6 takes 64).
const maxWords = 64

// lexFault is why a line could not be split; at is the offending character's index.
type lexFault struct {
	text string
	at   int
	seen int // how much of the line is shown; 0: all
}

// The faults, in HAProxy's words; the position follows.
const (
	faultQuote   = "unmatched quote"
	faultBrace   = "unmatched brace in environment variable name"
	faultVarName = "forbidden first char in environment variable name"
	faultHex     = "truncated or invalid hexadecimal sequence"
	faultExpand  = "truncated or invalid word expansion sequence"
)

// lexer splits one line into words: section 2.2 (quoting and escaping) and 2.3 (environment variables).
type lexer struct {
	in     string
	pos    int
	env    func(string) (string, bool)
	out    words
	word   strings.Builder
	quote  byte // the quote that is open, or 0
	opened int  // where
}

// split cuts line into words. Variables are looked up in env.
func split(line string, env func(string) (string, bool)) (words, *lexFault) {
	l := &lexer{in: line, env: env}
	if f := l.run(); f != nil {
		return nil, f
	}
	if l.quote != 0 {
		return nil, &lexFault{text: faultQuote, at: l.opened}
	}
	if l.word.Len() > 0 {
		l.next()
	}
	return l.out, nil
}

func (l *lexer) next() {
	l.out = append(l.out, l.word.String())
	l.word.Reset()
}

func (l *lexer) run() *lexFault {
	for l.pos < len(l.in) {
		c := l.in[l.pos]
		switch {
		case c == '\r' || c == 0:
			return nil
		case c == '#' && l.quote == 0:
			return nil
		case c == '"' && l.quote != '\'' || c == '\'' && l.quote != '"':
			l.toggle(c)
		case c == '\\' && l.quote != '\'':
			if f := l.escape(); f != nil {
				return f
			}
		case isSpace(c) && l.quote == 0:
			l.blanks()
		case c == '$' && l.quote == '"':
			if f := l.variable(); f != nil {
				return f
			}
		default:
			l.word.WriteByte(c)
			l.pos++
		}
	}
	return nil
}

func (l *lexer) toggle(c byte) {
	if l.quote == c {
		l.quote = 0
	} else {
		l.quote, l.opened = c, l.pos
	}
	l.pos++
}

func (l *lexer) blanks() {
	for l.pos < len(l.in) && isSpace(l.in[l.pos]) {
		l.pos++
	}
	l.next()
}

// escape reads a backslash sequence outside of single quotes. Sequences that mean nothing stay as they are.
func (l *lexer) escape() *lexFault {
	c := byte(0)
	if l.pos+1 < len(l.in) {
		c = l.in[l.pos+1]
	}
	switch c {
	case ' ', '\\', '#', '\'', '"':
		l.word.WriteByte(c)
	case 't':
		l.word.WriteByte('\t')
	case 'n':
		l.word.WriteByte('\n')
	case 'r':
		l.word.WriteByte('\r')
	case '$':
		if l.quote != '"' {
			l.word.WriteByte('\\')
			l.pos++
			return nil
		}
		l.word.WriteByte('$')
	case 'x':
		digits := l.in[l.pos+2:]
		if len(digits) < 2 || digitOf(digits[0]) > 15 || digitOf(digits[1]) > 15 {
			return &lexFault{text: faultHex, at: l.pos}
		}
		l.word.WriteByte(byte(digitOf(digits[0])<<4 | digitOf(digits[1])))
		l.pos += 4
		return nil
	default:
		l.word.WriteByte('\\')
		l.pos++
		return nil
	}
	l.pos += 2
	return nil
}

// variable reads $NAME, ${NAME}, ${NAME-default} and ${NAME[*]}, which are known inside double quotes only.
func (l *lexer) variable() *lexFault {
	l.pos++
	brace := -1
	if l.peek() == '{' {
		brace = l.pos
		l.pos++
	}
	c := l.peek()
	if !isAlpha(c) && c != '_' && c != '.' {
		return &lexFault{text: faultVarName, at: l.pos}
	}
	start := l.pos
	l.pos++
	for isAlpha(l.peek()) || isDigit(l.peek()) || l.peek() == '_' {
		l.pos++
	}
	value, ok := l.env(l.in[start:l.pos])
	if !ok && l.in[start] == '.' {
		return &lexFault{faultVarName, start, l.pos} // HAProxy has cut the name off to look it up
	}
	spread := false
	if brace >= 0 && l.peek() == '[' {
		if !strings.HasPrefix(l.in[l.pos:], "[*]") {
			return &lexFault{text: faultExpand, at: l.pos}
		}
		spread = true
		l.pos += 3
	}
	if brace >= 0 {
		var f *lexFault
		if value, f = l.closeBrace(value, ok, brace); f != nil {
			return f
		}
	}
	l.emit(value, spread)
	return nil
}

// closeBrace reads what may follow the name inside braces: a default value, then the brace.
func (l *lexer) closeBrace(value string, ok bool, brace int) (string, *lexFault) {
	if l.peek() == '-' {
		end := strings.IndexByte(l.in[l.pos:], '}')
		if end < 0 {
			return "", &lexFault{text: faultBrace, at: brace}
		}
		if !ok {
			value = l.in[l.pos+1 : l.pos+end]
		}
		l.pos += end
	}
	if l.peek() != '}' {
		return "", &lexFault{text: faultBrace, at: brace}
	}
	l.pos++
	return value, nil
}

// emit puts a variable's value into the word, or, spread, each of its words into one of its own.
func (l *lexer) emit(value string, spread bool) {
	for i := 0; i < len(value); i++ {
		if spread && isSpace(value[i]) {
			for i+1 < len(value) && isSpace(value[i+1]) {
				i++
			}
			l.next()
			continue
		}
		l.word.WriteByte(value[i])
	}
}

func (l *lexer) peek() byte {
	if l.pos >= len(l.in) {
		return 0
	}
	return l.in[l.pos]
}

func isSpace(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }
func isDigit(c byte) bool { return c >= '0' && c <= '9' }
func isAlpha(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// printable gives line as HAProxy shows it above the caret: at most width characters around pos, and pos in that text.
func printable(line string, pos, width int) (string, int) {
	head, tail, room := "", "", width
	if pos >= width {
		shift := pos - width/2
		line, pos = line[min(shift+3, len(line)):], pos-shift
		head, tail, room = "...", "...", width-6
	}
	b := []byte(line[:min(room, len(line))])
	for i, c := range b {
		switch {
		case isSpace(c):
			b[i] = ' '
		case c < 0x20 || c > 0x7e:
			b[i] = '?'
		}
	}
	return head + string(b) + tail, pos
}
