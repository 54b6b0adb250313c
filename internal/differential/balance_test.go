package differential

import "fmt"

// spread gives a case that asks who serves each of many requests.
func spread(name, lines string, ask func(s *Side, i int) string) Case {
	return Case{
		Name: "balance-" + name,
		Config: Head + "listen web\n    bind {web}\n" + lines +
			"    server a {s1} weight 3\n    server b {s2} weight 1\n    server c {s3} weight 2\n    server d {s4} backup\n",
		Play: func(s *Side) {
			who := ""
			for i := range 40 {
				who += " " + ask(s, i)
			}
			s.Note("served by%s", who)
			s.CLI("disable server web/a")
			who = ""
			for i := range 20 {
				who += " " + ask(s, i)
			}
			s.Note("then by%s", who)
		},
	}
}

func byURI(s *Side, i int) string { return s.Who("web", fmt.Sprintf("/dir%d/page?x=%d", i%7, i*i)) }

func byAddress(s *Side, i int) string {
	return s.WhoFrom(fmt.Sprintf("127.%d.%d.%d", i%5, i*7%256, i+1), "web", "/")
}

func byParam(s *Side, i int) string {
	if i%10 == 9 {
		return s.Who("web", "/?other=1")
	}
	return s.Who("web", fmt.Sprintf("/?a=1&user=u%d&b=2", i))
}

func byHeader(s *Side, i int) string {
	if i%10 == 9 {
		return s.Who("web", "/")
	}
	return s.Who("web", "/", fmt.Sprintf("X-User: www.site%d.org, second", i))
}

var balanceCases = []Case{
	spread("roundrobin", "    balance roundrobin\n", byURI),
	spread("static-rr", "    balance static-rr\n", byURI),
	spread("leastconn", "    balance leastconn\n", byURI),
	spread("first", "    balance first\n", byURI),
	spread("source", "    balance source\n", byAddress),
	spread("source-avalanche", "    balance source\n    hash-type map-based sdbm avalanche\n", byAddress),
	spread("source-consistent", "    balance source\n    hash-type consistent\n", byAddress),
	spread("uri", "    balance uri\n", byURI),
	spread("uri-whole", "    balance uri whole\n", byURI),
	spread("uri-len-depth", "    balance uri len 9 depth 1\n", byURI),
	spread("uri-djb2", "    balance uri whole\n    hash-type map-based djb2\n", byURI),
	spread("uri-wt6", "    balance uri whole\n    hash-type map-based wt6 avalanche\n", byURI),
	spread("uri-crc32", "    balance uri whole\n    hash-type consistent crc32\n", byURI),
	spread("uri-consistent", "    balance uri whole\n    hash-type consistent\n", byURI),
	spread("uri-consistent-sdbm", "    balance uri whole\n    hash-type consistent sdbm\n", byURI),
	spread("uri-factor", "    balance uri whole\n    hash-type consistent\n    hash-balance-factor 150\n", byURI),
	spread("url_param", "    balance url_param user\n", byParam),
	spread("url_param-consistent", "    balance url_param user\n    hash-type consistent djb2 avalanche\n", byParam),
	spread("hdr", "    balance hdr(X-User)\n", byHeader),
	spread("hdr-domain", "    balance hdr(x-user) use_domain_only\n    hash-type consistent\n", byHeader),
	around("disable", "", "disable server web/a", "enable server web/a"),
	around("disable-first", "", "disable server web/b", "enable server web/b"),
	around("lighter", "", "set weight web/a 1", "set weight web/a 3"),
	around("lightest", "", "set weight web/c 0", "set weight web/c 2"),
	around("heavier", "set weight web/a 1", "set weight web/a 5", "set weight web/a 1"),
	spread("url_param-post", "    balance url_param user check_post\n", func(s *Side, i int) string {
		body := fmt.Sprintf("a=1&user=p%d", i)
		c := s.Dial("web")
		defer c.Close()
		c.Send(fmt.Sprintf("POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s", len(body), body))
		text, _ := readMessage(c.r, false)
		return text[len(text)-2:]
	}),
}

// around is a case of requests without the key that a ring is asked for: they go round it, from where the last one was, whatever
// happens to that one's server meanwhile.
func around(name, before, change, back string) Case {
	return Case{
		Name: "balance-around-" + name,
		Config: Head + "listen web\n    bind {web}\n    balance hdr(X-User)\n    hash-type consistent\n" +
			"    server a {s1} weight 3\n    server b {s2} weight 1\n    server c {s3} weight 2\n",
		Play: func(s *Side) {
			ask := func(n int) (who string) {
				for range n {
					who += " " + s.Who("web", "/")
				}
				return who
			}
			if before != "" {
				s.CLI(before)
			}
			for n := range 8 { // the last one comes to be each of the servers
				s.Note("%d requests to%s", n, ask(n))
				s.CLI(change)
				s.Note("then to%s", ask(5))
				s.CLI(back)
			}
			s.Note("and at last to%s", ask(20))
		},
	}
}
