package config

import (
	"strings"
	"testing"
)

// badExpressions are criteria with something wrong in arguments, types or flags, beside some that are right. HAProxy goes on behind
// each of them, so that one file asks for all.
var badExpressions = []string{
	"str(x),add()", "str(x),add(x)", "str(x),add(x,y)", "str(x),add(1,2)", "str(x),add(", "str(x),add(1.2.3.4)", "str(x),add(999999999999999999999)", "str(x),add(txn)",
	"src,add", "method,add", "ipv6(::1),add(1)", "str(x),add_item", "str(x),add_item(x,y)", "str(x),add_item(x,y,z,t)", "str(x),add_item(", "str(x),add_item(\",\",txn.a)", "str(x),concat(a,b)",
	"str(x),be2dec", "str(x),be2dec(x)", "str(x),be2dec(a,,b)", "str(x),be2dec(:,9)", "str(x),be2hex(a)", "str(x),be2hex", "str(x),be2hex(:,0)", "str(x),be2hex(a,1,2)",
	"src,iif(a,b)", "bool(1),ipmask(8)", "method,bool", "ipv6(::1),even", "method,ipmask(8)", "bin(61),add(1)", "bin(61),iif(a,b)",
	"str(x),field(1,',')", "str(x),field(1,)", "str(x),word(0,a)", "str(x),bytes(999999999999999999999)", "str(x),bytes('\\(')", "str(x),bytes('\\nx')", "str(x),bytes('\\,x')", "str(x),bytes('\\\"x')",
	"str(x),bytes('\"x')", "str(x),fix_tag_value(x)", "str(x),fix_tag_value(8)", "str(x),hmac(sha1,a)", "str(x),hmac(sha1,a2V5)", "str(x),json_query", "str(x),json_query(x)", "str(x),json_query(x,int)",
	"str(x),json_query(x,str)", "str(x),mqtt_field_value(x,y)", "str(x),mqtt_field_value(connect,x)", "str(x),protobuf(1,x)", "str(x),protobuf(x)", "str(x),protobuf(0)", "str(x),ungrpc(1.2,int32)",
	"str(x),secure_memcmp", "str(x),secure_memcmp(x)", "str(x),strcmp(x,y)", "str(x),strcmp(x", "str(x),set-var(txn.a,foo)", "str(x),set-var(", "str(x),unset-var(x,y)", "str(x),sha2(1)",
	"str(x),http_date(,2)", "str(x),http_date(0,x)", "bin", "bin(6g)", "bin(616)", "bin(true)", "bool", "bool(x)", "bool(6162)", "bool(1)", "bool(TRUE)", "fc_rtt()", "fc_rtt(x)", "fc_rtt(us)",
	"avg_queue", "nbsrv", "fe_conn", "srv_conn", "srv_is_up()", "srv_conn(s)", "srv_conn(f/s)", "srv_conn(x/s)", "be_conn(f)", "str(x),regsub(,a)", "fc_lost(1)", "fc_sacked()", "ssl_c_s_dn(CN,1,x)", "ssl_c_i_dn(,0,rfc2253)",
	"str(x),mqtt_field_value(publish,flags)", "str(x),mqtt_field_value(01,flags)", "str(x),mqtt_field_value(connect,18)", "str(x),mqtt_field_value(connack,18)", "str(x),mqtt_field_value(puback,reason_code)", "str(x),mqtt_field_value(16,x)",
	"str(x),jwt_verify(HS256)", "str(x),jwt_verify(foo,k)", "str(x),jwt_verify(PS256,k)", "str(x),jwt_verify(RS256,/nonexistent)", "str(x),jwt_verify(txn.a,txn.b)", "str(x),jwt_verify(RS256,/dev/null)", "str(x),jwt_header_query($.a,str)", "str(x),jwt_payload_query()",
	"str(x),fix_tag_value(0)", "str(x),fix_tag_value(beginstring)", "str(x),fix_tag_value(2147483648)",
	"meth(a:b)", "meth(GET)", "uuid(1)", "uuid(4)", "var(1,2,3)", "var(", "var(x", "var(txn.)", "var(txn.a,b)", "int(999999999999999999999)",
}

