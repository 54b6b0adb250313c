package health

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"simulacro/proxy/rules"
)

// The scripts of the options that know a protocol (configuration manual, section 4.2, "option redis-check" and its like).

// say sends a text.
func say(text string) Step { return Step{Kind: Send, Data: rules.Literal(text)} }

// open connects as the server line says.
func open() Step { return Step{Kind: Connect, Open: Open{Default: true, Linger: true}} }

func judged(f func(answer []byte, more bool) CustomVerdict) Step {
	return Step{Kind: Expect, Expect: Expectation{Match: Custom, Judge: f, MinRecv: -1}}
}

func protocol(steps ...Step) *Script { return script(1, steps) }

// opened is protocol where HAProxy counts the connection as a step, too.
func opened(steps ...Step) *Script { return script(2, steps) }

func script(first int, steps []Step) *Script {
	for i := range steps {
		steps[i].Number = first + i
	}
	s := &Script{Protocol: true, Steps: append([]Step{open()}, steps...)}
	s.Finish()
	return s
}

// wait waits for more, or takes what is there for a broken answer.
func wait(more bool) CustomVerdict {
	if more {
		return CustomVerdict{}
	}
	return CustomVerdict{Status: L7Rsp}
}

// Redis is `option redis-check`.
func Redis() *Script {
	return protocol(say("*1\r\n$4\r\nPING\r\n"), Step{Kind: Expect, Expect: Expectation{Match: Text, Pattern: "+PONG\r\n", MinRecv: -1,
		Error: L7Sts, OnError: firstLine, OnSuccess: rules.Literal("Redis server is ok")}})
}

// firstLine is the answer's first line, or all of it.
var firstLine = rules.Computed(func(tx *rules.Tx) string { return cutLine(tx.Payload) })

func cutLine(s string) string {
	if i := strings.IndexAny(s, "\r\n"); i >= 0 {
		return s[:i]
	}
	return s
}

// SMTP is `option smtpchk`; hello is the greeting with the domain.
func SMTP(hello string) *Script {
	expect := func(expr string, atLeast int, usual Status) Step {
		e := Expectation{Match: Regex, Regex: regexp.MustCompile(expr), MinRecv: atLeast, Error: usual}
		if usual == L7Rsp {
			e.OnError = firstLine
		} else {
			e.OnError, e.OnSuccess, e.StatusCode = smtpText, smtpText, rules.ComputedExpr(smtpCode)
		}
		return Step{Kind: Expect, Expect: e}
	}
	return opened(expect("^[0-9]{3}[ \r]", 4, L7Rsp), expect("^2[0-9]{2}[ \r]", 4, L7Sts), say(hello+"\r\n"),
		expect("^(2[0-9]{2}-[^\r]*\r\n)*2[0-9]{2}[ \r]", -1, L7Sts), say("QUIT\r\n"), expect("^2[0-9]{2}[- \r]", 4, L7Sts))
}

// smtpText is a reply without its code.
var smtpText = rules.Computed(func(tx *rules.Tx) string {
	return cutLine(strings.TrimLeft(tx.Payload[min(4, len(tx.Payload)):], " "))
})

func smtpCode(tx *rules.Tx) (rules.Value, bool) {
	return rules.Text(tx.Payload[:min(3, len(tx.Payload))]), len(tx.Payload) >= 3
}

// MySQL is `option mysql-check`; without a user it only looks at the server's greeting. old asks as a client before 4.1.
func MySQL(user string, old bool) *Script {
	if user == "" {
		return opened(judged(mysqlPacket))
	}
	var b []byte
	if old {
		b = append([]byte{0x00, 0x80, 0x00, 0x00, 0x01}, user...)
	} else {
		b = append([]byte{0x00, 0x82, 0x00, 0x00, 0x00, 0x80, 0x00, 0x01, 0x21}, make([]byte, 23)...)
		b = append(b, user...)
	}
	b = append(b, 0, 0)
	head := []byte{byte(len(b)), byte(len(b) >> 8), byte(len(b) >> 16), 1}
	quit := []byte{1, 0, 0, 0, 1}
	return opened(say(string(head)+string(b)+string(quit)), // without waiting for the greeting, as HAProxy does
		judged(mysqlPacket),
		judged(func(p []byte, more bool) CustomVerdict {
			greeting := min(4+mysqlLength(p), len(p)) // which has been judged
			v := mysqlPacket(p[greeting:], more)
			if v.OK {
				v.Info = "" // what the greeting said stays
			}
			return v
		}))
}

func mysqlLength(p []byte) int { return int(p[0]) | int(p[1])<<8 | int(p[2])<<16 }

// mysqlPacket judges the answer's first packet; what is said of a greeting is the version in it.
func mysqlPacket(p []byte, more bool) CustomVerdict {
	if len(p) < 5 || len(p) < 4+mysqlLength(p) {
		return wait(more)
	}
	if p[4] == 0xff {
		v := CustomVerdict{Status: L7Sts}
		if len(p) >= 7 {
			v.Code = int(binary.LittleEndian.Uint16(p[5:]))
			v.Info = string(p[7:])
		}
		return v
	}
	version, _, _ := bytes.Cut(p[5:], []byte{0})
	return CustomVerdict{OK: true, Info: string(version)}
}

