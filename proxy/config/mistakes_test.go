package config

import (
	"bytes"
	"flag"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"
)

var update = flag.Bool("update", false, "ask the installed haproxy for the expected messages and write them down")

// golden holds what HAProxy 2.6.12 says of each mistake, one line each: name, exit code, messages.
const golden = "testdata/mistakes.golden"

// mistake is the practical's file with one thing wrong.
type mistake struct{ name, text string }

// mistakes makes every one-word and one-line mistake of a student in the file: a word that is missing, doubled, misspelt, in
// the wrong case, quoted wrongly, a number out of range; a line that is missing, doubled, moved or too long.
func mistakes(text string) []mistake {
	lines := strings.Split(text, "\n")
	var list []mistake
	with := func(name string, i, remove int, put ...string) {
		changed := append(append(append([]string(nil), lines[:i]...), put...), lines[i+remove:]...)
		list = append(list, mistake{name, strings.Join(changed, "\n")})
	}
	for i, line := range lines {
		if strings.TrimSpace(line) == "" {
			continue
		}
		at := fmt.Sprintf("%d:", i+1)
		with(at+"line missing", i, 1)
		with(at+"line doubled", i, 1, line, line)
		with(at+"word added", i, 1, line+" foo")
		if i > 0 {
			with(at+"line moved up", i-1, 2, line, lines[i-1])
		}
		for k, m := range regexp.MustCompile(`\S+`).FindAllStringIndex(line, -1) {
			before, word, after := line[:m[0]], line[m[0]:m[1]], line[m[1]:]
			for _, v := range variants(word) {
				with(fmt.Sprintf("%s%d %s", at, k, v[0]), i, 1, before+v[1]+after)
			}
		}
	}
	return list
}

