package accesslog

import (
	"net/netip"
	"strconv"
	"time"

	"simulacro/proxy/config"
)

// Formatter writes records as text. The zero value works; it remembers the last second it has written, so one Formatter
// belongs to one goroutine.
type Formatter struct {
	local, gmt secondText
}

// Append adds r in the given format to dst, without a final newline.
func (f *Formatter) Append(dst []byte, format config.LogFormat, p *config.Proxy, r *Record) []byte {
	switch format {
	case config.LogHTTP:
		return f.HTTP(dst, r)
	case config.LogTCP:
		return f.TCP(dst, r)
	case config.LogCLF:
		return f.CLF(dst, r)
	}
	return appendDefault(dst, p.Mode, r)
}

// HTTP adds r as `option httplog` writes it (configuration manual, section 8.2.3).
func (f *Formatter) HTTP(dst []byte, r *Record) []byte {
	dst = f.origin(dst, r)
	dst = appendTimers(dst, '/', r.Request, r.Queue, r.Connect, r.Response)
	dst = append(dst, '/')
	dst = strconv.AppendInt(plus(dst, r), milliseconds(r.Total), 10)
	dst = append(dst, ' ')
	dst = strconv.AppendInt(dst, int64(r.Status), 10)
	dst = append(dst, ' ')
	dst = strconv.AppendInt(plus(dst, r), r.Bytes, 10)
	dst = appendCookie(append(dst, ' '), r.Cookie)
	dst = append(appendCookie(append(dst, ' '), r.SetCookie), ' ')
	dst = appendFlags(dst, r.Flags[:])
	dst = append(dst, ' ')
	dst = appendCounts(dst, '/', r)
	for _, s := range r.Captures {
		if s != "" {
			dst = append(append(dst, ' '), s...)
		}
	}
	dst = append(dst, " \""...)
	dst = appendLine(dst, r.Line)
	return append(dst, '"')
}

// plus marks a number that was not final yet.
func plus(dst []byte, r *Record) []byte {
	if r.Early {
		return append(dst, '+')
	}
	return dst
}

func appendCookie(dst []byte, s string) []byte {
	if s == "" {
		return append(dst, '-')
	}
	return append(dst, s...)
}

// TCP adds r as `option tcplog` writes it (configuration manual, section 8.2.2).
func (f *Formatter) TCP(dst []byte, r *Record) []byte {
	dst = f.origin(dst, r)
	dst = appendTimers(dst, '/', r.Queue, r.Connect)
	dst = append(dst, '/')
	dst = strconv.AppendInt(plus(dst, r), milliseconds(r.Total), 10)
	dst = append(dst, ' ')
	dst = strconv.AppendInt(plus(dst, r), r.Bytes, 10)
	dst = append(dst, ' ')
	dst = appendFlags(dst, r.Flags[:2])
	dst = append(dst, ' ')
	return appendCounts(dst, '/', r)
}

// origin is how both formats begin: client, time, frontend and server.
func (f *Formatter) origin(dst []byte, r *Record) []byte {
	dst = appendClient(dst, r)
	dst = append(dst, " ["...)
	dst = f.local.append(dst, r.Accept, time.Local, dateLayout)
	dst = append(dst, '.')
	dst = appendDigits(dst, r.Accept.Nanosecond()/1e6, 3)
	dst = append(dst, "] "...)
	dst = append(dst, r.Frontend...)
	dst = append(dst, ' ')
	dst = append(dst, r.Backend...)
	dst = append(dst, '/')
	dst = append(dst, r.Server...)
	return append(dst, ' ')
}

