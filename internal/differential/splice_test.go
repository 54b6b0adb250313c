package differential

import (
	"crypto/sha256"
	"fmt"
	"io"
	"regexp"
	"strings"
)

// large is a body that programs splice, if they do.
var large = strings.Repeat("0123456789abcdef", 1<<16)

// digest notes how many bytes of a body come, and what they are.
func (c *Client) digest(n int) *Client {
	text, err := readHead(c.r)
	c.s.note("answer", text)
	c.ended(err)
	h := sha256.New()
	got, err := io.CopyN(h, c.r, int64(n))
	c.s.Note("body of %d bytes, %x", got, h.Sum(nil))
	c.ended(err)
	return c
}

var splicedOut = regexp.MustCompile(`(?m)^TotalSplicdedBytesOut: (\d+)`)

// spliceCases send a large body either way with what chooses how: which must not be seen but in `show info`.
func spliceCases() (list []Case) {
	for _, k := range []struct {
		name, lines string
		args        []string
		chance      bool // HAProxy's heuristics splice, or do not, as the bytes come
	}{
		{name: "default"},
		{name: "auto", lines: "    option splice-auto\n", chance: true},
		{name: "response", lines: "    option splice-response\n"},
		{name: "request", lines: "    option splice-request\n    fullconn 40\n    maxconn 30\n"},
		{name: "off", lines: "    option splice-response\nglobal\n    nosplice\n"},
		{name: "off-by-flag", lines: "    option splice-response\n", args: []string{"-db", "-dS"}},
		{name: "limit", lines: "    option splice-response\nglobal\n    maxpipes 30\n"},
	} {
		list = append(list, Case{
			Name: "splice-" + k.name, Args: k.args,
			Config: Head + "listen web\n    bind {web}\n    server a {s1}\n" + k.lines + "global\n    maxconn 1000\n",
			Play: func(s *Side) {
				s.Server("s1").Do(func(c *Conn, request string) {
					if _, body, _ := strings.Cut(request, "\r\n\r\n"); body != "" {
						c.Say(OK(fmt.Sprintf("%d %x", len(body), sha256.Sum256([]byte(body)))))
						return
					}
					c.Say(OK(large))
				})
				c := s.Dial("web").Send(Request("/")).digest(len(large))
				c.Send(fmt.Sprintf("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s", len(large), large)).Answer()
				s.Logs(2)
				s.Stat("web/FRONTEND", "bin", "bout")
				s.pipes(!k.chance)
			},
		})
	}
	return list
}

// pipes notes what the process says of its pipes, and whether it has spliced.
func (s *Side) pipes(spliced bool) {
	text, err := s.ask("show info")
	s.must(err, "show info")
	for _, line := range strings.Split(text, "\n") {
		if strings.HasPrefix(line, "Maxpipes:") || strings.HasPrefix(line, "PipesUsed:") {
			s.Note("%s", line)
		}
	}
	if spliced {
		n := splicedOut.FindStringSubmatch(text)
		s.Note("spliced: %v", len(n) > 1 && n[1] != "0")
	}
}
