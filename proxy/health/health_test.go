package health

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

var (
	pass = Result{Status: L4OK}
	fail = Result{Status: L4Con, Info: "Connection refused"}
)

// play reports results, + and -, and gives after each whether the server is up.
func play(m *Machine, results string) string {
	var b strings.Builder
	now := time.Unix(0, 0)
	for _, r := range results {
		res := pass
		if r == '-' {
			res = fail
		}
		m.Report(now, res, 0)
		if m.Up() {
			b.WriteByte('U')
		} else {
			b.WriteByte('D')
		}
	}
	return b.String()
}

func TestRiseAndFall(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"up before the first check, but falls at the first failure", "-", "D"},
		{"after a success it takes fall failures", "+---", "UUUD"},
		{"in a row", "+--+--+---", "UUUUUUUUUD"},
		{"rise successes bring it back", "-++", "DDU"},
		{"in a row, too", "-+-+-++", "DDDDDDU"},
		{"back for good", "-++--+---", "DDUUUUUUD"},
	} {
		require.Equal(t, c.want, play(New(Params{}), c.in), c.name)
	}
	require.Equal(t, "UD", play(New(Params{Fall: 1}), "+-"))
	require.Equal(t, "DU", play(New(Params{Rise: 1}), "-+"))
}

func TestChangesAreReportedOnce(t *testing.T) {
	m := New(Params{})
	now := time.Unix(0, 0)
	c, notable := m.Report(now, pass, 0)
	require.Equal(t, Same, c)
	require.True(t, notable, "the first result is news")
	_, notable = m.Report(now, pass, 0)
	require.False(t, notable)
	for i, want := range []Change{Same, Same, WentDown, Same} {
		c, _ = m.Report(now, fail, 0)
		require.Equal(t, want, c, i)
	}
	require.EqualValues(t, 3, m.Fails(), "failures of a server that is down do not count")
	c, _ = m.Report(now, pass, 0)
	require.Equal(t, Same, c)
	c, _ = m.Report(now, pass, 0)
	require.Equal(t, WentUp, c)
}

func TestIntervals(t *testing.T) {
	m := New(Params{Inter: 2 * time.Second, FastInter: time.Second, DownInter: 5 * time.Second})
	now := time.Unix(100, 0)
	for i, c := range []struct {
		r    Result
		want time.Duration
	}{{pass, 2 * time.Second}, {fail, time.Second}, {fail, time.Second}, {fail, 5 * time.Second}, {pass, time.Second}, {pass, 2 * time.Second}} {
		m.Report(now, c.r, 0)
		require.Equal(t, c.want, m.Next().Sub(now), i)
	}
	m.Report(now, pass, -0.25)
	require.Equal(t, 1500*time.Millisecond, m.Next().Sub(now), "spread-checks")
}

func TestStartSpreadsOverOneInterval(t *testing.T) {
	now := time.Unix(0, 0)
	for i, want := range []time.Duration{0, 666666666, 1333333333} {
		m := New(Params{})
		m.Start(now, i, 3, 2*time.Second)
		require.Equal(t, want, m.Next().Sub(now))
	}
}

func TestTimeouts(t *testing.T) {
	now := time.Unix(0, 0)
	for _, c := range []struct {
		connect, check time.Duration
		by, answer     time.Duration
	}{
		{0, 0, 2 * time.Second, 2 * time.Second},
		{time.Second, 0, 2 * time.Second, 2 * time.Second},
		{time.Second, 10 * time.Second, time.Second, 10 * time.Second},
		{5 * time.Second, 10 * time.Second, 2 * time.Second, 10 * time.Second},
	} {
		m := New(Params{Connect: c.connect, Check: c.check})
		by := m.Begin(now)
		require.Equal(t, c.by, by.Sub(now))
		require.Equal(t, c.answer, m.Connected(now, by).Sub(now))
	}
}

func TestHealthStaysInItsBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := Params{Rise: rapid.IntRange(1, 5).Draw(t, "rise"), Fall: rapid.IntRange(1, 5).Draw(t, "fall")}
		m := New(p)
		up, streak := true, 0
		last := byte(0)
		for i, r := range rapid.SliceOfN(rapid.SampledFrom([]byte("+-")), 1, 60).Draw(t, "results") {
			if r != last {
				streak = 0
			}
			streak++
			last = r
			play(m, string(r))
			switch {
			case i == 0 && r == '-':
				up = false
			case r == '-' && streak >= p.Fall:
				up = false
			case r == '+' && streak >= p.Rise:
				up = true
			}
			if h, _, _ := m.Health(); h < 0 || h > p.Rise+p.Fall-1 || m.Up() != up {
				t.Fatalf("health %d, up %v, want %v", h, m.Up(), up)
			}
		}
	})
}

func TestExpectations(t *testing.T) {
	const ok, found, sorry = "HTTP/1.0 200 OK\r\n\r\nhello world", "HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 503 Sorry, later\r\n\r\n"
	for _, c := range []struct {
		kind, pattern string
		negate        bool
		in            string
		want          Status
		code          int
		info          string
	}{
		{"", "", false, ok, L7OK, 200, "OK"},
		{"", "", false, found, L7OK, 302, "Found"},
		{"", "", false, sorry, L7Sts, 503, "Sorry, later"},
		{"", "", false, "220 smtp\r\n", L7Rsp, 0, "220 smtp"},
		{"status", "200", false, found, L7Sts, 302, "Found"},
		{"status", "200,300-399", false, found, L7OK, 302, "Found"},
		{"status", "503", true, sorry, L7Sts, 503, "Sorry, later"},
		{"rstatus", "^5", true, ok, L7OK, 200, "OK"},
		{"string", "world", false, ok, L7OK, 200, "OK"},
		{"string", "moon", false, ok, L7Rsp, 200, "HTTP content check did not match"},
		{"rstring", "w.*d", true, ok, L7Rsp, 200, "HTTP check matched unwanted content"},
	} {
		e, err := NewExpectation(c.kind, c.pattern, c.negate)
		require.NoError(t, err)
		s, code, info := e.Judge([]byte(c.in), true)
		require.Equal(t, c.want, s, "%s %s on %q", c.kind, c.pattern, c.in)
		require.Equal(t, c.code, code)
		require.Equal(t, c.info, info)
	}
	e, _ := NewExpectation("", "", false)
	s, _, _ := e.Judge([]byte("HTTP/1.0 200 O"), false)
	require.Equal(t, Unknown, s, "more may come")
	for _, bad := range [][2]string{{"status", "abc"}, {"status", "300-200"}, {"rstatus", "("}, {"moon", ""}} {
		_, err := NewExpectation(bad[0], bad[1], false)
		require.Error(t, err)
	}
}

func TestRequest(t *testing.T) {
	require.Equal(t, "OPTIONS / HTTP/1.0\r\n\r\n", string(Request("OPTIONS", "/", "HTTP/1.0", nil, "")))
	require.Equal(t, "GET /x HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n", string(Request("GET", "/x", "HTTP/1.1", []string{"host: a"}, "")))
}

func FuzzJudge(f *testing.F) {
	f.Add([]byte("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc"), true)
	f.Fuzz(func(t *testing.T, b []byte, end bool) {
		for _, kind := range []string{"", "status", "rstatus", "string", "rstring"} {
			pattern := "200"
			e, err := NewExpectation(kind, pattern, false)
			if err != nil {
				t.Fatal(err)
			}
			if s, _, _ := e.Judge(b, end); end && s == Unknown {
				t.Fatalf("%q: no verdict at the end", b)
			}
		}
	})
}
