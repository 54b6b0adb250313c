package rules

import (
	"strconv"
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
		return Text(strftime(a[0].s, time.Unix(saturate(moment(v.Int).Unix(), argNumber(a, 1, 0)), 0).In(zone))), true
	}
}
