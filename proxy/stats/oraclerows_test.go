package stats

import (
	"encoding/csv"
	"strconv"
	"strings"
	"testing"
	"time"
)

// setters are the inverse of the columns: where each value of the CSV belongs in a Row.
func setters(r *Row) map[string]any {
	m := map[string]any{
		"pxname": &r.Proxy, "svname": &r.Name, "status": &r.Status, "tracked": &r.Tracked, "addr": &r.Addr, "cookie": &r.Cookie, "algo": &r.Algorithm,
		"check_status": &r.Check.Status, "last_chk": &r.Check.Desc,
		"qcur": &r.QueueCur, "qmax": &r.QueueMax, "qlimit": &r.QueueLimit, "scur": &r.SessCur, "smax": &r.SessMax, "slim": &r.SessLimit,
		"weight": &r.Weight, "uweight": &r.UserWeight, "act": &r.Active, "bck": &r.Backups, "lastchg": &r.LastChange, "downtime": &r.Downtime,
		"iid": &r.ProxyID, "sid": &r.ServiceID, "throttle": &r.Throttle, "rate": &r.Rate, "rate_lim": &r.RateLimit, "rate_max": &r.RateMax,
		"check_code": &r.Check.Code, "req_rate": &r.ReqRate, "req_rate_max": &r.ReqRateMax, "lastsess": &r.LastSession,
		"qtime": &r.QTime, "ctime": &r.CTime, "rtime": &r.RTime, "ttime": &r.TTime,
		"qtime_max": &r.QTimeMax, "ctime_max": &r.CTimeMax, "rtime_max": &r.RTimeMax, "ttime_max": &r.TTimeMax,
		"check_rise": &r.Check.Rise, "check_fall": &r.Check.Fall, "check_health": &r.Check.Health, "conn_rate": &r.ConnRate, "conn_rate_max": &r.ConnRateMax,
		"srv_icur": &r.IdleConns, "src_ilim": &r.IdleLimit, "safe_conn_cur": &r.SafeConns, "used_conn_cur": &r.UsedConns, "need_conn_est": &r.NeedEst,
		"stot": &r.SessTotal, "bin": &r.BytesIn, "bout": &r.BytesOut, "dreq": &r.DeniedReq, "dresp": &r.DeniedResp, "ereq": &r.ErrReq,
		"econ": &r.ErrConn, "eresp": &r.ErrResp, "wretr": &r.Retries, "wredis": &r.Redispatches, "chkfail": &r.Check.Fails, "chkdown": &r.CheckDowns,
		"lbtot": &r.LBTotal, "hanafail": &r.HealthFails, "req_tot": &r.ReqTotal, "cli_abrt": &r.ClientAborts, "srv_abrt": &r.ServerAborts,
		"conn_tot": &r.ConnTotal, "intercepted": &r.Intercepted, "dcon": &r.DeniedConn, "dses": &r.DeniedSess, "wrew": &r.FailedRewrites,
		"connect": &r.Connects, "reuse": &r.Reuses, "eint": &r.ErrInternal,
		"h1_open_connections": &r.H1Open, "h1_open_streams": &r.H1OpenStreams, "h1_total_connections": &r.H1Conns,
		"h1_total_streams": &r.H1Streams, "h1_bytes_in": &r.H1In, "h1_bytes_out": &r.H1Out,
	}
	for i, class := range [...]string{"1xx", "2xx", "3xx", "4xx", "5xx", "other"} {
		m["hrsp_"+class] = &r.Responses[i]
	}
	return m
}

// readRows turns a real CSV into Rows.
func readRows(t *testing.T, text string) []Row {
	t.Helper()
	records, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "# "))).ReadAll()
	if err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	var rows []Row
	servers := map[string]int{}
	for _, record := range records[1:] {
		cells := map[string]string{}
		for i, name := range records[0] {
			cells[name] = record[i]
		}
		r := readRow(t, cells)
		if cells["src_ilim"] == "" { // no limit
			r.IdleLimit = -1
		}
		if r.Kind == Server {
			servers[r.Proxy]++
		}
		r.ServersAll = servers[r.Proxy]
		rows = append(rows, r)
	}
	return rows
}

func readRow(t *testing.T, cells map[string]string) Row {
	t.Helper()
	r := Row{HTTP: cells["mode"] == "http", InitialWeight: 1}
	for name, at := range setters(&r) {
		value := cells[name]
		if value == "" {
			continue
		}
		var err error
		switch at := at.(type) {
		case *string:
			*at = value
		case *int:
			*at, err = strconv.Atoi(value)
		case *uint64:
			*at, err = strconv.ParseUint(value, 10, 64)
		}
		if err != nil {
			t.Fatal(name, err)
		}
	}
	kind, err := strconv.Atoi(cells["type"])
	if err != nil {
		t.Fatal(err)
	}
	r.Kind = Kind(kind)
	r.Throttled, r.Observed = cells["throttle"] != "", cells["hanafail"] != ""
	r.Check.Configured = cells["chkfail"] != ""
	r.Check.Enabled, r.Check.Paused = r.Check.Configured, cells["check_status"] == ""
	r.Check.Status, r.Check.InProgress = strings.CutPrefix(r.Check.Status, "* ")
	if ms, err := strconv.Atoi(cells["check_duration"]); err == nil {
		r.Check.Duration = time.Duration(ms) * time.Millisecond
	}
	return r
}
