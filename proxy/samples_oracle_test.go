package proxy

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// quoted writes an argument so that the configuration's lexer gives it back as it is (section 2.2).
func quoted(s string) string {
	if !strings.Contains(s, "'") {
		return "'" + s + "'"
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, `$`, `\$`).Replace(s) + `"`
}

// sampleHead is how a file begins that has one rule for each sample.
const sampleHead = `
global
  stats socket %[2]s level admin
  expose-experimental-directives
defaults
  mode http
  timeout connect 5s
  timeout client 10s
  timeout server 20s
frontend f
  bind %[1]s name front id 7
`

// sampleRules answers a request for n=i with the i-th expression's text, or with 404 where it has none.
func sampleRules(list string, exprs []string) string {
	var b strings.Builder
	for i, e := range exprs {
		test := fmt.Sprintf("{ capture.req.uri -m sub n=%d& }", i)
		fmt.Fprintf(&b, "  %s return status 200 content-type text/plain lf-string %s if %s { %s -m found }\n", list, quoted("[%["+e+"]]"), test, quoted(e))
		fmt.Fprintf(&b, "  %s return status 404 content-type text/plain string none if %s\n", list, test)
	}
	return b.String()
}

// sampler asks both programs for samples.
type sampler struct {
	t       *testing.T
	request string // with %d in place of the expression's number
	conns   map[string]net.Conn
	readers map[string]*bufio.Reader
}

func newSampler(t *testing.T, request string) *sampler {
	s := &sampler{t: t, request: request, conns: map[string]net.Conn{}, readers: map[string]*bufio.Reader{}}
	t.Cleanup(s.close)
	return s
}

func (s *sampler) close() {
	for _, c := range s.conns {
		_ = c.Close()
	}
}

// ask gives what a program says of the i-th expression. The connection is kept.
func (s *sampler) ask(front string, i int) string {
	s.t.Helper()
	if s.conns[front] == nil {
		c, err := net.Dial("tcp", front)
		require.NoError(s.t, err)
		s.conns[front], s.readers[front] = c, bufio.NewReader(c)
	}
	c := s.conns[front]
	require.NoError(s.t, c.SetDeadline(time.Now().Add(10*time.Second)))
	_, err := fmt.Fprintf(c, s.request, i)
	require.NoError(s.t, err)
	res, err := http.ReadResponse(s.readers[front], nil)
	require.NoError(s.t, err)
	body, err := io.ReadAll(res.Body)
	require.NoError(s.t, err)
	if res.Close {
		_ = c.Close()
		s.conns[front] = nil
	}
	return fmt.Sprintf("%d %s", res.StatusCode, body)
}

// sideBySide runs both programs on a file whose frontend ends with text, and gives their addresses.
func sideBySide(t *testing.T, text string) (theirs, ours string) {
	t.Helper()
	theirs, ours = freeAddr(t), freeAddr(t)
	dir := t.TempDir()
	startHAProxy(t, fmt.Sprintf(sampleHead, theirs, dir+"/theirs")+text, theirs)
	start(t, fmt.Sprintf(sampleHead, ours, dir+"/ours")+text)
	return theirs, ours
}

// compareSamples asks both programs for each expression and compares.
func compareSamples(t *testing.T, theirs, ours, request string, exprs []string) {
	t.Helper()
	s := newSampler(t, request)
	for i, e := range exprs {
		want, got := s.ask(theirs, i), s.ask(ours, i)
		if want != got {
			t.Errorf("%s: haproxy %q, ours %q", e, want, got)
		}
	}
}

const sampleRequest = "POST /a/b.html?x=1&n=%d&y=two&z=a%%20b+c&empty=&u=%%C3%%A9 HTTP/1.1\r\nHost: www.Example.org:8080\r\n" +
	"X-A: one, two\r\nX-A: three\r\nCookie: A=1; B=2; A=3; C=\"q r\"\r\nCookie: D=4\r\nX-Ip: 198.51.100.9\r\nX-Ips: 10.0.0.1:80, [2001:db8::1]:81, 192.0.2.3\r\n" +
	"Authorization: Basic dTpwYXNz\r\nAccept-Language: da, en-gb;q=0.8, en;q=0.7, fr;q=0.9\r\nEmpty:\r\nX-Six: [::1], ::2\r\nX-Num: -12abc\r\nX-Quoted: \"a,b\", c\r\n" +
	"X-Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nX-Json: {\"a\":{\"b\":[1,2.5,{\"c\":\"deep\"}]},\"t\":true,\"s\":\"x\\\"y\",\"n\":null,\"f\":false,\"i\":-17}\r\n" +
	"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 23\r\n\r\np=1&q=two%%20three&r=&s=4"

