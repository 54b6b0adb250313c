package sim

import (
	"fmt"
	"strings"
)

// SectionPatch changes one section of a haproxy.cfg. Lines are matched by their leading words, whatever the white space.
type SectionPatch struct {
	Section string // its header: "global", "defaults", "backend http_back"
	Remove  []string
	Replace []LineChange
	Add     []string // at the section's end
}

// LineChange puts a line in the place of each that starts with the words of Old.
type LineChange struct{ Old, New string }

// ApplyPatch is the configuration with the patches applied in order. A section or line that is not there is an error:
// a patch that does nothing would make a scenario test something else than it says.
func ApplyPatch(cfg string, patches []SectionPatch) (string, error) {
	lines := strings.Split(strings.TrimRight(cfg, "\n"), "\n")
	for _, p := range patches {
		var err error
		if lines, err = p.apply(lines); err != nil {
			return "", err
		}
	}
	return strings.Join(lines, "\n") + "\n", nil
}

func (p SectionPatch) apply(lines []string) ([]string, error) {
	from, to := p.find(lines)
	if from < 0 {
		return nil, fmt.Errorf("haproxy.cfg has no section %q", p.Section)
	}
	body := append([]string(nil), lines[from+1:to]...)
	for _, old := range p.Remove {
		if body = rewriteLines(body, old, nil); body == nil {
			return nil, fmt.Errorf("section %q has no line %q to remove", p.Section, old)
		}
	}
	for _, c := range p.Replace {
		if body = rewriteLines(body, c.Old, []string{indent(c.New)}); body == nil {
			return nil, fmt.Errorf("section %q has no line %q to replace", p.Section, c.Old)
		}
	}
	end := len(body) // new lines go before the blank lines and comments that lead up to the next section
	for end > 0 && (strings.TrimSpace(body[end-1]) == "" || strings.HasPrefix(strings.TrimSpace(body[end-1]), "#")) {
		end--
	}
	out := append([]string(nil), lines[:from+1]...)
	out = append(out, body[:end]...)
	for _, l := range p.Add {
		out = append(out, indent(l))
	}
	out = append(out, body[end:]...)
	return append(out, lines[to:]...), nil
}

func indent(line string) string { return "    " + strings.TrimSpace(line) }

// find is the half-open range of the section: its header's line and the first line after it.
func (p SectionPatch) find(lines []string) (from, to int) {
	from = -1
	for i, l := range lines {
		if !IsSection(l) {
			continue
		}
		if from >= 0 {
			return from, i
		}
		if startsWith(l, p.Section) {
			from = i
		}
	}
	return from, len(lines)
}

// IsSection tells whether a line of a haproxy.cfg opens a section (configuration manual, sections 3 and 4).
func IsSection(line string) bool {
	f := strings.Fields(line)
	if len(f) == 0 {
		return false
	}
	switch f[0] {
	case "global", "defaults", "frontend", "backend", "listen", "userlist", "peers", "mailers", "resolvers", "cache",
		"program", "ring", "http-errors", "log-forward", "fcgi-app", "crt-store", "traces":
		return true
	}
	return false
}

// rewriteLines puts with in the place of every line that starts with the words of old; nil if there is none.
func rewriteLines(body []string, old string, with []string) []string {
	out, found := []string{}, false
	for _, l := range body {
		if !startsWith(l, old) {
			out = append(out, l)
			continue
		}
		found = true
		out = append(out, with...)
	}
	if !found {
		return nil
	}
	return out
}

func startsWith(line, words string) bool {
	l, w := strings.Fields(line), strings.Fields(words)
	if len(w) == 0 || len(w) > len(l) {
		return false
	}
	for i := range w {
		if l[i] != w[i] {
			return false
		}
	}
	return true
}
