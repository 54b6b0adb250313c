package differential

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Diff gives the lines that only one side has, in order: "- " begins HAProxy's, "+ " ours.
func Diff(theirs, ours []string) (list []string) {
	n, m := len(theirs), len(ours)
	common := make([][]int, n+1) // common[i][j]: the longest common subsequence of theirs[i:] and ours[j:]
	for i := range common {
		common[i] = make([]int, m+1)
	}
	for i := n - 1; i >= 0; i-- {
		for j := m - 1; j >= 0; j-- {
			if theirs[i] == ours[j] {
				common[i][j] = common[i+1][j+1] + 1
			} else {
				common[i][j] = max(common[i+1][j], common[i][j+1])
			}
		}
	}
	i, j := 0, 0
	for i < n || j < m {
		switch {
		case i < n && j < m && theirs[i] == ours[j]:
			i, j = i+1, j+1
		case j == m || i < n && common[i+1][j] >= common[i][j+1]:
			list = append(list, "- "+theirs[i])
			i++
		default:
			list = append(list, "+ "+ours[j])
			j++
		}
	}
	return list
}

// Differing tells how the sides differ from the listed lines; "": in these, and in these alone.
func Differing(listed, theirs, ours []string) string {
	got := Diff(theirs, ours)
	switch {
	case strings.Join(got, "\n") == strings.Join(listed, "\n"):
		return ""
	case len(listed) == 0:
		return fmt.Sprintf("haproxy (-) and proxy (+) differ:\n%s\n\nhaproxy's transcript:\n%s", strings.Join(got, "\n"), strings.Join(theirs, "\n"))
	}
	return fmt.Sprintf("docs/differences.md lists\n%s\nbut the difference is\n%s", strings.Join(listed, "\n"), strings.Join(got, "\n"))
}

// Listed reads docs/differences.md: by the headings' case, the lines of its difference.
func Listed(t testing.TB) map[string][]string {
	t.Helper()
	_, file, _, _ := runtime.Caller(0)
	text, err := os.ReadFile(filepath.Join(filepath.Dir(file), "..", "..", "docs", "differences.md"))
	require.NoError(t, err)
	return parseListed(string(text))
}

// parseListed takes the indented lines below each heading of the second level.
func parseListed(text string) map[string][]string {
	list := map[string][]string{}
	name := ""
	for _, line := range strings.Split(text, "\n") {
		if h, ok := strings.CutPrefix(line, "## "); ok {
			name = strings.TrimSpace(h)
			continue
		}
		if l, ok := strings.CutPrefix(line, "    "); ok && name != "" {
			list[name] = append(list[name], l)
		}
	}
	return list
}

// Stale gives the listed names that no case has.
func Stale(listed map[string][]string, cases []Case) (names []string) {
	known := map[string]bool{}
	for _, c := range cases {
		known[c.Name] = true
	}
	for name := range listed {
		if !known[name] && !strings.Contains(name, " ") {
			names = append(names, name)
		}
	}
	return names
}