// TestRequestSamplesAsHAProxy asks both programs for samples of a request, each with the converters that fit.
func TestRequestSamplesAsHAProxy(t *testing.T) {
	exprs := append(append([]string{}, requestSamples...), converterSamples...)
	text := "  http-request wait-for-body time 2s\n  http-request set-var(txn.text) str(hello)\n  http-request set-var(txn.num) int(42)\n" +
		"  http-request set-var(txn.ip) src\n  http-request set-var(txn.bin) bin(00ff61)\n  http-request set-var(txn.bool) bool(true)\n" + sampleRules("http-request", exprs) +
		"userlist users\n  group g1\n  group g2\n  user u insecure-password pass groups g1,g2\n  user v insecure-password x\n" +
		"backend b\n  fullconn 100\n  timeout server 7s\n  timeout tunnel 9s\n  server s1 127.0.0.1:9 weight 20 maxconn 5\n  server s2 127.0.0.1:9 disabled\n"
	theirs, ours := sideBySide(t, text)
	compareSamples(t, theirs, ours, sampleRequest, exprs)
}

var requestSamples = []string{
	// section 7.3.2
	"always_true", "always_false", "bool(true)", "bool(false)", "bool(1)", "int(-5)", "str(abc)", "bin(616263)", "ipv4(10.0.0.1)", "ipv6(2001:db8::1)", "meth(GET)", "meth(BREW)",
	"avg_queue(b)", "be_conn(b)", "be_conn_free(b)", "be_sess_rate(b)", "connslots(b)", "env(HOME)", "env(NOSUCH)", "fe_conn(f)", "fe_conn",
	"nbproc", "nbsrv(b)", "proc", "queue(b)", "srv_conn(b/s1)", "srv_conn_free(b/s1)", "srv_is_up(b/s1)", "srv_is_up(b/s2)", "srv_queue(b/s1)", "srv_sess_rate(b/s1)",
	"srv_iweight(b/s1)", "srv_uweight(b/s1)", "srv_weight(b/s1)", "srv_weight(b/s2)", "stopping", "var(txn.text)", "var(txn.none)", "var(txn.none,dflt)", "var(txn.num)",
	"var(txn.ip)", "var(txn.bin)", "var(txn.bin),length", "var(txn.bool)", "prio_class", "prio_offset", "hostname", "last_rule_line", "last_rule_file",
	"str(b),nbsrv", "str(b/s1),srv_queue", "str(none),nbsrv",
	// section 7.3.3
	"dst", "dst_conn", "dst_is_local", "fc_dst", "fc_dst_is_local", "fc_err", "fc_err_str", "fc_http_major", "fc_pp_authority", "fc_pp_unique_id", "fc_rcvd_proxy", "fc_src",
	"fc_src_is_local", "fe_client_timeout", "fe_defbe", "fe_id", "fe_name", "so_id", "so_name", "src", "src_is_local",
	// section 7.3.4
	"ssl_fc", "ssl_fc_sni", "ssl_fc_cipher", "ssl_fc_protocol", "ssl_c_used", "ssl_fc_has_crt", "ssl_fc_alpn", "ssl_c_s_dn(CN)", "ssl_fc_has_sni", "ssl_fc_is_resumed", "ssl_c_verify",
	// section 7.3.6
	"base", "base32", "base32+src", "baseq", "capture.req.hdr(0)", "capture.req.method", "capture.req.uri,length", "capture.req.ver", "capture.res.ver", "req.body", "req.body_param",
	"req.body_param(q)", "req.body_param(r)", "req.body_param(none)", "req.body_len", "req.body_size", "req.cook(A)", "req.cook(B)", "req.cook(C)", "req.cook(D)", "req.cook(none)", "req.cook",
	"cook(A)", "req.cook_cnt(A)", "req.cook_cnt", "req.cook_val(A)", "req.cook_val(B)", "cookie(A)", "hdr(x-a)", "req.fhdr(x-a)", "req.fhdr(x-a,1)", "req.fhdr(x-a,-2)", "req.fhdr_cnt(x-a)", "req.fhdr_cnt",
	"req.hdr(x-a)", "req.hdr(x-a,1)", "req.hdr(x-a,-1)", "req.hdr(x-a,4)", "req.hdr(x-a,-3)", "req.hdr(x-a,-4)", "req.hdr(empty)", "req.hdr(none)", "req.hdr(x-quoted)", "req.hdr(x-quoted,1)",
	"req.hdr(x-quoted,2)", "req.hdr_cnt(x-a)", "req.hdr_cnt(none)", "req.hdr_cnt", "req.hdr_ip(x-ip)", "req.hdr_ip(x-ips,1)", "req.hdr_ip(x-ips,2)", "req.hdr_ip(x-ips,3)", "req.hdr_ip(x-a)", "req.hdr_ip(x-six,1)", "req.hdr_ip(x-six,2)",
	"req.hdr_val(x-num)", "req.hdr_val(content-length)", "req.hdr_val(x-a)", "req.hdr_names", "req.hdr_names(;)", "req.hdrs", "req.hdrs,length", "req.hdrs_bin,length", "http_auth(users)", "http_auth_bearer",
	"http_auth_bearer(x-a)", "http_auth_pass", "http_auth_type", "http_auth_user", "http_first_req", "method", "path", "pathq,length", "query,length", "req.ver", "req_ver",
	"req.proto_http", "unique-id", "url,length", "url_ip", "url_port", "urlp(x)", "url_param(y)", "urlp(z)", "urlp(empty)", "urlp(none)", "urlp(u)", "urlp", "urlp_val(x)", "urlp_val(y)", "urlp(x,?)", "url32", "url32+src",
	"req.len", "http_auth_bearer(none)", "req.payload(0,4)", "req.hdr", "req.fhdr", "req.hdr_val(x-ip)", "req.hdr_val(x-quoted,1)", "req.hdr_val(host)", "urlp_val(z)", "urlp_val(empty)", "urlp_val(u)", "req.cook_val(C)",
}

