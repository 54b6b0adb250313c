package stats

import (
	"fmt"
	"strconv"
	"strings"
)

// pageColumn is one column of the page: its two lines of heading and, for each kind of row, what its cell says. A kind
// that is not in of has an empty cell.
type pageColumn struct {
	group, head string
	of          string // letters of F, L, S and B
	cell        func(*Row) string
	tip         func(*Row) string // details that appear under the pointer; nil: none
}

// pageColumns are in HAProxy's order, which its users know by heart.
var pageColumns = [...]pageColumn{
	{"Queue", "Cur", "SB", func(r *Row) string { return number(r.QueueCur) }, nil},
	{"Queue", "Max", "SB", func(r *Row) string { return number(r.QueueMax) }, nil},
	{"Queue", "Limit", "S", func(r *Row) string { return limit(r.QueueLimit) }, nil},
	{"Session rate", "Cur", "FSB", func(r *Row) string { return number(r.Rate) }, tipRate},
	{"Session rate", "Max", "FSB", func(r *Row) string { return number(r.RateMax) }, tipRateMax},
	{"Session rate", "Limit", "F", func(r *Row) string { return limit(r.RateLimit) }, nil},
	{"Sessions", "Cur", "FLSB", func(r *Row) string { return number(r.SessCur) }, tipConns},
	{"Sessions", "Max", "FLSB", func(r *Row) string { return number(r.SessMax) }, nil},
	{"Sessions", "Limit", "FLSB", func(r *Row) string { return limit(r.SessLimit) }, nil},
	{"Sessions", "Total", "FLSB", func(r *Row) string { return number(r.SessTotal) }, tipTotal},
	{"Sessions", "LbTot", "SB", func(r *Row) string { return number(r.LBTotal) }, nil},
	{"Sessions", "Last", "SB", func(r *Row) string { return ago(r.LastSession) }, nil},
	{"Bytes", "In", "FLSB", func(r *Row) string { return number(r.BytesIn) }, nil},
	{"Bytes", "Out", "FLSB", func(r *Row) string { return number(r.BytesOut) }, nil},
	{"Denied", "Req", "FLB", func(r *Row) string { return number(r.DeniedReq) }, nil},
	{"Denied", "Resp", "FLSB", func(r *Row) string { return number(r.DeniedResp) }, nil},
	{"Errors", "Req", "FL", func(r *Row) string { return number(r.ErrReq) }, nil},
	{"Errors", "Conn", "SB", func(r *Row) string { return number(r.ErrConn) }, nil},
	{"Errors", "Resp", "SB", func(r *Row) string { return number(r.ErrResp) }, tipAborts},
	{"Warnings", "Retr", "SB", func(r *Row) string { return number(r.Retries) }, nil},
	{"Warnings", "Redis", "SB", func(r *Row) string { return number(r.Redispatches) }, nil},
	{"Server", "Status", "FLSB", statusCell, nil},
	{"Server", "LastChk", "S", lastCheck, tipCheck},
	{"Server", "Wght", "SB", func(r *Row) string { return fmt.Sprintf("%d/%d", r.Weight, r.UserWeight) }, nil},
	{"Server", "Act", "SB", func(r *Row) string { return active(r, r.Active) }, nil},
	{"Server", "Bck", "SB", func(r *Row) string { return active(r, r.Backups) }, nil},
	{"Server", "Chk", "S", func(r *Row) string { return ifChecked(r, number(r.Check.Fails)) }, nil},
	{"Server", "Dwn", "SB", func(r *Row) string { return ifChecked(r, number(r.CheckDowns)) }, nil},
	{"Server", "Dwntme", "SB", func(r *Row) string { return ifChecked(r, human(r.Downtime)) }, nil},
	{"Server", "Thrtle", "S", throttle, nil},
}

// number groups the digits of n by three, as HAProxy's page does; the blank is U+202F, so that lines do not break there.
func number[T int | uint64](n T) string {
	digits := fmt.Sprint(n)
	for i := len(digits) - 3; i > 0 && digits[i-1] != '-'; i -= 3 {
		digits = digits[:i] + "\u202f" + digits[i:]
	}
	return digits
}

func limit(n int) string {
	if n <= 0 {
		return "-"
	}
	return number(n)
}

