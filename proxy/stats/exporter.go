package stats

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Exporter answers what `http-request use-service prometheus-exporter` sends to it with the figures in Prometheus' text format,
// version 0.0.4.
type Exporter struct{ Source Source }

// exportScopes are the values of `scope`, in the order of the output. Stick tables this director has not.
var exportScopes = []string{"global", "frontend", "listener", "backend", "server", "sticktable"}

// Respond answers one request. The target's query may hold scope=<scope>, which may be repeated, and no-maint, which leaves
// servers in maintenance out; other parameters do not count.
func (x Exporter) Respond(uri string) Response {
	scopes, noMaint, ok := exportQuery(uri)
	if !ok {
		return Response{Status: 400, Reason: "Bad request"}
	}
	info := x.Source.Info()
	body := appendMetrics(nil, x.Source.Rows(nil), &info, scopes, noMaint)
	return Response{Status: 200, Reason: "OK", Body: body,
		Header: []Header{{"cache-control", "no-cache"}, {"content-type", "text/plain; version=0.0.4"}}}
}

// exportQuery reads the query. An empty scope asks for none.
func exportQuery(uri string) (scopes []string, noMaint, ok bool) {
	_, query, _ := strings.Cut(uri, "?")
	asked := false
	for _, part := range strings.Split(query, "&") {
		key, value, valued := strings.Cut(part, "=")
		key, err := url.PathUnescape(key)
		value, err2 := url.PathUnescape(value)
		switch {
		case err != nil || err2 != nil:
			return nil, false, false
		case key == "no-maint":
			noMaint = true
		case key != "scope":
		case !valued:
			return nil, false, false
		case value == "":
			asked, scopes = true, nil
		case value == "*":
			asked, scopes = true, exportScopes
		case slices.Contains(exportScopes, value):
			asked, scopes = true, append(slices.Clone(scopes), value)
		default:
			return nil, false, false
		}
	}
	if !asked {
		scopes = exportScopes
	}
	return scopes, noMaint, true
}

var scopeKinds = map[string]Kind{"frontend": Frontend, "listener": Listener, "backend": Backend, "server": Server}

func appendMetrics(dst []byte, rows []Row, info *Info, scopes []string, noMaint bool) []byte {
	for _, scope := range exportScopes {
		if !slices.Contains(scopes, scope) {
			continue
		}
		for _, m := range scopeMetrics[scope] {
			if scope == "global" {
				dst = m.appendInfo(dst, info)
				continue
			}
			dst = m.append(dst, scope, scopeKinds[scope], rows, noMaint)
		}
	}
	return dst
}

// head begins a metric; HAProxy leaves it out where no value follows.
func (m *metric) head(dst []byte, name, help string) []byte {
	if special, ok := metricHelp[m.name]; ok {
		help = special
	}
	kind := "gauge"
	if m.counter {
		kind = "counter"
	}
	return fmt.Appendf(dst, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind)
}

func (m *metric) appendInfo(dst []byte, info *Info) []byte {
	name := "haproxy_process_" + m.name
	dst = m.head(dst, name, infoDescs[m.of])
	if m.of == "Build info" {
		return fmt.Appendf(dst, "%s{version=%q} 1\n", name, info.Version)
	}
	for i := range infoFields {
		if f := &infoFields[i]; f.name == m.of {
			return fmt.Appendf(dst, "%s %v\n", name, f.value(info))
		}
	}
	return fmt.Appendf(dst, "%s NaN\n", name)
}

func (m *metric) append(dst []byte, scope string, kind Kind, rows []Row, noMaint bool) []byte {
	name := "haproxy_" + scope + "_" + m.name
	if m.name == "http_responses_total" {
		return m.appendClasses(dst, name, kind, rows, noMaint)
	}
	begun := false
	for i := range rows {
		r := &rows[i]
		if r.Kind != kind || noMaint && kind == Server && r.Admin.Maint() || !m.concerns(r) {
			continue
		}
		if !begun {
			begun = true
			dst = m.head(dst, name, columnDescs[m.of])
		}
		dst = m.values(dst, name, r, rows)
	}
	return dst
}

