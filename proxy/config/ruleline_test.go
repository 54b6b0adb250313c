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
	"meth(a:b)", "meth(GET)", "uuid(1)", "uuid(4)", "var(1,2,3)", "var(", "var(x", "var(txn.)", "var(txn.a,b)", "int(999999999999999999999)",
}

// badTests are whole tests, flags and patterns among them.
var badTests = []string{
	"path -m meth GET", "path -m auth x", "path -f testdata/none -m str x", "path -u", "path -m foo x", "method -m bin x", "method -m int 1", "ipv6(::1) -m int 1", "src -m bool", "bool(1) -m ip 1.2.3.4",
	"bin(61) -m ip 1.2.3.4", "method GET", "method -m str GET",
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
	"http-request set-tos 08", "http-request set-tos 0b1", "http-request set-tos 1_0", "http-request set-tos -1", "http-request set-tos 256", "http-request set-mark 0x1g", "http-request set-mark 0x",
	"tcp-request connection set-tos 1x", "http-request set-var(txn.) src", "http-request set-var(txn.a,foo) src", "http-request set-var-fmt(txn.a,foo) %[src]",
}

// TestRulesAgainstHAProxy compares what is said of rules; of one that is broken HAProxy reads nothing more.
func TestRulesAgainstHAProxy(t *testing.T) {
	ask := oracle(t)
	for _, line := range badRules {
		section := "frontend f\n bind :80\n "
		if strings.HasPrefix(line, "tcp-response") {
			section = "backend b\n "
		}
		text := head + section + line + "\n"
		if got, want := verdict(text), ask(text); got != want {
			t.Errorf("%s:\n got %s\nwant %s", line, got, want)
		}
	}
}