// variants are the ways to mistype a word: name and what is typed.
func variants(word string) [][2]string {
	swapped := word
	if len(word) > 2 {
		swapped = word[:1] + word[2:3] + word[1:2] + word[3:]
	}
	list := [][2]string{
		{"missing", ""}, {"doubled", word + " " + word}, {"letters swapped", swapped}, {"cut", word[:len(word)-1]},
		{"upper case", strings.ToUpper(word)}, {"capital", strings.ToUpper(word[:1]) + word[1:]}, {"letter added", word + "x"},
		{"typographic quotes", "“" + word + "”"}, {"quote left open", `"` + word}, {"single quote left open", "'" + word},
		{"backslash", word + `\`}, {"commented out", "#" + word}, {"typographic dash", strings.ReplaceAll(word, "-", "–")},
	}
	if strings.ContainsFunc(word, unicode.IsDigit) {
		number := regexp.MustCompile(`\d+([a-z]*)$`)
		for _, n := range []string{"-1", "0", "99999", "999999999999", "abc", "1.5", "10x", ""} {
			list = append(list, [2]string{"number " + n, number.ReplaceAllString(word, n+"$1")})
		}
	}
	return list
}

// testOptions read nothing of the machine: HAProxy's account is known, and only localhost has an address.
func testOptions() Options {
	account := func(name string) (int, bool) { return 106, name == "haproxy" }
	return Options{
		Getenv:      func(string) (string, bool) { return "", false },
		LookupUser:  account,
		LookupGroup: account,
		Resolve: func(host string) (netip.Addr, error) {
			if strings.EqualFold(host, "localhost") {
				return netip.MustParseAddr("127.0.0.1"), nil
			}
			return netip.Addr{}, fmt.Errorf("%s: no such host", host)
		},
	}
}

// verdict is what HAProxy makes of a file, on one line: exit code and messages.
func verdict(text string) string {
	_, rep := ParseText("haproxy.cfg", text, testOptions())
	code := 0
	switch {
	case rep.Fatal:
		code = 1
	case rep.NoListen:
		code = 2
	}
	return oneLine(code, rep.String())
}

func oneLine(code int, text string) string {
	text = regexp.MustCompile(`(?m)^\[([A-Z])[A-Z]+\]\s*: config : `).ReplaceAllString(text, "$1: ")
	return fmt.Sprintf("%d\t%s", code, strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", " | "))
}

func TestMistakesGetHAProxysWords(t *testing.T) {
	text := readFile(t, "testdata/practical.cfg")
	if *update {
		writeGolden(t, mistakes(text))
	}
	want := map[string]string{}
	for _, line := range strings.Split(strings.Trim(readFile(t, golden), "\n"), "\n") {
		name, rest, _ := strings.Cut(line, "\t")
		want[name] = rest
	}
	list := mistakes(text)
	if len(list) < 1500 {
		t.Fatalf("only %d mistakes made", len(list))
	}
	bad := 0
	for _, m := range list {
		if got := verdict(m.text); got != want[m.name] {
			bad++
			if bad <= 20 {
				t.Errorf("%s:\n got %s\nwant %s", m.name, got, want[m.name])
			}
		}
	}
	t.Logf("%d mistakes, %d told otherwise than HAProxy does", len(list), bad)
}

// TestMistakesAgainstHAProxy asks the installed program a part of the same questions, so that the golden file stays true.
func TestMistakesAgainstHAProxy(t *testing.T) {
	ask := oracle(t)
	list := mistakes(readFile(t, "testdata/practical.cfg"))
	for i := 0; i < len(list); i += 40 {
		if got, want := verdict(list[i].text), ask(list[i].text); got != want {
			t.Errorf("%s:\n got %s\nwant %s", list[i].name, got, want)
		}
	}
}

// TestRicherMistakesAgainstHAProxy does the same to a file with most of what this director supports.
func TestRicherMistakesAgainstHAProxy(t *testing.T) {
	ask := oracle(t)
	list := mistakes(readFile(t, "testdata/rich.cfg"))
	compared := 0
	for i := 0; i < len(list); i += 40 {
		got, want := verdict(list[i].text), ask(list[i].text)
		if strings.Contains(got, "is not supported by this director") {
			continue
		}
		compared++
		if got != want && !strings.Contains(want, "Could not open configuration file haproxy.cfg : Success") {
			t.Errorf("%s:\n got %s\nwant %s", list[i].name, got, want)
		}
	}
	t.Logf("%d mistakes compared", compared)
}

// TestOtherFilesAgainstHAProxy compares verdicts on what the practical's file does not have.
func TestOtherFilesAgainstHAProxy(t *testing.T) {
	ask := oracle(t)
	backend := head + "backend b\n "
	for _, text := range []string{
		"", "\n", "# nothing\n", "foo\n", "global\n nbthread 0\n", "global\n nbthread x\n", "global\n node a/b\n",
		"global\n spread-checks 60\n", "global\n hard-stop-after\n", "global\n hard-stop-after 1y\n", "global\n uid x\n",
		"global\n stats maxconn 0\n", "global\n stats socket /tmp/s level king\n", "global\n stats socket /tmp/s mode 9\n",
		"global\n log 127.0.0.1 len 5 local0\n", "global\n log /dev/log local0 loud\n", "global\n log-tag\n",
		"frontend\n", "frontend a b\n mode http\n", "backend a b\n mode http\n", "defaults\n id 1\n", "defaults x from y\n",
		head + "frontend f\n bind :80\n default_backend b\nbackend b\n mode tcp\n",
		head + "listen f\n bind :80\n default_backend f\n",
		head + "frontend f\n bind :0\n", head + "frontend f\n bind 127.0.0.1\n", head + "frontend f\n bind :80-70\n",
		head + "frontend f\n bind :80 name\n", head + "frontend f\n bind :80 id x\n", head + "frontend f\n fullconn 3\n bind :80\n",
		backend + "maxconn 3\n", backend + "bind :80\n", backend + "retries\n", backend + "balance uri len x\n",
		backend + "balance random(0)\n", backend + "balance hdr()\n", backend + "balance url_param\n",
		backend + "server a 1.2.3.4:80 inter\n", backend + "server a 1.2.3.4:80 rise 0\n", backend + "server a 1.2.3.4 check\n",
		backend + "server a 1.2.3.4:80 id 0\n", backend + "server a 1.2.3.4:80 id 5\n server b 1.2.3.4:80 id 5\n",
		backend + "server a 1.2.3.4:80 inter 1y\n", backend + "server a/b 1.2.3.4:80\n", backend + "server a\n",
		backend + "default-server wieght 3\n", backend + "default-server id 3\n", backend + "option forwardfor header\n",
		backend + "option httplog\n", backend + "no option httplog\n", backend + "no retries\n", backend + "option forceclose\n",
		backend + "timeout client 3s\n", backend + "timeout server 3s\n timeout server 4s\n", backend + "clitimeout 3\n",
		backend + "stats refresh x\n", backend + "stats realm\n", backend + "mode health\n", backend + "id 0\n",
		backend + "errorfile 503\n", backend + "log 127.0.0.1\n", backend + "redispatch\n", backend + "monitor-uri /x\n",
		".if\n", ".if true\n", ".if 1\n", ".else\n", ".endif\n", ".if foo\n.endif\n", ".alert hello\n", ".warning hello\n", ".foo\n",
		"global\n maxconn 1", "global\n log \"$1\" local0\n", "global\n node \"${A\"\n", "global\n node \\x4\n",
		"global\n " + strings.Repeat("a ", 70) + "\n", strings.Repeat("foo\n", 60), "no\n", "default\n", "no option\n",
	} {
		if got, want := verdict(text), ask(text); got != want {
			t.Errorf("%q:\n got %s\nwant %s", text, got, want)
		}
	}
}

// oracle gives a function that asks the installed haproxy for its verdict on a text.
func oracle(t *testing.T) func(string) string {
	t.Helper()
	haproxy, err := exec.LookPath("haproxy")
	if err != nil {
		t.Skip("haproxy is not installed: only the messages written down from it are compared")
	}
	if version, _ := exec.Command(haproxy, "-v").Output(); !bytes.Contains(version, []byte("version 2.6.12-")) {
		t.Skipf("haproxy is not Debian's 2.6.12, whose words are the yardstick: %s", version)
	}
	if _, ok := lookupUser("haproxy"); !ok {
		t.Skip("the account haproxy is missing: the practical's file would be refused for that")
	}
	dir := t.TempDir()
	pid := regexp.MustCompile(`(?m)^(\[[A-Z]+\]\s*)\(\d+\) `)
	drop := regexp.MustCompile(`(?m)^\[NOTICE\] .*(haproxy version is|path to executable is) .*\n`)
	return func(text string) string {
		if err := os.WriteFile(filepath.Join(dir, "haproxy.cfg"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(haproxy, "-c", "-f", "haproxy.cfg")
		cmd.Dir = dir
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		_ = cmd.Run() // the exit code is part of the verdict
		said := pid.ReplaceAllString(drop.ReplaceAllString(stderr.String(), ""), "$1")
		return oneLine(cmd.ProcessState.ExitCode(), said)
	}
}

func writeGolden(t *testing.T, list []mistake) {
	t.Helper()
	ask := oracle(t)
	var b strings.Builder
	for _, m := range list {
		fmt.Fprintf(&b, "%s\t%s\n", m.name, ask(m.text))
	}
	if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

func readFile(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
