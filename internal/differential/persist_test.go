package differential

// persisting is a section whose third server is out of service.
func persisting(lines string) string {
	return Head + "listen web\n    bind {web}\n    balance roundrobin\n    option redispatch\n    cookie S insert indirect\n" + lines +
		"    server a {s1} cookie A\n    server b {s2} cookie B\n    server c {s3} cookie C disabled\n"
}

// asks is a case of requests that are sent one after the other, each a path and its fields.
func asks(name, config string, requests ...[]string) Case {
	return Case{
		Name:   name,
		Config: config,
		Play: func(s *Side) {
			for _, r := range requests {
				s.Get("web", r[0], r[1:]...)
			}
			s.Logs(len(requests))
			stats(s, "web/a", "web/b", "web/c", "web/BACKEND")
			s.Stat("web/FRONTEND", "dreq", "ereq", "intercepted", "hrsp_2xx", "hrsp_4xx", "hrsp_5xx")
		},
	}
}

// persistCases are about what decides before cookies and the balancing do.
var persistCases = []Case{
	asks("use-server", persisting("    use-server b if { path_beg /b }\n    use-server c if { path_beg /c }\n    use-server a if { path_end /c }\n"),
		[]string{"/b"}, []string{"/b", "Cookie: S=A"}, []string{"/c/"}, []string{"/c/c"}, []string{"/x", "Cookie: S=A"}),
	asks("use-server-format", persisting("    use-server %[req.hdr(x-to)] if { req.hdr(x-to) -m found }\n    use-server b if { path_beg /b }\n"),
		[]string{"/", "X-To: a"}, []string{"/", "X-To: b"}, []string{"/b", "X-To: nobody"}, []string{"/b", "X-To: c"}, []string{"/b"},
		[]string{"/", "X-To: b", "Cookie: S=A"}),
	asks("force-persist", persisting("    use-server c if { path_end /c }\n    force-persist if { path_beg /force }\n"),
		[]string{"/", "Cookie: S=C"}, []string{"/force", "Cookie: S=C"}, []string{"/force/c"}, []string{"/c"}, []string{"/force", "Cookie: S=B"},
		[]string{"/force"}),
	asks("ignore-persist", persisting("    ignore-persist if { path_beg /any } or { path /no }\n    force-persist if { path_beg /any }\n    ignore-persist unless { path_beg /no /x }\n"),
		[]string{"/any", "Cookie: S=B"}, []string{"/any", "Cookie: S=C"}, []string{"/no"}, []string{"/x", "Cookie: S=B"}, []string{"/y", "Cookie: S=none"}),
	{
		Name:   "force-persist-refused",
		Config: persisting("    retries 1\n    force-persist if TRUE\n"),
		Play: func(s *Side) {
			s.Server("s3").Down()
			s.Get("web", "/", "Cookie: S=C")
			s.Logs(1)
			stats(s, "web/a", "web/b", "web/c", "web/BACKEND")
		},
	},
}
