package config

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// withStates parses a backend of three servers, one of which has a name, with a file of states that holds text.
func withStates(t *testing.T, text string) (*Config, *Report) {
	t.Helper()
	const cfg = "global\n    server-state-base /states/\n    server-state-file all\n" +
		"defaults\n    timeout connect 1s\n    timeout server 1s\n    timeout client 1s\n" +
		"backend app\n    id 7\n    load-server-state-from-file global\n    server a 127.0.0.1:80 check\n    server b 127.0.0.1:81\n" +
		"    server n node:82 init-addr last,none\n"
	read := func(name string) ([]byte, error) {
		if name == "/states/all" {
			return []byte(text), nil
		}
		return nil, os.ErrNotExist
	}
	c, r := ParseText("x.cfg", cfg, Options{ReadFile: read})
	require.NotNil(t, c, r)
	return c, r
}

func TestStatesAreRead(t *testing.T) {
	c, _ := withStates(t, "1\n# be_id\n\n7 app 1 b 10.0.0.1 0 1 3 1 60 8 2 0 6 0 0 0 - 8081 - 0 0 - - 0\n"+
		"7 app 1 n 10.0.0.2 2 0 1 1 5 6 3 4 0 0 0 0 node 82 - 0 0 - - 0\n")
	require.Len(t, c.Saved, 2)
	b := c.Saved[0]
	require.Equal(t, "b", b.Server.Name)
	require.Equal(t, &SavedState{Op: SavedStopped, Admin: 1, Weight: 3, ConfiguredWeight: 1, Since: time.Minute, CheckStatus: 8, CheckResult: 2,
		Port: 8081, CheckPort: -1, AgentPort: -1}, b.State)
	require.Equal(t, "10.0.0.2", c.Saved[1].Server.Addr.IP.String(), "init-addr last takes the address from the file")
	require.False(t, c.Saved[1].Server.Unresolved)
}

func TestWrongStatesAreToldOf(t *testing.T) {
	line := func(change func(f []string)) string {
		f := strings.Fields("7 app 1 a 127.0.0.1 2 0 1 1 1 1 0 2 6 0 0 0 - 80 - 0 0 - - 0")
		change(f)
		return "1\n" + strings.Join(f, " ") + "\n"
	}
	set := func(i int, value string) string { return line(func(f []string) { f[i] = value }) }
	const failed = "server-state application failed for server 'app/a', invalid "
	const partly = "server-state partially applied for server 'app/a', "
	for text, want := range map[string]string{
		"":                                       "config: Can't get version of the global server state file '/states/all'.",
		"1":                                      "config: Can't get version of the global server state file '/states/all'.",
		"2\n":                                    "config: Can't get version of the global server state file '/states/all'.",
		" +1\n":                                  "",
		"1\n# no end":                            "config: corrupted global server state file '/states/all' at line 1.",
		"1\n\n7 app 1 a\n":                       "config: corrupted global server state file '/states/all' at line 2.",
		"1\n# \x00\n":                            "config: corrupted global server state file '/states/all' at line 1.",
		"1\n" + strings.Repeat("#", 1998) + "\n": "",
		"1\n" + strings.Repeat("#", 1999) + "\n": "config: corrupted global server state file '/states/all' at line 1.",
		set(5, "4"):                              failed + "srv_op_state value '4'",
		set(5, "x"):                              failed + "srv_op_state value 'x'",
		set(5, "4294967297x"):                    "-",
		set(6, "9"):                              failed + "srv_admin_state value '9'",
		set(6, "58"):                             "-", // 8, and what is inherited
		set(7, "257"):                            failed + "srv_uweight value '257'",
		set(9, "99999999999999999999"):           failed + "srv_last_time_change value '99999999999999999999'",
		set(10, "21"):                            failed + "srv_check_status value '21'",
		set(13, "32"):                            failed + "srv_check_state value '32'",
		set(15, "2"):                             failed + "bk_f_forced_id value '2'",
		set(17, "a!"):                            failed + "srv_fqdn value 'a!'",
		set(18, "65536"):                         failed + "srv_port value '65536'",
		set(21, "70000"):                         partly + "provided port is invalid",
		set(22, "here"):                          partly + "invalid addr 'here'",
		set(24, "1"):                             partly + "agent checks are not enabled on this server",
		line(func(f []string) { f[13], f[21] = "2", "1" }):  partly + "health checks are not enabled on this server",
		line(func(f []string) { f[17], f[19] = "x", "_y" }): partly + "no SRV resolution for server 'a'. Previous state not applied",
	} {
		c, _ := withStates(t, text)
		said := ""
		for _, x := range c.Saved {
			if said = "-"; x.Said != "" {
				said = x.Said
			}
		}
		require.Equal(t, want, said, "%q", text)
	}
}