// CLF adds r as `option httplog clf` writes it: the common log format of web servers, then HAProxy's own fields
// (configuration manual, section 8.2.4).
func (f *Formatter) CLF(dst []byte, r *Record) []byte {
	dst = appendIP(dst, r.Client.Addr())
	dst = append(dst, " - - ["...)
	dst = f.gmt.append(dst, r.Accept, time.UTC, dateLayout)
	dst = append(dst, " +0000] \""...)
	dst = appendLine(dst, r.Line)
	dst = append(dst, "\" "...)
	dst = strconv.AppendInt(dst, int64(r.Status), 10)
	dst = append(dst, ' ')
	dst = strconv.AppendInt(plus(dst, r), r.Bytes, 10)
	dst = append(dst, ` "" "" `...) // referrer and user agent: not captured by this format
	dst = appendPort(dst, r)
	dst = append(dst, ' ')
	dst = appendDigits(dst, r.Accept.Nanosecond()/1e6, 3)
	for _, name := range [...]string{r.Frontend, r.Backend, r.Server} {
		dst = append(dst, ` "`...)
		dst = append(dst, name...)
		dst = append(dst, '"')
	}
	dst = append(dst, ' ')
	dst = appendTimers(dst, ' ', r.Request, r.Queue, r.Connect, r.Response)
	dst = append(dst, ' ')
	dst = strconv.AppendInt(plus(dst, r), milliseconds(r.Total), 10)
	dst = append(dst, ' ')
	dst = appendFlags(dst, r.Flags[:])
	dst = append(dst, ' ')
	dst = appendCounts(dst, ' ', r)
	return append(dst, ` "" "" `...) // captured cookies and headers: none
}

// appendDefault is the format of a proxy without any `option …log`.
func appendDefault(dst []byte, mode config.Mode, r *Record) []byte {
	dst = append(dst, "Connect "...)
	if r.Client.IsValid() {
		dst = append(dst, "from "...)
		dst = append(appendClient(dst, r), " to "...)
		dst = append(appendIP(dst, r.Dest.Addr()), ':')
		dst = strconv.AppendUint(dst, uint64(r.Dest.Port()), 10)
	} else {
		dst = appendClient(append(dst, "to "...), r)
	}
	dst = append(dst, " ("...)
	dst = append(dst, r.Frontend...)
	if mode == config.ModeHTTP {
		return append(dst, "/HTTP)"...)
	}
	return append(dst, "/TCP)"...)
}

func appendTimers(dst []byte, sep byte, timers ...time.Duration) []byte {
	for i, d := range timers {
		if i > 0 {
			dst = append(dst, sep)
		}
		dst = strconv.AppendInt(dst, milliseconds(d), 10)
	}
	return dst
}

// appendCounts adds actconn, feconn, beconn, srv_conn, retries, srv_queue and backend_queue. With a separator of '/' the
// queues stand apart.
func appendCounts(dst []byte, sep byte, r *Record) []byte {
	for _, n := range [...]int{r.ActConn, r.FeConn, r.BeConn, r.SrvConn} {
		dst = strconv.AppendInt(dst, int64(n), 10)
		dst = append(dst, sep)
	}
	if r.Redisp {
		dst = append(dst, '+')
	}
	dst = strconv.AppendInt(dst, int64(r.Retries), 10)
	dst = append(dst, ' ')
	dst = strconv.AppendInt(dst, int64(r.SrvQueue), 10)
	dst = append(dst, sep)
	return strconv.AppendInt(dst, int64(r.BackQueue), 10)
}

func appendFlags(dst, flags []byte) []byte {
	for _, c := range flags {
		if c == 0 {
			c = '-'
		}
		dst = append(dst, c)
	}
	return dst
}

// milliseconds rounds down, and gives -1 for what never took place.
func milliseconds(d time.Duration) int64 {
	if d < 0 {
		return -1
	}
	return int64(d / time.Millisecond)
}

// appendClient writes an IPv6 address without brackets, as HAProxy does, and a client of a unix socket as unix with the listener's number.
func appendClient(dst []byte, r *Record) []byte {
	return appendPort(append(appendIP(dst, r.Client.Addr()), ':'), r)
}

func appendPort(dst []byte, r *Record) []byte {
	if !r.Client.IsValid() {
		return strconv.AppendInt(dst, int64(r.Socket), 10)
	}
	return strconv.AppendUint(dst, uint64(r.Client.Port()), 10)
}

func appendIP(dst []byte, ip netip.Addr) []byte {
	if !ip.IsValid() {
		return append(dst, "unix"...)
	}
	return ip.AppendTo(dst)
}