// TestOddRequestsAsHAProxy asks both programs for samples of requests whose targets, cookies, headers and bodies are odd.
func TestOddRequestsAsHAProxy(t *testing.T) {
	exprs := []string{
		"path", "pathq", "query", "base", "baseq", "url32", "url_ip", "url_port", "urlp(a)", "urlp(b)", "urlp", "urlp(a,;)", "urlp_val(a)", "cook", "cook(A)", "cook(B)", "cook_cnt", "cook_cnt(A)", "cook_val(A)", "cookie(A)",
		"hdr(x-v)", "hdr(x-v,1)", "hdr(x-v,-2)", "hdr_cnt(x-v)", "hdr_val(x-v)", "hdr_val(x-v,2)", "hdr_ip(x-v)", "hdr_ip(x-v,-1)", "req.fhdr(x-v)", "http_auth(users)", "http_auth_bearer", "http_auth_user", "http_auth_pass", "http_auth_type",
		"req.body_param(a)", "req.body_param(b)", "req.body_param",
	}
	theirs, ours := sideBySide(t, "  http-request wait-for-body time 2s\n"+sampleRules("http-request", exprs)+"userlist users\n  user u insecure-password pass\n")
	get := func(target, field string) string {
		return "GET " + target + " HTTP/1.1\r\nHost: h\r\n" + field + "\r\n"
	}
	var requests []string
	for _, target := range []string{"/?n=%d&a=1?a=2", "/x?y?z?n=%d&a=5", "/?n=%d&a=1;b=2", "/?a=&n=%d&a=2", "/?&&a=1&&n=%d&", "/;a=1?n=%d&a=2", "/?n=%d&a=%%41%%zz", "/?n=%d&b=c&a=1,2"} {
		requests = append(requests, get(target, ""))
	}
	for _, v := range []string{
		"A=", "A=; B=2", "A=\"q;B=5\"; B=2", "B=1, A=2", "A=1,B=2; C=3", "$Version=1; A=1", "A=1; $Path=/", "A; B=2", "X; A=1", " A = 1 ; B = 2 ", "A=1\r\nCookie: A=2", "AB=1;A=12x", ";;A=-5", "A=1; B=\"x",
	} {
		requests = append(requests, get("/?n=%d&", "Cookie: "+v+"\r\n"))
	}
	for _, v := range []string{"1.2.3.4/24", "1.2.3.4 x", "1.2.3.4:80, ::1", "01.2.3.4", "a, b,\"c,d\"", ", ,a,,", "\"unclosed, x", "99999999999", "-7x", "1e3", "[::1]"} {
		requests = append(requests, get("/?n=%d&", "X-V: "+v+"\r\n"))
	}
	for _, v := range []string{"Bearer", "Bearer  a b", "Basic dTpwYXNz", "basic dTpiYWQ=", "Basic !!!", "Basic", "Digest x"} {
		requests = append(requests, get("/?n=%d&", "Authorization: "+v+"\r\n"))
	}
	requests = append(requests, "POST /?n=%d& HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\n\r\na=1;b=2&a=3")
	for _, request := range requests {
		s := newSampler(t, request)
		for i, e := range exprs {
			if want, got := s.ask(theirs, i), s.ask(ours, i); want != got {
				t.Errorf("%q: %s: haproxy %q, ours %q", request, e, want, got)
			}
		}
	}
}

