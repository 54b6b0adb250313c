package mistakes

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// around is a section that a line is put into.
const around = "defaults\n  mode MODE\n  timeout client 1s\n  timeout server 1s\n  timeout connect 1s\nlisten f\n  bind 127.0.0.1:1\n  "

// places are sections that a line is put into to see whether it belongs there.
var places = map[string]string{
	"defaults": "defaults\n  mode MODE\n  timeout client 1s\n  LINE\nfrontend f\n  bind 127.0.0.1:1\n",
	"frontend": "frontend f\n  mode MODE\n  timeout client 1s\n  bind 127.0.0.1:1\n  LINE\n",
	"backend":  "backend f\n  mode MODE\n  LINE\n",
}

// TestPlaces gives both programs each line of testdata/places.txt in each of those sections.
func TestPlaces(t *testing.T) {
	haproxy, ours := programs(t)
	var list []Mistake
	for _, line := range strings.Split(strings.TrimSpace(read(t, "testdata/places.txt")), "\n")[1:] {
		for place, text := range places {
			for _, mode := range []string{"http", "tcp"} {
				list = append(list, Mistake{mode + " " + place + ": " + line, strings.NewReplacer("MODE", mode, "LINE", line).Replace(text)})
			}
		}
	}
	require.Greater(t, len(list), 100, "lines tried")
	compare(t, ask(t, haproxy, ours, list))
}

// TestLines gives both programs each line of testdata/lines.txt, alone in a section of either mode: what is wrong with it, or that
// nothing is, must be told alike. The lines are those that the mistakes in whole files do not come to.
func TestLines(t *testing.T) {
	haproxy, ours := programs(t)
	var list []Mistake
	for _, line := range strings.Split(strings.TrimSpace(read(t, "testdata/lines.txt")), "\n") {
		if strings.HasPrefix(line, "# ") {
			continue
		}
		for _, mode := range []string{"http", "tcp"} {
			list = append(list, Mistake{mode + ": " + line, strings.Replace(around, "MODE", mode, 1) + line + "\n"})
		}
	}
	require.Greater(t, len(list), 700, "lines tried")
	compare(t, ask(t, haproxy, ours, list))
}

// compare wants both programs to have said the same of each.
func compare(t *testing.T, answers []asked) {
	t.Helper()
	for _, a := range answers {
		require.NoError(t, a.err, a.Name)
		if a.want.String() != a.got.String() {
			t.Errorf("%s\n--- haproxy\n%s\n--- director\n%s", a.Name, a.want, a.got)
		}
	}
}
