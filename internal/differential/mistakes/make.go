package mistakes

import (
	"fmt"
	"regexp"
	"strings"
)

// Mistake is a configuration with one thing wrong.
type Mistake struct {
	Name string // line:word and what was done to it; "file" for what concerns the whole
	Text string
}

var wordPattern = regexp.MustCompile(`\S+`)

// Make gives every mistake that the tables of this package know for text, in the order of its lines.
func Make(text string) []Mistake {
	m := &maker{lines: strings.Split(text, "\n")}
	m.file(text)
	for i, line := range m.lines {
		if body := strings.TrimSpace(line); body == "" || strings.HasPrefix(body, "#") {
			continue
		}
		m.line(i, line)
		m.words(i, line)
	}
	return m.list
}

type maker struct {
	lines []string
	list  []Mistake
}

func (m *maker) add(name, text string) { m.list = append(m.list, Mistake{name, text}) }

// replace adds a mistake that puts other lines in the place of those from i on.
func (m *maker) replace(name string, i, remove int, put ...string) {
	lines := append(append(append([]string(nil), m.lines[:i]...), put...), m.lines[i+remove:]...)
	m.add(name, strings.Join(lines, "\n"))
}

// file makes what an editor or a copy does to all of it.
func (m *maker) file(text string) {
	half := len(text) / 2
	for _, f := range [][2]string{
		{"empty", ""}, {"comments alone", "# nothing here\n"}, {"byte order mark", "\ufeff" + text},
		{"lines of DOS", strings.ReplaceAll(text, "\n", "\r\n")}, {"last line not ended", strings.TrimRight(text, "\n")},
		{"cut in the middle", text[:half]}, {"NUL in the middle", text[:half] + "\x00" + text[half:]},
		{"twice", text + text}, {"condition left open", ".if 1\n" + text}, {"condition closed twice", text + ".endif\n"},
		{"no-break spaces", strings.ReplaceAll(text, "  ", "\u00a0 ")}, {"merge conflict", "<<<<<<< HEAD\n" + text},
		{"unknown section", text + "\nfrontends x\n    bind 127.0.0.1:1\n"}, {"braces", text + "\n{\n}\n"},
	} {
		m.add("file "+f[0], f[1])
	}
}

// line makes what happens to whole lines.
func (m *maker) line(i int, line string) {
	at := fmt.Sprintf("%d ", i+1)
	body := strings.TrimSpace(line)
	m.replace(at+"line missing", i, 1)
	m.replace(at+"line doubled", i, 1, line, line)
	m.replace(at+"word added", i, 1, line+" foo")
	m.replace(at+"backslash at the end", i, 1, line+` \`)
	m.replace(at+"no before it", i, 1, "    no "+body)
	m.replace(at+"default before it", i, 1, "    default "+body)
	m.replace(at+"semicolon after it", i, 1, line+";")
	m.replace(at+"equals sign", i, 1, strings.Replace(body, " ", " = ", 1))
	m.replace(at+"many words", i, 1, line+strings.Repeat(" w", 70))
	m.replace(at+"long word", i, 1, line+" "+strings.Repeat("w", 100)+"'")
	if i > 0 {
		m.replace(at+"line moved up", i-1, 2, line, m.lines[i-1])
	}
	if i+1 < len(m.lines) {
		m.replace(at+"joined to the next", i, 2, line+" "+strings.TrimSpace(m.lines[i+1]))
	}
	if i > 8 {
		rest := append([]string{line}, m.lines[:i]...)
		m.replace(at+"line moved to the top", 0, i+1, rest...)
	}
}

// words makes what happens to each word of a line.
func (m *maker) words(i int, line string) {
	spans := wordPattern.FindAllStringIndex(line, -1)
	for k, s := range spans {
		before, word, after := line[:s[0]], line[s[0]:s[1]], line[s[1]:]
		for _, v := range variants(word) {
			if v[1] != word {
				m.replace(fmt.Sprintf("%d:%d %s", i+1, k, v[0]), i, 1, before+v[1]+after)
			}
		}
		if k == 0 {
			continue
		}
		previous := line[spans[k-1][0]:spans[k-1][1]]
		m.replace(fmt.Sprintf("%d:%d words swapped", i+1, k), i, 1, line[:spans[k-1][0]]+word+" "+previous+after)
		m.replace(fmt.Sprintf("%d:%d space missing", i+1, k), i, 1, line[:spans[k-1][1]]+word+after)
		m.replace(fmt.Sprintf("%d:%d line cut before", i+1, k), i, 1, strings.TrimRight(before, " "))
	}
}