// human writes seconds with their two largest units: 9s, 4m3s, 2h5m, 3d4h.
func human(s int) string {
	switch {
	case s < 60:
		return fmt.Sprintf("%ds", s)
	case s < 3600:
		return fmt.Sprintf("%dm%ds", s/60, s%60)
	case s < 86400:
		return fmt.Sprintf("%dh%dm", s/3600, s%3600/60)
	}
	return fmt.Sprintf("%dd%dh", s/86400, s%86400/3600)
}

func ago(s int) string {
	if s < 0 {
		return "?"
	}
	return human(s)
}

// statusCell is the status and, for what has servers or is one, since when.
func statusCell(r *Row) string {
	if r.Kind == Server || r.Kind == Backend {
		return human(r.LastChange) + " " + r.Status
	}
	return r.Status
}

func lastCheck(r *Row) string {
	if !checking(r) {
		return ""
	}
	text := r.Check.shown()
	if r.Check.hasCode() && r.Check.Code > 0 {
		text += "/" + strconv.Itoa(r.Check.Code)
	}
	if r.Check.ended() {
		text += fmt.Sprintf(" in %dms", r.Check.Duration.Milliseconds())
	}
	return text
}

func active(r *Row, n int) string {
	switch {
	case r.Kind == Backend:
		return number(n)
	case n > 0:
		return "Y"
	}
	return "-"
}

func ifChecked(r *Row, text string) string {
	if r.Kind == Server && !checked(r) {
		return ""
	}
	return text
}

func throttle(r *Row) string {
	if !r.Throttled {
		return "-"
	}
	return fmt.Sprintf("%d %%", r.Throttle)
}

func tipRate(r *Row) string {
	if r.Kind != Frontend {
		return ""
	}
	return fmt.Sprintf("Connections: %s/s\nSessions: %s/s\nRequests: %s/s", number(r.ConnRate), number(r.Rate), number(r.ReqRate))
}

func tipRateMax(r *Row) string {
	if r.Kind != Frontend {
		return ""
	}
	return fmt.Sprintf("Highest rates\nConnections: %s/s\nSessions: %s/s\nRequests: %s/s", number(r.ConnRateMax), number(r.RateMax), number(r.ReqRateMax))
}

func tipConns(r *Row) string {
	if r.Kind != Server {
		return ""
	}
	return fmt.Sprintf("Connections in use: %s\nIdle connections: %s\nLimit: %s", number(r.UsedConns), number(r.IdleConns), limit(r.SessLimit))
}

// tipTotal breaks the sessions down: requests and answers by class, connections, and the mean times.
func tipTotal(r *Row) string {
	if r.Kind == Listener {
		return ""
	}
	var b strings.Builder
	if r.Kind == Frontend {
		fmt.Fprintf(&b, "Connections: %s\n", number(r.ConnTotal))
	} else {
		fmt.Fprintf(&b, "New connections: %s\nReused connections: %s\n", number(r.Connects), number(r.Reuses))
	}
	fmt.Fprintf(&b, "Sessions: %s\n", number(r.SessTotal))
	if r.HTTP {
		fmt.Fprintf(&b, "HTTP requests: %s\n", number(r.ReqTotal))
		for i, class := range [...]string{"1xx", "2xx", "3xx", "4xx", "5xx", "other"} {
			fmt.Fprintf(&b, "%s responses: %s\n", class, number(r.Responses[i]))
		}
	}
	if r.Kind == Frontend {
		fmt.Fprintf(&b, "Intercepted requests: %s\n", number(r.Intercepted))
		return b.String()
	}
	b.WriteString("Maximum / mean of the last 1024\n")
	for _, t := range [...]struct {
		name     string
		most, of int
	}{{"Queue", r.QTimeMax, r.QTime}, {"Connect", r.CTimeMax, r.CTime}, {"Response", r.RTimeMax, r.RTime}, {"Total", r.TTimeMax, r.TTime}} {
		fmt.Fprintf(&b, "%s time: %s / %s ms\n", t.name, number(t.most), number(t.of))
	}
	return b.String()
}

func tipAborts(r *Row) string {
	return fmt.Sprintf("Transfers aborted by the client: %s\nby the server: %s", number(r.ClientAborts), number(r.ServerAborts))
}

func tipCheck(r *Row) string {
	if !checking(r) {
		return ""
	}
	text := r.Check.description()
	if r.Check.Desc != "" {
		text += ": " + r.Check.Desc
	}
	return text
}
