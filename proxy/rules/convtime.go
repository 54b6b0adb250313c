package rules

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

func timeConvs() []conv {
	return []conv{
		{name: "ltime", sig: "s|i", in: Int, out: Str, do: convTime(time.Local)},
		{name: "utime", sig: "s|i", in: Int, out: Str, do: convTime(time.UTC)},
		{name: "http_date", sig: "|is", in: Int, out: Str, do: convHTTPDate, check: checkUnit(1)},
	}
}

// checkUnit looks at the i-th argument, a unit of time.
func checkUnit(i int) func(a []arg) error {
	return func(a []arg) error {
		if unit := argText(a, i, "s"); !contains([]string{"s", "ms", "us"}, unit) {
			return sayf("expects 's', 'ms' or 'us', got '%s'", unit)
		}
		return nil
	}
}

// units are how many of each make a second.
var units = map[string]int64{"s": 1, "ms": 1000, "us": 1000000}

// moment makes a time of seconds, of which it takes 55 bits: none is before 1970.
func moment(seconds int64) time.Time { return time.Unix(seconds&(1<<55-1), 0) }

func convHTTPDate(_ *Tx, v Value, a []arg) (Value, bool) {
	unit := units[argText(a, 1, "s")]
	n := v.Int + argNumber(a, 0, 0)
	date := moment(n / unit).UTC().Format("Mon, 02 Jan 2006 15:04:05")
	if unit > 1 {
		date += "." + strconv.FormatInt(n%unit, 10)
	}
	return Text(date + " GMT"), true
}

func convTime(zone *time.Location) func(*Tx, Value, []arg) (Value, bool) {
	return func(_ *Tx, v Value, a []arg) (Value, bool) {
		return Text(strftime(a[0].s, moment(saturate(v.Int, argNumber(a, 1, 0))).In(zone))), true
	}
}

// layouts are the directives of strftime(3) that package time has, in the C locale.
var layouts = map[byte]string{
	'Y': "2006", 'm': "01", 'd': "02", 'H': "15", 'M': "04", 'S': "05", 'y': "06", 'b': "Jan", 'B': "January", 'h': "Jan", 'a': "Mon",
	'A': "Monday", 'z': "-0700", 'Z': "MST", 'T': "15:04:05", 'X': "15:04:05", 'F': "2006-01-02", 'e': "_2", 'j': "002", 'p': "PM", 'P': "pm",
	'I': "03", 'R': "15:04", 'r': "03:04:05 PM", 'D': "01/02/06", 'x': "01/02/06", 'c': "Mon Jan _2 15:04:05 2006",
}

// strftime writes a time as strftime(3) does in the C locale.
func strftime(format string, t time.Time) string {
	var b []byte
	for f := format; f != ""; f = f[1:] {
		if f[0] != '%' || len(f) == 1 {
			b = append(b, f[0])
			continue
		}
		if f = f[1:]; (f[0] == 'E' || f[0] == 'O') && len(f) > 1 {
			f = f[1:]
		}
		if layout, ok := layouts[f[0]]; ok {
			if t.Location() == time.UTC && f[0] == 'Z' {
				layout = "GMT"
			}
			b = t.AppendFormat(b, layout)
			continue
		}
		b = append(b, computed(f[0], t)...)
	}
	return string(b)
}

// computed are the other directives.
func computed(c byte, t time.Time) string {
	year, week := t.ISOWeek()
	monday, day := int(t.Weekday()+6)%7, t.YearDay()-1
	switch c {
	case 's':
		return fmt.Sprint(t.Unix())
	case 'u':
		return fmt.Sprint(monday + 1)
	case 'w':
		return fmt.Sprint(int(t.Weekday()))
	case 'C':
		return fmt.Sprintf("%02d", t.Year()/100)
	case 'G':
		return fmt.Sprint(year)
	case 'g':
		return fmt.Sprintf("%02d", year%100)
	case 'V':
		return fmt.Sprintf("%02d", week)
	case 'U':
		return fmt.Sprintf("%02d", (day+7-int(t.Weekday()))/7)
	case 'W':
		return fmt.Sprintf("%02d", (day+7-monday)/7)
	case 'k':
		return fmt.Sprintf("%2d", t.Hour())
	case 'l':
		return fmt.Sprintf("%2d", (t.Hour()+11)%12+1)
	case 'n':
		return "\n"
	case 't':
		return "\t"
	case '%':
		return "%"
	}
	return strings.Join([]string{"%", string([]byte{c})}, "")
}
