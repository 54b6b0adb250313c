package differential

import "fmt"

// statuses are those that have an answer without any configuration, and some that have none.
var statuses = []int{200, 204, 207, 302, 400, 401, 403, 404, 405, 407, 408, 410, 413, 418, 421, 422, 425, 429, 499, 500, 501, 502, 503, 504, 599}

// answered is a case that asks for every status, which a rule gives in the given form.
func answered(name, rule string, known bool) Case {
	lines, list := "", []int{}
	for _, n := range statuses {
		if !known || n != 204 && n != 207 && n != 302 && n != 418 && n != 499 && n != 599 {
			list = append(list, n)
			lines += fmt.Sprintf("    http-request "+rule+" if { path /%d }\n", n, n)
		}
	}
	return Case{
		Name:   "answers-" + name,
		Config: one(lines),
		Play: func(s *Side) {
			for _, n := range list {
				s.Get("web", fmt.Sprintf("/%d", n))
			}
			s.Logs(len(list))
		},
	}
}

// replyCases are about the answers of the program's own.
var replyCases = []Case{
	answered("return", "return status %d", false),
	answered("return-default", "return status %d default-errorfiles", true),
	answered("deny", "deny status %d", false),
	answered("deny-status", "deny deny_status %d", true),
	asks("answers-other", two("    http-request deny if { path /deny }\n    http-request deny hdr x-a b if { path /fields }\n"+
		"    http-request auth if { path /auth }\n    http-request redirect location /x code 302 if { path /302 }\n"+
		"    http-request tarpit deny_status 503 if { path /tarpit }\n    timeout tarpit 100ms\n    http-response set-status 299 if { status 200 }\n"),
		[]string{"/deny"}, []string{"/fields"}, []string{"/auth"}, []string{"/302"}, []string{"/tarpit"}, []string{"/"}),
}
