package malformed

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
)

// listed is a kind of difference that docs/differences.md gives a reason for: under a heading that begins with "malformed", an indented
// regular expression that such a message matches.
type listed struct {
	name    string
	pattern *regexp.Regexp
	seen    int
}

// readListed reads those headings that begin with prefix.
func readListed(prefix string) (all []*listed, err error) {
	_, file, _, _ := runtime.Caller(0)
	text, err := os.ReadFile(filepath.Join(filepath.Dir(file), "..", "..", "..", "docs", "differences.md"))
	if err != nil {
		return nil, err
	}
	name := ""
	for _, line := range strings.Split(string(text), "\n") {
		if h, ok := strings.CutPrefix(line, "## "); ok {
			name = strings.TrimSpace(h)
		}
		if l, ok := strings.CutPrefix(line, "    "); ok && strings.HasPrefix(name, prefix) {
			p, err := regexp.Compile(l)
			if err != nil {
				return nil, fmt.Errorf("docs/differences.md, %s: %w", name, err)
			}
			all = append(all, &listed{name: name, pattern: p})
		}
	}
	return all, nil
}

// find gives the kind that a message belongs to; nil: none.
func find(all []*listed, m []byte) *listed {
	for _, l := range all {
		if l.pattern.Match(m) {
			return l
		}
	}
	return nil
}
