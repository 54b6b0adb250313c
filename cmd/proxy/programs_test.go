package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// programFile writes a configuration with the lines of program sections.
func (d *director) programFile(lines string) string {
	name := d.file("setenv WHO world")
	text, err := os.ReadFile(name)
	require.NoError(d.t, err)
	require.NoError(d.t, os.WriteFile(name, append(text, lines...), 0o600))
	return name
}

// patient writes its number into a file, and stays when it is told to finish.
const patient = `sh -c 'trap "" USR1; trap "exit 4" TERM; echo $$ $WHO $HAPROXY_MWORKER $1 >>"$0"; while :; do sleep 0.05; done'`

func TestProgramsAreStartedAndOutliveReloads(t *testing.T) {
	d := newDirector(t)
	begun := filepath.Join(d.dir, "begun")
	file := d.programFile("program hold\n  command " + patient + " " + begun + " 'a b' \"\" lost\nprogram once\n  command sleep 100\n  no option start-on-reload\n")
	d.start("-W", "-db", "-f", file, "-S", filepath.Join(d.dir, "master"))
	starts := func(n int) func() bool {
		return func() bool {
			text, _ := os.ReadFile(begun)
			return strings.Count(string(text), " world 1 a b\n") == n
		}
	}
	d.eventually("it is started", starts(1))
	d.eventually("it serves", d.serves)
	require.Regexp(t, `# programs\n\d+ +hold +0 .* - +\n\d+ +once +0 `, d.ask("master", "show proc"))
	d.signal(syscall.SIGUSR2)
	d.eventually("it is started again", starts(2))
	d.eventually("the other one ends", func() bool { return strings.Contains(d.output(), "Former program 'once'") })
	require.Contains(t, plain(d.output()), "[WARNING]  (N) : Former program 'once' (N) exited with code 138 (User defined signal 1)\n")
	require.Regexp(t, `# programs\n\d+ +hold +0 .*\n# old programs\n\d+ +hold +1 .*\n\n?$`, d.ask("master", "show proc"))
	d.signal(syscall.SIGTERM)
	require.Equal(t, 4, d.wait(), "of the current one; that of the former one does not count")
	require.Contains(t, plain(d.output()), "[WARNING]  (N) : Former program 'hold' (N) exited with code 4 (Exit)\n")
	require.Contains(t, plain(d.output()), "[ALERT]    (N) : Current program 'hold' (N) exited with code 4 (Exit)\n")
}

func TestAProgramThatFailsEndsTheService(t *testing.T) {
	for _, c := range []struct{ name, command, said string }{
		{"missing", "nosuch-program", "[ALERT]    (N) : Cannot execute nosuch-program: No such file or directory\n"},
		{"a directory", "/", "[ALERT]    (N) : Cannot execute /: Permission denied\n"},
		{"its own code", "sh -c 'exit 7'", "exited with code 7 (Exit)\n"},
		{"a signal", "sh -c 'kill -9 $$'", "exited with code 137 (Killed)\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := newDirector(t)
			d.start("-W", "-db", "-f", d.programFile("program p\n  command "+c.command+"\n"))
			require.NotZero(t, d.wait())
			said := plain(d.output())
			require.Contains(t, said, c.said)
			require.Contains(t, said, "[ALERT]    (N) : exit-on-failure: killing every processes with SIGTERM\n")
			require.Contains(t, said, "Current worker (N) exited with code 143 (Terminated)\n")
		})
	}
}

func TestAProgramMayBeAScriptWithoutAHeading(t *testing.T) {
	d := newDirector(t)
	script, out := filepath.Join(d.dir, "script"), filepath.Join(d.dir, "out")
	require.NoError(t, os.WriteFile(script, []byte("echo $1 >"+out+"\n"), 0o700))
	d.start("-W", "-db", "-f", d.programFile("program p\n  command "+script+" hello\n"))
	d.eventually("it has run", func() bool { text, _ := os.ReadFile(out); return string(text) == "hello\n" })
	d.eventually("it has ended", func() bool { return strings.Contains(d.output(), "Current program 'p'") })
	require.True(t, d.serves(), "what ends well ends nothing else")
	d.signal(syscall.SIGTERM)
	require.Zero(t, d.wait())
}
