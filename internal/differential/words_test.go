package differential

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"math/big"
	"time"
)

// hashes are of the password "secret" by the methods of crypt(3) that there are here, each in the forms that its settings have, and
// some texts that no password fits.
var hashes = []string{
	"$1$abcdefgh$cHJi5PXp/ki/ktXzqlk6I1", "$1$$ysVNzQc4CTMkp5daOdZ.3/",
	"$5$abc$qsg6EHbUzHQzF1POlD7zUwBINSELQxypPaeDcZe6vH0", "$5$rounds=1234$0123456789abcdef$FT0mmJbMbpLCrYIMBMNZsFJ7OBuXdTxyju0OZM972o0",
	"$6$abc$IdWKNKTJEb8LxY7CGg8YBXlvtfZzFw7Mp/r6niK9YB2mdvgY..TKjv1T..8RadRt2qvUHYRLr/TsVArtr91iR1",
	"$6$rounds=1000$abc$MqEcPZUYRGGcOeq7PhMpfjfu/F0HrVEI0OlZBijWvO8mSG77iNUDP5MqFceKpJTBc8iITVtNyLiNTRNCxv6oh0",
	"$2b$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a", "$2a$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a",
	"$2y$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a", "$y$j9T$abcdefgh$IUWJt2doU4Kf6E/JP1UkAT3S5O3Q7SSA8SJirXIlEu9",
	"$7$CU..../....abcdefgh$XWs9HxtpA2.6U5CDBBbcW.h3o9pYlC.MIIb8JqMgZx6", "$sha1$1000$abcdefgh$ji8ESnkwjcTjo4hThodnLYyi.3yG",
	"secret", "$6$abc$", "$6$rounds=10$abc$x", "$5$rounds=01234$abc$x", "$2b$99$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a", "$9$x$y", "*0",
}

// hashed asks for each user of a list with the right password, and with others.
func hashed() Case {
	lines := ""
	for i, h := range hashes {
		lines += fmt.Sprintf("    user u%d password %s\n", i, h)
	}
	return Case{
		Name: "userlist-hashes",
		Config: one("    http-request return status 200 hdr x-user %[http_auth_user] if { http_auth(people) }\n    http-request auth\n") +
			"userlist people\n" + lines,
		Play: func(s *Side) {
			for i := range hashes {
				for _, password := range []string{"secret", "Secret", "secret ", ""} {
					token := base64.StdEncoding.EncodeToString(fmt.Appendf(nil, "u%d:%s", i, password))
					s.Note("%d %q", i, password)
					s.Get("web", "/", "Authorization: Basic "+token)
				}
			}
		},
	}
}

// cached are what servers say to caches of a page with a cookie.
var cached = []string{
	"", "Cache-Control: max-age=10\r\n", "Cache-Control: max-age=0\r\n", "Cache-Control: private, max-age=5\r\n", "Cache-Control: no-store\r\n",
	"Cache-Control: public\r\n", "Cache-Control: no-cache\r\nCache-Control: public\r\nETag: x\r\n", "Expires: 0\r\n", "ETag: \"a\"\r\n", "Last-Modified: x\r\n",
	"ETag: x\r\nPragma: no-cache\r\n", "ETag: x\r\nPragma: no-cache, x\r\n", "Cache-Control: no-cache=\"set-cookie\", max-age=9\r\n",
	"Cache-Control: s-maxage=9\r\n", "Cache-Control: max-age\r\n", "Cache-Control: x, s-maxage=0\r\nETag: x\r\n",
}

// checkCache plays option checkcache with answers of all these kinds.
func checkCache(name, lines string) Case {
	return Case{
		Name:   "checkcache-" + name,
		Config: two("    option checkcache\n" + lines),
		Play: func(s *Side) {
			for i, fields := range cached {
				for _, cookie := range []string{"Set-Cookie: a=b\r\n", "Set-Cookie2: a=b\r\n", ""} {
					for _, n := range []string{"s1", "s2"} {
						s.Server(n).Answers("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n" + fields + cookie + "\r\n")
					}
					s.Note("%q %q", fields, cookie)
					s.Get("web", fmt.Sprintf("/%d", i))
				}
			}
			for _, n := range []string{"s1", "s2"} {
				s.Server(n).Answers("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nETag: x\r\nSet-Cookie: a=b\r\n\r\n")
			}
			for _, method := range []string{"HEAD", "OPTIONS", "POST", "TRACE"} {
				s.Dial("web").Send(method + " / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 0\r\n\r\n").Rest()
			}
			for _, status := range []string{"302 Found", "404 Not Found", "410 Gone"} {
				for _, n := range []string{"s1", "s2"} {
					s.Server(n).Answers("HTTP/1.1 " + status + "\r\nContent-Length: 0\r\nETag: x\r\nSet-Cookie: a=b\r\n\r\n")
				}
				s.Get("web", "/")
			}
			s.Stat("web/FRONTEND", "dresp", "hrsp_2xx", "hrsp_5xx")
			s.Stat("web/BACKEND", "dresp", "eresp", "hrsp_2xx", "hrsp_5xx")
			s.Stat("web/a", "dresp", "eresp", "hrsp_2xx", "hrsp_5xx")
			if lines == "" { // else the cookie of the section's own forbids to cache it
				s.UntilLog("Blocking cacheable cookie")
			}
		},
	}
}

