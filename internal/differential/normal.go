package differential

import (
	"regexp"
	"strconv"
	"strings"
)

// What differs between two runs of one program, and what stands for it in a transcript.
var varying = []struct {
	re *regexp.Regexp
	to string
}{
	{regexp.MustCompile(`(?mi)^date: .*? GMT`), "date: (date)"},
	{regexp.MustCompile(`\b\d\d/(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)/\d{4}:\d\d:\d\d:\d\d(\.\d{3}| [+-]\d{4})`), "(time)"},
	{regexp.MustCompile(`127\.0\.0\.(\d+):\d+`), "127.0.0.$1:(port)"},
	{regexp.MustCompile(`check duration: \d+ms`), "check duration: (n)ms"},
	{regexp.MustCompile(`(?m)^(\[(?:NOTICE|WARNING|ALERT)\] +)\(\d+\)`), "$1(pid)"},
}

// normal makes a text comparable: addresses get their names back, and what varies its place-holder.
func (s *Side) normal(text string) string {
	for name, a := range s.addrs {
		text = replaceAddr(text, a, "{"+name+"}")
	}
	text = strings.ReplaceAll(text, s.dir, "{dir}")
	if s.program != "" {
		text = strings.ReplaceAll(text, s.program, "{program}")
	}
	for _, v := range varying {
		text = v.re.ReplaceAllString(text, v.to)
	}
	for _, m := range s.masks {
		text = m.re.ReplaceAllString(text, m.to)
	}
	return text
}

// replaceAddr replaces an address, but not where it is only the beginning of another.
func replaceAddr(text, addr, name string) string {
	var b strings.Builder
	for {
		i := strings.Index(text, addr)
		if i < 0 {
			b.WriteString(text)
			return b.String()
		}
		end := i + len(addr)
		b.WriteString(text[:i])
		if end < len(text) && text[end] >= '0' && text[end] <= '9' {
			b.WriteString(addr)
		} else {
			b.WriteString(name)
		}
		text = text[end:]
	}
}

var (
	syslogHead = regexp.MustCompile(`^(<\d+>)\w{3} [ \d]\d \d\d:\d\d:\d\d (?:\S+ )?(\w+)\[\d+\]: `)
	logCounts  = regexp.MustCompile(`( \S{4} )\d+/\d+/\d+/\d+(/\+?\d+ \d+/\d+)`)
	logTimers  = regexp.MustCompile(`( \S+/\S+ )(\+?-?\d+(?:/\+?-?\d+){1,4})( )`)
)

// normalLog makes a log line comparable: a timer counts only as there, t, or not there, -1. The numbers of connections depend
// on how soon the program sees that a client has left.
func (s *Side) normalLog(line string) string {
	line = syslogHead.ReplaceAllString(strings.TrimRight(line, "\n\x00"), "$1$2: ")
	line = logCounts.ReplaceAllString(line, "${1}n/n/n/n$2")
	if m := logTimers.FindStringSubmatchIndex(line); m != nil {
		line = line[:m[4]] + timers(line[m[4]:m[5]]) + line[m[5]:]
	}
	return s.normal(line)
}

func timers(list string) string {
	parts := strings.Split(list, "/")
	for i, p := range parts {
		sign := p[:len(p)-len(strings.TrimPrefix(p, "+"))]
		if n, err := strconv.Atoi(p[len(sign):]); err == nil && n >= 0 {
			parts[i] = sign + "t"
		}
	}
	return strings.Join(parts, "/")
}

// visible spells bytes out on lines: what ends a line shows as \r\n, and every line of a text is one of the transcript.
func visible(text string) (lines []string) {
	for _, l := range strings.SplitAfter(text, "\n") {
		if l != "" {
			q := strconv.Quote(l)
			lines = append(lines, q[1:len(q)-1])
		}
	}
	return lines
}
