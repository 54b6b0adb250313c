package stats

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// infoField is one line of `show info`: its position in the typed formats, its name and nature, and its value.
type infoField struct {
	pos       int
	name      string
	tags, typ string
	value     func(*Info) any
}

// infoFields are those of HAProxy 2.6, in its order. What this director has no equivalent for is 0: compression
// and peers.
var infoFields = [...]infoField{
	{0, "Name", "POS", "str", func(in *Info) any { return "HAProxy" }},
	{1, "Version", "POS", "str", func(in *Info) any { return in.Version }},
	{2, "Release_date", "POS", "str", func(in *Info) any { return in.ReleaseDate }},
	{3, "Nbthread", "CGS", "u32", func(in *Info) any { return in.Threads }},
	{4, "Nbproc", "CGS", "u32", func(in *Info) any { return 1 }},
	{5, "Process_num", "KGP", "u32", func(in *Info) any { return 1 }},
	{6, "Pid", "SGP", "u32", func(in *Info) any { return in.PID }},
	{7, "Uptime", "MDP", "str", func(in *Info) any { return uptime(in) }},
	{8, "Uptime_sec", "MDP", "u32", func(in *Info) any { return in.seconds() }},
	{9, "Memmax_MB", "CLP", "u32", func(in *Info) any { return 0 }},
	{10, "PoolAlloc_MB", "MGP", "u32", func(in *Info) any { return in.MemoryBytes >> 20 }},
	{11, "PoolUsed_MB", "MGP", "u32", func(in *Info) any { return in.MemoryBytes >> 20 }},
	{12, "PoolFailed", "MCP", "u32", func(in *Info) any { return 0 }},
	{13, "Ulimit-n", "CLP", "u32", func(in *Info) any { return in.UlimitN }},
	{14, "Maxsock", "CLP", "u32", func(in *Info) any { return in.Maxsock }},
	{15, "Maxconn", "CLP", "u32", func(in *Info) any { return in.Maxconn }},
	{16, "Hard_maxconn", "CLP", "u32", func(in *Info) any { return in.HardMaxconn }},
	{17, "CurrConns", "MGP", "u32", func(in *Info) any { return in.CurrConns }},
	{18, "CumConns", "MCP", "u32", func(in *Info) any { return in.CumConns }},
	{19, "CumReq", "MCP", "u32", func(in *Info) any { return in.CumReq }},
	{20, "MaxSslConns", "MMP", "u32", func(in *Info) any { return in.MaxTLS }},
	{21, "CurrSslConns", "MGP", "u32", func(in *Info) any { return in.TLSConns }},
	{22, "CumSslConns", "MCP", "u32", func(in *Info) any { return int(in.CumTLS) }},
	{23, "Maxpipes", "CLP", "u32", func(in *Info) any { return in.MaxPipes }},
	{24, "PipesUsed", "MGP", "u32", func(in *Info) any { return in.PipesUsed }},
	{25, "PipesFree", "MGP", "u32", func(in *Info) any { return in.PipesFree }},
	{26, "ConnRate", "MRP", "u32", func(in *Info) any { return in.Conns.Now }},
	{27, "ConnRateLimit", "CLP", "u32", func(in *Info) any { return in.Conns.Limit }},
	{28, "MaxConnRate", "MMP", "u32", func(in *Info) any { return in.Conns.Max }},
	{29, "SessRate", "MRP", "u32", func(in *Info) any { return in.Sess.Now }},
	{30, "SessRateLimit", "CLP", "u32", func(in *Info) any { return in.Sess.Limit }},
	{31, "MaxSessRate", "MRP", "u32", func(in *Info) any { return in.Sess.Max }},
	{32, "SslRate", "MRP", "u32", func(in *Info) any { return in.TLS.Now }},
	{33, "SslRateLimit", "CLP", "u32", func(in *Info) any { return in.TLS.Limit }},
	{34, "MaxSslRate", "MMP", "u32", func(in *Info) any { return in.TLS.Max }},
	{35, "SslFrontendKeyRate", "MGP", "u32", func(in *Info) any { return 0 }},
	{36, "SslFrontendMaxKeyRate", "MMP", "u32", func(in *Info) any { return 0 }},
	{37, "SslFrontendSessionReuse_pct", "MGP", "u32", func(in *Info) any { return 0 }},
	{38, "SslBackendKeyRate", "MRP", "u32", func(in *Info) any { return 0 }},
	{39, "SslBackendMaxKeyRate", "MMP", "u32", func(in *Info) any { return 0 }},
	{40, "SslCacheLookups", "MCP", "u32", func(in *Info) any { return 0 }},
	{41, "SslCacheMisses", "MCP", "u32", func(in *Info) any { return 0 }},
	{42, "CompressBpsIn", "MRP", "u32", func(in *Info) any { return 0 }},
	{43, "CompressBpsOut", "MRP", "u32", func(in *Info) any { return 0 }},
	{44, "CompressBpsRateLim", "CLP", "u32", func(in *Info) any { return 0 }},
	{47, "Tasks", "MGP", "u32", func(in *Info) any { return in.Tasks }},
	{48, "Run_queue", "MGP", "u32", func(in *Info) any { return in.RunQueue }},
	{49, "Idle_pct", "MaP", "u32", func(in *Info) any { return in.IdlePercent }},
	{50, "node", "COS", "str", func(in *Info) any { return in.Node }},
	{51, "description", "COS", "str", func(in *Info) any { return in.Description }},
	{52, "Stopping", "MGP", "u32", func(in *Info) any { return bit(in.Stopping) }},
	{53, "Jobs", "MGP", "u32", func(in *Info) any { return in.Jobs }},
	{54, "Unstoppable Jobs", "MGP", "u32", func(in *Info) any { return 0 }},
	{55, "Listeners", "MGP", "u32", func(in *Info) any { return in.Listeners }},
	{56, "ActivePeers", "MGP", "u32", func(in *Info) any { return 0 }},
	{57, "ConnectedPeers", "MGP", "u32", func(in *Info) any { return 0 }},
	{58, "DroppedLogs", "MGP", "u32", func(in *Info) any { return in.DroppedLogs }},
	{59, "BusyPolling", "MGP", "u32", func(in *Info) any { return 0 }},
	{60, "FailedResolutions", "MGP", "u32", func(in *Info) any { return 0 }},
	{61, "TotalBytesOut", "MGP", "u64", func(in *Info) any { return in.BytesOut }},
	{62, "TotalSplicdedBytesOut", "MGP", "u64", func(in *Info) any { return in.SplicedOut }},
	{63, "BytesOutRate", "MRP", "u64", func(in *Info) any { return in.BytesOutRate }},
	{64, "DebugCommandsIssued", "MGP", "u32", func(in *Info) any { return 0 }},
	{65, "CumRecvLogs", "MCP", "u32", func(in *Info) any { return 0 }},
	{66, "Build info", "POS", "str", func(in *Info) any { return in.Version }},
	{67, "Memmax_bytes", "CLP", "u32", func(in *Info) any { return 0 }},
	{68, "PoolAlloc_bytes", "MGP", "u64", func(in *Info) any { return in.MemoryBytes }},
	{69, "PoolUsed_bytes", "MGP", "u64", func(in *Info) any { return in.MemoryBytes }},
	{70, "Start_time_sec", "MDP", "u32", func(in *Info) any { return in.Start.Unix() }},
	{71, "Tainted", "SGP", "str", func(in *Info) any { return "0" }},
}