// certificate writes a certificate for the given name, with its key, into a file of the case's directory.
func certificate(s *Side, file, name string) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	s.must(err, "make a key")
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	s.must(err, "make a certificate")
	private, err := x509.MarshalECPrivateKey(key)
	s.must(err, "write the key")
	s.write(file, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))+
		string(pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: private})))
}

// checkedOverTLS checks a listener over TLS that tells what it was asked for.
func checkedOverTLS(name, lines, settings string) Case {
	return Case{
		Name: "check-connect-" + name,
		Config: Head + "frontend shop\n    bind {shop} ssl crt {dir}/shop.pem alpn http/1.1,http/1.0\n    bind {plain} accept-proxy\n" +
			"    log-format \"%ft asked for %[ssl_fc_sni] and %[ssl_fc_alpn] %ST %[capture.req.uri]\"\n" +
			"    http-request return status 200 if { path / }\nbackend web\n    option log-health-checks\n" + lines +
			"    server a {shop} check inter 1h verify none " + settings + "\n",
		Before: func(s *Side) { certificate(s, "shop.pem", "shop.example") },
		Play: func(s *Side) {
			s.Logs(2)
			s.Stat("web/a", checkColumns...)
		},
	}
}

// wordCases are about single keywords.
var wordCases = []Case{
	hashed(),
	checkCache("plain", ""),
	checkCache("cookie", "    cookie S insert nocache\n"),
	{
		Name: "restrict-names",
		Config: Head + "frontend web\n    bind {web}\n    option http-restrict-req-hdr-names delete\n    http-request set-header x_rule yes\n    http-request allow\n    default_backend down\n" +
			"frontend strict\n    bind {strict}\n    option http-restrict-req-hdr-names reject\n    default_backend down\n" +
			"frontend lax\n    bind {lax}\n    option http-restrict-req-hdr-names preserve\n    default_backend strictback\n" +
			"backend down\n    server a {s1}\nbackend strictback\n    option http-restrict-req-hdr-names reject\n    http-request deny deny_status 429 if { hdr_cnt(x_two) gt 0 }\n    server a {s1}\n",
		Play: func(s *Side) {
			for _, front := range []string{"web", "strict", "lax"} {
				s.Get(front, "/", "X-Good: 1", "X_Bad: 2", "X.Dot: 3")
				s.Get(front, "/", "X-Good: 1")
				s.Get(front, "/", "X_Two: 1")
				s.Logs(3)
				s.Stat(front+"/FRONTEND", "dreq", "ereq", "hrsp_4xx")
			}
			s.Stat("strictback/BACKEND", "dreq", "ereq", "hrsp_4xx")
			s.Server("s1").Reached(3)
		},
	},
	{
		Name: "log-https",
		Config: Head + "defaults plain\n    mode http\n    timeout client 5s\n    timeout server 5s\n    timeout connect 5s\ndefaults secure\n    mode http\n    log global\n    option httpslog\n    timeout client 5s\n    timeout server 5s\n    timeout connect 5s\n    timeout http-request 200ms\n" +
			"listen web from secure\n    bind {web}\n    http-request return status 200\n    capture request header Host len 5\nlisten shop from secure\n    bind {shop} ssl crt {dir}/shop.pem\n    http-request return status 200\n" +
			"listen relay from plain\n    bind {relay}\n    server a {shop} ssl verify none sni str(shop.example)\n",
		Before: func(s *Side) { certificate(s, "shop.pem", "shop.example") },
		Play: func(s *Side) {
			s.Mask(`TLS_AES_\d+_GCM_SHA\d+`, "(cipher)") // of those of TLS 1.3 crypto/tls prefers another
			s.Get("relay", "/over-tls")
			s.Logs(1)
			s.Get("web", "/a")
			s.Dial("web").Send("junk\r\n\r\n").Rest()
			s.Dial("web").Rest()
			s.Logs(3)
		},
	},
	checkedOverTLS("ssl", "    option httpchk\n    http-check connect ssl sni shop.example alpn http/1.0\n", ""),
	checkedOverTLS("ssl-plain", "    option httpchk\n    http-check connect ssl\n", ""),
	checkedOverTLS("ssl-default", "    option httpchk\n    http-check connect default sni other.example\n", "check-ssl check-sni mine.example check-alpn http/1.1"),
	checkedOverTLS("ssl-over-default", "    option httpchk\n    http-check connect default ssl\n", "check-sni mine.example check-alpn http/1.1"),
	checkedOverTLS("ssl-tcp", "    option tcp-check\n    tcp-check connect ssl sni shop.example\n    tcp-check send \"GET /none HTTP/1.0\\r\\n\\r\\n\"\n    tcp-check expect string 503\n", ""),
}
