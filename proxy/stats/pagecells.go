package stats

import (
	"fmt"
	"strconv"
	"strings"
)

// pageColumns are the groups of the page's columns, in HAProxy's order, which its users know by heart.
var pageColumns = [...]struct {
	group string
	heads []string
}{
	{"Queue", []string{"Cur", "Max", "Limit"}},
	{"Session rate", []string{"Cur", "Max", "Limit"}},
	{"Sessions", []string{"Cur", "Max", "Limit", "Total", "LbTot", "Last"}},
	{"Bytes", []string{"In", "Out"}},
	{"Denied", []string{"Req", "Resp"}},
	{"Errors", []string{"Req", "Conn", "Resp"}},
	{"Warnings", []string{"Retr", "Redis"}},
	{"Server", []string{"Status", "LastChk", "Wght", "Act", "Bck", "Chk", "Dwn", "Dwntme", "Thrtle"}},
}

// cell is one cell of a row: its value as HTML, and the details that appear under the pointer.
type cell struct {
	value string
	tip   string // "": none
	mute  bool   // the details are there for scripts only: nothing marks them
	ac    bool   // centred: of words, not of a number
	span  int    // columns; 0: one
}

func (c cell) write(b *document) {
	b.raw("<td")
	if c.ac {
		b.raw(` class="ac"`)
	}
	if c.span > 1 {
		b.printf(` colspan="%d"`, c.span)
	}
	b.raw(">")
	switch {
	case c.tip == "":
		b.raw(c.value)
	case c.mute:
		b.raw(c.value + `<div class="tips">` + c.tip + "</div>")
	default:
		b.raw("<u>" + c.value + `<div class="tips">` + c.tip + "</div></u>")
	}
	b.raw("</td>")
}

// plain is a cell with nothing but a value.
func plain(value string) cell { return cell{value: value} }

// gap is n cells in one without a value.
func gap(n int) cell { return cell{span: n} }

// number groups the digits of n by three. Only the style makes the gaps: the text remains a number.
func number[T int | uint64](n T) string {
	digits := fmt.Sprint(n)
	first := len(digits) % 3
	if len(digits) <= 3 || digits[0] == '-' {
		return digits
	}
	var b strings.Builder
	if first > 0 {
		b.WriteString(`<span class="rls">` + digits[:first] + "</span>")
	}
	for ; first < len(digits)-3; first += 3 {
		b.WriteString(`<span class="rls">` + digits[first:first+3] + "</span>")
	}
	return b.String() + digits[len(digits)-3:]
}

func digits[T int | uint64](n T) string { return fmt.Sprint(n) }