// appendClasses adds the answers class by class, as HAProxy does.
func (m *metric) appendClasses(dst []byte, name string, kind Kind, rows []Row, noMaint bool) []byte {
	begun := false
	for i, class := range []string{"1xx", "2xx", "3xx", "4xx", "5xx", "other"} {
		for k := range rows {
			r := &rows[k]
			if r.Kind != kind || noMaint && kind == Server && r.Admin.Maint() || !r.HTTP {
				continue
			}
			if !begun {
				begun = true
				dst = m.head(dst, name, columnDescs[m.of])
			}
			dst = fmt.Appendf(dst, "%s{%s,code=%q} %d\n", name, r.labels(), class, r.Responses[i])
		}
	}
	return dst
}

// labels name the row.
func (r *Row) labels() string {
	labels := fmt.Sprintf("proxy=%q", r.Proxy)
	if r.Kind == Server || r.Kind == Listener {
		labels += fmt.Sprintf(",%s=%q", strings.ToLower(r.Kind.String()), r.Name)
	}
	return labels
}

// concerns tells whether the metric says something of a row: those of HTTP do not of a proxy in mode tcp, nor those of checks of
// a server without.
func (m *metric) concerns(r *Row) bool {
	switch {
	case strings.HasPrefix(m.name, "http_") || m.name == "intercepted_requests_total":
		return r.HTTP
	case m.name == "check_status" || m.name == "check_code":
		return checked(r)
	case m.name == "check_duration_seconds":
		return checked(r) && r.Check.ended()
	}
	return true
}

// values adds the row's value, or one for each of the metric's states or codes.
func (m *metric) values(dst []byte, name string, r *Row, rows []Row) []byte {
	labels := r.labels()
	each := func(label string, states []string, count func(state string) int) []byte {
		for _, state := range states {
			dst = fmt.Appendf(dst, "%s{%s,%s=%q} %d\n", name, labels, label, state, count(state))
		}
		return dst
	}
	servers := func(state func(*Row) string) func(string) int {
		return func(want string) (n int) {
			for i := range rows {
				if s := &rows[i]; s.Kind == Server && s.ProxyID == r.ProxyID && state(s) == want {
					n++
				}
			}
			return n
		}
	}
	switch m.name {
	case "status":
		return each("state", rowStates[r.Kind], func(state string) int { return bit(state == r.state()) })
	case "agg_server_status", "agg_server_check_status":
		return each("state", rowStates[Server], servers((*Row).state))
	case "check_status":
		return each("state", checkStates, func(state string) int { return bit(state == r.checkState()) })
	case "agg_check_status":
		return each("state", checkStates, servers((*Row).checkState))
	}
	return fmt.Appendf(dst, "%s{%s} %s\n", name, labels, m.value(r))
}

// value is the column's; times in ms are shown in seconds.
func (m *metric) value(r *Row) string {
	for i := range columns {
		c := &columns[i]
		switch {
		case c.name != m.of:
		case m.name == "check_code" && !c.has(r):
			return "0"
		case !c.has(r):
			return "NaN"
		case strings.HasSuffix(m.name, "_seconds") && (strings.Contains(c.name, "time") || c.name == "check_duration"):
			return strconv.FormatFloat(float64(c.num(r))/1000, 'f', 6, 64)
		default:
			return string(c.appendValue(nil, r))
		}
	}
	return "NaN"
}

// The states of each kind of row, and of checks.
var (
	rowStates = map[Kind][]string{
		Frontend: {"DOWN", "UP"}, Backend: {"DOWN", "UP"}, Listener: {"WAITING", "OPEN", "FULL"},
		Server: {"DOWN", "UP", "MAINT", "DRAIN", "NOLB"},
	}
	checkStates = []string{"HANA", "SOCKERR", "L4OK", "L4TOUT", "L4CON", "L6OK", "L6TOUT", "L6RSP", "L7TOUT", "L7RSP", "L7OK", "L7OKC", "L7STS",
		"PROCERR", "PROCTOUT", "PROCOK"}
)

// state is one of rowStates.
func (r *Row) state() string {
	switch {
	case r.Kind == Frontend && r.Status != stopped:
		return "UP"
	case r.Kind == Frontend:
		return "DOWN"
	case r.Kind == Server && r.Admin.Maint():
		return "MAINT"
	case r.Kind == Server && r.Op == OpStopped:
		return "DOWN"
	case r.Kind == Server && r.Admin.Drain():
		return "DRAIN"
	case r.Kind == Server && r.Op == OpStopping:
		return "NOLB"
	case r.Kind == Server:
		return "UP"
	}
	return r.Status
}

// checkState is the last check's status; "": there is none.
func (r *Row) checkState() string {
	if !checked(r) {
		return ""
	}
	return r.Check.Status
}
