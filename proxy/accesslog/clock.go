package accesslog

import "time"

const dateLayout = "02/Jan/2006:15:04:05"

// secondText is a time as text, to the second; it is written anew only when the second changes.
type secondText struct {
	unix int64
	text []byte
}

func (s *secondText) append(dst []byte, t time.Time, loc *time.Location, layout string) []byte {
	if unix := t.Unix(); s.text == nil || unix != s.unix {
		s.unix = unix
		s.text = t.In(loc).AppendFormat(s.text[:0], layout)
	}
	return append(dst, s.text...)
}

// appendDigits adds n with leading zeros to the given width.
func appendDigits(dst []byte, n, width int) []byte {
	end := len(dst) + width
	for range width {
		dst = append(dst, '0')
	}
	for i := end - 1; n > 0 && i >= end-width; i-- {
		dst[i] = byte('0' + n%10)
		n /= 10
	}
	return dst
}
