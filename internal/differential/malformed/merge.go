package malformed

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// merged is an outcome with the content of chunked messages as one chunk. Where a message has come byte by byte, it depends on the
// moment how many chunks either program makes of it.
func (o outcome) merged() outcome { return outcome{o.Rest.merged(), o.Ended.merged()} }

func (s state) merged() state {
	s.Answer = merge(s.Answer, false)
	var server []string
	for _, c := range s.Server {
		server = append(server, merge(c, s.End != "open"))
	}
	s.Server = server
	return s
}

var sizeLine = regexp.MustCompile(`^([0-9A-Fa-f]{1,16})\r\n`)

// merge rewrites the chunked messages among those in text. Where one was broken off it depends on the moment, too, how much of it had
// been passed on.
func merge(text string, broken bool) string {
	var out strings.Builder
	for {
		head, rest, ok := strings.Cut(text, "\r\n\r\n")
		if !ok {
			out.WriteString(text)
			return out.String()
		}
		out.WriteString(head + "\r\n\r\n")
		text = rest
		if !strings.Contains(head, "\r\ntransfer-encoding: ") {
			continue
		}
		var content strings.Builder
		ended := false
		for {
			m := sizeLine.FindStringSubmatch(text)
			if m == nil {
				break
			}
			n, _ := strconv.ParseUint(m[1], 16, 64)
			ended = n == 0
			if n == 0 || n > uint64(len(text)-len(m[0])) {
				break
			}
			text = text[len(m[0]):]
			content.WriteString(text[:n])
			text = strings.TrimPrefix(text[n:], "\r\n")
		}
		if broken && !ended {
			out.WriteString("{broken off}")
			return out.String()
		}
		fmt.Fprintf(&out, "{%d: %q}", content.Len(), content.String())
	}
}