// PgSQL is `option pgsql-check`.
func PgSQL(user string) *Script {
	body := "\x00\x03\x00\x00user\x00" + user + "\x00\x00"
	size := binary.BigEndian.AppendUint32(nil, uint32(len(body)+4))
	return opened(say(string(size)+body),
		Step{Kind: Expect, Expect: Expectation{Match: Regex, Negate: true, Regex: regexp.MustCompile("^E"), MinRecv: 5, OnError: pgError}},
		Step{Kind: Expect, Expect: Expectation{Match: Regex, Binary: true, Regex: regexp.MustCompile("^52000000[0-9A-F]{2}000000(00|02|03|04|05|06|07|09|0A)"),
			MinRecv: 9, Error: L7Sts, OnSuccess: rules.Literal("PostgreSQL server is ok"), OnError: rules.Literal("PostgreSQL unknown error")}})
}

// pgError is what stands behind an error's first six bytes.
var pgError = rules.Computed(func(tx *rules.Tx) string {
	text, _, _ := strings.Cut(tx.Payload[min(6, len(tx.Payload)):], "\x00")
	return text
})

// LDAP is `option ldap-check`: an anonymous bind (RFC 4511, section 4.2).
func LDAP() *Script {
	return protocol(say("\x30\x0c\x02\x01\x01\x60\x07\x02\x01\x03\x04\x00\x80\x00"),
		Step{Kind: Expect, Expect: Expectation{Match: Regex, Binary: true, Regex: regexp.MustCompile("^30"), MinRecv: 14,
			OnError: rules.Literal("Not LDAPv3 protocol")}},
		judged(ldapBind))
}

// ldapBind looks for the BindResponse to message 1 and its result code, once all of the message has come.
func ldapBind(p []byte, more bool) CustomVerdict {
	bad := CustomVerdict{Status: L7Rsp, Info: "Not LDAPv3 protocol"}
	if len(p) < 14 {
		return wait(more)
	}
	at, size, known := berSize(p)
	switch {
	case len(p) < at+size:
		return wait(more)
	case !known:
		return bad
	}
	i := at + 3 // behind the message's number
	if len(p) < i+2 || string(p[at:i]) != "\x02\x01\x01" || p[i] != 0x61 {
		return bad
	}
	i += 2
	if p[i-1]&0x80 != 0 {
		i += int(p[i-1] & 0x7f)
	}
	if len(p) < i+3 || p[i] != 0x0a || p[i+1] != 1 {
		return bad
	}
	if code := int(int8(p[i+2])); code != 0 {
		return CustomVerdict{Status: L7Sts, Code: code, Info: "See RFC: http://tools.ietf.org/html/rfc4511#section-4.1.9"}
	}
	return CustomVerdict{OK: true, Info: "Success"}
}

// berSize reads the length behind a message's first byte: how much it is, and where its content begins. Of the long form's lengths
// HAProxy knows those of two and of four bytes.
func berSize(p []byte) (at, size int, known bool) {
	n := int(p[1] & 0x7f)
	switch {
	case p[1]&0x80 == 0:
		return 2, n, true
	case n == 2:
		return 4, int(binary.BigEndian.Uint16(p[2:])), true
	case n == 4:
		return 6, int(binary.BigEndian.Uint32(p[2:])), true
	}
	return 2 + n, 0, false
}

// SSLHello is `option ssl-hello-chk`: an SSLv3 client hello, which any TLS server answers with a handshake or an alert.
func SSLHello() *Script {
	return protocol(Step{Kind: Send, Data: rules.Computed(clientHello)},
		Step{Kind: Expect, Expect: Expectation{Match: Regex, Binary: true, Regex: regexp.MustCompile("^1[56]"), MinRecv: 5,
			OK: L6OK, Error: L6Rsp, Tout: L6Tout}})
}

// clientHello makes the record: the time and 28 bytes stand for the random (RFC 6101, section 5.6.1.2).
func clientHello(tx *rules.Tx) string {
	random := binary.BigEndian.AppendUint32(nil, uint32(tx.Now.Unix()))
	random = append(random, "SIMULACROSSLHELLOCHECK\n\n\n\n\n\n"...)
	suites := ""
	for n := 1; n <= 0x3a; n++ { // SSLv3's, and those of RFC 3268
		if n <= 0x1b || n >= 0x2f {
			suites += string([]byte{0, byte(n)})
		}
	}
	hello := "\x03\x00" + string(random) + "\x00" + string([]byte{byte(len(suites) >> 8), byte(len(suites))}) + suites + "\x01\x00"
	shake := "\x01" + string([]byte{0, byte(len(hello) >> 8), byte(len(hello))}) + hello
	return "\x16\x03\x00" + string([]byte{byte(len(shake) >> 8), byte(len(shake))}) + shake
}

// Hex reads hexadecimal digits, an even number of them.
func Hex(s string) (string, error) {
	b, err := hex.DecodeString(s)
	return string(b), err
}

// Codes reads a list of status codes and ranges: 200,300-399.
func Codes(list string) (codes [][2]int, err error) {
	for _, r := range strings.Split(list, ",") {
		a, b, ranged := strings.Cut(strings.TrimSpace(r), "-")
		lo, _ := strconv.Atoi(a) // nothing is 0, as in HAProxy
		hi := lo
		if ranged {
			hi, err = strconv.Atoi(b)
		}
		switch {
		case strings.LastIndexByte(b, '-') > 0:
			return nil, fmt.Errorf("invalid character '-' in the list of status codes")
		case err != nil || hi < lo:
			return nil, fmt.Errorf("invalid range of status codes '%s'", list)
		}
		codes = append(codes, [2]int{lo, hi})
	}
	return codes, nil
}