func TestOfTwoStatesTheFirstCounts(t *testing.T) {
	const rest = " 1 1 1 1 0 2 6 0 0 0 - 80 -\n"
	c, _ := withStates(t, "1\n9 app 1 a - 0 0"+rest+"9 app 1 a - 2 0"+rest+"9 other 1 a - 2 0"+rest)
	require.Len(t, c.Saved, 1)
	require.Equal(t, SavedStopped, c.Saved[0].State.Op)
}

func TestStatesOfABackendOfItsOwn(t *testing.T) {
	const rest = " - 2 0 1 1 1 1 0 2 6 0 0 0 - 80 -\n"
	files := map[string]string{"/s/app": "1\n7 app 1 a" + rest + "8 app 1 gone" + rest + "7 renamed 1 b" + rest + "9 other 1 c" + rest}
	c, r := ParseText("x.cfg", "global\n    server-state-base /s\nbackend app\n    id 7\n    load-server-state-from-file local\n"+
		"    server-state-file-name x\n    server-state-file-name use-backend-name\n    server a 127.0.0.1:80\n    server b 127.0.0.1:81\n",
		Options{ReadFile: func(name string) ([]byte, error) {
			if text, ok := files[name]; ok {
				return []byte(text), nil
			}
			return nil, os.ErrNotExist
		}})
	require.NotNil(t, c, r)
	var said []string
	for _, x := range c.Saved {
		said = append(said, x.Said)
	}
	require.Equal(t, []string{
		"Proxy 'app': backend ID mismatch: from server state file: '8', from running config '7'",
		"Proxy 'app': backend name mismatch: from server state file: 'renamed', from running config 'app'",
		"", // a's state
		"Proxy 'app': can't find server 'gone' in backend 'app'",
	}, said)
}

// FuzzStates reads any file of states: what it has of a server is in bounds, or is told of.
func FuzzStates(f *testing.F) {
	for _, text := range []string{
		"1\n7 app 1 b 10.0.0.1 0 1 3 1 60 8 2 0 6 0 0 0 - 8081 - 0 0 - - 0\n", "1\n7 app 1 a - 1 8 256 1 -5 20 4 3 31 31 1 1 n 65535 _s 1 65535 ::1 1.2.3.4 0\n",
		"1\n# c\n \n7 app 1 n 10.0.0.2 3 13 0 0 99999999999 17 1 -1 6 6 0 0 node -1 - x -\n", "1\n7 app 1 a a a a a a a a a a a a a a a a\n", "2\n", " 1\n\x00",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, _ := withStates(t, text)
		for _, x := range c.Saved {
			if (x.Said == "") != (x.State != nil) {
				t.Fatalf("%+v", x)
			}
			s := x.State
			if s == nil {
				continue
			}
			if s.Op < SavedStopped || s.Op > SavedStopping || s.Weight < 0 || s.Weight > 256 || max(s.Port, s.CheckPort, s.AgentPort) > 65535 ||
				min(s.Port, s.CheckPort, s.AgentPort) < -1 {
				t.Fatalf("%+v", s)
			}
		}
	})
}
