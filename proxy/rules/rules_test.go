package rules

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// world is a World of fixed answers.
type world struct {
	vars      Vars
	continued int
	hints     [][]Field
}

func (*world) Backend(name string) (BackendState, bool) {
	return BackendState{Conns: 7, Usable: 2, Queue: 3}, name != "none"
}
func (*world) Frontend(string) (FrontendState, bool) { return FrontendState{Conns: 8}, true }
func (*world) Server(_, name string) (ServerState, bool) {
	return ServerState{Up: name == "s1", Weight: 4}, true
}
func (*world) Conn(bool) ConnState {
	return ConnState{Open: true, Src: netip.MustParseAddrPort("127.0.0.1:5")}
}
func (w *world) Process() *Vars          { return &w.vars }
func (*world) Random() uint32            { return 1 << 31 }
func (*world) Thread() int               { return 1 }
func (*world) Env(string) (string, bool) { return "", false }
func (*world) Hostname() string          { return "host" }
func (*world) Local(a netip.Addr) bool   { return a.IsLoopback() }
func (*world) Stopping() bool            { return false }
func (*world) Mark(string, int)          {}
func (w *world) Hint(fields []Field)     { w.hints = append(w.hints, fields) }
func (w *world) Continue()               { w.continued++ }

func request() *Tx {
	return &Tx{
		Session: &Session{Src: netip.MustParseAddrPort("192.0.2.7:1234"), Dst: netip.MustParseAddrPort("192.0.2.1:80"), Frontend: "f", Listener: "l"},
		World:   &world{}, Now: time.Unix(1000, 0), Final: true, Backend: "b", Room: 1 << 20, First: true,
		Req: &Message{Method: "GET", URI: "/a/b.html?x=1&y=two", Version: "1.1", Fields: []Field{
			{"host", "www.Example.org:8080"}, {"x-a", "one, two"}, {"x-a", "three"}, {"cookie", "A=1; B=2"},
			{"x-ip", "198.51.100.9"}, {"authorization", "Basic dTpw"}, {"empty", ""}}},
	}
}

func TestExpressions(t *testing.T) {
	for expr, want := range map[string]string{
		"path": "/a/b.html", "pathq": "/a/b.html?x=1&y=two", "query": "x=1&y=two", "url": "/a/b.html?x=1&y=two", "method": "GET",
		"url_param(y)": "two", "urlp(x),add(2)": "3", "req.hdr(x-a)": "three", "req.hdr(X-A,1)": "one", "hdr(x-a,-2)": "two",
		"req.fhdr(x-a,1)": "one, two", "req.hdr_cnt(x-a)": "3", "hdr(host),lower": "www.example.org:8080", "req.cook(B)": "2",
		"hdr(host),host_only": "www.example.org", "hdr(host),port_only": "8080", "hdr_ip(x-ip),ipmask(24)": "198.51.100.0",
		"src": "192.0.2.7", "src_port": "1234", "dst_port": "80", "fe_name": "f", "so_name": "l", "nbsrv(b)": "2", "be_conn": "7",
		"srv_is_up(b/s1)": "1", "srv_is_up(b/s2)": "0", "queue": "3", "rand(10)": "5", "date": "1000", "date(5)": "1005",
		"str(a/b/c),field(2,/)": "b", "str(a/b/c),field(-1,/)": "c", "str(a/b/c/d),field(2,/,2)": "b/c", "str(//a//b),word(2,/)": "b",
		"str(hello),bytes(1,3)": "ell", "str(hello),length": "5", "str(hello),upper": "HELLO", "str(ab),hex": "6162", "str(ab),base64": "YWI=",
		"str(YWI=),b64dec": "ab", "str(a%20b),url_dec": "a b", "str(aXbXc),regsub(X,-)": "a-bXc", "str(aXbXc),regsub(x,-,gi)": "a-b-c",
		"str(John Doe),regsub('(.*) (.*)','\\2 \\1')": "Doe John", "int(7),mod(4)": "3", "int(9223372036854775807),add(1)": "9223372036854775807",
		"int(5),bool": "1", "int(5),not": "0", "bin(6162),hex": "6162", "str(x),concat(<,,>)": "x<>", "bool(true)": "1",
		"str(ab),be2dec(:,1)": "97:98", "str(abc),be2dec(:,2,1)": "24930", "str(ab),be2hex(-,1)": "61-62", `str(a/b),json`: `a\/b`,
		"str(x),digest(sha1),hex": "11F6AD8EC52A2984ABAAFD7C3B516503785C2072", "str(x),sha2(224),length": "28", "src,ipmask(255.255.0.0)": "192.0.0.0",
		"str(x),hmac(sha256,a2V5),length": "32", "str(abc),djb2": "193485963",
		"always_true,iif(yes,no)": "yes", "int(0),http_date": "Thu, 01 Jan 1970 00:00:00 GMT", "http_first_req": "1",
	} {
		e, err := ParseExpr(nil, expr)
		require.NoError(t, err, expr)
		v, ok := e.Eval(request())
		require.True(t, ok, expr)
		require.Equal(t, want, v.String(), expr)
	}
}

