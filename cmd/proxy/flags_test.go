package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
)

func TestParseFlags(t *testing.T) {
	for line, want := range map[string]flags{
		"-Ws -f a -f b -p c -S /m,mode,600":   {master: true, systemd: true, foreground: true, files: []string{"a", "b"}, pidfile: "c", masterCLI: []string{"/m,mode,600"}},
		"-c -q -V -f a":                       {check: true, quiet: true, verbose: true, files: []string{"a"}},
		"-D -n 5 -N 6 -m 7 -L x -C /d -- a b": {daemon: true, maxconn: 5, proxyMaxconn: 6, dir: "/d", localPeer: "x", files: []string{"a", "b"}},
		"-d -dM -dMno-merge -dKall -de -dp -dS -dG -dR -dV -dD -dL -dr -dW -f a -sf 1 2": {
			debug: true, foreground: true, noReusePort: true, noSplice: true, lenient: true, strict: true, files: []string{"a"}, oldPIDs: []int{1, 2}},
		"-st 3 -x /s -f a": {terminate: true, takeOver: "/s", oldPIDs: []int{3}, files: []string{"a"}},
		"-vv -v":           {version: 2},
	} {
		argv := append([]string{"haproxy"}, strings.Fields(line)...)
		want.program, want.args = "haproxy", argv[1:]
		got, err := parseFlags(argv)
		require.NoError(t, err, line)
		require.Empty(t, cmp.Diff(&want, got, cmp.AllowUnexported(flags{})), line)
	}
	for _, line := range []string{"-zz", "-f", "file", "-", "-cc", "-Wx", "-sf 0", "-sf 1 -1"} {
		_, err := parseFlags(append([]string{"haproxy"}, strings.Fields(line)...))
		require.ErrorIs(t, err, errUsage, line)
	}
}

// runs calls the program in this process.
func runs(args ...string) (code int, out, errs string) {
	var o, e bytes.Buffer
	code = run(append([]string{"haproxy"}, args...), &o, &e)
	return code, o.String(), plain(e.String())
}

func TestCheckMode(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	const front = "defaults\n mode http\n timeout client 1s\n timeout server 1s\n timeout connect 1s\nfrontend f\n bind 127.0.0.1:8\n"
	good := file("10-good.cfg", front)
	warned := file("warned", "listen l\n bind 127.0.0.1:8\n")
	bad := file("bad", "foo\n")
	empty := file("empty", "defaults\n mode http\n")
	for _, c := range []struct {
		args      string
		code      int
		out, errs string
	}{
		{"-c -f " + good, 0, "Configuration file is valid\n", ""},
		{"-c -q -f " + good, 0, "", ""},
		{"-c -f " + dir, 0, "Configuration file is valid\n", ""},
		{"-c -f " + empty, 2, "Configuration file has no error but will not start (no listener) => exit(2).\n", ""},
		{"-c -q -f " + bad, 1, "", ""},
		{"-c -f " + bad, 1, "", "[ALERT]    (N) : config : parsing [" + bad + ":1]: unknown keyword 'foo' out of section.\n" +
			"[ALERT]    (N) : config : Error(s) found in configuration file : " + bad + "\n" +
			"[ALERT]    (N) : config : Fatal errors found in configuration.\n"},
		{"-c -f /nonexistent", 1, "", "[ALERT]    (N) : config : Cannot open configuration file/directory /nonexistent : No such file or directory\n"},
		{"-f " + empty, 1, "", "[ALERT]    (N) : [haproxy.main()] No enabled listener found (check for 'bind' directives) ! Exiting.\n"},
		{"-sf 12x -f " + good, 1, "", "[ALERT]    (N) : -sf option: some bytes unconsumed in PID list {x}\n"},
		{"-st 1 99999999999999999999 -f " + good, 1, "", "[ALERT]    (N) : -st option: failed to parse {99999999999999999999}: Numerical result out of range\n"},
		{"-cc version_atleast(2.6)", 0, "", ""},
		{"-cc version_before(2.6)", 1, "", ""},
		{"-cc nonsense", 2, "", "[ALERT]    (N) : config : Failed to evaluate condition: unparsable conditional expression 'nonsense'\n"},
	} {
		code, out, errs := runs(strings.Fields(c.args)...)
		require.Equal(t, c.code, code, c.args)
		require.Equal(t, c.out, out, c.args)
		require.Equal(t, c.errs, errs, c.args)
	}
	code, out, errs := runs("-c", "-f", warned)
	require.Zero(t, code)
	require.Equal(t, "Warnings were found.\nConfiguration file is valid\n", out)
	require.Contains(t, errs, "missing timeouts for proxy 'l'")
	code, _, errs = runs("-c", "-dW", "-f", warned)
	require.Equal(t, 1, code)
	require.Contains(t, errs, "Some warnings were found and 'zero-warning' is set. Aborting.")
}

func TestVersionIsHonest(t *testing.T) {
	code, out, _ := runs("-v")
	require.Zero(t, code)
	require.True(t, strings.HasPrefix(out, "HAProxy-compatible director simulacro, version "), out)
	code, out, _ = runs("-vv")
	require.Zero(t, code)
	require.Contains(t, out, "\n      nbthread <number>\n")
	require.Contains(t, out, "\n  DFB timeout <event> <time>\n")
	require.Contains(t, out, "\n  -F- bind <address>[,...] [<setting> ...]\n")
	code, out, errs := runs("-zz")
	require.Equal(t, 1, code)
	require.Empty(t, out)
	require.Contains(t, errs, "Usage : haproxy [-f <cfgfile|cfgdir>]*")
}