// badTests are whole tests, flags and patterns among them.
var badTests = []string{
	"path -m meth GET", "path -m auth x", "path -f testdata/none -m str x", "path -u", "path -m foo x", "method -m bin x", "method -m int 1", "ipv6(::1) -m int 1", "src -m bool", "bool(1) -m ip 1.2.3.4",
	"bin(61) -m ip 1.2.3.4", "method GET", "method -m str GET", "meth(GET) GET", "src_port +5", "path_len eq a", "path_len gt a", "src localhost", "src localhost/8", "src -n localhost", "src_port 80",
}

// TestExpressionsAgainstHAProxy compares what is said of criteria.
func TestExpressionsAgainstHAProxy(t *testing.T) {
	ask := oracle(t)
	lines := append([]string{}, badTests...)
	for _, e := range badExpressions {
		lines = append(lines, e+" -m found")
	}
	text := head + "frontend f\n bind :80\n acl a " + strings.Join(lines, "\n acl a ") + "\n"
	got, want := strings.Split(verdict(text), " | "), strings.Split(ask(text), " | ")
	for i := range max(len(got), len(want)) {
		if i >= len(got) || i >= len(want) || got[i] != want[i] {
			t.Fatalf("of line %d:\n got %q\nwant %q", i, got[min(i, len(got)):min(i+1, len(got))], want[min(i, len(want)):min(i+1, len(want))])
		}
	}
}

// badRules are rules with something wrong.
var badRules = []string{
	"tcp-request connection reject(1)", "tcp-request connection capture(1) src len 3", "http-request deny(1) status 403", "http-response deny()", "http-after-response allow(x)",
	"http-request set-tos 08", "http-request set-tos 0b1", "http-request set-tos 1_0", "http-request set-tos -1", "http-request set-tos 256", "http-request set-mark 0x1g", "http-request set-mark 0x",
	"tcp-request connection set-tos 1x", "http-request capture", "http-request capture src", "http-request capture src len", "http-request capture src if TRUE", "http-request capture src id -1",
	"http-request capture src foo 5", "http-request capture res.hdr(x) len 10", "http-request capture src len 10x", "http-response capture src len 5", "http-response capture src id x", "http-response capture src id 3",
	"http-after-response capture src id 3", "tcp-request connection capture src len 5", "tcp-request content capture res.hdr(x) len 10", "tcp-request content capture src len 10x", "tcp-request content capture",
	"http-request deny status 204 content-type a/b string x", "http-request return status 304 content-type a/b string x", "http-request return status 204", "http-request set-src res.hdr(x)",
	"http-request set-src-port res.hdr(x),lower", "tcp-request connection set-src hdr(x)", "http-request set-timeout", "http-request set-timeout server", "http-request set-timeout server 5s", "http-request strict-mode ON",
	"http-request strict-mode x", "http-request wait-for-body time", "http-request wait-for-body at-least", "http-request wait-for-body at-least 5x", "http-request wait-for-body time 0", "http-request wait-for-body time 100d",
	"http-request wait-for-body at-least x time 5s", "http-request wait-for-body time 5s at-least 1k", "http-request wait-for-body", "http-response redirect prefix /", "http-response redirect scheme https",
	"http-response set-status 200 reason if TRUE", "http-response set-query x", "http-response tarpit", "http-after-response set-nice 0", "tcp-request connection set-pathq x", "http-request unset-var(txn.a,ifexists)",
	"tcp-request content unset-var(txn.a,foo)", "tcp-request content use-service", "tcp-request content use-service foo", "http-request use-service foo", "tcp-response content accept", "tcp-response content set-nice",
	"tcp-request content set-var(txn.a) res.hdr(x)", "http-request normalize-uri", "http-request normalize-uri x", "http-request normalize-uri path-strip-dotdot x", "http-request normalize-uri fragment-strip x",
	"http-request set-timeout server 0", "http-request set-timeout server x", "http-request deny status 403 lf-string %[foo]", "http-request set-var(txn.a,) src", "http-response capture src foo 5",
	"http-request wait-for-body time 99999999999", "http-request wait-for-body time 5m5", "http-request wait-for-body time 5s at-least 4g", "http-request wait-for-body time 5s at-least 99999999999",
	"tcp-request content capture req.len len 5", "tcp-request content capture src len 5", "tcp-request content accept if { path_beg /a }", "tcp-request connection accept if { req.len 5 }", "http-request deny if RDP_COOKIE",
	"http-response deny if { shdr(x) y } { path / }", "http-response deny if { hdr_beg(x) y }", "use_backend f if { status 200 }", "monitor fail if { status 200 }", "http-request set-header x %[res.body]", "http-request set-header x %[fe_conn]%[nbsrv]",
	"tcp-request connection set-var(sess.a) req.body", "http-request set-header x %[fc_lost(1)]",
	"http-request set-var(txn.) src", "http-request set-var(txn.a,foo) src", "http-request set-var-fmt(txn.a,foo) %[src]",
}

