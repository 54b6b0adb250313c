package accesslog

const hexDigits = "0123456789ABCDEF"

// appendLine adds a request's first line. Whatever could break the line or forge another one, and the two characters
// that quote, are written as # and two hexadecimal digits (configuration manual, section 8.6).
func appendLine(dst, line []byte) []byte {
	if line == nil {
		return append(dst, "<BADREQ>"...)
	}
	start := 0
	for i, c := range line {
		if plain(c) {
			continue
		}
		dst = append(dst, line[start:i]...)
		dst = append(dst, '#', hexDigits[c>>4], hexDigits[c&15])
		start = i + 1
	}
	return append(dst, line[start:]...)
}

func plain(c byte) bool { return c >= 0x20 && c < 0x7f && c != '"' && c != '#' }
