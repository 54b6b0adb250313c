package rules

import (
	"cmp"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// LogInfo is what log variables show of a request. Durations are in ms; -1: the event never took place.
type LogInfo struct {
	Client, Frontend, Origin, Target netip.AddrPort // client and the address it came to; the director's and the server's end
	Socket                           int            // the listener's number, which shows for the port of ends of a unix socket; 0: there is no client
	OriginUnix, TargetUnix           bool           // they are ends of a unix socket
	Accept, Began                    time.Time      // the connection, or the wait for a further request; the request
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
	Early                            bool // by option logasap: Ta, Tt and B may grow
	SrvQueue, BackQueue              int
	Line                             string // the request's, as far as it is kept; "": none came
	Version                          string // of the request: 1.0 or 1.1
	Cookie, SetCookie                string // captured
	Host                             string
	Number                           uint64 // the request's among the process's
	Logged                           uint64 // lines that the frontend has logged before
	PID                              int
}

// logVar is one log variable. What it shows has a kind, by which flags treat it (section 8.2.6).
type logVar struct {
	kind varKind
	add  func(dst []byte, i *LogInfo, tx *Tx) []byte
	end  endOf // of addresses and ports
}

type varKind uint8

const (
	plainVar varKind = iota // no flag changes it
	hexVar                  // a number that X shows as four hexadecimal digits or more
	milliVar                // … as it is
	portVar                 // the same, and like text where it is not there
	ipVar                   // an address
	textVar                 // what is empty shows as a hyphen
	lineVar                 // … as nothing
	groupVar                // a group of captures; nothing at all where there are none
	listVar                 // captures one by one
)

func number(f func(i *LogInfo) int64) logVar { return counted(plainVar, f) }

// growing is number for what option logasap logs before it is final, with a + then.
func growing(f func(i *LogInfo) int64) logVar {
	return logVar{kind: plainVar, add: func(dst []byte, i *LogInfo, _ *Tx) []byte {
		if i.Early {
			dst = append(dst, '+')
		}
		return strconv.AppendInt(dst, f(i), 10)
	}}
}

func counted(kind varKind, f func(i *LogInfo) int64) logVar {
	return logVar{kind: kind, add: func(dst []byte, i *LogInfo, _ *Tx) []byte { return strconv.AppendInt(dst, f(i), 10) }}
}

func word(f func(i *LogInfo) string) logVar {
	return logVar{kind: textVar, add: func(dst []byte, i *LogInfo, _ *Tx) []byte { return append(dst, f(i)...) }}
}

// endOf gives an end of a connection: its address, and where that is a unix socket's the number that shows as its port; below 0: it is none.
type endOf func(i *LogInfo) (at netip.AddrPort, socket int)

func ipOf(f endOf) logVar {
	return logVar{kind: ipVar, end: f, add: func(dst []byte, i *LogInfo, _ *Tx) []byte {
		at, socket := f(i)
		switch {
		case at.IsValid():
			return at.Addr().AppendTo(dst)
		case socket >= 0:
			return append(dst, "unix"...)
		}
		return dst
	}}
}

func portOf(f endOf) logVar {
	return logVar{kind: portVar, end: f, add: func(dst []byte, i *LogInfo, _ *Tx) []byte {
		at, socket := f(i)
		switch {
		case at.IsValid():
			return strconv.AppendUint(dst, uint64(at.Port()), 10)
		case socket >= 0:
			return strconv.AppendInt(dst, int64(socket), 10)
		}
		return dst
	}}
}

func accepted(i *LogInfo) time.Time { return i.Accept }
func began(i *LogInfo) time.Time    { return i.Began }

func clock(of func(*LogInfo) time.Time, layout string, zone *time.Location, millis bool) logVar {
	return logVar{kind: plainVar, add: func(dst []byte, i *LogInfo, _ *Tx) []byte {
		at := of(i)
		dst = at.In(zone).AppendFormat(dst, layout)
		if millis {
			dst = append(dst, '.')
			dst = append(dst, strconv.Itoa(1000 + at.Nanosecond()/1e6)[1:]...)
		}
		return dst
	}}
}

// line shows a part of the request line.
func line(f func(i *LogInfo) string) logVar {
	return logVar{kind: lineVar, add: func(dst []byte, i *LogInfo, _ *Tx) []byte {
		if i.Line == "" {
			return append(dst, "<BADREQ>"...)
		}
		return appendEncoded(dst, f(i), "")
	}}
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

// versionWord is the third word; a line that was cut before it looks like one of HTTP/0.9.
func versionWord(i *LogInfo) string { return cmp.Or(part(2)(i), "HTTP/0.9") }

func uri(i *LogInfo) *Message { return &Message{Method: part(0)(i), URI: part(1)(i)} }

// httpVars are the log variables that there are in mode http only (section 8.2.4); tsc, which is marked so too, is taken.
var httpVars = []string{"CC", "CS", "HM", "HP", "HPO", "HQ", "HU", "HV", "Ta", "Ti", "Tq", "TR", "Tr", "r", "tr", "trg", "trl"}

func client(i *LogInfo) (netip.AddrPort, int)   { return i.Client, numbered(i.Socket > 0, i.Socket) }
func frontend(i *LogInfo) (netip.AddrPort, int) { return i.Frontend, numbered(i.Socket > 0, i.Socket) }
func origin(i *LogInfo) (netip.AddrPort, int)   { return i.Origin, numbered(i.OriginUnix, 0) }
func target(i *LogInfo) (netip.AddrPort, int)   { return i.Target, numbered(i.TargetUnix, 0) }

func numbered(isSocket bool, n int) int {
	if isSocket {
		return n
	}
	return -1
}

// logVars is the table of log variables.
var logVars = map[string]logVar{
	"B": growing(func(i *LogInfo) int64 { return i.Bytes }), "U": number(func(i *LogInfo) int64 { return i.BytesIn }),
	"CC": word(func(i *LogInfo) string { return i.Cookie }), "CS": word(func(i *LogInfo) string { return i.SetCookie }),
	"H": word(func(i *LogInfo) string { return i.Host }), "HM": line(part(0)), "HV": line(versionWord), "HU": line(part(1)),
	"HP":  line(func(i *LogInfo) string { b, p, _ := uri(i).path(); return b + p }),
	"HPO": line(func(i *LogInfo) string { _, p, _ := uri(i).path(); return p }),
	"HQ":  line(func(i *LogInfo) string { _, _, q := uri(i).path(); return q }),
	"ID":  {kind: textVar, add: func(dst []byte, _ *LogInfo, tx *Tx) []byte { return append(dst, tx.UniqueID...) }},
	"ST":  {kind: plainVar, add: func(dst []byte, _ *LogInfo, tx *Tx) []byte { return strconv.AppendInt(dst, int64(tx.status()), 10) }},
	"T":   clock(accepted, "02/Jan/2006:15:04:05 +0000", time.UTC, false), "Tl": clock(accepted, "02/Jan/2006:15:04:05 -0700", time.Local, false),
	"Ta": growing(func(i *LogInfo) int64 { return i.Active }), "Tc": number(func(i *LogInfo) int64 { return i.Connect }),
	"Td": number(func(i *LogInfo) int64 { return i.Data }), "Th": number(func(i *LogInfo) int64 { return i.Handshake }),
	"Ti": number(func(i *LogInfo) int64 { return i.Idle }), "TR": number(func(i *LogInfo) int64 { return i.Request }),
	"Tq": number(func(i *LogInfo) int64 {
		if i.Request < 0 {
			return -1
		}
		return i.Handshake + i.Idle + i.Request
	}),
	"Tr": number(func(i *LogInfo) int64 { return i.Response }), "Tt": growing(func(i *LogInfo) int64 { return i.Total }),
	"Tu": growing(func(i *LogInfo) int64 { return i.Total - i.Idle }), "Tw": number(func(i *LogInfo) int64 { return i.Queue }),
	"Ts": counted(hexVar, func(i *LogInfo) int64 { return i.Accept.Unix() }),
	"ms": {kind: milliVar, add: func(dst []byte, i *LogInfo, _ *Tx) []byte {
		return append(dst, strconv.Itoa(1000 + i.Accept.Nanosecond()/1e6)[1:]...)
	}},
	"ac": number(func(i *LogInfo) int64 { return int64(i.ActConn) }), "fc": number(func(i *LogInfo) int64 { return int64(i.FeConn) }),
	"bc": number(func(i *LogInfo) int64 { return int64(i.BeConn) }), "sc": number(func(i *LogInfo) int64 { return int64(i.SrvConn) }),
	"bq": number(func(i *LogInfo) int64 { return int64(i.BackQueue) }), "sq": number(func(i *LogInfo) int64 { return int64(i.SrvQueue) }),
	"rc": {kind: plainVar, add: func(dst []byte, i *LogInfo, _ *Tx) []byte {
		if i.Redisp {
			dst = append(dst, '+')
		}
		return strconv.AppendInt(dst, int64(i.Retries), 10)
	}},
	"b": word(func(i *LogInfo) string { return i.Back }), "s": word(func(i *LogInfo) string { return i.Server }),
	"f": word(func(i *LogInfo) string { return strings.TrimSuffix(i.Front, "~") }), "ft": word(func(i *LogInfo) string { return i.Front }),
	"ci": ipOf(client), "cp": portOf(client), "fi": ipOf(frontend), "fp": portOf(frontend),
	"bi": ipOf(origin), "bp": portOf(origin), "si": ipOf(target), "sp": portOf(target),
	"hr": captures(0), "hs": captures(1), "hrl": captureList(0), "hsl": captureList(1),
	"r":   line(func(i *LogInfo) string { return i.Line }),
	"rt":  counted(hexVar, func(i *LogInfo) int64 { return int64(i.Number) }),
	"pid": counted(hexVar, func(i *LogInfo) int64 { return int64(i.PID) }),
	"t":   clock(accepted, "02/Jan/2006:15:04:05", time.Local, true),
	"tr":  clock(began, "02/Jan/2006:15:04:05", time.Local, true),
	"trg": clock(began, "02/Jan/2006:15:04:05 +0000", time.UTC, false), "trl": clock(began, "02/Jan/2006:15:04:05 -0700", time.Local, false),
	"ts":   {kind: plainVar, add: func(dst []byte, i *LogInfo, _ *Tx) []byte { return append(dst, i.Flags[:2]...) }},
	"tsc":  {kind: plainVar, add: func(dst []byte, i *LogInfo, _ *Tx) []byte { return append(dst, i.Flags[:]...) }},
	"lc":   counted(hexVar, func(i *LogInfo) int64 { return int64(i.Logged) }),
	"sslc": overTLS(func(t *TLS) string { return t.Cipher }), "sslv": overTLS(func(t *TLS) string { return t.Version }),
}

// captures writes captured headers as {a|b}.
func captures(side int) logVar {
	return logVar{kind: groupVar, add: func(dst []byte, _ *LogInfo, tx *Tx) []byte { return AppendCaptures(dst, tx.Captured[side]) }}
}

// captureList writes them one after the other; the flags are each one's.
func captureList(side int) logVar {
	return logVar{kind: listVar, add: func(dst []byte, _ *LogInfo, tx *Tx) []byte {
		for _, s := range tx.Captured[side] {
			dst = append(captured(dst, s), 0)
		}
		return dst
	}}
}

// AppendCaptures writes captured headers as logs have them; nothing where none is captured.
func AppendCaptures(dst []byte, list []string) []byte {
	if len(list) == 0 {
		return dst
	}
	dst = append(dst, '{')
	for i, s := range list {
		if i > 0 {
			dst = append(dst, '|')
		}
		dst = captured(dst, s)
	}
	return append(dst, '}')
}

// captured encodes also what could be taken for the list's own signs.
func captured(dst []byte, s string) []byte { return appendEncoded(dst, s, "{|}") }

// overTLS shows a word about the client's TLS; without it there is none.
func overTLS(f func(t *TLS) string) logVar {
	return logVar{kind: textVar, add: func(dst []byte, _ *LogInfo, tx *Tx) []byte {
		if tx.Session == nil || tx.Session.TLS == nil {
			return dst
		}
		return append(dst, f(tx.Session.TLS)...)
	}}
}