func TestExpressionsWithoutAValue(t *testing.T) {
	for _, expr := range []string{"req.hdr(none)", "url_param(z)", "str(/foo),field(3,/)", "var(txn.none)", "status", "res.hdr(a)", "nbsrv(none)"} {
		e, err := ParseExpr(nil, expr)
		require.NoError(t, err, expr)
		_, ok := e.Eval(request())
		require.False(t, ok, expr)
	}
}

func TestBadExpressions(t *testing.T) {
	for expr, want := range map[string]string{
		"nosuch": "unknown fetch method 'nosuch'", "path,nosuch": "unknown converter 'nosuch'", "var(foo)": "invalid variable name 'foo'",
		"int(x)": "type 'integer'", "str(": "expected ')'", "str(a))": "missing comma after fetch keyword 'str'", "path(1)": "expected ')' before",
	} {
		_, err := ParseExpr(nil, expr)
		require.ErrorContains(t, err, want, expr)
	}
}

func TestACLs(t *testing.T) {
	cases := []struct {
		words []string
		want  bool
	}{
		{[]string{"path", "/a/b.html"}, true}, {[]string{"path_beg", "/x", "/a"}, true}, {[]string{"path_end", ".php"}, false},
		{[]string{"path", "-m", "sub", "b.h"}, true}, {[]string{"path_dir", "a"}, true}, {[]string{"path_dir", "b"}, false},
		{[]string{"hdr_dom(host)", "-i", "example.org"}, true}, {[]string{"hdr(host)", "-i", "WWW.example.org:8080"}, true},
		{[]string{"hdr(host)", "www.example.org:8080"}, false}, {[]string{"path_reg", `\.html$`}, true},
		{[]string{"hdr(x-a)", "one"}, true}, {[]string{"hdr(x-a)", "one, two"}, false}, {[]string{"req.hdr(x-a)", "-m", "found"}, true},
		{[]string{"req.hdr(none)", "-m", "found"}, false}, {[]string{"src", "192.0.2.0/24"}, true}, {[]string{"src", "10.0.0.0/8", "::1"}, false},
		{[]string{"dst_port", "1:1024"}, true}, {[]string{"dst_port", "gt", "80"}, false}, {[]string{"dst_port", "ge", "80"}, true},
		{[]string{"nbsrv(b)", "lt", "2"}, false}, {[]string{"srv_is_up(b/s1)"}, true}, {[]string{"path", "--", "-m"}, false},
		{[]string{"method", "POST", "GET"}, true}, {[]string{"path_len", "9"}, true}, {[]string{"urlp_val(x)", "1"}, true},
		{[]string{"path", "-f", "list"}, true}, {[]string{"http_auth(users)"}, true}, {[]string{"http_auth_group(users)", "g"}, true},
		{[]string{"http_auth_group(users)", "h"}, false}, {[]string{"req.proto_http"}, true}, {[]string{"path"}, false},
	}
	env := testEnv()
	for _, c := range cases {
		test, err := ParseTest(env, c.words)
		require.NoError(t, err, c.words)
		require.Equal(t, c.want, test.Holds(request()), c.words)
	}
}