// AppendInfo adds the process's figures to dst in the given format; CSV stands for the plain "name: value" text.
func AppendInfo(dst []byte, in *Info, f Format) []byte {
	if f.base() == JSON {
		return appendInfoJSON(dst, in, f)
	}
	for i := range infoFields {
		field := &infoFields[i]
		tags, typ, value := field.of(in, f)
		switch {
		case field.name == "description" && in.Description == "":
			continue
		case f.base() == Typed:
			dst = fmt.Appendf(dst, "%d.%s.1:%s:%s:%v", field.pos, field.name, tags, typ, value)
		default:
			dst = fmt.Appendf(dst, "%s: %v", field.name, value)
		}
		dst = f.describe(dst, infoDescs[field.name])
	}
	return dst
}

func appendInfoJSON(dst []byte, in *Info, f Format) []byte {
	open := byte('[')
	for i := range infoFields {
		field := &infoFields[i]
		if field.name == "description" && in.Description == "" {
			continue
		}
		dst = append(dst, open, '{')
		tags, typ, value := field.of(in, f)
		dst = appendJSONField(dst, field.pos, field.name, tags, typ, fmt.Sprint(value))
		open = ','
	}
	return append(dst, "]\n"...)
}

// rates are the fields that `float` makes numbers with a fraction, beside the two times.
var rates = []string{
	"ConnRate", "SessRate", "SslRate", "SslFrontendKeyRate", "SslFrontendSessionReuse_pct", "SslBackendKeyRate", "CompressBpsIn", "CompressBpsOut",
}

// of gives the field's tags, type and value in a format.
func (field *infoField) of(in *Info, f Format) (tags, typ string, value any) {
	value = field.value(in)
	switch {
	case f&Float == 0:
	case field.name == "Uptime_sec":
		return field.tags, "flt", fraction(in.Now.Sub(in.Start).Seconds())
	case field.name == "Start_time_sec":
		return field.tags, "flt", fraction(float64(in.Start.UnixMicro()) / 1e6)
	case slices.Contains(rates, field.name):
		return "MRP", "flt", value
	}
	return field.tags, field.typ, value
}

// fraction writes up to six decimals, as few as there are.
func fraction(x float64) string {
	return strings.TrimRight(strings.TrimRight(strconv.FormatFloat(x, 'f', 6, 64), "0"), ".")
}

func (in *Info) seconds() int { return max(0, int(in.Now.Sub(in.Start)/time.Second)) }

// uptime is "0d 2h03m04s".
func uptime(in *Info) string {
	s := in.seconds()
	return fmt.Sprintf("%dd %dh%02dm%02ds", s/86400, s/3600%24, s/60%60, s%60)
}

func bit(on bool) int {
	if on {
		return 1
	}
	return 0
}
