package config

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestProgramsOfASection(t *testing.T) {
	text := "global\n setenv A \"x y\"\n master-worker\nprogram one\n command false\n command sh -c 'a b' \"$A\" c\\ d \"\" lost\n" +
		" user haproxy\n group haproxy\nprogram two\n command true\n no option start-on-reload\nprogram three\n command true\n" +
		" no option start-on-reload\n option start-on-reload\n"
	cfg, rep := ParseText("haproxy.cfg", text, testOptions())
	require.Empty(t, rep.Messages)
	require.False(t, rep.NoListen, "a master has its own")
	require.Equal(t, []*Program{
		{Name: "one", Command: []string{"sh", "-c", "a b", "x y", "c d"}, UID: 106, GID: 106},
		{Name: "two", Command: []string{"true"}, UID: -1, GID: -1, NoReload: true},
		{Name: "three", Command: []string{"true"}, UID: -1, GID: -1},
	}, cfg.Programs)
}

func TestProgramsNeedAMaster(t *testing.T) {
	opt := testOptions()
	_, rep := ParseText("haproxy.cfg", "program one\n command true\n", opt)
	require.True(t, rep.Fatal)
	opt.Master = true
	_, rep = ParseText("haproxy.cfg", "program one\n command true\n", opt)
	require.False(t, rep.Fatal)
}

// TestMistakesOfProgramsAgainstHAProxy leaves out what makes HAProxy crash: lines after one that it has refused.
func TestMistakesOfProgramsAgainstHAProxy(t *testing.T) {
	ask := oracle(t)
	const front = "listen b\n mode http\n bind 127.0.0.1:1080\n"
	for _, text := range []string{
		"program\n", "program \"\"\n command true\n", "program foo bar\n command true\n", "program foo/x\n command true\n", "program foo\n",
		"program foo\n command true\nprogram foo\n command true\n", "program foo\n command\n", "program foo\n command \"\" true\n",
		"program foo\n command true\n command false\n", "program foo\n command true\n option foo\n", "program foo\n command true\n option\n",
		"program foo\n command true\n option start-on-reload foo\n", "program foo\n command true\n no option start-on-reload\n",
		"program foo\n command true\n no option foo\n", "program foo\n command true\n default option start-on-reload\n",
		"program foo\n command true\n user\n", "program foo\n command true\n user nosuch\n", "program foo\n command true\n user haproxy foo\n",
		"program foo\n command true\n user haproxy\n user haproxy\n", "program foo\n command true\n group\n",
		"program foo\n command true\n group nosuch\n", "program foo\n command true\n group haproxy foo\n",
		"program foo\n command true\n group haproxy\n group haproxy\n", "program foo\n command true\n comand x\n",
		"program foo\n no command true\n", "program foo\n user haproxy\nprogram bar\n user haproxy\n",
		"program foo\n command\nglobal\n foo\nprogram foo\n command true\n",
		"program foo\n" + front + " default_backend nosuch\n", "program foo\n" + front + " server s nosuch.invalid:80\n",
		"program foo\n" + front + " server s 127.0.0.1:0 check\n", "program foo\n" + front + " acl x http_auth(nosuch)\n",
		"program foo\n" + front + " http-request deny if { nosuch }\n", "program foo\nlisten b\n mode http\n bind 127.0.0.1:1080 ssl\n",
	} {
		for _, global := range []string{"", "global\n master-worker\n"} {
			text := global + text
			if got, want := verdict(text), ask(text); got != want {
				t.Errorf("%q:\n got %s\nwant %s", text, got, want)
			}
		}
	}
}
