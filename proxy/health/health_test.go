package health

import (
	"encoding/hex"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"simulacro/proxy/rules"
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
		m.Start(now, i, 3, 2*time.Second, 0)
		require.Equal(t, want, m.Next().Sub(now))
	}
	for most, want := range map[time.Duration]time.Duration{time.Second: 500 * time.Millisecond, time.Minute: time.Second} {
		m := New(Params{})
		m.Start(now, 1, 2, 2*time.Second, most)
		require.Equal(t, want, m.Next().Sub(now), "max-spread-checks %s", most)
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

// judge runs a script whose last step is the expectation on an answer, the way it comes: all at once, or byte by byte.
func judge(e Expectation, http bool, answer string, bytewise bool) Result {
	s := &Script{HTTP: http, Steps: []Step{{Kind: Expect, Number: 1, Expect: e}}}
	s.Finish()
	r := s.Begin(Facts{})
	for n := 0; ; {
		switch w := r.Next(); {
		case w == WantNothing:
			return r.Result
		case w == WantAnswer && n == len(answer):
			r.Answer(nil, true)
		case w == WantAnswer && bytewise:
			r.Answer([]byte(answer[n:n+1]), false)
			n++
		case w == WantAnswer:
			r.Answer([]byte(answer), false)
			n = len(answer)
		}
	}
}

func TestHTTPExpectations(t *testing.T) {
	const ok, sorry = "HTTP/1.0 200 OK\r\n\r\nhello world", "HTTP/1.1 503 Sorry, later\r\n\r\n"
	const found = "HTTP/1.1 302 Found\r\nContent-Length: 0\r\nX-A: one, two\r\n\r\n"
	good := Expectation{Match: StatusCodes, Codes: [][2]int{{200, 399}}}
	for _, c := range []struct {
		e    Expectation
		in   string
		want Result
	}{
		{good, ok, Result{Status: L7OK, Code: 200}},
		{good, found, Result{Status: L7OK, Code: 302}},
		{good, sorry, Result{Status: L7Sts, Code: 503, Info: "Sorry, later"}},
		{good, "220 smtp\r\n", Result{Status: L7Rsp}},
		{good, "", Result{Status: L7Rsp}},
		{Expectation{Match: StatusCodes, Codes: [][2]int{{503, 503}}, Negate: true}, sorry, Result{Status: L7Sts, Code: 503, Info: "Sorry, later"}},
		{Expectation{Match: StatusRegex, Regex: regexp.MustCompile("^5"), Negate: true}, ok, Result{Status: L7OK, Code: 200}},
		{Expectation{Match: Body, Pattern: "world"}, ok, Result{Status: L7OK, Code: 200}},
		{Expectation{Match: Body, Pattern: "moon"}, ok, Result{Status: L7Rsp, Code: 200, Info: "HTTP content check did not match"}},
		{Expectation{Match: BodyRegex, Regex: regexp.MustCompile("w.*d"), Negate: true}, ok,
			Result{Status: L7Rsp, Code: 200, Info: "HTTP check matched unwanted content"}},
		{Expectation{Match: HeaderFields, Name: Pattern{Text: "X-A"}, Value: &Pattern{Method: "end", Text: "wo"}}, found, Result{Status: L7OK, Code: 302}},
		{Expectation{Match: HeaderFields, Name: Pattern{Text: "x-a"}, Value: &Pattern{Text: "one"}, Full: true}, found,
			Result{Status: L7Sts, Code: 302, Info: "Found"}},
	} {
		for _, bytewise := range []bool{false, true} {
			c.e.MinRecv = -1
			require.Equal(t, c.want, judge(c.e, true, c.in, bytewise), "%+v on %q", c.e, c.in)
		}
	}
}

func TestTCPExpectations(t *testing.T) {
	no := regexp.MustCompile("^bad")
	for _, c := range []struct {
		e    Expectation
		in   string
		want Result
	}{
		{Expectation{Match: Text, Pattern: "abc", MinRecv: -1}, "xabcx", Result{Status: L7OK, Info: "(tcp-check)"}},
		{Expectation{Match: Text, Pattern: "abc", MinRecv: -1}, "xyz", Result{Status: L7Rsp, Info: "TCPCHK did not match content 'abc' at step 1"}},
		{Expectation{Match: Text, Pattern: "616263", Binary: true, MinRecv: -1}, "abc", Result{Status: L7OK, Info: "(tcp-check)"}},
		{Expectation{Match: Regex, Regex: no, Negate: true, MinRecv: 3}, "badly", Result{Status: L7Rsp, Info: "TCPCHK matched unwanted content (regex) at step 1"}},
		{Expectation{Match: Regex, Regex: no, Negate: true, MinRecv: 3}, "good", Result{Status: L7OK, Info: "(tcp-check)"}},
		{Expectation{Match: Text, Pattern: "abc", MinRecv: -1, Error: L7Sts}, "", Result{Status: L7Sts, Info: "TCPCHK got an empty response at step 1"}},
	} {
		for _, bytewise := range []bool{false, true} {
			require.Equal(t, c.want, judge(c.e, false, c.in, bytewise), "%+v on %q", c.e, c.in)
		}
	}
}

// TestMySQLPackets compares what is sent with the packets of the protocol's description (ClientAuthenticationPacket, COM_QUIT).
func TestMySQLPackets(t *testing.T) {
	for _, c := range []struct {
		old  bool
		want string
	}{
		{true, "0b00000100800000017573657200000100000001"},
		{false, "2600000100820000008000012100000000000000000000000000000000000000000000007573657200000100000001"},
	} {
		r := MySQL("user", c.old).Begin(Facts{})
		require.Equal(t, WantOpen, r.Next())
		require.Equal(t, WantSend, r.Next()) // before the greeting has come
		require.Equal(t, c.want, hex.EncodeToString(r.Out))
	}
}

func TestRequest(t *testing.T) {
	ask := func(q Request) string {
		s := &Script{HTTP: true, Steps: []Step{{Kind: Send, Ask: &q}}}
		s.Finish()
		r := s.Begin(Facts{})
		require.Equal(t, WantOpen, r.Next())
		require.Equal(t, WantSend, r.Next())
		return string(r.Out)
	}
	require.Equal(t, "OPTIONS / HTTP/1.0\r\n\r\n", ask(Request{Method: "OPTIONS", URI: rules.Literal("/"), Version: "HTTP/1.0"}))
	require.Equal(t, "GET /x HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n", ask(Request{Method: "GET", URI: rules.Literal("/x"),
		Version: "HTTP/1.1", Headers: []Header{{"Host", rules.Literal("a")}}}))
}

// FuzzRun gives scripts any answer, in two parts: at its end there is always a verdict.
func FuzzRun(f *testing.F) {
	f.Add([]byte("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc"), 5)
	f.Add([]byte("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"), 50)
	f.Add([]byte("\x0a\x00\x00\x00\x0a8.0.19\x00ab\x07\x00\x00\x02\x00\x00\x00\x02\x00\x00\x00"), 9)
	f.Add([]byte("\x30\x0c\x02\x01\x01\x61\x07\x0a\x01\x00\x04\x00\x04\x00"), 3)
	f.Add([]byte("220 a\r\n250-b\r\n250 c\r\n221 d\r\n"), 8)
	f.Fuzz(func(t *testing.T, b []byte, cut int) {
		cut = min(max(cut, 0), len(b))
		web := &Script{HTTP: true, Steps: []Step{{Kind: Expect, Expect: Expectation{Match: Body, Pattern: "abc", MinRecv: -1}}}}
		web.Finish()
		for _, s := range []*Script{web, Redis(), SMTP("HELO a"), MySQL("", false), MySQL("u", true), PgSQL("u"), LDAP(), SSLHello()} {
			r := s.Begin(Facts{})
			parts := [][]byte{b[:cut], b[cut:], nil}
			for w := r.Next(); w != WantNothing; w = r.Next() {
				if w == WantAnswer {
					if len(parts) == 0 {
						t.Fatalf("%q: no verdict at the end", b)
					}
					r.Answer(parts[0], len(parts) == 1)
					parts = parts[1:]
				}
			}
			if r.Result.Status == Unknown {
				t.Fatalf("%q: no status", b)
			}
		}
	})
}

// TestNumbers: each status that a state file may have comes back by its number.
func TestNumbers(t *testing.T) {
	for s := Init; s <= L7Sts; s++ {
		require.Equal(t, s, Saved(s.Number(), 0).Status, s)
	}
	require.Equal(t, Init.Number(), Unknown.Number())
}

// TestLDAPMessages judges answers of RFC 4511, section 4.2.2, in one piece and byte by byte: no verdict comes before the whole message.
func TestLDAPMessages(t *testing.T) {
	const bind = "6107 0a0100 0400 0400"
	for _, c := range []struct {
		in   string
		want Result
	}{
		{"300c 020101" + bind, Result{Status: L7OK}},
		{"3084 00000010 020101 6184 00000007 0a0100 0400 0400", Result{Status: L7OK}},
		{"3082 000c 020101" + bind, Result{Status: L7OK}},
		{"3081 0c 020101" + bind, Result{Status: L7Rsp, Info: "Not LDAPv3 protocol"}},
		{"300c 020102" + bind, Result{Status: L7Rsp, Info: "Not LDAPv3 protocol"}},
		{"300c 030101" + bind, Result{Status: L7Rsp, Info: "Not LDAPv3 protocol"}},
		{"300c 020101 6007 0a0100 0400 0400", Result{Status: L7Rsp, Info: "Not LDAPv3 protocol"}},
		{"300d 020101" + bind, Result{Status: L7Rsp}}, // a byte is missing
		{"300c 020101 6107 0a01ff 0400 0400", Result{Status: L7Sts, Code: -1, Info: "See RFC: http://tools.ietf.org/html/rfc4511#section-4.1.9"}},
	} {
		for _, piece := range []int{1, 64} {
			in, err := hex.DecodeString(strings.ReplaceAll(c.in, " ", ""))
			require.NoError(t, err)
			r := LDAP().Begin(Facts{})
			for want := r.Next(); want != WantNothing; want = r.Next() {
				if want == WantAnswer {
					n := min(piece, len(in))
					r.Answer(in[:n], n == 0)
					in = in[n:]
				}
			}
			r.Result.Told = ""
			require.Equal(t, c.want, r.Result, c.in)
		}
	}
}