// limit writes a limit of which 0 is none.
func limit(n int) string {
	if n <= 0 {
		return "-"
	}
	return strconv.Itoa(n)
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

// frontCells are a frontend's, behind its name.
func frontCells(r *Row) []cell {
	return []cell{
		gap(3),
		{value: number(r.Rate), tip: rateTip(r.ConnRate, r.Rate, r.ReqRate, r.HTTP, "now")},
		{value: number(r.RateMax), tip: rateTip(r.ConnRateMax, r.RateMax, r.ReqRateMax, r.HTTP, "at most")},
		plain(limit(r.RateLimit)),
		plain(number(r.SessCur)), plain(number(r.SessMax)), plain(number(r.SessLimit)),
		{value: number(r.SessTotal), tip: frontTip(r)},
		{}, {},
		plain(number(r.BytesIn)),
		{value: number(r.BytesOut), tip: bytesTip(r), mute: true},
		plain(number(r.DeniedReq)), plain(number(r.DeniedResp)),
		plain(number(r.ErrReq)), {}, {},
		{}, {},
		words(r.Status), {ac: true, span: 8},
	}
}

// listenerCells are a listener's.
func listenerCells(r *Row) []cell {
	return []cell{
		gap(3), gap(3),
		plain(number(r.SessCur)), plain(number(r.SessMax)), plain(number(r.SessLimit)), plain(number(r.SessTotal)), {}, {},
		plain(number(r.BytesIn)), plain(number(r.BytesOut)),
		plain(number(r.DeniedReq)), plain(number(r.DeniedResp)),
		plain(number(r.ErrReq)), {}, {},
		{}, {},
		words(r.Status), {ac: true, span: 8},
	}
}

// serverCells are a server's.
func serverCells(r *Row) []cell {
	cells := []cell{
		plain(number(r.QueueCur)), plain(number(r.QueueMax)), plain(limit(r.QueueLimit)),
		plain(number(r.Rate)), plain(number(r.RateMax)), {},
		{value: number(r.SessCur), tip: connsTip(r)}, plain(number(r.SessMax)), plain(limit(r.SessLimit)),
		{value: number(r.SessTotal), tip: targetTip(r, false)}, plain(number(r.LBTotal)), plain(ago(r.LastSession)),
		plain(number(r.BytesIn)), plain(number(r.BytesOut)),
		{}, plain(number(r.DeniedResp)),
		{}, plain(number(r.ErrConn)), {value: number(r.ErrResp), tip: abortsTip(r)},
		plain(digits(r.Retries)), plain(digits(r.Redispatches)),
		{value: statusCell(r), ac: true}, checkCell(r),
		words(fmt.Sprintf("%d/%d", r.Weight, r.UserWeight)), words(yes(r.Backups == 0)), words(yes(r.Backups > 0)),
	}
	return append(append(cells, failCells(r)...), throttleCell(r))
}

// backCells are a backend's.
func backCells(r *Row) []cell {
	status := esc(r.Status)
	if r.Status == "DOWN" {
		status = `<b class="alarm">DOWN</b>`
	}
	downtime := ""
	if hasServers(r) {
		downtime = human(r.Downtime)
	}
	return []cell{
		plain(number(r.QueueCur)), plain(number(r.QueueMax)), {},
		plain(number(r.Rate)), plain(number(r.RateMax)), {},
		plain(number(r.SessCur)), plain(number(r.SessMax)), plain(number(r.SessLimit)),
		{value: number(r.SessTotal), tip: targetTip(r, true)}, plain(number(r.LBTotal)), plain(ago(r.LastSession)),
		plain(number(r.BytesIn)),
		{value: number(r.BytesOut), tip: bytesTip(r), mute: true},
		plain(number(r.DeniedReq)), plain(number(r.DeniedResp)),
		{}, plain(number(r.ErrConn)), {value: number(r.ErrResp), tip: abortsTip(r)},
		plain(digits(r.Retries)), plain(digits(r.Redispatches)),
		{value: human(r.LastChange) + " " + status, ac: true}, {ac: true},
		words(fmt.Sprintf("%d/%d", r.Weight, r.UserWeight)), words(digits(r.Active)), words(digits(r.Backups)),
		{ac: true}, plain(digits(r.CheckDowns)), plain(downtime), {},
	}
}

// words is a centred cell.
func words(text string) cell { return cell{value: esc(text), ac: true} }

func yes(on bool) string { return choose(on, "Y", "-") }

// statusCell is since when a server is in which state, and an arrow where its checks lead elsewhere. HAProxy has one also for a
// server whose checks are not its own.
func statusCell(r *Row) string {
	since := human(r.LastChange) + " "
	switch {
	case strings.HasPrefix(r.Status, "MAINT"):
		return since + "MAINT"
	case r.Status == "no check":
		return "<i>no check</i>"
	case strings.HasPrefix(r.Status, "DOWN"):
		if checking(r) && r.Check.Health > 0 {
			return since + esc(r.Status) + " &uarr;"
		}
	case !checking(r) || r.Check.Health < r.Check.Rise+r.Check.Fall-1:
		return since + esc(r.Status) + " &darr;"
	}
	return since + esc(r.Status)
}

// checkCell is how the latest check ended: the agent's, where it is what has the server down.
func checkCell(r *Row) cell {
	switch {
	case strings.HasPrefix(r.Status, "DOWN") && asked(r) && r.Agent.Health == 0:
		return r.Agent.cell()
	case checking(r):
		return r.Check.cell()
	}
	return cell{}
}

// failCells are a server's failed checks, its falls and its time down; of one that tracks another, which that is.
func failCells(r *Row) []cell {
	switch {
	case checked(r):
		fails, tip := digits(r.Check.Fails), "Checks that failed"
		if r.Observed {
			fails, tip = fails+"/"+digits(r.HealthFails), "Checks that failed/answers that were taken for failures"
		}
		return []cell{{value: fails, tip: tip}, plain(digits(r.CheckDowns)), plain(human(r.Downtime))}
	case r.Tracked != "" && r.Status != "MAINT":
		return []cell{{value: `<a class="lfsb" href="#` + esc(r.Tracked) + `">via ` + esc(r.Tracked) + "</a>", ac: true, span: 3}}
	}
	return []cell{gap(3)}
}

func throttleCell(r *Row) cell {
	if !r.Throttled {
		return words("-")
	}
	return words(fmt.Sprintf("%d %%", r.Throttle))
}
