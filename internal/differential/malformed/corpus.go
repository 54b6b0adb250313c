package malformed

// requests are what mutation begins with: one for each shape of a request.
var requests = []string{
	"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
	"GET /index.php?x=1&y=%20z HTTP/1.1\r\nHost: www.example.org\r\nUser-Agent: test\r\nAccept: */*\r\nCookie: a=b; c=d\r\n\r\n",
	"HEAD /h HTTP/1.1\r\nHost: a\r\nAccept: text/html\r\n\r\n",
	"POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
	"PUT /p HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\nContent-Length: 11\r\n\r\nhello world",
	"POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
	"POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n",
	"POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n3;ext=1\r\nabc\r\n0\r\nX-Sum: 9\r\n\r\n",
	"POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
	"POST /c HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n",
	"GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n",
	"POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabcGET /2 HTTP/1.1\r\nHost: a\r\n\r\n",
	"POST /1 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n",
	"GET /1 HTTP/1.1\r\nHost: a\r\n\r\nPOST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nokGET /3 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
	"GET /old HTTP/1.0\r\n\r\n",
	"GET /old HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n",
	"POST /old HTTP/1.0\r\nContent-Length: 3\r\nConnection: keep-alive\r\n\r\nabcGET / HTTP/1.0\r\n\r\n",
	"GET /\r\n\r\n",
	"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
	"GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, x-hop\r\nX-Hop: 1\r\nKeep-Alive: 5\r\n\r\n",
	"GET http://a/abs HTTP/1.1\r\nHost: a\r\n\r\n",
	"GET http://a:80/abs?q HTTP/1.1\r\nHost: a:80\r\n\r\n",
	"GET http://user@a.example:8080/abs HTTP/1.1\r\nHost: a.example:8080\r\n\r\n",
	"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
	"CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\n\r\n",
	"GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
	"GET /up HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: other\r\n\r\n",
	"POST /e HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nab",
	"GET / HTTP/1.1\r\nHost: a\r\nTE: trailers, gzip\r\nX-Empty:\r\nX-Blank:   \r\nX-Tab:\tv\t\r\n\r\n",
	"GET / HTTP/1.1\r\nHost: a\r\nX-Fold: one\r\n two\r\n\tthree\r\nX-After: 1\r\n\r\n",
	"GET / HTTP/1.1\nHost: a\n\n",
	"\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
	"DELETE /d HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nX-Forwarded-For: 1.2.3.4\r\n\r\n",
	"PATCH /d HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\ncontent-length: 2\r\n\r\nab",
}

// responses are the same for the servers' side.
var responses = []string{
	"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
	"HTTP/1.1 200 OK\r\nServer: Apache\r\nContent-Type: text/html\r\nSet-Cookie: a=b\r\nContent-Length: 2\r\n\r\nok",
	"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
	"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n2\r\nde\r\n0\r\nX-Sum: 1\r\n\r\n",
	"HTTP/1.1 200 OK\r\n\r\nuntil the end",
	"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
	"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok",
	"HTTP/1.1 204 No Content\r\nX: 1\r\n\r\n",
	"HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\nContent-Length: 10\r\n\r\n",
	"HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 3\r\n\r\nno\n",
	"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
	"HTTP/1.1 103 Early Hints\r\nLink: </s.css>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
	"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
	"HTTP/1.1 200 OK\r\nX-Fold: a\r\n b\r\nContent-Length: 2\r\n\r\nok",
	"HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n",
	"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nno",
	"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok",
	"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: other\r\n\r\nraw",
	"HTTP/1.1 200 OK\nContent-Length: 2\n\nok",
}

