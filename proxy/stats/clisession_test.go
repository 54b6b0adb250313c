package stats

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"simulacro/proxy/config"
)

func TestSessionModes(t *testing.T) {
	tests := []struct{ name, lines, want string }{
		{"one line, then the end", "show version\n", "2.6.12-simulacro\n\n"},
		{"several commands", "show version;get weight http_back/cluster2\n", "2.6.12-simulacro\n\n1 (initial 1)\n\n"},
		{"several lines at once", "show version\nshow version\n", "2.6.12-simulacro\n\n2.6.12-simulacro\n\n"},
		{"prompt", "prompt\nshow version\n", "\n> 2.6.12-simulacro\n\n> "},
		{"prompt in the same line", "prompt; show version\nquit\n", "\n> 2.6.12-simulacro\n\n> "},
		{"quit leaves the rest", "show version;quit;show version\n", "2.6.12-simulacro\n\n"},
		{"an unfinished line is no command", "show version", ""},
		{"payload is read and left", "get weight http_back/cluster2 <<\nready\n\n", "1 (initial 1)\n\n"},
		{"payload in prompt mode", "prompt\nget weight http_back/cluster2 <<\nready\n\n", "\n> + + 1 (initial 1)\n\n> "},
		{"severities by number", "set severity-output number;disable server x/y;show version\n", "\n[3]: No such backend.\n\n[6]: 2.6.12-simulacro\n\n"},
		{"severities by name", "set severity-output string;disable server x/y;show backend\n", "\n[err]: No such backend.\n\n# name\nhttp_back\napp\n\n"},
		{"severities off", "set severity-output number;set severity-output none;show version\n", "\n\n2.6.12-simulacro\n\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, ask(t, newFake(), config.LevelAdmin, tt.lines)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestLongLineEndsTheSession(t *testing.T) {
	f := newFake()
	for _, long := range []string{strings.Repeat("x", maxLine+1) + "\n", "add map m <<\n" + strings.Repeat("key value\n", maxLine/8)} {
		err := NewCLI(f, f, nil).Serve(strings.NewReader(long), io.Discard, Session{})
		if !errors.Is(err, errLineTooLong) {
			t.Error(err)
		}
	}
}

func TestUnknownCommands(t *testing.T) {
	for command, want := range map[string]string{
		"set maxconn foo": "set maxconn frontend, set maxconn global, set maxconn server",
		"shutdown":        "shutdown frontend, shutdown session, shutdown sessions server",
		"sho stat":        "show stat",
		"show servers":    "show servers conn, show servers state",
		"show dev":        "show env",
		"SHOW INFO":       "",
	} {
		got := ask(t, newFake(), config.LevelAdmin, command+"\n")
		if !strings.HasPrefix(got, "Unknown command, but maybe one of the following ones is a better match:\n") ||
			!strings.HasSuffix(got, "  quit                                    : disconnect\n\n") {
			t.Errorf("%s: %q", command, got)
		}
		for _, name := range strings.Split(want, ", ") {
			if !strings.Contains(got, "  "+name) {
				t.Errorf("%s: no %s in\n%s", command, name, got)
			}
		}
	}
	for _, empty := range []string{"\n", ";\n"} {
		if got := ask(t, newFake(), config.LevelAdmin, empty); !strings.HasPrefix(got, "Unknown command. Please enter one of the following commands only:\n") {
			t.Errorf("%q: %q", empty, got)
		}
	}
	for modes, listed := range map[string]bool{"": false, "experimental-mode on;": true, "experimental-mode on;operator;": false} {
		if got := ask(t, newFake(), config.LevelAdmin, modes+"help set\n"); strings.Contains(got, "  set var ") != listed || !strings.Contains(got, "  set server ") {
			t.Errorf("%q: %s", modes, got)
		}
	}
}

func TestRefusalsOfTheDirectorAreShown(t *testing.T) {
	f := newFake()
	f.fail = errors.New("backend is using a static algorithm")
	if got := ask(t, f, config.LevelAdmin, "set server http_back/cluster2 state drain\n"); got != "backend is using a static algorithm\n\n" {
		t.Errorf("%q", got)
	}
}
