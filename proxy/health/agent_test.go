package health

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestAgentLines(t *testing.T) {
	for _, c := range []struct {
		line, warning string
		status        Status
		info          string
	}{
		{"up", "", L7OK, "via agent : up"},
		{"UP # fine", "", L7OK, "via agent : UP (fine)"},
		{"up foo # fine", "", L7OK, "via agent : up (foo)"},
		{"up # fine", "odd weight", L7OK, "via agent : up (odd weight)"},
		{"down", "", L7Sts, "via agent : down"},
		{"stopped,foo", "odd weight", L7Sts, "via agent : stopped (foo)"},
		{"fail foo # \t disk full, 50% up", "odd weight", L7Sts, "via agent : fail (disk full, 50% up)"},
		{"up down", "", L7Sts, "via agent : down"},
		{"down\tup", "", L7OK, "via agent : up"},
		{"foo bar", "odd weight", Checked, "agent reports an error : foo"},
		{"up#text", "", Checked, "agent reports an error : up#text"},
		{"50%", "odd weight", Checked, "agent warns : odd weight"},
		{"ready 50% maxconn:3", "", Checked, ""},
		{"# nothing", "", Checked, ""}, {" ,\t", "", Checked, ""}, {"", "", Checked, ""},
		{"down # " + strings.Repeat("x", 200), "", L7Sts, "via agent : down (" + strings.Repeat("x", 109)},
	} {
		a := ParseAgent(c.line)
		r := a.Result(c.warning)
		assert.Equal(t, c.status, r.Status, c.line)
		assert.Equal(t, c.info, r.Info, c.line)
	}
}

func TestAgentWordsCountOncePerKind(t *testing.T) {
	a := ParseAgent("drain,30% maxconn:4 READY\t20% MaxConn:5 maint 7")
	assert.Equal(t, AgentMaint, a.Admin)
	assert.Equal(t, "20%", a.Weight)
	assert.Equal(t, "5", a.Maxconn)
	assert.True(t, a.Limits)
	a = ParseAgent("maxconn:")
	assert.True(t, a.Limits, "an empty limit is a mistake to tell of")
	assert.Empty(t, a.Maxconn)
}

// asked runs an agent check on what the agent says; closed: it has ended the connection.
func asked(send, answer string, closed bool) (sent string, r *Run) {
	r = Agent(send).Begin(Facts{})
	for {
		switch r.Next() {
		case WantOpen:
		case WantSend:
			sent += string(r.Out)
		case WantAnswer:
			if answer == "" && !closed || r.ended || len(r.in) > 0 && !closed {
				return sent, r
			}
			r.Answer([]byte(answer), closed)
		default:
			return sent, r
		}
	}
}

func TestAgentScript(t *testing.T) {
	for _, c := range []struct {
		answer string
		closed bool
		over   bool
		want   Result
	}{
		{"up 50%\r\nmore\n", false, true, Result{Status: Checked, Info: "up 50%"}},
		{"\n", true, true, Result{Status: Checked}},
		{"up", false, false, Result{}},
		{"up", true, true, Result{Status: Init}},
		{"up\x00\n", true, true, Result{Status: Init}},
		{"", true, true, Result{Status: L7Rsp, Info: "TCPCHK got an empty response at step 2"}},
	} {
		sent, r := asked("", c.answer, c.closed)
		require.Equal(t, c.over, r.over, "%q", c.answer)
		require.Equal(t, c.want, r.Result, "%q", c.answer)
		require.Empty(t, sent)
	}
	sent, _ := asked("who is %ci", "", false)
	require.Equal(t, "who is %ci", sent, "it is sent as it stands")
}

func TestAgentThatCanNotBeHeardIsNoFailure(t *testing.T) {
	m, now := New(Params{Rise: 1, Fall: 1, Agent: true}), time.Unix(0, 0)
	for _, s := range []Status{L4Con, L4Tout, L7Tout, L7Rsp, SockErr, Checked} {
		c, _ := m.Report(now, Result{Status: s}, 0)
		require.Equal(t, Same, c, s)
		require.True(t, m.Up(), s)
	}
	require.Zero(t, m.Fails())
	_, notable := m.Report(now, Result{Status: Checked}, 0)
	require.False(t, notable, "what says nothing of health is no news")
	c, _ := m.Report(now, Result{Status: L7Sts}, 0)
	require.Equal(t, WentDown, c)
	m.Report(now, Result{Status: L4Con}, 0)
	require.False(t, m.Up(), "silence does not bring the server back")
}

// TestAgentsMaySayAnything: no line ends the process, nor makes more of a text than is kept.
func TestAgentsMaySayAnything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := ParseAgent(rapid.StringMatching(`([ ,\t#]|[0-9%]{1,3}|maxconn:|up|down|x|.){0,60}`).Draw(t, "line"))
		r := a.Result(rapid.String().Draw(t, "warning"))
		require.LessOrEqual(t, len(r.Info), longestInfo)
	})
}

// FuzzAgent hears any agent, in two parts: there is a verdict at its end at the latest, and one of its lines is no longer than is kept.
func FuzzAgent(f *testing.F) {
	for _, s := range []string{"up 50%\r\n", "down # why\n", "maxconn:5,drain", "\x00\n", "", "50%,#\xff\n", "ready\tup\rdown\n"} {
		f.Add(s, "odd", 3)
	}
	f.Fuzz(func(t *testing.T, said, warning string, cut int) {
		cut = min(max(cut, 0), len(said))
		r := Agent("x").Begin(Facts{})
		parts := []string{said[:cut], said[cut:], ""}
		for w := r.Next(); w != WantNothing; w = r.Next() {
			if w == WantAnswer {
				require.NotEmpty(t, parts, "no verdict at the end")
				r.Answer([]byte(parts[0]), len(parts) == 1)
				parts = parts[1:]
			}
		}
		if r.Result.Status != Checked {
			require.Contains(t, []Status{Init, L7Rsp}, r.Result.Status)
			return
		}
		require.NotContains(t, r.Result.Info, "\n")
		a := ParseAgent(r.Result.Info)
		require.LessOrEqual(t, len(a.Result(warning).Info), longestInfo)
	})
}
