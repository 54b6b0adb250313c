package stats

import (
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"simulacro/proxy/config"
)

// ask sends lines in one session and gives everything that was answered.
func ask(t *testing.T, f *fake, level config.Level, lines string) string {
	t.Helper()
	var out strings.Builder
	err := NewCLI(f, f, nil).Serve(strings.NewReader(lines), &out, Session{Level: level})
	if err != nil && !errors.Is(err, io.EOF) {
		t.Fatal(err)
	}
	return out.String()
}

func TestCommands(t *testing.T) {
	const usage = "usage: set server <backend>/<server> addr | agent | agent-addr | agent-port | agent-send | check-addr | check-port | fqdn | health | ssl | state | weight\n"
	tests := []struct{ command, answer, asked string }{
		{"disable server http_back/cluster2", "", "http_back/cluster2 state maint"},
		{"enable server http_back/cluster2", "", "http_back/cluster2 state ready"},
		{"disable server http_back", "Require 'backend/server'.\n", ""},
		{"disable server", "Require 'backend/server'.\n", ""},
		{"disable server x/y", "No such backend.\n", ""},
		{"disable server http_front/y", "No such backend.\n", ""},
		{"disable server http_back/zz", "No such server.\n", ""},
		{"disable server http_back/cluster2/x", "No such server.\n", ""},
		{"set server http_back/cluster2", usage, ""},
		{"set server http_back/cluster2 foo", usage, ""},
		{"set server http_back/cluster2 state", "'set server <srv> state' expects 'ready', 'drain' and 'maint'.\n", ""},
		{"set server http_back/cluster2 state drain", "", "http_back/cluster2 state drain"},
		{"set server #3/#2 state ready", "", "http_back/cluster3 state ready"},
		{"set server http_back/cluster2 weight", "Require <weight> or <weight%>.\n", ""},
		{"set server http_back/cluster2 weight 300", "Absolute weight can only be between 0 and 256 inclusive.\n", ""},
		{"set server http_back/cluster2 weight -1", "Absolute weight can only be between 0 and 256 inclusive.\n", ""},
		{"set server http_back/cluster2 weight abc", "Empty weight string empty or preceded by garbage", ""},
		{"set server http_back/cluster2 weight 5x", "Trailing garbage in weight string", ""},
		{"set server http_back/cluster2 weight -5%", "Relative weight must be positive.\n", ""},
		{"set server http_back/cluster2 weight 200%", "", "http_back/cluster2 weight 2"},
		{"set server http_back/cluster2 weight 999999%", "", "http_back/cluster2 weight 256"},
		{"set weight http_back/cluster2 0", "", "http_back/cluster2 weight 0"},
		{"get weight http_back/cluster2", "1 (initial 1)\n", ""},
		{"set server http_back/cluster2 health foo", "'set server <srv> health' expects 'up', 'stopping', or 'down'.\n", ""},
		{"set server http_back/cluster2 health stopping", "", "http_back/cluster2 health stopping"},
		{"set server app/slow health up", "cannot change health on a tracking server.\n", ""},
		{"set server http_back/cluster2 agent up", "agent checks are not enabled on this server.\n", ""},
		{"set server http_back/cluster2 addr", "set server <b>/<s> addr requires an address and optionally a port.\n", ""},
		{"set server http_back/cluster2 addr 10.0.0.1 port 81", "IP changed from '10.0.100.12' to '10.0.0.1', port changed from '80' to '81' by 'stats socket command'\n", "http_back/cluster2 addr 10.0.0.1 81 false"},
		{"set server http_back/cluster2 check-port 90", "", "http_back/cluster2 check-addr invalid IP 90"},
		{"enable health http_back/cluster2", "", "http_back/cluster2 checks true"},
		{"enable health app/unchecked", "Health check was not configured on this server, cannot enable.\n", ""},
		{"disable health app/unchecked", "", ""},
		{"set maxconn server http_back/cluster2", "Require <maxconn>.\n", ""},
		{"set maxconn server http_back/cluster2 abc", "maxconn string empty or preceded by garbage", ""},
		{"set maxconn server http_back/cluster2 10", "", "http_back/cluster2 maxconn 10"},
		{"set maxconn server http_back/cluster2 -1", "", "http_back/cluster2 maxconn 4294967295"},
		{"set maxconn frontend http_front", "Integer value expected.\n", ""},
		{"set maxconn frontend zz 100", "No such frontend.\n", ""},
		{"set maxconn frontend http_front -1", "Value out of range.\n", ""},
		{"set maxconn frontend http_front 100", "", "frontend 2 maxconn 100"},
		{"set maxconn global", "Expects an integer value.\n", ""},
		{"set maxconn global 100000000", "Value out of range.\n", ""},
		{"set maxconn global 100", "", "maxconn 100"},
		{"set maxconn global 0", "", "maxconn 3000"},
		{"disable frontend", "A frontend name is expected.\n", ""},
		{"disable frontend http_back", "No such frontend.\n", ""},
		{"disable frontend http_front", "", "frontend 2 enable false"},
		{"enable frontend http_front", "All sockets are already enabled.\n", ""},
		{"shutdown frontend http_front", "", "frontend 2 shutdown"},
		{"clear counters", "", "clear false"},
		{"clear counters all", "", "clear true"},
		{"shutdown session", "Session pointer expected (use 'show sess').\n", ""},
		{"shutdown session 0x1234", "No such session (use 'show sess').\n", ""},
		{"shutdown session 0x1", "", "kill 0x1"},
		{"shutdown sessions server http_back/cluster2", "", "http_back/cluster2 kill"},
		{"show version", "2.6.12-simulacro\n", ""},
		{"  show   version\r", "2.6.12-simulacro\n", ""},
		{"show version \\; foo", "2.6.12-simulacro\n", ""},
		{"show backend", "# name\nhttp_back\napp\n", ""},
		{"show servers state zz", "Can't find backend.\n", ""},
		{"show servers conn http_front", "Can't find backend.\n", ""},
		{"show errors", "Total events captured on [22/Nov/2026:12:29:43.757] : 0\n", ""},
		{"show errors zz", "No such proxy.\n", ""},
		{"show env NO_SUCH_VARIABLE", "Variable not found\n", ""},
		{"show sess 0x9", "Session not found.\n", ""},
		{"show sess", passingLine + queuedLine, ""},
		{"show sess susp", passingLine + queuedLine, ""},
		{"show sess 0x2", queuedText, ""},
		{"show sess 01rest", passingText, ""},
		{"show sess all", passingText + queuedText, ""},
		{"show cli level", "admin\n", ""},
		{"show stat zz 1 -1", "No such proxy.\n", ""},
		{"set timeout cli", "Expects an integer value.\n", ""},
		{"set timeout cli abc", "Invalid timeout value.\n", ""},
		{"set timeout", "'set timeout' only supports 'cli'.\n", ""},
		{"set timeout cli 10s", "", ""},
		{"set severity-output foo", "one of 'none', 'number', 'string' is a required argument\n", ""},
		{"quit", "-", ""},
	}
	for _, tt := range tests {
		t.Run(tt.command, func(t *testing.T) {
			f := newFake()
			want := tt.answer + "\n"
			if tt.answer == "-" {
				want = ""
			}
			if diff := cmp.Diff(want, ask(t, f, config.LevelAdmin, tt.command+"\n")); diff != "" {
				t.Error(diff)
			}
			if got := strings.Join(f.asked, "; "); got != tt.asked {
				t.Errorf("asked %q, want %q", got, tt.asked)
			}
		})
	}
}

