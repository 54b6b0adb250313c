package accesslog

import (
	"strconv"
	"time"

	"simulacro/proxy/config"
)

// framer writes what stands before a message: the header of one target's format (configuration manual, section 4.2,
// "log", parameter format). It remembers the second, as Formatter does.
type framer struct {
	format   string
	facility int
	host     string // log-send-hostname; "": left out
	tag, pid string
	stamp    secondText
	zone     secondText // "+01:00" of the same second
}

const (
	bsdLayout = "Jan _2 15:04:05"     // RFC 3164, section 4.1.2
	isoLayout = "2006-01-02T15:04:05" // RFC 5424, section 6.2.3; a fraction follows
	isoZone   = "-07:00"
)

// append adds the header of a message of the given level, sent at now; data is for the one format that has room for it.
func (f *framer) append(dst []byte, now time.Time, level int, data []byte) []byte {
	switch f.format {
	case "raw":
		return dst
	case "short":
		return f.priority(dst, level)
	case "priority":
		return f.priority(dst, f.facility<<3|level)
	case "timed":
		dst = f.priority(dst, level)
		return append(f.iso(dst, now), ' ')
	case "iso":
		return append(f.iso(dst, now), ' ')
	case "rfc5424":
		return f.rfc5424(dst, now, level, data)
	case "local":
		return f.rfc3164(dst, now, level, "")
	case "rfc3164":
		if f.host == "" {
			return f.rfc3164(dst, now, level, "localhost")
		}
	}
	return f.rfc3164(dst, now, level, f.host)
}

// rfc3164 writes "<150>Feb  6 12:14:14 host haproxy[14389]: ", or the same without a host.
func (f *framer) rfc3164(dst []byte, now time.Time, level int, host string) []byte {
	dst = f.priority(dst, f.facility<<3|level)
	dst = f.stamp.append(dst, now, time.Local, bsdLayout)
	dst = append(dst, ' ')
	if host != "" {
		dst = append(dst, host...)
		dst = append(dst, ' ')
	}
	dst = append(dst, f.tag...)
	dst = append(dst, '[')
	dst = append(dst, f.pid...)
	return append(dst, "]: "...)
}

// rfc5424 writes "<150>1 2009-02-06T12:14:14.655123+01:00 - haproxy 14389 - - ".
func (f *framer) rfc5424(dst []byte, now time.Time, level int, data []byte) []byte {
	dst = f.priority(dst, f.facility<<3|level)
	dst = append(dst, "1 "...)
	dst = f.iso(dst, now)
	for _, word := range [...]string{f.host, f.tag, f.pid} {
		dst = append(dst, ' ')
		if word == "" {
			word = "-"
		}
		dst = append(dst, word...)
	}
	if data == nil {
		return append(dst, " - - "...) // no message identifier, no structured data
	}
	return append(append(append(dst, " - "...), data...), ' ')
}

func (f *framer) iso(dst []byte, now time.Time) []byte {
	dst = f.stamp.append(dst, now, time.Local, isoLayout)
	dst = append(dst, '.')
	dst = appendDigits(dst, now.Nanosecond()/1e3, 6)
	return f.zone.append(dst, now, time.Local, isoZone)
}

func (f *framer) priority(dst []byte, value int) []byte {
	dst = append(dst, '<')
	dst = strconv.AppendInt(dst, int64(value), 10)
	return append(dst, '>')
}

func newFramer(t *config.LogTarget, host, tag string, pid int) framer {
	return framer{format: t.Format, facility: t.Facility, host: host, tag: tag, pid: strconv.Itoa(pid)}
}