func testEnv() *Env {
	var slots [2][]int
	return &Env{
		ACLs: map[string]*ACL{}, Captures: &slots, Front: true, Pos: Pos{"f", 3},
		ReadFile: func(string) ([]byte, error) { return []byte("# list\n/other\n/a/b.html\n"), nil },
		Users: map[string]*UserList{"users": {Users: map[string]*User{
			"u": {Check: func(p string) bool { return p == "p" }, Groups: []string{"g"}}}}},
	}
}

func TestConditions(t *testing.T) {
	env := testEnv()
	a, err := ParseTest(env, []string{"path_beg", "/a"})
	require.NoError(t, err)
	env.ACLs["in_a"] = &ACL{Tests: []*Test{a}}
	cases := []struct {
		words []string
		want  bool
	}{
		{[]string{"if", "in_a"}, true}, {[]string{"unless", "in_a"}, false}, {[]string{"if", "!in_a"}, false},
		{[]string{"if", "!in_a", "||", "METH_GET"}, true}, {[]string{"if", "in_a", "METH_POST"}, false},
		{[]string{"if", "in_a", "or", "METH_POST"}, true}, {[]string{"if", "{", "path", "/x", "}", "or", "!", "{", "path", "/y", "}"}, true},
		{[]string{"if", "TRUE"}, true}, {[]string{"if", "FALSE"}, false}, {[]string{"if", "HTTP_1.1", "!LOCALHOST"}, true},
	}
	for _, c := range cases {
		cond, err := ParseCond(env, c.words)
		require.NoError(t, err, c.words)
		require.Equal(t, c.want, cond.Holds(request()), c.words)
	}
	_, err = ParseCond(env, []string{"if", "nosuch"})
	require.EqualError(t, err, "no such ACL : 'nosuch'")
	_, err = ParseCond(env, []string{"if", "{", "path"})
	require.ErrorContains(t, err, "missing closing '}'")
}

// run evaluates one rule of a list.
func run(t *testing.T, tx *Tx, list List, words ...string) Verdict {
	t.Helper()
	r, err := ParseRule(testEnv(), list, words)
	require.NoError(t, err)
	_, v := tx.Run([]*Rule{r}, 0)
	return v
}

func TestActionsThatRewriteTheRequest(t *testing.T) {
	cases := []struct {
		words []string
		get   func(m *Message) string
		want  string
	}{
		{[]string{"set-path", "/n%[path]"}, func(m *Message) string { return m.URI }, "/n/a/b.html?x=1&y=two"},
		{[]string{"set-query", "z=%[method]"}, func(m *Message) string { return m.URI }, "/a/b.html?z=GET"},
		{[]string{"set-uri", "/u"}, func(m *Message) string { return m.URI }, "/u"},
		{[]string{"set-method", "POST"}, func(m *Message) string { return m.Method }, "POST"},
		{[]string{"replace-path", `(.*)\.html`, `\1.php`}, func(m *Message) string { return m.URI }, "/a/b.php?x=1&y=two"},
		{[]string{"replace-uri", `.*`, `/r`}, func(m *Message) string { return m.URI }, "/r"},
		{[]string{"set-header", "X-A", "%[src]"}, func(m *Message) string { v, _ := m.Get("x-a"); return v }, "192.0.2.7"},
		{[]string{"add-header", "X-New", "1"}, func(m *Message) string { v, _ := m.Get("x-new"); return v }, "1"},
		{[]string{"del-header", "x-", "-m", "beg"}, func(m *Message) string { v, _ := m.Get("x-ip"); return v }, ""},
		{[]string{"replace-header", "X-Ip", `(\d+)\..*`, `\1`}, func(m *Message) string { v, _ := m.Get("x-ip"); return v }, "198"},
		{[]string{"replace-value", "x-a", "t(.*)", `T\1`}, func(m *Message) string { return m.Fields[1].Value }, "one,Two"},
	}
	for _, c := range cases {
		tx := request()
		require.Equal(t, Next, run(t, tx, Request, c.words...), c.words)
		require.Equal(t, c.want, c.get(tx.Req), c.words)
	}
}

