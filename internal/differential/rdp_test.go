package differential

import (
	"encoding/binary"
	"fmt"
	"net"
	"strconv"
)

// rdpRequest is the connection request that a client of RDP begins with.
func rdpRequest(cookie string) string {
	text := cookie + "\r\n"
	n := 11 + len(text)
	return string([]byte{3, 0, byte(n >> 8), byte(n), byte(n - 5), 0xe0, 0, 0, 0, 0, 0}) + text
}

// rdpPlace is a server's cookie, as a terminal server makes it of its address.
func rdpPlace(addr string) string {
	host, port, _ := net.SplitHostPort(addr)
	n, _ := strconv.Atoi(port)
	return fmt.Sprintf("%d.%d.0000", binary.LittleEndian.Uint32(net.ParseIP(host).To4()), uint16(n<<8|n>>8))
}

// rdpCase is a farm of three that greets by name; each cookie is asked for, and the greeting noted.
func rdpCase(name, lines string, cookies func(s *Side) []string) Case {
	return Case{
		Name: "rdp-" + name,
		Config: Head + "listen web\n    mode tcp\n    option tcplog\n    bind {web}\n    tcp-request inspect-delay 2s\n    tcp-request content accept if RDP_COOKIE\n" +
			lines + "    server a {s1}\n    server b {s2} weight 2\n    server c {s3}\n",
		Play: func(s *Side) {
			s.Mask(`\d+/\d+/\d+/\d+(/\d+ 0/0)`, "n/n/n/n$1") // depends on how soon an end is seen
			for _, n := range []string{"1", "2", "3"} {
				s.Server("s" + n).Greets(func(c *Conn) {
					hear(c, 11)
					c.Say("server " + n)
					_ = c.Close()
				})
			}
			ask := func() {
				for _, cookie := range cookies(s) {
					s.Dial("web").Send(rdpRequest(cookie)).Read(8).Close()
					s.Logs(1)
				}
			}
			ask()
			s.CLI("disable server web/b")
			ask()
		},
	}
}

// users are cookies of users and none, and what is no cookie.
func users(name string) func(*Side) []string {
	return func(*Side) (list []string) {
		for i := range 8 {
			list = append(list, fmt.Sprintf("Cookie: %s=user%d", name, i*i))
		}
		return append(list, "cookie: "+name+"=x", "Cookie: other=y", "Cookie: "+name+"=", "Kookie: "+name+"=z")
	}
}

// places are cookies of the farm's servers, and of none.
func places(name string) func(*Side) []string {
	return func(s *Side) (list []string) {
		for _, n := range []string{"s1", "s2", "s3"} {
			list = append(list, "Cookie: "+name+"="+rdpPlace(s.Server(n).addr))
		}
		return append(list, "Cookie: "+name+"=1.2.0000", "Cookie: "+name+"=x", "Cookie: other="+rdpPlace(s.Server("s3").addr))
	}
}

// rdpCases are about balancing and persistence by RDP's cookies.
var rdpCases = []Case{
	rdpCase("balance", "    balance rdp-cookie\n", users("mstshash")),
	rdpCase("balance-name", "    balance rdp-cookie(Foo)\n    hash-type consistent\n", users("foo")),
	rdpCase("persist", "    balance roundrobin\n    persist rdp-cookie\n", places("msts")),
	rdpCase("persist-down", "    balance roundrobin\n    option persist\n    persist rdp-cookie(Foo)\n", places("foo")),
	rdpCase("use-server", "    persist rdp-cookie\n    use-server c if TRUE\n", places("msts")),
}
