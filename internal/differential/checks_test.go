package differential

import (
	"strings"
	"sync"
	"time"
)

var checkColumns = []string{"status", "check_status", "check_code", "check_desc", "last_chk", "check_rise", "check_fall", "check_health", "weight", "act", "bck"}

// endsAtOnce closes without a word, and without a reset.
func endsAtOnce(c *Conn) {
	c.Shut()
	c.Hang()
}

var checkCases = []Case{
	dialogue("check-l4", "", say("")),
	dialogue("check-http-200", "    option httpchk\n", answering(http("200 OK", "", "x"))),
	dialogue("check-http-503", "    option httpchk GET /health HTTP/1.1\n", answering(http("503 No Way", "", "x"))),
	dialogue("check-http-junk", "    option httpchk\n", say("hello there\r\n\r\n")),
	dialogue("check-http-closes", "    option httpchk\n", answering("")),
	dialogue("check-http-hangs", "    option httpchk\n    timeout check 200ms\n", say("")),
	dialogue("check-http-half", "    option httpchk\n    timeout check 200ms\n", say("HTTP/1.1 200 OK\r\n")),
	dialogue("check-http-string", "    option httpchk\n    http-check expect string hello\n", answering(http("200 OK", "", "say hello"))),
	dialogue("check-http-string-missing", "    option httpchk\n    http-check expect string hello\n", answering(http("200 OK", "", "say nothing"))),
	dialogue("check-http-string-unwanted", "    option httpchk\n    http-check expect ! string hello\n", answering(http("200 OK", "", "say hello"))),
	dialogue("check-http-no-body", "    option httpchk\n    http-check expect rstring hello comment \"a word\"\n", answering(http("200 OK", "", ""))),
	dialogue("check-http-rstatus", "    option httpchk\n    http-check expect ! rstatus ^5\n", answering(http("500 Bad", "", ""))),
	dialogue("check-http-status-list", "    option httpchk\n    http-check expect status 200,404-410\n", answering(http("404 Not Found", "", ""))),
	dialogue("check-http-hdr", "    option httpchk\n    http-check expect hdr name x-a value -m beg b\n", answering(http("200 OK", "X-A: a, bc\r\n", ""))),
	dialogue("check-http-hdr-missing", "    option httpchk\n    http-check expect fhdr name x-a value bc\n", answering(http("200 OK", "X-A: a, bc\r\n", ""))),
	dialogue("check-http-on-error", "    option httpchk\n    http-check expect status 200 on-error \"saw %[status]\" error-status L7RSP\n", answering(http("404 Not Found", "", ""))),
	dialogue("check-http-on-success", "    option httpchk\n    http-check expect status 200 on-success \"saw %[res.hdr(x-a)]\"\n", answering(http("200 OK", "X-A: me\r\n", ""))),
	dialogue("check-http-404-disables", "    option httpchk\n    http-check disable-on-404\n", answering(http("404 Not Found", "", ""))),
	dialogue("check-http-steps", "    option httpchk\n    http-check connect\n    http-check send meth GET uri /1\n    http-check expect status 200\n"+
		"    http-check connect\n    http-check send meth GET uri /2 ver HTTP/1.1 hdr host me\n    http-check expect status 201 comment two\n",
		answering(http("200 OK", "", ""))),
	dialogue("check-http-no-target", "    option httpchk\n    http-check send meth GET uri-lf %[var(check.none)]\n", answering(http("200 OK", "", ""))),
	dialogue("check-tcp", "    option tcp-check\n", say("")),
	dialogue("check-tcp-connect", "    option tcp-check\n    tcp-check connect\n", say("")),
	dialogue("check-tcp-string", "    option tcp-check\n    tcp-check expect string hello\n", say("hello\r\n")),
	dialogue("check-tcp-string-missing", "    option tcp-check\n    tcp-check connect\n    tcp-check expect string hello\n", sayAndClose("goodbye\r\n")),
	dialogue("check-tcp-waits", "    option tcp-check\n    timeout check 200ms\n    tcp-check connect\n    tcp-check expect string hello comment word\n", say("goodbye\r\n")),
	dialogue("check-tcp-silent", "    option tcp-check\n    timeout check 200ms\n    tcp-check expect rstring ^a\n", say("")),
	dialogue("check-tcp-closes", "    option tcp-check\n    tcp-check expect string hello\n", sayAndClose("")),
	dialogue("check-tcp-resets", "    option tcp-check\n    tcp-check connect\n    tcp-check send x\n    tcp-check expect string hello\n", func(c *Conn) { hear(c, 1); c.Break() }),
	dialogue("check-tcp-negative", "    option tcp-check\n    tcp-check expect min-recv 5 ! rstring ^bad comment \"no good\"\n", say("badly")),
	dialogue("check-tcp-binary", "    option tcp-check\n    tcp-check send-binary 50494e470d0a\n    tcp-check expect binary 2b504F4e47\n",
		func(c *Conn) { c.Saw(hear(c, 6)); c.Say("+PONG\r\n"); c.Hang() }),
	dialogue("check-tcp-rbinary", "    option tcp-check\n    tcp-check expect rbinary ^2B50 error-status L7STS on-error oops\n", say("+XONG\r\n")),
	dialogue("check-tcp-send-only", "    option tcp-check\n    tcp-check connect\n    tcp-check send hello\n", func(c *Conn) { c.Saw(hear(c, 5)); c.Hang() }),
	dialogue("check-tcp-buffer", "    option tcp-check\n    tcp-check connect\n    tcp-check expect string abc\n    tcp-check send x\n    tcp-check expect rstring ^def\n",
		func(c *Conn) { c.Say("abc"); hear(c, 1); c.Say("def"); c.Hang() }),
	dialogue("check-tcp-status", "    option tcp-check\n    tcp-check expect string abc ok-status L4OK on-success \"good %[str(day)]\"\n", say("abc")),
	dialogue("check-tcp-comment", "    option tcp-check\n    tcp-check comment \"the first\"\n    tcp-check expect string abc\n", sayAndClose("def")),
	dialogue("check-tcp-vars", "    option tcp-check\n    tcp-check set-var(check.x) str(abc)\n    tcp-check connect\n    tcp-check expect string-lf %[var(check.x)]\n", say("abc")),
	dialogue("check-redis", "    option redis-check\n", func(c *Conn) { c.Saw(hear(c, 14)); c.Say("+PONG\r\n"); c.Hang() }),
	dialogue("check-redis-error", "    option redis-check\n", func(c *Conn) { hear(c, 14); c.Say("-Error message\r\n"); c.Hang() }),
	dialogue("check-smtp", "    option smtpchk EHLO me\n", func(c *Conn) {
		c.Say("220 here\r\n")
		c.Saw(hear(c, 9))
		c.Say("250-first\r\n250 last\r\n")
		c.Saw(hear(c, 6))
		c.Say("221 bye\r\n")
		c.Hang()
	}),
	dialogue("check-smtp-refused", "    option smtpchk\n", func(c *Conn) {
		c.Say("220 here\r\n")
		c.Saw(hear(c, 16))
		c.Say("550 not you\r\n")
		c.Hang()
	}),
	dialogue("check-smtp-junk", "    option smtpchk\n", say("hello\r\n")),
	dialogue("check-smtp-busy", "    option smtpchk\n", say("421 busy\r\n")),
	dialogue("check-mysql", "    option mysql-check user me\n", func(c *Conn) {
		c.Say("\x0a\x00\x00\x00\x0a8.0.19\x00ab")
		c.Saw(hear(c, 45))
		c.Say("\x07\x00\x00\x02\x00\x00\x00\x02\x00\x00\x00")
		c.Hang()
	}),
	dialogue("check-mysql-refused", "    option mysql-check\n", say("\x0a\x00\x00\x00\xff\x10\x04no way!")),
	dialogue("check-pgsql", "    option pgsql-check user me\n", func(c *Conn) { c.Saw(hear(c, 4)); c.Say("R\x00\x00\x00\x08\x00\x00\x00\x00"); c.Hang() }),
	dialogue("check-pgsql-refused", "    option pgsql-check user me\n", func(c *Conn) { hear(c, 4); c.Say("ESFATAL\x00C28000\x00Mno\x00\x00"); c.Hang() }),
	dialogue("check-ldap", "    option ldap-check\n", func(c *Conn) {
		c.Saw(hear(c, 14))
		c.Say("\x30\x0c\x02\x01\x01\x61\x07\x0a\x01\x00\x04\x00\x04\x00")
		c.Hang()
	}),
	dialogue("check-ldap-refused", "    option ldap-check\n", func(c *Conn) {
		hear(c, 14)
		c.Say("\x30\x0c\x02\x01\x01\x61\x07\x0a\x01\x31\x04\x00\x04\x00")
		c.Hang()
	}),
	dialogue("check-pgsql-sasl", "    option pgsql-check user me\n", func(c *Conn) {
		hear(c, 4)
		c.Say("R\x00\x00\x00\x17\x00\x00\x00\x0aSCRAM-SHA-256\x00\x00")
		c.Hang()
	}),
	dialogue("check-ldap-long", "    option ldap-check\n", func(c *Conn) {
		hear(c, 14)
		c.Say("\x30\x84\x00\x00\x00\x10\x02\x01\x01\x61\x84\x00\x00\x00\x07\x0a\x01")
		c.Say("\x00\x04\x00\x04\x00")
		c.Hang()
	}),
	dialogue("check-ldap-number", "    option ldap-check\n", func(c *Conn) {
		hear(c, 14)
		c.Say("\x30\x0c\x02\x01\x02\x61\x07\x0a\x01\x00\x04\x00\x04\x00")
		c.Hang()
	}),
	dialogue("check-ldap-cut", "    option ldap-check\n", func(c *Conn) {
		hear(c, 14)
		c.Say("\x30\x20\x02\x01\x01\x61\x07\x0a\x01\x00\x04\x00\x04\x00")
	}),
	dialogue("check-silent-ssl", "    option ssl-hello-chk\n", endsAtOnce),
	dialogue("check-silent-smtp", "    option smtpchk\n", endsAtOnce),
	dialogue("check-silent-mysql", "    option mysql-check\n", endsAtOnce),
	dialogue("check-silent-mysql-user", "    option mysql-check user u\n", endsAtOnce),
	dialogue("check-silent-redis", "    option redis-check\n", endsAtOnce),
	dialogue("check-silent-pgsql", "    option pgsql-check user u\n", endsAtOnce),
	dialogue("check-silent-ldap", "    option ldap-check\n", endsAtOnce),
	dialogue("check-silent-tcp", "    option tcp-check\n    tcp-check connect\n    tcp-check expect error-status L7STS on-error oops comment word string x\n", endsAtOnce),
	{
		Name: "check-unbegun",
		Config: strings.ReplaceAll(checked("", ""), "server a {s1}", "server a 255.255.255.255:99") +
			"backend empty\n    option tcp-check\n    server a 255.255.255.255:99 check\nbackend steps\n    option tcp-check\n    tcp-check connect\n" +
			"    server a 255.255.255.255:99 check\nbackend unix\n    server a unix@{dir}/none check\nbackend bound\n    server a 127.0.0.1:9 source 10.99.1.1 check\n" +
			"backend refused\n    option tcp-check\n    server a 127.0.0.1:9 check\nbackend agent\n" +
			"    server a 127.0.0.1:9 agent-check agent-addr 255.255.255.255 agent-port 9\n",
		Play: func(s *Side) {
			for _, row := range []string{"web/a", "empty/a", "steps/a", "unix/a", "bound/a", "refused/a"} {
				s.Until(row+" checked", func() bool { c := s.Field(row, "check_status"); return c != "" && c != "INI" && c[0] != '*' })
				s.Stat(row, checkColumns...)
			}
		},
	},
	dialogue("check-ssl-hello", "    option ssl-hello-chk\n", func(c *Conn) { c.Saw(hear(c, 11)); c.Say("\x16\x03\x00\x00\x01\x02"); c.Hang() }),
	dialogue("check-ssl-hello-junk", "    option ssl-hello-chk\n", func(c *Conn) { hear(c, 11); c.Say("HTTP/1.0 400"); c.Hang() }),
	{
		Name:   "check-refused",
		Config: checked("    option tcp-check\n    tcp-check connect comment door\n", ""),
		Before: func(s *Side) { s.Server("s1").Down() },
		Play: func(s *Side) {
			s.Logs(3)
			s.Stat("web/a", checkColumns...)
			s.Server("s1").Up()
			s.UntilLog("is UP")
		},
	},
	{
		Name:   "check-under-way", // of the one before it some is forgotten
		Config: Head + "backend web\n    option httpchk\n    timeout check 1h\n    server a {s1} check inter 50ms\n",
		Before: func(s *Side) {
			var first sync.Once
			s.Server("s1").Do(func(c *Conn, _ string) {
				first.Do(func() { c.Say("HTTP/1.0 503 No Way\r\n\r\n"); _ = c.Close() })
				c.Hang()
			})
		},
		Play: func(s *Side) {
			s.UntilStat("web/a", "check_code", "0")
			s.Stat("web/a", checkColumns...)
			s.serversState()
		},
	},
	{
		Name:   "check-times-out",
		Config: checked("    timeout connect 100ms\n    timeout check 300ms\n", ""),
		Before: func(s *Side) { s.Server("s1").Deaf() },
		Play: func(s *Side) {
			s.Logs(3)
			s.Stat("web/a", checkColumns...)
		},
	},
	{
		Name:   "check-rise-fall",
		Config: Head + "backend web\n    option log-health-checks\n    option httpchk\n    server a {s1} check inter 50ms rise 2 fall 3\n    server b {s2} backup\n",
		Play: func(s *Side) {
			s.UntilStat("web/a", "status", "UP")
			s.Logs(1)
			s.Server("s1").Answers(http("500 No", "", ""))
			s.UntilStat("web/a", "status", "DOWN")
			s.Logs(4)
			s.Stat("web/a", checkColumns...)
			s.Server("s1").Do(nil)
			s.UntilStat("web/a", "status", "UP")
			s.Logs(3)
			s.Stat("web/a", "chkdown", "status")
			s.Stat("web/BACKEND", "chkdown", "status", "act", "bck")
		},
	},
	{
		Name:   "check-without-log",
		Config: Head + "backend web\n    option httpchk\n    server a {s1} check inter 50ms rise 1 fall 1\n",
		Play: func(s *Side) {
			s.UntilStat("web/a", "check_status", "L7OK")
			s.Server("s1").Answers(http("500 No", "", ""))
			s.Logs(2)
			s.Server("s1").Do(nil)
			s.Logs(1)
		},
	},
	{
		Name: "disable-on-404",
		Config: Head + "listen web\n    bind {web}\n    option httpchk\n    http-check disable-on-404\n    cookie S insert indirect\n" +
			"    server a {s1} cookie A check inter 50ms rise 1 fall 1\n    server b {s2} cookie B\n",
		Play: func(s *Side) {
			s.Server("s1").Do(func(c *Conn, r string) {
				if strings.HasPrefix(r, "OPTIONS") {
					c.Say(http("404 Not Found", "", ""))
					return
				}
				c.Say(OK("s1"))
			})
			s.UntilLog("stopping")
			s.Stat("web/a", checkColumns...)
			for range 2 {
				s.Get("web", "/")
			}
			s.Get("web", "/", "Cookie: S=A")
			s.Server("s1").Answers(http("500 No", "", ""))
			s.UntilLog("DOWN")
			s.Server("s1").Answers(http("404 Not Found", "", ""))
			s.Server("s1").Do(nil)
			s.UntilLog("UP")
		},
	},
	{
		Name: "check-send-state",
		Config: Head + "    option httpchk\nbackend web\n    http-check send-state\n    http-check send meth GET uri /c ver HTTP/1.1 hdr Host me body abc\n" +
			"    server a {s1} check inter 5s weight 3\n    server b {s2}\n",
		Play: func(s *Side) {
			s.Mask(`node=[^;]*;`, "node=(node);")
			s.Mask(`port=\d+;`, "port=(port);")
			s.Server("s1").Reached(1)
		},
	},
	{
		Name: "track",
		Config: Head + "backend main\n    server m {s1} check inter 50ms rise 1 fall 1\nbackend web\n    server a {s1} track main/m\n    server b {s2} track a\n" +
			"    server c {s2}\n",
		Play: func(s *Side) {
			s.UntilStat("main/m", "check_status", "L4OK")
			s.Stat("web/a", checkColumns...)
			s.Server("s1").Down()
			s.Logs(4)
			s.Stat("web/a", checkColumns...)
			s.Stat("web/b", checkColumns...)
			s.Server("s1").Up()
			s.Logs(3)
			s.CLI("disable server main/m")
			s.Stat("web/a", "status")
			s.Stat("web/b", "status")
			s.CLI("enable server main/m")
			s.Stat("web/b", "status")
		},
	},
	observing("observe-layer7", "observe layer7 error-limit 3 on-error mark-down check inter 30s", http("500 No", "", "")),
	observing("observe-layer7-sudden", "observe layer7 error-limit 2 on-error sudden-death check inter 30s fall 3", http("500 No", "", "")),
	observing("observe-layer7-fail-check", "observe layer7 error-limit 2 on-error fail-check check inter 30s fall 2", http("500 No", "", "")),
	{
		Name: "observe-layer7-fastinter",
		Config: Head + "listen web\n    bind {web}\n    option httpchk GET /check\n" +
			"    server a {s1} observe layer7 error-limit 2 on-error fastinter check inter 30s fastinter 100ms fall 2\n",
		Before: func(s *Side) { s.Server("s1").Ignores("/check").Answers(http("500 No", "", "")) },
		Play: func(s *Side) {
			s.Until("the first check", func() bool { return s.Server("s1").Checks() == 1 })
			for range 2 {
				s.Get("web", "/")
			}
			s.Until("a check long before its time", func() bool { return s.Server("s1").Checks() == 2 })
			s.Stat("web/a", append(checkColumns, "hanafail")...)
		},
	},
	{
		Name: "observe-layer4",
		Config: Head + "listen web\n    bind {web}\n    retries 0\n    option log-health-checks\n" +
			"    server a {s1} observe layer4 error-limit 2 on-error mark-down check addr 127.0.0.1 port {port} inter 30s\n" +
			"listen alive\n    bind {alive}\n    mode tcp\n",
		Before: func(s *Side) { s.Define("port", s.Addr("alive")[len("127.0.0.1:"):]) },
		Play: func(s *Side) {
			s.UntilStat("web/a", "check_status", "L4OK")
			s.UntilLog("succeeded")
			s.Server("s1").Down()
			for range 2 {
				s.Get("web", "/")
			}
			s.UntilLog("DOWN")
			s.Stat("web/a", checkColumns...)
		},
	},
	{
		Name: "on-marked-down",
		Config: Head + "listen web\n    bind {web}\n    option httpchk\n    option redispatch\n" +
			"    server a {s1} check inter 50ms rise 1 fall 1 on-marked-down shutdown-sessions\n",
		Play: func(s *Side) {
			s.UntilStat("web/a", "check_status", "L7OK")
			s.Server("s1").Do(func(c *Conn, r string) {
				if strings.HasPrefix(r, "OPTIONS") {
					c.Say(http("500 No", "", ""))
					return
				}
				c.Hang()
			})
			s.Get("web", "/")
			s.UntilLog("GET /")
		},
	},
	{
		Name: "on-marked-up",
		Config: Head + "listen web\n    bind {web}\n    option httpchk\n" +
			"    server a {s1} check inter 50ms rise 1 fall 1 on-marked-up shutdown-backup-sessions\n    server b {s2} backup\n",
		Before: func(s *Side) { s.Server("s1").Answers(http("500 No", "", "")) },
		Play: func(s *Side) {
			s.UntilStat("web/a", "status", "DOWN")
			s.Server("s2").Do(func(c *Conn, _ string) { c.Hang() })
			c := s.Dial("web").Send(Request("/", "Connection: close"))
			s.Server("s2").Reached(1)
			s.Server("s1").Do(nil)
			c.Rest()
			s.UntilLog("GET /")
		},
	},
	{
		Name:   "slowstart",
		Config: Head + "listen web\n    bind {web}\n    option httpchk\n    server a {s1} check inter 50ms rise 1 fall 1 slowstart 2s weight 100\n    server b {s2} weight 100\n",
		Before: func(s *Side) { s.Server("s1").Answers(http("500 No", "", "")) },
		Play: func(s *Side) {
			s.UntilStat("web/a", "status", "DOWN")
			s.Stat("web/a", "weight", "throttle", "uweight")
			s.Server("s1").Do(nil)
			s.UntilStat("web/a", "status", "UP")
			s.Note("throttled %v", s.Field("web/a", "throttle") != "")
			before := time.Now()
			s.UntilStat("web/a", "throttle", "")
			took := time.Since(before)
			s.Note("in time %v", took > time.Second && took < 4*time.Second)
			s.Stat("web/a", "weight", "uweight", "status")
		},
	},
	{
		Name:   "monitor-fail",
		Config: Head + "frontend web\n    bind {web}\n    monitor-uri /alive\n    acl dead nbsrv(app) lt 1\n    monitor fail if dead\n    default_backend app\nbackend app\n    server a {s1} check inter 50ms rise 1 fall 1\n",
		Play: func(s *Side) {
			s.UntilStat("app/a", "check_status", "L4OK")
			s.Get("web", "/alive")
			s.Get("web", "/alive?x")
			s.Server("s1").Down()
			s.UntilStat("app/a", "status", "DOWN")
			s.Get("web", "/alive")
		},
	},
}
