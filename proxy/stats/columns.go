package stats

// columns are the fields of `show stat` up to the CSV's "-" (management manual, section 9.1).
var columns = [...]column{
	text("pxname", "FLSB", "KNS", func(r *Row) string { return r.Proxy }),
	text("svname", "FLSB", "KNS", func(r *Row) string { return r.Name }),
	u32("qcur", "SB", "MGP", func(r *Row) int { return r.QueueCur }),
	u32("qmax", "SB", "MMP", func(r *Row) int { return r.QueueMax }),
	u32("scur", "FLSB", "MGP", func(r *Row) int { return r.SessCur }),
	u32("smax", "FLSB", "MMP", func(r *Row) int { return r.SessMax }),
	u32("slim", "FLSB", "CLP", func(r *Row) int { return r.SessLimit }).only(limited),
	u64("stot", "FLSB", "MCP", func(r *Row) uint64 { return r.SessTotal }),
	u64("bin", "FLSB", "MCP", func(r *Row) uint64 { return r.BytesIn }),
	u64("bout", "FLSB", "MCP", func(r *Row) uint64 { return r.BytesOut }),
	u64("dreq", "FLB", "MCP", func(r *Row) uint64 { return r.DeniedReq }),
	u64("dresp", "FLSB", "MCP", func(r *Row) uint64 { return r.DeniedResp }),
	u64("ereq", "FL", "MCP", func(r *Row) uint64 { return r.ErrReq }),
	u64("econ", "SB", "MCP", func(r *Row) uint64 { return r.ErrConn }),
	u64("eresp", "SB", "MCP", func(r *Row) uint64 { return r.ErrResp }),
	u64("wretr", "SB", "MCP", func(r *Row) uint64 { return r.Retries }),
	u64("wredis", "SB", "MCP", func(r *Row) uint64 { return r.Redispatches }),
	text("status", "FLSB", "SGP", func(r *Row) string { return r.Status }),
	u32("weight", "SB", "MaP", func(r *Row) int { return r.Weight }),
	u32("act", "SB", "SGP", func(r *Row) int { return r.Active }).backend("MGP"),
	u32("bck", "SB", "SGP", func(r *Row) int { return r.Backups }).backend("MGP"),
	u64("chkfail", "S", "MCP", func(r *Row) uint64 { return r.Check.Fails }).only(checked),
	u64("chkdown", "SB", "MCP", func(r *Row) uint64 { return r.CheckDowns }).only(fallible),
	u32("lastchg", "SB", "MAP", func(r *Row) int { return r.LastChange }),
	u32("downtime", "SB", "MCP", func(r *Row) int { return r.Downtime }).only(hasDowntime),
	u32("qlimit", "S", "CGS", func(r *Row) int { return r.QueueLimit }).only(func(r *Row) bool { return r.QueueLimit > 0 }),
	u32("pid", "FLSB", "KGP", func(r *Row) int { return 1 }),
	u32("iid", "FLSB", "KGS", func(r *Row) int { return r.ProxyID }),
	u32("sid", "FLSB", "KGS", func(r *Row) int { return r.ServiceID }),
	u32("throttle", "S", "MAP", func(r *Row) int { return r.Throttle }).only(func(r *Row) bool { return r.Throttled }),
	u64("lbtot", "SB", "MCP", func(r *Row) uint64 { return r.LBTotal }),
	text("tracked", "S", "CNS", func(r *Row) string { return r.Tracked }).only(func(r *Row) bool { return r.Tracked != "" }),
	u32("type", "FLSB", "CGS", func(r *Row) int { return int(r.Kind) }),
	u32("rate", "FSB", "MRP", func(r *Row) int { return r.Rate }).backend("MGP"),
	u32("rate_lim", "F", "CLP", func(r *Row) int { return r.RateLimit }),
	u32("rate_max", "FSB", "MMP", func(r *Row) int { return r.RateMax }).backend("MGP"),
	text("check_status", "S", "MOP", func(r *Row) string { return r.Check.shown() }).only(checking),
	u32("check_code", "S", "MOP", func(r *Row) int { return int(uint32(r.Check.Code)) }).only(func(r *Row) bool { return checking(r) && r.Check.hasCode() }),
	u64("check_duration", "S", "MDP", func(r *Row) uint64 { return uint64(r.Check.Duration.Milliseconds()) }).only(func(r *Row) bool { return checking(r) && r.Check.ended() }),
	u64("hrsp_1xx", "FSB", "MCP", func(r *Row) uint64 { return r.Responses[0] }).only(http),
	u64("hrsp_2xx", "FSB", "MCP", func(r *Row) uint64 { return r.Responses[1] }).only(http),
	u64("hrsp_3xx", "FSB", "MCP", func(r *Row) uint64 { return r.Responses[2] }).only(http),
	u64("hrsp_4xx", "FSB", "MCP", func(r *Row) uint64 { return r.Responses[3] }).only(http),
	u64("hrsp_5xx", "FSB", "MCP", func(r *Row) uint64 { return r.Responses[4] }).only(http),
	u64("hrsp_other", "FSB", "MCP", func(r *Row) uint64 { return r.Responses[5] }).only(http),
	u64("hanafail", "S", "MCP", func(r *Row) uint64 { return r.HealthFails }).only(func(r *Row) bool { return r.Observed }),
	u32("req_rate", "F", "MRP", func(r *Row) int { return r.ReqRate }),
	u32("req_rate_max", "F", "MMP", func(r *Row) int { return r.ReqRateMax }),
	u64("req_tot", "FSB", "MCP", func(r *Row) uint64 { return r.ReqTotal }).only(countsRequests),
	u64("cli_abrt", "SB", "MCP", func(r *Row) uint64 { return r.ClientAborts }),
	u64("srv_abrt", "SB", "MCP", func(r *Row) uint64 { return r.ServerAborts }),
	zero("comp_in", "FB", "MCP", "u64"),
	zero("comp_out", "FB", "MCP", "u64"),
	zero("comp_byp", "FB", "MCP", "u64"),
	zero("comp_rsp", "FB", "MCP", "u64"),
	s32("lastsess", "SB", "MAP", func(r *Row) int { return r.LastSession }),
	text("last_chk", "S", "MOP", func(r *Row) string { return r.Check.Desc }).only(checking),
	text("last_agt", "S", "MOP", func(r *Row) string { return r.Agent.Desc }).only(asked),
	u32("qtime", "SB", "MaP", func(r *Row) int { return r.QTime }),
	u32("ctime", "SB", "MaP", func(r *Row) int { return r.CTime }),
	u32("rtime", "SB", "MaP", func(r *Row) int { return r.RTime }),
	u32("ttime", "SB", "MaP", func(r *Row) int { return r.TTime }),
	text("agent_status", "S", "MOP", func(r *Row) string { return r.Agent.shown() }).only(asked),
	u32("agent_code", "S", "MOP", func(r *Row) int { return r.Agent.Code }).only(func(r *Row) bool { return asked(r) && r.Agent.hasCode() }),
	u64("agent_duration", "S", "MDP", func(r *Row) uint64 { return uint64(r.Agent.Duration.Milliseconds()) }).only(func(r *Row) bool { return asked(r) && r.Agent.ended() }),
	text("check_desc", "S", "MOP", func(r *Row) string { return r.Check.description() }).only(checking),
	text("agent_desc", "S", "MOP", func(r *Row) string { return r.Agent.description() }).only(asked),
	u32("check_rise", "S", "CGS", func(r *Row) int { return r.Check.Rise }).only(checking),
	u32("check_fall", "S", "CGS", func(r *Row) int { return r.Check.Fall }).only(checking),
	u32("check_health", "S", "CGS", func(r *Row) int { return r.Check.Health }).only(checking),
	u32("agent_rise", "S", "CGS", func(r *Row) int { return r.Agent.Rise }).only(asked),
	u32("agent_fall", "S", "CGS", func(r *Row) int { return r.Agent.Fall }).only(asked),
	u32("agent_health", "S", "CGS", func(r *Row) int { return r.Agent.Health }).only(asked),
	text("addr", "SL", "CGS", func(r *Row) string { return r.Addr }).only(func(r *Row) bool { return r.Addr != "" }),
	text("cookie", "SB", "CNS", func(r *Row) string { return r.Cookie }).only(func(r *Row) bool { return r.Cookie != "" }),
	text("mode", "FLSB", "CGS", func(r *Row) string { return modeName(r) }),
	text("algo", "B", "CGS", func(r *Row) string { return r.Algorithm }).only(func(r *Row) bool { return r.Algorithm != "" }),
	u32("conn_rate", "F", "MRP", func(r *Row) int { return r.ConnRate }),
	u32("conn_rate_max", "F", "MMP", func(r *Row) int { return r.ConnRateMax }),
	u64("conn_tot", "F", "MCP", func(r *Row) uint64 { return r.ConnTotal }),
	u64("intercepted", "F", "MCP", func(r *Row) uint64 { return r.Intercepted }).only(http),
	u64("dcon", "FL", "MCP", func(r *Row) uint64 { return r.DeniedConn }),
	u64("dses", "FL", "MCP", func(r *Row) uint64 { return r.DeniedSess }),
	u64("wrew", "FLSB", "MCP", func(r *Row) uint64 { return r.FailedRewrites }),
	u64("connect", "SB", "MCP", func(r *Row) uint64 { return r.Connects }),
	u64("reuse", "SB", "MCP", func(r *Row) uint64 { return r.Reuses }),
	zero("cache_lookups", "FB", "MCP", "u64").only(http),
	zero("cache_hits", "FB", "MCP", "u64").only(http),
	u32("srv_icur", "S", "MGP", func(r *Row) int { return r.IdleConns }),
	u32("src_ilim", "S", "CLP", func(r *Row) int { return r.IdleLimit }).only(func(r *Row) bool { return r.IdleLimit >= 0 }),
	u32("qtime_max", "SB", "MMP", func(r *Row) int { return r.QTimeMax }),
	u32("ctime_max", "SB", "MMP", func(r *Row) int { return r.CTimeMax }),
	u32("rtime_max", "SB", "MMP", func(r *Row) int { return r.RTimeMax }),
	u32("ttime_max", "SB", "MMP", func(r *Row) int { return r.TTimeMax }),
	u64("eint", "FLSB", "MCP", func(r *Row) uint64 { return r.ErrInternal }),
	u32("idle_conn_cur", "S", "MGP", func(r *Row) int { return r.IdleConns - r.SafeConns }),
	u32("safe_conn_cur", "S", "MGP", func(r *Row) int { return r.SafeConns }),
	u32("used_conn_cur", "S", "MGP", func(r *Row) int { return r.UsedConns }),
	u32("need_conn_est", "S", "MGP", func(r *Row) int { return r.NeedEst }),
	u32("uweight", "SB", "MaP", func(r *Row) int { return r.UserWeight }),
	zero("agg_server_status", "B", "MGP", "u32"),
	zero("agg_server_check_status", "B", "MGP", "u32"),
	zero("agg_check_status", "B", "MGP", "u32"),
}