func TestActionsThatAnswer(t *testing.T) {
	tx := request()
	require.Equal(t, Deny, run(t, tx, Request, "deny", "if", "{", "path_beg", "/a", "}"))
	require.Equal(t, &Answer{Status: 403, Default: true}, tx.Answer)
	require.Equal(t, Pos{"f", 3}, tx.Last)
	require.Equal(t, Deny, run(t, tx, Response, "deny"))
	require.Equal(t, 502, tx.Answer.Status)
	require.Equal(t, Tarpit, run(t, tx, Request, "tarpit", "deny_status", "429"))
	require.Equal(t, 429, tx.Answer.Status)
	require.Equal(t, Respond, run(t, tx, Request, "return", "status", "404", "content-type", "text/x", "lf-string", "no %[path]", "hdr", "X-P", "%[method]", "hdr", "None", "%[req.hdr(none)]"))
	require.Equal(t, "no /a/b.html", tx.Answer.Body)
	require.Equal(t, []Field{{"x-p", "GET"}, {"content-length", "12"}, {"content-type", "text/x"}}, tx.Answer.Fields)
	require.Equal(t, Respond, run(t, tx, Request, "redirect", "prefix", "https://h", "code", "301", "drop-query"))
	require.Equal(t, []Field{{"content-length", "0"}, {"location", "https://h/a/b.html"}}, tx.Answer.Fields)
	require.Equal(t, Respond, run(t, tx, Request, "redirect", "scheme", "https"))
	require.Equal(t, "https://www.Example.org:8080/a/b.html?x=1&y=two", tx.Answer.Fields[1].Value)
	require.Equal(t, Reject, run(t, tx, TCPRequest, "reject"))
	require.Equal(t, Next, run(t, tx, Request, "deny", "unless", "TRUE"))
}

func TestRulesWaitForWhatIsNotKnownYet(t *testing.T) {
	tx := request()
	tx.Final = false
	require.Equal(t, Yield, run(t, tx, TCPRequest, "reject", "unless", "WAIT_END"))
	require.False(t, tx.Waits().Body)
	tx.Final = true
	require.Equal(t, Next, run(t, tx, TCPRequest, "reject", "unless", "WAIT_END"))
	require.Equal(t, Yield, run(t, tx, Request, "wait-for-body", "time", "2s", "at-least", "10"))
	require.Equal(t, Wait{Body: true, Time: 2 * time.Second}, tx.Waits())
	require.Equal(t, 1, tx.World.(*world).continued, "the body is asked for")
	tx.Req.Got = 10
	require.Equal(t, Next, run(t, tx, Request, "wait-for-body", "time", "2s", "at-least", "10"))
}

func TestVariablesOfEveryScope(t *testing.T) {
	tx := request()
	for _, name := range []string{"proc.v", "sess.v", "txn.v", "req.v"} {
		require.Equal(t, Next, run(t, tx, Request, "set-var("+name+")", "int(4)"))
		require.Equal(t, Next, run(t, tx, Request, "set-var("+name+")", "var("+name+"),mul(3)"))
		f, err := ParseFormat(nil, "%[var("+name+")]", false)
		require.NoError(t, err)
		require.Equal(t, "12", f.Text(tx), name)
		require.Equal(t, Next, run(t, tx, Request, "unset-var("+name+")"))
		require.Equal(t, "", f.Text(tx), name)
	}
}

// TestProcessVariablesExistFromTheStart sets each under the conditions of section 7.3.1, "set-var": the parser makes those of the
// process, the others come into being when they are set.
func TestProcessVariablesExistFromTheStart(t *testing.T) {
	tx := request()
	for name, want := range map[string]string{
		"proc.a,ifexists": "4", "proc.b,ifnotexists": "", "proc.c,ifset": "", "proc.d,ifnotset": "4",
		"sess.a,ifexists": "", "sess.b,ifnotexists": "4", "txn.c,ifset": "", "req.d,ifnotset": "4",
	} {
		require.Equal(t, Next, run(t, tx, Request, "set-var("+name+")", "int(4)"))
		variable, _, _ := strings.Cut(name, ",")
		f, err := ParseFormat(nil, "%[var("+variable+")]", false)
		require.NoError(t, err)
		require.Equal(t, want, f.Text(tx), name)
		tx.Unset(variable)
		_, err = ParseExpr(nil, "int(4),set-var("+name+")")
		require.NoError(t, err)
	}
}

