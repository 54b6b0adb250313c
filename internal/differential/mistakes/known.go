package mistakes

import (
	"fmt"
	"strings"
)

// Known is a difference that is listed with its reason.
type Known struct {
	File    string // the base file, without its folder
	Mistake string // its name; * stands for any text
	Reason  string
	used    bool
}

// listHeading opens the list in docs/differences.md: a table of file, mistake and reason.
const listHeading = "## Mistakes in configurations"

// ParseKnown reads the list from the text of docs/differences.md.
func ParseKnown(text string) ([]*Known, error) {
	_, rest, found := strings.Cut(text, listHeading+"\n")
	if !found {
		return nil, fmt.Errorf("no heading %q", listHeading)
	}
	rest, _, _ = strings.Cut(rest, "\n## ")
	var list []*Known
	for _, line := range strings.Split(rest, "\n") {
		if !strings.HasPrefix(line, "| ") || strings.HasPrefix(line, "| file ") {
			continue
		}
		cells := strings.Split(strings.Trim(line, "| "), " | ")
		if len(cells) != 3 {
			return nil, fmt.Errorf("not a file, a mistake and a reason: %s", line)
		}
		k := &Known{File: strings.Trim(cells[0], "`"), Mistake: strings.Trim(cells[1], "`"), Reason: strings.TrimSpace(cells[2])}
		if k.Mistake == "" || k.Reason == "" {
			return nil, fmt.Errorf("no mistake or no reason: %s", line)
		}
		list = append(list, k)
	}
	return list, nil
}

// find marks and gives the entry for a mistake that makes a difference.
func find(list []*Known, file, mistake string) *Known {
	for _, k := range list {
		if k.File != file {
			continue
		}
		if matches(k.Mistake, mistake) {
			k.used = true
			return k
		}
	}
	return nil
}

// matches tells whether name is what pattern says; * stands for any text.
func matches(pattern, name string) bool {
	head, rest, star := strings.Cut(pattern, "*")
	if !star {
		return pattern == name
	}
	name, ok := strings.CutPrefix(name, head)
	for ok && star {
		if head, rest, star = strings.Cut(rest, "*"); !star {
			return strings.HasSuffix(name, head)
		}
		_, name, ok = strings.Cut(name, head)
	}
	return ok
}