// TestRulesAgainstHAProxy compares what is said of rules; of one that is broken HAProxy reads nothing more.
func TestRulesAgainstHAProxy(t *testing.T) {
	ask := oracle(t)
	for _, line := range badRules {
		section := "frontend f\n bind :80\n "
		text := "global\n expose-experimental-directives\n" + head + section + line + "\n"
		if got, want := verdict(text), ask(text); got != want {
			t.Errorf("%s:\n got %s\nwant %s", line, got, want)
		}
	}
}

// TestTimeoutRulesAgainstHAProxy compares what is said of times in rules of a backend, and of conditions that only it has.
func TestTimeoutRulesAgainstHAProxy(t *testing.T) {
	ask := oracle(t)
	for _, line := range []string{
		"http-request set-timeout server 0", "http-request set-timeout server x", "http-request set-timeout tunnel int(x)", "http-request set-timeout server 25d", "http-request set-timeout server 1us", "http-request set-timeout server 5s5",
		"http-request set-timeout server 99999999999", "http-request set-timeout server str(a),foo", "http-request set-timeout server int(5)", "force-persist if { status 200 }", "ignore-persist if { req.body_len 5 } { status 1 }",
		"use-server s if { status 200 }", "use-server s if { req.len 5 }", "force-persist if { req.len 5 }",
	} {
		text := head + "frontend f\n bind :80\n default_backend b\nbackend b\n server s 127.0.0.1:1\n " + line + "\n"
		if got, want := verdict(text), ask(text); got != want {
			t.Errorf("%s:\n got %s\nwant %s", line, got, want)
		}
	}
}

// TestGroupsAgainstHAProxy compares what is said of groups that a userlist has not, or that no way to match looks at.
func TestGroupsAgainstHAProxy(t *testing.T) {
	ask := oracle(t)
	for _, groups := range []string{"g1", "g1 x y", "", "-i g2", "-- ", "-f /dev/null", "-m str g1", "-m found", "-m beg x"} {
		text := head + "userlist ul\n group g1\n group g2 users u\n user u insecure-password p\nfrontend f\n bind :80\n acl a http_auth_group(ul) " + groups +
			"\n http-request deny if { http_auth_group(ul) " + groups + " }\n acl b http_auth_group(ul),lower g1\n"
		if got, want := verdict(text), ask(text); got != want {
			t.Errorf("%s:\n got %s\nwant %s", groups, got, want)
		}
	}
}

// TestRulesInDefaultsAgainstHAProxy compares which sections may take a defaults section's rules.
func TestRulesInDefaultsAgainstHAProxy(t *testing.T) {
	ask := oracle(t)
	front, back, listen := "frontend f from d\n bind :80\n", "backend b from d\n", "listen l from d\n bind :81\n"
	for _, sections := range []string{front, back, listen, front + back, back + front, listen + front, "defaults e from d\n" + back} {
		for _, rule := range []string{"http-request allow", "http-after-response allow", "tcp-request content accept", "tcp-request connection accept", "tcp-response content accept", "tcp-request inspect-delay 1s"} {
			text := strings.Replace(head, "defaults", "defaults d", 1) + " " + rule + "\n" + sections
			if got, want := verdict(text), ask(text); got != want {
				t.Errorf("%s, %s:\n got %s\nwant %s", rule, sections, got, want)
			}
		}
	}
}