// converterSamples are expressions for section 7.3.1.
var converterSamples = []string{
	"int(5),add(3)", "int(5),add(txn.num)", "int(5),add(txn.none)", "int(9223372036854775807),add(1)", "int(-9223372036854775807),add(-10)", "int(5),sub(7)", "int(5),mul(-3)", "int(7),div(2)", "int(7),div(0)",
	"int(-7),div(2)", "int(7),mod(4)", "int(7),mod(0)", "int(-7),mod(4)", "int(6),and(3)", "int(6),or(1)", "int(6),xor(3)", "int(5),cpl", "int(5),neg", "int(5),bool", "int(0),bool", "int(5),not", "int(4),even",
	"int(4),odd", "str(12),add(1)", "str(12a),add(1)", "str(abc),add(1)", "str(),add(1)", "bool(true),add(1)", "ipv4(0.0.1.2),add(1)", "str(0x10),add(1)", "str(-3),add(1)", "str( 3),add(1)", "str(+3),add(1)",
	"str(a),add_item(\",\",txn.text)", "str(),add_item(\",\",txn.text)", "str(a),add_item(\",\",txn.text,suf)", "str(a),add_item(\",\",txn.none,suf)", "str(a),add_item(\",\",,suf)", "str(a),add_item(\",\",txn.none)",
	"str(YWJj),b64dec", "str(YWJj),b64dec,lower", "str(YW Jj),b64dec", "str(YQ==),b64dec", "str(YQ),b64dec", "str(abc),base64", "str(),base64", "str(ab?>),ub64enc", "str(YWI_Pg),ub64dec",
	"str(abc),be2dec(:,1)", "str(abc),be2dec(:,2)", "str(abc),be2dec(:,2,1)", "str(abcdefgh),be2dec(-,8)", "str(abc),be2hex", "str(abc),be2hex(:,2)", "str(abc),be2hex(:,2,1)", "bin(01020304050607),be2dec(:,2)",
	"str(hello),bytes(1)", "str(hello),bytes(1,3)", "str(hello),bytes(0,9)", "str(hello),bytes(5)", "str(hello),bytes(7)", "str(hello),bytes(-1)", "str(hello),bytes(1,-1)", "str(hello),bytes(1,0)",
	"str(a),concat(<,txn.text,>)", "str(a),concat(<)", "str(a),concat(,txn.num)", "str(a),concat(<,txn.none,>)", "str(a),concat()", "str(a),concat(,txn.ip)", "str(a),concat(,txn.bin)", "str(a),concat",
	"str(abc),crc32", "str(abc),crc32(1)", "str(abc),crc32c", "str(abc),crc32c(1)", "str(abc),djb2", "str(abc),djb2(1)", "str(abc),sdbm", "str(abc),sdbm(1)", "str(abc),wt6", "str(abc),wt6(1)",
	"str(abc),xxh32", "str(abc),xxh32(7)", "str(abc),xxh64", "str(abc),xxh64(7)", "str(abc),xxh3", "str(abc),xxh3(7)", "src,djb2(1)", "src,xxh64", "int(77),djb2", "str(),djb2", "str(),xxh3", "str(),crc32",
	"str(0123456789abcdef0123456789),xxh3", "str(0123456789),xxh3", "str(0123),xxh3", "str(0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789),xxh3",
	"str(0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789),xxh64",
	"str(0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789),xxh32",
	"req.hdrs,xxh3", "req.hdrs,wt6", "str(abc),digest(sha256)", "str(abc),digest(sha256),hex", "str(abc),digest(md5),hex", "str(abc),digest(sha512),hex", "str(abc),hmac(sha1,a2V5),hex", "str(abc),hmac(md5,a2V5),hex",
	"str(abc),sha1", "str(abc),sha1,hex", "str(abc),sha2,hex", "str(abc),sha2(224),hex", "str(abc),sha2(384),hex", "str(abc),sha2(512),hex",
	"str(abc),cut_crlf", "str(f1_f2_f3__f5),field(5,_)", "str(f1_f2_f3__f5),field(2,_,0)", "str(f1_f2_f3__f5),field(2,_,2)", "str(f1_f2_f3__f5),field(-2,_,3)", "str(f1_f2_f3__f5),field(-3,_,0)",
	"str(f1_f2_f3__f5),field(4,_)", "str(f1_f2_f3__f5),field(9,_)", "str(f1_f2_f3__f5),field(-9,_)", "str(f1_f2_f3__f5),field(-1,_)", "str(_a_),field(1,_)", "str(_a_),field(3,_)", "str(a.b_c),field(2,._)", "str(f1_f2_f3__f5),field(3,_,9)",
	"str(f1_f2_f3__f5),word(4,_)", "str(f1_f2_f3__f5),word(2,_,0)", "str(f1_f2_f3__f5),word(3,_,2)", "str(f1_f2_f3__f5),word(-2,_,3)", "str(f1_f2_f3__f5),word(-3,_,0)", "str(f1_f2_f3__f5),word(9,_)", "str(f1_f2_f3__f5),word(-9,_)", "str(f1_f2_f3__f5),word(9,_,2)", "str(f1_f2_f3__f5),word(-9,_,2)", "str(f1_f2_f3__f5),word(9,_,0)", "str(f1_f2_f3__f5),word(-9,_,0)", "str(f1_f2_f3__f5),field(-9,_,2)", "str(f1_f2_f3__f5),field(9,_,0)", "str(f1_f2_f3__f5),field(-9,_,0)", "str(),word(1,_)", "str(),field(1,_)", "str(___),word(1,_)", "str(__a__b),word(2,_)", "str(f1_f2),word(1,_,9)",
	"str(/f1/f2/f3/f4),word(1,/)", "str(f1____f2),word(1,_,2)", "str(f1____f2____),word(-1,_,2)",
	"str(abc),hex", "bin(00ff),hex", "str(ff),hex2i", "str(0fz),hex2i", "str(-1),hex2i", "str(),hex2i", "int(258),htonl,hex", "int(258),htonl", "int(258),hex", "src,hex",
	"str(www.a.b:80),host_only", "str([::1]:80),host_only", "str([::1]),host_only", "str(::1),host_only", "str(a),host_only", "str(a:),host_only", "str(www.a.b:80),port_only", "str([::1]:80),port_only", "str([::1]),port_only", "str(a),port_only",
	"int(0),http_date", "int(1700000000),http_date(10)", "int(1700000000123),http_date(0,ms)", "int(1700000000123456),http_date(1,us)", "int(1700000000),ltime(%Y-%m-%d)", "int(1700000000),utime(%H:%M:%S,60)", "int(1700000000),utime(%a %A %b %B %d %e %j %p %I %y %Z %z %T %F %D %R %s %u %w %%)",
	"int(1700000000),utime(%C %G %g %V %U %W %h %k %l %n %t %c %x %X %r)",
	"bool(true),iif(y,n)", "bool(false),iif(y,n)", "int(3),iif(y,n)", "bool(true),iif(,n)", "src,ipmask(8)", "src,ipmask(255.255.0.0)", "ipv6(2001:db8:1::1),ipmask(24,32)", "ipv6(2001:db8:1::1),ipmask(24)", "str(10.1.2.3),ipmask(16)", "str(2001:db8::1),ipmask(24,16)",
	"ipv6(::ffff:10.1.2.3),ipmask(8,128)", "str(abc),ipmask(8)",
	"str(é),json", "str(é),json(utf8)", "str(é),json(utf8s)", "str(é),json(utf8p)", "str(é),json(utf8ps)", "str(é),json(ascii)", "str(abc),json()",
	"req.hdr(x-json),length", "req.fhdr(x-json),json_query('$.a.b[2].c')", "req.fhdr(x-json),json_query('$.a')", "req.fhdr(x-json),json_query('$.a.b')", "req.fhdr(x-json),json_query('$.a.b[1]')", "req.fhdr(x-json),json_query('$.a.b[0]',int)", "req.fhdr(x-json),json_query('$.t')",
	"req.fhdr(x-json),json_query('$.f')", "req.fhdr(x-json),json_query('$.s')", "req.fhdr(x-json),json_query('$.n')", "req.fhdr(x-json),json_query('$.none')", "req.fhdr(x-json),json_query('$.i')", "req.fhdr(x-json),json_query('$.i'),add(1)", "req.fhdr(x-json),json_query('$.a.b[7]')",
	"req.fhdr(accept-language),language(fr;en;es)", "req.fhdr(accept-language),language(es;de,it)", "req.fhdr(accept-language),language(es;de)", "req.fhdr(accept-language),language(en-gb;en)", "req.fhdr(accept-language),language(EN)",
	"str(abc),length", "str(),length", "str(aBc),lower", "str(aBc),upper", "str(É),lower", "str(xxabcx),ltrim(x)", "str(xxabcxx),rtrim(x)", "str(xyabc),ltrim(yx)", "str(xxx),rtrim(x)",
	"str(aXbXc),regsub(X,-)", "str(aXbXc),regsub(X,-,g)", "str(aXbXc),regsub(x,-,gi)", "str(John Doe),regsub('(.*) (.*)','\\2 \\1')", "str(abc),regsub(^a*,x)", "str(aaa),regsub(a*,x,g)", "str(abc),regsub(z*,-,g)", "str(abc),regsub(b,'[\\0]')", "str(ab),regsub(b,)",
	"str(hello),strcmp(txn.text)", "str(hellp),strcmp(txn.text)", "str(a),strcmp(txn.text)", "str(hello world),strcmp(txn.text)", "str(hello),secure_memcmp(txn.text)", "str(hellp),secure_memcmp(txn.text)", "str(hello),strcmp(txn.none)", "str(hello),secure_memcmp(txn.none)",
	"str(abc),set-var(txn.n1),upper", "var(txn.n1)", "str(abc),set-var(txn.n2,ifnotexists)", "str(abc),unset-var(txn.n1)", "var(txn.text),concat(!)", "urlp(z),url_dec", "urlp(z),url_dec(1)", "str(a+b%20c),url_dec", "str(/a+b?c+d),url_dec", "str(%zz),url_dec", "str(%4),url_dec", "str(a%00b),url_dec,length",
	"str(a b&c=d/é~-_.!*),url_enc(query)", "str(a b),url_enc()", "str(10.0.0.1),ipmask(32)", "src,length", "src,lower", "int(5),length", "bool(true),length", "method,lower", "method,length", "bin(616263),lower", "bin(616263),length", "req.body,lower", "req.body,hex", "ipv6(::1),hex", "int(5),base64", "src,base64", "str(10.0.0.1),add(1)", "req.hdr_cnt(x-a),iif(y,n)",
	"bin(30000000),protobuf(1)", "bin(0896011203616263),protobuf(1,int32)", "bin(0896011203616263),protobuf(2)", "bin(00000000080896011203616263),ungrpc(1,int32)",
	"bin(101b00044d5154540502003c00000f746573745f7375625f32383033),mqtt_is_valid", "bin(10200004),mqtt_is_valid",
	"bin(101600044d5154540402003c000a746573745f636c6e7431),mqtt_is_valid", "bin(101600044d5154540402003c000a746573745f636c6e7431),mqtt_field_value(connect,client_identifier)", "bin(101600044d5154540402003c000a746573745f636c6e7431),mqtt_field_value(connect,protocol_name)",
	"bin(101600044d5154540402003c000a746573745f636c6e7431),mqtt_field_value(connect,protocol_version)", "bin(101600044d5154540402003c000a746573745f636c6e7431),mqtt_field_value(connect,flags)",
	// at the edges
	"str(a.b.c.d),word(3,.,-1)", "str(a.b.c.d),field(3,.,-2)", "str(a.b.c.d),word(-2,.,-1)", "bool(1),xor(-3)", "bool(1),xor(-3),hex", "bool(1),add(1),iif(a,b)", "bool(1),neg,crc32", "int(1),xor(-3),hex",
	"bin(10),mqtt_is_valid", "bin(2d),mqtt_is_valid", "bin(2d31),mqtt_is_valid", "bin(1080),mqtt_is_valid", "bin(10ff),mqtt_is_valid", "bin(10ffffffff),mqtt_is_valid", "bin(20020000),mqtt_is_valid", "bin(2002000000),mqtt_is_valid", "bin(200300000000),mqtt_is_valid",
	"bin(383d4649582e342e3401393d350133353d300131303d31363101),fix_is_valid", "bin(383d4649582e342e3401393d350133353d300131303d313631),fix_is_valid", "bin(393d4649582e342e3401393d350133353d300131303d31363101),fix_is_valid",
	"bin(c080),json(utf8)", "bin(c080),json(utf8s)", "bin(c080),json(utf8p)", "bin(e080af41),json(utf8ps)", "bin(fc80808080af),json(utf8p)", "bin(eda080),json(utf8p)", "bin(efbfbe),json(utf8s)", "bin(f0908080),json(utf8p)", "bin(41c341),json(utf8ps)", "bin(595135350a),ub64dec,hex",
	"str(é),regsub(.,x,g)", "str(é),regsub(^.,x)", "str(aé),regsub('(.)(.)','\\2\\1',g),hex", "str(aéb),regsub('\\xa9',x),hex", "str(aéb),regsub(é,e)", "str(abc),regsub(^,x,g)", "str(aab),regsub(^a,x,g)", "str(abc),regsub('$',x,g)", "str(ab),regsub('.*',x,g)",
	"str(ab ab),regsub('\\bab',x,g)", "str(abab),regsub('^a|b',x,g)", "str(abc),regsub('(a)|(b)','[\\1\\2]',g)", "str(),regsub('^',x,g)", "str(AbA),regsub(a,x,gi)", "str(a.b.c),regsub('\\.','-',g)",
	"int(-1),add(-1)", "int(-5),sub(7)", "int(-9223372036854775808),add(-1)", "int(-1),add(-9223372036854775808)", "int(-9223372036854775808),neg", "str(abc),add()",
	"str(WWW.A.b:80),host_only", "str(::ffff:1.2.3.4),host_only", "str(a:b:c),host_only", "str([A]:8x),host_only", "str(a:1]),host_only", "str(a:8x),port_only", "str(a:4294967297),port_only", "str(a:b:c),port_only",
	"str(_a_b_),word(1,_,0)", "str(_a_b_),word(2,_,2)", "str(_a_b_),word(-1,_,0)", "str(_a_b_),word(-2,_,3)", "str(__a__b__),word(1,_,2)", "str(__a__b__),word(-1,_,1)",
	"int(-1),http_date", "int(1700000000005),http_date(0,ms)", "int(-1),http_date(0,ms)", "int(5),http_date(0,us)", "int(-1),utime(%s)", "int(9223372036854775807),utime(%Y,3600)",
	"str(1.2.3.4:80),ipmask(24)", "str(01.2.3.4),ipmask(24)", "str(1.2.3),ipmask(24)", "str(1.2.3.4.),ipmask(24)", "str(::1),ipmask(24)", "str(::1),ipmask(24,64)", "str(2002:102:304::),ipmask(24)",
	"src,secure_memcmp(txn.ip)", "int(42),secure_memcmp(txn.num)", "var(txn.ip),iif(a,b)", "var(txn.bool),ipmask(8)", "str('a\\nb'),hex", "str(\"a\\tb\"),hex",
	"str(8=FIX.4.4|9=5|35=0|10=161|),fix_is_valid",
}