// extraColumns come after the "-": what HAProxy's modules count (TLS, HTTP/2, HTTP/1).
var extraColumns = [...]column{
	zero("ssl_sess", "FLSB", "MCP", "u64"),
	zero("ssl_reused_sess", "FLSB", "MCP", "u64"),
	zero("ssl_failed_handshake", "FLSB", "MCP", "u64"),
	zero("h2_headers_rcvd", "FB", "MCP", "u64"),
	zero("h2_data_rcvd", "FB", "MCP", "u64"),
	zero("h2_settings_rcvd", "FB", "MCP", "u64"),
	zero("h2_rst_stream_rcvd", "FB", "MCP", "u64"),
	zero("h2_goaway_rcvd", "FB", "MCP", "u64"),
	zero("h2_detected_conn_protocol_errors", "FB", "MCP", "u64"),
	zero("h2_detected_strm_protocol_errors", "FB", "MCP", "u64"),
	zero("h2_rst_stream_resp", "FB", "MCP", "u64"),
	zero("h2_goaway_resp", "FB", "MCP", "u64"),
	zero("h2_open_connections", "FB", "MGP", "u64"),
	zero("h2_backend_open_streams", "FB", "MGP", "u64"),
	zero("h2_total_connections", "FB", "MCP", "u64"),
	zero("h2_backend_total_streams", "FB", "MCP", "u64"),
	u64("h1_open_connections", "FB", "MGP", func(r *Row) uint64 { return r.H1Open }),
	u64("h1_open_streams", "FB", "MGP", func(r *Row) uint64 { return r.H1OpenStreams }),
	u64("h1_total_connections", "FB", "MCP", func(r *Row) uint64 { return r.H1Conns }),
	u64("h1_total_streams", "FB", "MCP", func(r *Row) uint64 { return r.H1Streams }),
	u64("h1_bytes_in", "FB", "MCP", func(r *Row) uint64 { return r.H1In }),
	u64("h1_bytes_out", "FB", "MCP", func(r *Row) uint64 { return r.H1Out }),
	zero("h1_spliced_bytes_in", "FB", "MCP", "u64"),
	zero("h1_spliced_bytes_out", "FB", "MCP", "u64"),
}

func modeName(r *Row) string {
	if r.HTTP {
		return "http"
	}
	return "tcp"
}

// limited: a server without maxconn has no limit to show.
func limited(r *Row) bool { return r.Kind != Server || r.SessLimit > 0 }

func fallible(r *Row) bool { return r.Kind == Backend || checked(r) }

func hasDowntime(r *Row) bool {
	if r.Kind == Backend {
		return hasServers(r)
	}
	return checked(r)
}

// countsRequests: a frontend counts them in both modes.
func countsRequests(r *Row) bool { return r.Kind == Frontend || r.HTTP }
