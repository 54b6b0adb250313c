package mistakes

import (
	"bytes"
	"hash/fnv"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// most is how many mistakes of one file are tried; where there are more, their names' hashes choose.
const most = 500

// asked is a mistake with both answers.
type asked struct {
	Mistake
	want, got Answer
	err       error
}

// TestMistakes gives both programs every mistake in each of the files.
func TestMistakes(t *testing.T) {
	haproxy, ours := programs(t)
	list, err := ParseKnown(read(t, "../../../docs/differences.md"))
	require.NoError(t, err)
	files, err := filepath.Glob("testdata/*.cfg")
	require.NoError(t, err)
	files = append([]string{practical}, files...)
	total, ran := 0, map[string]bool{}
	for _, file := range files {
		name := filepath.Base(file)
		t.Run(name, func(t *testing.T) {
			text := read(t, file)
			tried := sample(append([]Mistake{{"none", text}}, Make(text)...), most)
			require.Greater(t, len(tried), 100)
			differ := 0
			for _, a := range ask(t, haproxy, ours, tried) {
				require.NoError(t, a.err, a.Name)
				if a.want.String() == a.got.String() {
					continue
				}
				differ++
				if find(list, name, a.Name) == nil {
					t.Errorf("%s: %s\n--- haproxy\n%s\n--- director\n%s", name, a.Name, a.want, a.got)
				}
			}
			total, ran[name] = total+len(tried), true
			t.Logf("%s: %d mistakes, %d differences", name, len(tried), differ)
		})
	}
	for _, k := range list {
		if !k.used && ran[k.File] {
			t.Errorf("docs/differences.md lists a difference that is none (any more): %s: %s", k.File, k.Mistake)
		}
	}
	if len(ran) == len(files) {
		require.Greater(t, total, 2000, "mistakes tried")
	}
	t.Logf("%d mistakes in %d files", total, len(files))
}

// practical is the file of the coursework, as the director's node has it.
const practical = "../../../proxy/config/testdata/practical.cfg"

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	require.NoError(t, err)
	return string(text)
}

// programs finds the two; without Debian's haproxy there is nothing to compare with.
func programs(t *testing.T) (haproxy, ours string) {
	t.Helper()
	haproxy, err := exec.LookPath("haproxy")
	if err != nil {
		t.Skip("haproxy is not installed: nothing to compare with")
	}
	if version, _ := exec.Command(haproxy, "-v").Output(); !bytes.Contains(version, []byte("version 2.6.12-")) {
		t.Skipf("haproxy is not Debian's 2.6.12, whose words are the yardstick: %s", version)
	}
	ours, err = filepath.Abs("../../../bin/proxy")
	require.NoError(t, err)
	require.FileExists(t, ours, "make build makes it")
	return haproxy, ours
}

// sample keeps at most about n of the list, the same ones each time.
func sample(list []Mistake, n int) []Mistake {
	if len(list) <= n {
		return list
	}
	var kept []Mistake
	for _, m := range list {
		h := fnv.New32a()
		h.Write([]byte(m.Name))
		if m.Name == "none" || int(h.Sum32()%uint32(len(list))) < n {
			kept = append(kept, m)
		}
	}
	return kept
}

// ask gives each mistake to both programs, as many at a time as there are processors.
func ask(t *testing.T, haproxy, ours string, list []Mistake) []asked {
	t.Helper()
	answers := make([]asked, len(list))
	next := make(chan int)
	var wait sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		oracle, err := NewProgram(haproxy, t.TempDir())
		require.NoError(t, err)
		director, err := NewProgram(ours, t.TempDir())
		require.NoError(t, err)
		wait.Go(func() {
			for i := range next {
				a := &answers[i]
				a.Mistake = list[i]
				if a.want, a.err = oracle.Check(a.Text); a.err == nil {
					a.got, a.err = director.Check(a.Text)
				}
			}
		})
	}
	for i := range list {
		next <- i
	}
	close(next)
	wait.Wait()
	return answers
}

func TestMakeIsDeterministicAndNamesEach(t *testing.T) {
	text := read(t, practical)
	list, again := Make(text), Make(text)
	require.Equal(t, list, again)
	require.Greater(t, len(list), 2000)
	seen := map[string]bool{}
	for _, m := range list {
		require.False(t, seen[m.Name], m.Name)
		seen[m.Name] = true
		require.NotEqual(t, "", strings.TrimSpace(m.Name))
	}
}

func TestKnownDifferencesAreReadFromTheTable(t *testing.T) {
	list, err := ParseKnown("# x\n" + listHeading + "\n\n| file | mistake | why |\n|---|---|---|\n| `a.cfg` | `1:* [x` | it is so |\n\n## More\n| b |\n")
	require.NoError(t, err)
	require.Len(t, list, 1)
	require.NotNil(t, find(list, "a.cfg", "1:2 cut [x"))
	require.Nil(t, find(list, "a.cfg", "1:2 cut"))
	require.Nil(t, find(list, "b.cfg", "1:2 cut [x"))
	for _, bad := range []string{"", listHeading + "\n| a | b |\n", listHeading + "\n| a | b |  |\n"} {
		_, err := ParseKnown(bad)
		require.Error(t, err, bad)
	}
}