func TestFrontendsThatAreNotOpen(t *testing.T) {
	tests := []struct{ status, command, answer, asked string }{
		{"PAUSED", "disable frontend http_front", "All sockets are already disabled.\n", ""},
		{"PAUSED", "enable frontend http_front", "", "frontend 2 enable true"},
		{"STOP", "disable frontend http_front", "Frontend was previously shut down, cannot disable.\n", ""},
		{"STOP", "enable frontend http_front", "Frontend was previously shut down, cannot enable.\n", ""},
		{"STOP", "shutdown frontend http_front", "Frontend was already shut down.\n", ""},
		{"FULL", "disable frontend http_front", "", "frontend 2 enable false"},
	}
	for _, tt := range tests {
		f := newFake()
		f.rows[0].Status = tt.status
		if got := ask(t, f, config.LevelAdmin, tt.command+"\n"); got != tt.answer+"\n" || strings.Join(f.asked, ";") != tt.asked {
			t.Errorf("%s, %s: %q, asked %v", tt.status, tt.command, got, f.asked)
		}
	}
}

func TestLevels(t *testing.T) {
	const refused = "Permission denied\n\n"
	tests := []struct {
		level   config.Level
		command string
		refused bool
	}{
		{config.LevelUser, "show stat", false},
		{config.LevelUser, "show info", false},
		{config.LevelUser, "get weight http_back/cluster2", false},
		{config.LevelUser, "show errors", true},
		{config.LevelUser, "show sess", true},
		{config.LevelUser, "show env", true},
		{config.LevelUser, "clear counters", true},
		{config.LevelUser, "operator", true},
		{config.LevelUser, "user", false},
		{config.LevelOperator, "show errors", false},
		{config.LevelOperator, "clear counters", false},
		{config.LevelOperator, "clear counters all", true},
		{config.LevelOperator, "enable server x/y", true},
		{config.LevelOperator, "set maxconn global 100", true},
		{config.LevelOperator, "shutdown frontend http_front", true},
		{config.LevelOperator, "user;show errors", true},
		{config.LevelAdmin, "operator;disable server http_back/cluster2", true},
	}
	for _, tt := range tests {
		f := newFake()
		if got := ask(t, f, tt.level, tt.command+"\n"); strings.HasSuffix(got, refused) != tt.refused {
			t.Errorf("level %d, %s: %q", tt.level, tt.command, got)
		}
		if tt.refused && len(f.asked) > 0 {
			t.Errorf("level %d, %s: was done all the same", tt.level, tt.command)
		}
	}
}