// TestAnyTypeMayBecomeEach reads converters behind one whose result may be of any type, whatever it was given.
func TestAnyTypeMayBecomeEach(t *testing.T) {
	for _, expr := range []string{"req.body,json_query('$.a'),add(1)", "bin(00),set-var(txn.a),add(1)", "bin(00),unset-var(txn.a),ipmask(8)"} {
		e, err := ParseExpr(nil, expr)
		require.NoError(t, err, expr)
		_, ok := e.Eval(request())
		require.False(t, ok, expr)
	}
	_, err := ParseExpr(nil, "bin(00),add(1)")
	require.ErrorContains(t, err, "converter 'add' cannot be applied")
}

func TestStrictRewritingNeedsRoom(t *testing.T) {
	tx := request()
	tx.Room = 10
	require.Equal(t, Fail, run(t, tx, Request, "set-header", "x-long", "0123456789"))
	require.Equal(t, Next, run(t, tx, Request, "strict-mode", "off"))
	require.Equal(t, Next, run(t, tx, Request, "set-header", "x-long", "0123456789"))
	_, ok := tx.Req.Get("x-long")
	require.False(t, ok)
}

func TestFormats(t *testing.T) {
	tx := request()
	tx.Info = &LogInfo{Client: tx.Session.Src, Front: "f", Back: "b", Server: "s", Line: "GET /\x01 HTTP/1.1", Status: 200, Bytes: 9,
		Flags: [4]byte{'-', '-', '-', '-'}, Accept: time.Unix(0, 5e6), Connect: -1}
	tx.Captured[0] = []string{"a", "b|c"}
	for format, want := range map[string]string{
		"%ci:%cp %f %b/%s %ST %B %tsc": "192.0.2.7:1234 f b/s 200 9 ----", "100%%": "100%", "%Tc": "-1", "%{+Q}r": `"GET /#01 HTTP/1.1"`,
		"%hr": "{a|b#7Cc}", "%{+X}ci:%{+X}cp": "C0000207:04D2", "%{+Q}o %f %s": ` "f" "s"`, "%[path] %[req.hdr(none)]": "/a/b.html -",
		"%HM %HV": "GET HTTP/1.1", "%ms": "005", "%CC": "-",
	} {
		f, err := ParseFormat(nil, format, true)
		require.NoError(t, err, format)
		require.Equal(t, want, string(f.Append(nil, tx)), format)
	}
	for format, want := range map[string]string{"%nosuch": "no such format variable 'nosuch'", "%[nosuch]": "unknown fetch method", "%[path": "missing ']'"} {
		_, err := ParseFormat(nil, format, true)
		require.ErrorContains(t, err, want, format)
	}
}

func FuzzParsers(f *testing.F) {
	for _, s := range []string{"path,lower", "req.hdr(a,-1),field(2,/)", "str('a,b'),regsub(a,b,g)", "%{+Q}r %[src]", "%%", "var(txn.a,3)"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if e, err := ParseExpr(nil, s); err == nil {
			e.any(request(), func(Value) bool { return false })
			e.Eval(request())
		}
		if x, err := ParseFormat(nil, s, true); err == nil {
			x.Text(request())
		}
	})
}

// TestStrftime writes numbers and texts with flags, widths and modifiers.
func TestStrftime(t *testing.T) {
	at := time.Date(2023, 3, 5, 4, 7, 9, 0, time.UTC)
	for format, want := range map[string]string{
		"%d %-d %_d %5d %-5d": "05 5  5 00005     5", "%e %0e": " 5 05", "%^a %#a %10a": "SUN SUN        Sun", "%p %#p %P": "AM am am", "%_z %-z": "+   0 +0",
		"%F %T": "2023-03-05 04:07:09", "%12D": "    03/05/23", "%Ed %Od %EY": "%Ed 05 2023", "%q %^q %": "%q %^Q %", "%j %U %W %V": "064 10 09 09", "%#Z %Z": "gmt GMT", "%12s": "  1677989229",
	} {
		require.Equal(t, want, strftime(format, at), format)
	}
}
