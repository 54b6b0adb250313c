package rules

import (
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// LogInfo is what log variables show of a request. Durations are in ms; -1: the event never took place.
type LogInfo struct {
	Client, Frontend, Origin, Target netip.AddrPort // client and the address it came to; the director's and the server's end
	Accept                           time.Time
	Front, Back, Server              string
	Handshake, Idle                  int64 // Th, Ti
	Request, Queue                   int64 // TR, Tw
	Connect, Response                int64 // Tc, Tr
	Active, Total, Data              int64 // Ta, Tt, Td
	Status                           int   // -1: none was sent
	Bytes, BytesIn                   int64
	Flags                            [4]byte
	ActConn, FeConn, BeConn, SrvConn int
	Retries                          int
	Redisp                           bool
	SrvQueue, BackQueue              int
	Line                             string // the request's; "": none came
	Cookie, SetCookie                string // captured
	Host                             string
	Counter                          uint64
	PID                              int
}

type appender = func(dst []byte, i *LogInfo, tx *Tx) []byte

func number(f func(i *LogInfo) int64) appender {
	return func(dst []byte, i *LogInfo, _ *Tx) []byte { return strconv.AppendInt(dst, f(i), 10) }
}

func word(f func(i *LogInfo) string) appender {
	return func(dst []byte, i *LogInfo, _ *Tx) []byte {
		if s := f(i); s != "" {
			return append(dst, s...)
		}
		return append(dst, '-')
	}
}

func ipOf(f func(i *LogInfo) netip.AddrPort) appender {
	return func(dst []byte, i *LogInfo, _ *Tx) []byte {
		if a := f(i).Addr(); a.IsValid() {
			return a.AppendTo(dst)
		}
		return append(dst, '-')
	}
}

func portOf(f func(i *LogInfo) netip.AddrPort) appender {
	return func(dst []byte, i *LogInfo, _ *Tx) []byte {
		if !f(i).IsValid() {
			return append(dst, '-')
		}
		return strconv.AppendUint(dst, uint64(f(i).Port()), 10)
	}
}

func clock(layout string, zone *time.Location, millis bool) appender {
	return func(dst []byte, i *LogInfo, _ *Tx) []byte {
		dst = i.Accept.In(zone).AppendFormat(dst, layout)
		if millis {
			dst = append(dst, '.')
			dst = append(dst, strconv.Itoa(1000 + i.Accept.Nanosecond()/1e6)[1:]...)
		}
		return dst
	}
}

// line shows a part of the request line.
func line(f func(i *LogInfo) string) appender {
	return func(dst []byte, i *LogInfo, _ *Tx) []byte {
		if i.Line == "" {
			return append(dst, "<BADREQ>"...)
		}
		return options{log: true}.append(dst, f(i))
	}
}

// part gives the n-th word of the request line.
func part(n int) func(*LogInfo) string {
	return func(i *LogInfo) string {
		if words := strings.Fields(i.Line); n < len(words) {
			return words[n]
		}
		return ""
	}
}

func uri(i *LogInfo) *Message { return &Message{Method: part(0)(i), URI: part(1)(i)} }

// httpVars are the log variables that there are in mode http only (section 8.2.4); tsc, which is marked so too, is taken.
var httpVars = []string{"CC", "CS", "HM", "HP", "HPO", "HQ", "HU", "HV", "Ta", "Ti", "Tq", "TR", "Tr", "r", "tr", "trg", "trl"}

// logVars is the table of log variables.
var logVars = map[string]appender{
	"B": number(func(i *LogInfo) int64 { return i.Bytes }), "U": number(func(i *LogInfo) int64 { return i.BytesIn }),
	"CC": word(func(i *LogInfo) string { return i.Cookie }), "CS": word(func(i *LogInfo) string { return i.SetCookie }),
	"H": word(func(i *LogInfo) string { return i.Host }), "HM": line(part(0)), "HV": line(part(2)), "HU": line(part(1)),
	"HP":  line(func(i *LogInfo) string { b, p, _ := uri(i).path(); return b + p }),
	"HPO": line(func(i *LogInfo) string { _, p, _ := uri(i).path(); return p }),
	"HQ":  line(func(i *LogInfo) string { _, _, q := uri(i).path(); return q }),
	"ID": func(dst []byte, _ *LogInfo, tx *Tx) []byte {
		if tx.UniqueID == "" {
			return append(dst, '-')
		}
		return append(dst, tx.UniqueID...)
	},
	"ST": number(func(i *LogInfo) int64 { return int64(i.Status) }),
	"T":  clock("02/Jan/2006:15:04:05 +0000", time.UTC, false), "Tl": clock("02/Jan/2006:15:04:05 -0700", time.Local, false),
	"Ta": number(func(i *LogInfo) int64 { return i.Active }), "Tc": number(func(i *LogInfo) int64 { return i.Connect }),
	"Td": number(func(i *LogInfo) int64 { return i.Data }), "Th": number(func(i *LogInfo) int64 { return i.Handshake }),
	"Ti": number(func(i *LogInfo) int64 { return i.Idle }), "TR": number(func(i *LogInfo) int64 { return i.Request }),
	"Tq": number(func(i *LogInfo) int64 {
		if i.Request < 0 {
			return -1
		}
		return i.Handshake + i.Idle + i.Request
	}),
	"Tr": number(func(i *LogInfo) int64 { return i.Response }), "Tt": number(func(i *LogInfo) int64 { return i.Total }),
	"Tu": number(func(i *LogInfo) int64 { return i.Total - i.Idle }), "Tw": number(func(i *LogInfo) int64 { return i.Queue }),
	"Ts": number(func(i *LogInfo) int64 { return i.Accept.Unix() }),
	"ms": number(func(i *LogInfo) int64 { return int64(i.Accept.Nanosecond() / 1e6) }),
	"ac": number(func(i *LogInfo) int64 { return int64(i.ActConn) }), "fc": number(func(i *LogInfo) int64 { return int64(i.FeConn) }),
	"bc": number(func(i *LogInfo) int64 { return int64(i.BeConn) }), "sc": number(func(i *LogInfo) int64 { return int64(i.SrvConn) }),
	"bq": number(func(i *LogInfo) int64 { return int64(i.BackQueue) }), "sq": number(func(i *LogInfo) int64 { return int64(i.SrvQueue) }),
	"rc": func(dst []byte, i *LogInfo, _ *Tx) []byte {
		if i.Redisp {
			dst = append(dst, '+')
		}
		return strconv.AppendInt(dst, int64(i.Retries), 10)
	},
	"b": word(func(i *LogInfo) string { return i.Back }), "s": word(func(i *LogInfo) string { return i.Server }),
	"f": word(func(i *LogInfo) string { return strings.TrimSuffix(i.Front, "~") }), "ft": word(func(i *LogInfo) string { return i.Front }),
	"ci": ipOf(func(i *LogInfo) netip.AddrPort { return i.Client }), "cp": portOf(func(i *LogInfo) netip.AddrPort { return i.Client }),
	"fi": ipOf(func(i *LogInfo) netip.AddrPort { return i.Frontend }), "fp": portOf(func(i *LogInfo) netip.AddrPort { return i.Frontend }),
	"bi": ipOf(func(i *LogInfo) netip.AddrPort { return i.Origin }), "bp": portOf(func(i *LogInfo) netip.AddrPort { return i.Origin }),
	"si": ipOf(func(i *LogInfo) netip.AddrPort { return i.Target }), "sp": portOf(func(i *LogInfo) netip.AddrPort { return i.Target }),
	"hr": captures(0, false), "hs": captures(1, false), "hrl": captures(0, true), "hsl": captures(1, true),
	"r":   line(func(i *LogInfo) string { return i.Line }),
	"rt":  number(func(i *LogInfo) int64 { return int64(i.Counter) }),
	"pid": number(func(i *LogInfo) int64 { return int64(i.PID) }),
	"t":   clock("02/Jan/2006:15:04:05", time.Local, true),
	"tr":  clock("02/Jan/2006:15:04:05", time.Local, true),
	"trg": clock("02/Jan/2006:15:04:05 +0000", time.UTC, false), "trl": clock("02/Jan/2006:15:04:05 -0700", time.Local, false),
	"ts":   func(dst []byte, i *LogInfo, _ *Tx) []byte { return append(dst, i.Flags[:2]...) },
	"tsc":  func(dst []byte, i *LogInfo, _ *Tx) []byte { return append(dst, i.Flags[:]...) },
	"lc":   number(func(i *LogInfo) int64 { return int64(i.Counter) }),
	"sslc": overTLS(func(t *TLS) string { return t.Cipher }), "sslv": overTLS(func(t *TLS) string { return t.Version }),
}

// captures writes captured headers as {a|b}, or one after the other.
func captures(side int, separate bool) appender {
	return func(dst []byte, _ *LogInfo, tx *Tx) []byte {
		return AppendCaptures(dst, tx.Captured[side], separate)
	}
}

// AppendCaptures writes captured headers as logs have them; nothing where none is captured.
func AppendCaptures(dst []byte, list []string, separate bool) []byte {
	if len(list) == 0 {
		return dst
	}
	if !separate {
		dst = append(dst, '{')
	}
	for i, s := range list {
		if i > 0 && separate {
			dst = append(dst, ' ')
		} else if i > 0 {
			dst = append(dst, '|')
		}
		if separate && s == "" {
			dst = append(dst, '-')
		}
		dst = captured(dst, s)
	}
	if !separate {
		dst = append(dst, '}')
	}
	return dst
}

// captured encodes what could be taken for the list's own signs.
func captured(dst []byte, s string) []byte {
	const digits = "0123456789ABCDEF"
	for i := range len(s) {
		if c := s[i]; c < 0x20 || c >= 0x7f || strings.IndexByte("{|}\"#", c) >= 0 {
			dst = append(dst, '#', digits[c>>4], digits[c&15])
		} else {
			dst = append(dst, c)
		}
	}
	return dst
}

// overTLS shows a word about the client's TLS; a hyphen without.
func overTLS(f func(t *TLS) string) appender {
	return func(dst []byte, _ *LogInfo, tx *Tx) []byte {
		if tx.Session == nil || tx.Session.TLS == nil {
			return append(dst, '-')
		}
		return append(dst, f(tx.Session.TLS)...)
	}
}