func TestAddressesAreForOperators(t *testing.T) {
	for level, want := range map[config.Level]bool{config.LevelUser: false, config.LevelOperator: true} {
		if got := strings.Contains(ask(t, newFake(), level, "show stat\n"), "10.0.100.12:80"); got != want {
			t.Errorf("level %d sees addresses: %v", level, got)
		}
	}
}

func TestDumps(t *testing.T) {
	f := newFake()
	golden(t, "servers-state.txt", []byte(ask(t, f, config.LevelAdmin, "show servers state\n")))
	golden(t, "servers-conn.txt", []byte(ask(t, f, config.LevelAdmin, "show servers conn http_back\n")))
	golden(t, "help.txt", []byte(ask(t, f, config.LevelAdmin, "help\n")))
	info := f.Info()
	want := string(AppendInfo(nil, &info, Typed)) + "\n" + string(AppendRows(nil, f.rows[1:2], Typed)) + "\n"
	if diff := cmp.Diff(want, ask(t, f, config.LevelAdmin, "show info typed; show stat http_back 4 1 typed\n")); diff != "" {
		t.Error(diff)
	}
	if got := ask(t, f, config.LevelAdmin, "show stat domain proxy -1 4 -1 up no-maint\n"); strings.Contains(got, "cluster4") || !strings.Contains(got, "cluster3") {
		t.Error(got)
	}
}

func TestPoorDirector(t *testing.T) {
	f := newFake()
	cli := NewCLI(f, bare{f}, []config.StatsSocket{{Addr: config.Address{Unix: "/run/x"}, Level: config.LevelAdmin}})
	for command, want := range map[string]string{
		"set server http_back/cluster2 health up":     "'set server <b>/<s> health' is not supported by this director.\n\n",
		"set server http_back/cluster2 addr 10.0.0.1": "'set server <b>/<s> addr' is not supported by this director.\n\n",
		"enable health http_back/cluster2":            "'health' is not supported by this director.\n\n",
		"disable frontend http_front":                 "'frontend' is not supported by this director.\n\n",
		"clear counters":                              "'clear counters' is not supported by this director.\n\n",
		"set maxconn global 1":                        "'set maxconn global' is not supported by this director.\n\n",
		"shutdown session 0x1":                        "'shutdown session' is not supported by this director.\n\n",
		"shutdown sessions server http_back/cluster2": "'shutdown sessions server' is not supported by this director.\n\n",
		"show sess":        "\n",
		"show cli sockets": "# socket lvl processes\nunix@/run/x admin all\n\n",
		"set server http_back/cluster2 state ready": "\n",
	} {
		var out strings.Builder
		if err := cli.Serve(strings.NewReader(command+"\n"), &out, Session{Level: config.LevelAdmin}); err != nil {
			t.Fatal(err)
		}
		if out.String() != want {
			t.Errorf("%s: %q, want %q", command, out.String(), want)
		}
	}
}

func TestDelays(t *testing.T) {
	for text, want := range map[string]time.Duration{"10": 10 * time.Second, "500ms": time.Second, "1100ms": 2 * time.Second, "30d": 30 * 24 * time.Hour, "2m": 2 * time.Minute,
		"": 0, "x": 0, "-1": 0, "10x": 0, "99999999999": 0, "999999999d": 0} {
		if got, ok := parseDelay(text); got != want || ok != (want > 0) {
			t.Errorf("%q: %v %v", text, got, ok)
		}
	}
}

func FuzzCommands(f *testing.F) {
	for _, s := range []string{"show stat", "show info typed;quit", "set server http_back/cluster2 weight 50%", "prompt\n\n", "a\\", "\\;;\\ ", "x <<\n",
		"show stat -1 4 -1 json", "set timeout cli 99999999999d", "get weight #3/#2", "help sh", strings.Repeat(";", 40)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, lines string) {
		director := newFake()
		director.rows = director.rows[:5]
		cli := NewCLI(director, director, nil)
		var out strings.Builder
		err := cli.Serve(strings.NewReader(lines+"\n"), &out, Session{Level: config.LevelUser})
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, errLineTooLong) {
			t.Fatal(err)
		}
		if len(director.asked) > 0 {
			t.Fatalf("a user has changed %v", director.asked)
		}
	})
}