// fields are lines that say something about where a message ends, or seem to.
var fields = []string{
	"Transfer-Encoding: chunked", "Transfer-Encoding: Chunked", "Transfer-Encoding: xchunked", "Transfer-Encoding: identity",
	"Transfer-Encoding: gzip, chunked", "Transfer-Encoding: chunked, chunked", "Transfer-Encoding: chunked, identity",
	"Transfer-Encoding:chunked", "Transfer-Encoding : chunked", "Transfer-Encoding: \"chunked\"", "Transfer-Encoding: chunked;q=1",
	"Transfer-Encoding:\tchunked", "Transfer-Encoding: chunked ", "Transfer-Encoding:", "Transfer-Encoding: ,chunked,",
	"Transfer_Encoding: chunked", "Transfer-Encoding:\x0bchunked", " Transfer-Encoding: chunked", "X: y\rTransfer-Encoding: chunked",
	"Content-Length: 0", "Content-Length: 3", "Content-Length: 5", "Content-Length: 5, 5", "Content-Length: 5,6", "Content-Length: +5",
	"Content-Length: -1", "Content-Length: 0x5", "Content-Length: 5 5", "Content-Length:", "Content-Length: ,", "Content-Length: 05",
	"Content-Length: 5;", "Content-Length: 1e1", "Content-Length: 18446744073709551616", "Content-Length: 9223372036854775807",
	"Content-Length: 9223372036854775808", "Content-Length: 99999999999999999999999", "Content-Length : 5", "Content-Length:5",
	"Content-Length: 5\x00", "content-length:\t5\t", "Host: a", "Host: b", "Host:", "Host: a, b", "Host: a:80", "Host: a:", "Host: A",
	"Host: a:443", "Host: a/b", "Host: a b", "Host: a@b", "Host: [::1]:80", "Connection: close", "Connection: keep-alive",
	"Connection: close, keep-alive", "Connection: Content-Length", "Connection: upgrade", "Connection: CLOSE", "Connection:",
	"Connection: ,close", "Connection: te, host", "Upgrade: websocket", "Upgrade: h2c", "Upgrade: h2", "Sec-WebSocket-Key: x",
	"HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA", "TE: trailers", "TE: gzip", "TE: gzip, trailers;q=0.5", "Expect: 100-continue",
	"Expect: x", "Proxy-Connection: close", "Keep-Alive: 300", ": empty", "NoColon", "Bad Name: 1", "B(ad): 1", "B\x80d: 1", "X\x00Y: 1",
	"X: a\x00b", "X: a\x01b", "X: a\x7fb", "X: \xff\xfe", "X: a\rb", "X:\x0b", "X-" + string(rune('a')) + ":", "_under: 1", "x.y: 1",
	":authority: a", "X: \"quoted\r\n line\"", "\tX: tab first",
}

// sizes are chunk sizes, right and wrong.
var sizes = []string{
	"0", "00", "5", "05", "000000000000000000005", "A", "a", "1G", "g", "-1", "+5", "0x5", "5 ", "5\t", " 5", "5;", "5;a", "5;a=b", "5; a=\"b\"",
	"5 ;a", "5\x00", "", ";", ";a=b", "ffffffff", "7fffffffffffffff", "ffffffffffffffff", "10000000000000000", "fffffffffffff", "10000000000000",
	"5\r", "5\n", "5;a\nb", "5;a\rb", "5,5", "5.0", "5;\x01", "5;\x80", "5;" + "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
}

var versions = []string{
	"HTTP/1.1", "HTTP/1.0", "HTTP/0.9", "HTTP/1.2", "HTTP/2.0", "HTTP/9.9", "HTTP/1.10", "HTTP/1", "HTTP/01.1", "http/1.1", "HTTP/1.1 ", " HTTP/1.1",
	"HTTP /1.1", "HTTP/1.1x", "HTTP/1,1", "HTTP/a.b", "HTTPS/1.1", "HTTP/", "", "HTTP/1.1\x00", "\tHTTP/1.1", "HTTP/11", "HTTP/.1", "HTTP/1.", "RTSP/1.0", "HTTP/3.0",
}

var methods = []string{
	"GET", "get", "POST", "HEAD", "OPTIONS", "CONNECT", "TRACE", "PRI", "FOO", "G", "", "GET ", "\tGET", "GE T", "G:T", "G/T", "GET\x00", "\x00", "\x80GET",
	"GÉT", "M-SEARCH", "A!#$%&'*+-.^_`|~", "GET\t", "{GET}", "XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX", "\"GET\"",
}

var targets = []string{
	"/", "", "*", "/ /", "//a", "/\x00", "/\x01", "/\x7f", "/\x80", "/é", "/#frag", "/a#", "#", "?", "a", "a/b", "http://a/", "http://a", "http://b/", "http://a:80/", "http://a:80",
	"http://a:81/", "http://A/", "https://a/", "https://a:443/", "http:///", "http://", "http:a", "http:/a", "://a", "1http://a/", "h-t+p.://a/", "ftp://a/", "ftp://a:80/", "http://u:p@a/",
	"http://a@b/", "http://a?x", "http://a:/", "http://a:x/", "http://[::1]/", "http://[::1]:80/", "http://a/\"<>\\^`{|}", "/\"<>\\^`{|}", "a:80", "a:443", "a:", ":80", "a", "/%", "/%zz", "/%00",
	"/a\tb", "/a;b", "/..", "/../..", "/" + "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "mailto:x@a", "urn:a:b",
}

var statuses = []string{
	"200 OK", "200", "200 ", "20 OK", "2000 OK", "99 OK", "000 OK", "600 Odd", "999 Odd", "100 Continue", "101 Switching", "102 Processing", "199 x", "204 No", "205 Reset", "206 Part", "304 Not",
	"2x0 OK", "abc", "", "-200 OK", "+200 OK", " 200 OK", "200\tOK", "200 O\x00K", "200 O\x01K", "200 \x80", "200OK", "200 OK\r", "1234567 long", "0200 OK", "418 I'm a teapot",
}
