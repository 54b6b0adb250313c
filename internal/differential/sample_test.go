package differential

import (
	"slices"
	"strings"
)

// converted asks what each of the converters makes of each of the values.
func converted(name string, converters, values []string) Case {
	rules := ""
	for _, c := range converters {
		rule := "http-request add-header x-was %[req.fhdr(x-v)," + c + "]"
		found := "{ req.fhdr(x-v)," + c + " -m found }"
		rules += "    " + quotedWords(rule) + " if " + quotedWords(found) + "\n    http-request add-header x-was - unless " + quotedWords(found) + "\n"
	}
	return Case{
		Name:   name,
		Config: one(rules + "    http-request return status 200 hdr x-was %[req.hdrs,regsub('\\r\\n','~',g),base64]\n"),
		Play: func(s *Side) {
			for _, v := range values {
				s.Get("web", "/", "X-V: "+v)
			}
		},
	}
}

// quotedWords quotes the words of a line (section 2.2).
func quotedWords(line string) string {
	var list []string
	for _, w := range strings.Fields(line) {
		list = append(list, `"`+strings.NewReplacer(`\`, `\\`, `"`, `\"`, `$`, `\$`).Replace(w)+`"`)
	}
	return strings.Join(list, " ")
}

// oddJSON are texts of which most are no JSON.
var oddJSON = slices.Concat([]string{
	`{"a":01}`, `{"a":010}`, `{"a":08}`, `{"a":1.}`, `{"a":1x}`, `{"a":-}`, `{"a":- 1}`, `{"a":1e}`, `{"a":1e+}`, `{"a":1.5.5}`, `{"a":0x10}`, `{"a":-0x10}`, `{"a":1e400}`,
	`{"a":9007199254740991}`, `{"a":9007199254740992}`, `{"a":-9007199254740992}`, `{"a":99999999999999999999}`, `{"a":-0}`, `{"a":123456.789}`,
	`{"a":"\u00e9"}`, `{"a":"\u0100"}`, `{"a":"\ud83d\ude00"}`, `{"a":"a\/b"}`, `{"a":"a\"b"}`, `{"a":"a\\b"}`, "{\"a\":\"\xe9\"}", `{"a":"\q"}`, `{"a":"x"y}`, "{\"a\":\"\t\"}", `{"a":"open`,
	`{"a":1`, `{"a":1,}`, `{"a":1}}`, `{"a":1} x`, `{"a":tru`, `{"a":true1}`, `{"a":"b","c":nul}`, `{"c":nul,"a":"b"}`, `{"a":1,"a":2}`, `{"a":{"x":1},"a":{"b":2}}`, `{"":3}`, `{"\u0061":7}`,
	`{"a":[1,2}`, `{"a":[1 2]}`, `{"a":[0,{"c":1},{"b":7}],"b":3}`, `{"a":[0,[{"b":2}],{"b":7}]}`, `{"a":[]}`, `{"b":[1,],"a":1}`, `{"b":[,],"a":1}`, `{,"a":1}`, `{"b":1,,"a":1}`, `{"b":],"a":1}`,
	`{"b":1x,"a":2}`, `{"b":1.,"a":2}`, `{"b":1e,"a":2}`, `{"b":"\q","a":2}`, `[1,2]`, `"x"`, `true`, `{`, `x`,
}, deepJSON())

// deepJSON are lists in lists, as deep as can be read and one deeper.
func deepJSON() []string {
	var list []string
	for _, n := range []int{19, 20} {
		list = append(list, `{"b":`+strings.Repeat("[", n)+"1"+strings.Repeat("]", n)+`,"a":1}`)
	}
	return list
}

// directives are those of utime with each of the letters behind a prefix.
func directives(prefix, letters string) (list []string) {
	for _, c := range letters {
		list = append(list, "utime(%"+prefix+string(c)+")")
	}
	return list
}

var sampleCases = []Case{
	converted("json-query", []string{
		"json_query('$.a')", "json_query('$.a',int)", "json_query('$.a[1].b')", "json_query('$.a.b')", "json_query('$.a[*]')", "json_query('$[1]')", "json_query('$')", "json_query('$.')", "json_query('a')",
	}, oddJSON),
	converted("strftime", slices.Concat(directives("", "aAbBcCdDeFgGhHIjklmMnpPqrRsStTuUVwWxXyYzZ%"), directives("E", "aCdy"), directives("O", "AcHY"), directives("_", "dHjz"), directives("-", "dejz"), directives("^", "acpq"), directives("#", "apZ"),
		directives("10", "zsadk%"), directives("-10", "daq"), directives("010", "zaDs"), directives("_5", "zd"), []string{"utime(%Y-%m-%d,-5)", "utime(%)", "utime(a%%d)"}), []string{"0", "1700000000", "951782400", "253402300800", "-1"}),
	{
		Name: "rules-mistakes",
		Config: Head + "userlist people\n    group g\nfrontend web\n    bind {web}\n    acl member http_auth_group(people) g x\n    http-request set-header x %[nbsrv]%[srv_conn(a)]%[str(x),regsub(,a)]\n" +
			"    http-request deny if RDP_COOKIE\n    tcp-request content capture req.len len 5\n    use_backend app if { status 200 }\n" +
			"backend app\n    http-request set-header x %[fe_conn]\n    force-persist if { status 200 }\n    server a {s1}\n",
		Fails: true,
	},
	{
		Name:   "groups-missing",
		Config: Head + "userlist people\n    group g\nlisten web\n    bind {web}\n    acl member http_auth_group(people) g x\n    http-request deny if { http_auth_group(people) -m found }\n    server a {s1}\n",
		Fails:  true,
	},
	{
		Name:   "pattern-by-name",
		Config: one("    http-request deny status 403 if { src localhost/8 }\n"),
		Play:   func(s *Side) { s.Get("web", "/") },
	},
}
