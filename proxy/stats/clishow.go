package stats

import (
	"fmt"
	"net/netip"
	"os"
	"strconv"
	"strings"

	"simulacro/proxy/config"
)

var showCommands = []command{
	{words: []string{"show", "info"}, args: "[desc|json|typed|float]*", help: "report information about the running process", run: showInfo},
	{words: []string{"show", "stat"}, args: "[desc|json|no-maint|typed|up]*", help: "report counters for each proxy and server", run: showStat},
	{words: []string{"show", "schema", "json"}, help: "report schema used for stats", run: func(*session, []string) reply { return dump(AppendSchema(nil)) }},
	{words: []string{"show", "servers", "state"}, args: "[<backend>]", help: "dump volatile server information (all or for a single backend)", run: showServersState},
	{words: []string{"show", "servers", "conn"}, args: "[<backend>]", help: "dump server connections status (all or for a single backend)", run: showServersConn},
	{words: []string{"show", "backend"}, help: "list backends in the current running config", run: showBackend},
	{words: []string{"show", "version"}, help: "show version of the current process", run: func(s *session, _ []string) reply {
		return say(s.cli.source.Info().Version + "\n")
	}},
	{words: []string{"show", "startup-logs"}, help: "report logs emitted during HAProxy startup", level: config.LevelOperator, run: showStartupLogs},
	{words: []string{"show", "errors"}, args: "[<px>] [request|response]", help: "report last request and/or response errors for each proxy", level: config.LevelOperator, run: showErrors},
	{words: []string{"show", "env"}, args: "[var]", help: "dump environment variables known to the process", level: config.LevelOperator, run: showEnv},
	{words: []string{"show", "sess"}, args: "[id]", help: "report the list of current sessions or dump this exact session", level: config.LevelOperator, run: showSess},
	{words: []string{"show", "cli", "sockets"}, help: "dump list of cli sockets", run: showSockets},
}

func showInfo(s *session, args []string) reply {
	info := s.cli.source.Info()
	return dump(AppendInfo(nil, &info, formatOf(args)))
}

func formatOf(args []string) (f Format) {
	for _, a := range args {
		switch a {
		case "typed":
			f = Typed | f&^f.base()
		case "json":
			f = JSON | f&^f.base()
		case "desc":
			f |= Described
		case "float":
			f |= Float
		}
	}
	return f
}

func showStat(s *session, args []string) reply {
	rows := s.cli.source.Rows(nil)
	filter := All()
	filter.Details = s.level >= config.LevelOperator
	if first(args) == "domain" {
		if args = args[1:]; first(args) != "proxy" {
			return fail("Invalid statistics domain.\n")
		}
		args = args[1:]
	}
	if len(args) >= 3 {
		id, ok := proxyID(rows, args[0])
		if !ok {
			return fail("No such proxy.\n")
		}
		filter.ProxyID, filter.Types, filter.ServiceID = id, atoi(args[1]), atoi(args[2])
	}
	for _, a := range args {
		filter.HideDown = filter.HideDown || a == "up"
		filter.HideMaint = filter.HideMaint || a == "no-maint"
	}
	return dump(AppendRows(nil, filter.Apply(rows), formatOf(args)))
}

// proxyID takes a name or a number; -1 is every proxy.
func proxyID(rows []Row, text string) (int, bool) {
	for i := range rows {
		if rows[i].Proxy == text {
			return rows[i].ProxyID, true
		}
	}
	id := atoi(text)
	return id, id != 0
}

// atoi is C's: what is not a number is 0.
func atoi(text string) int {
	digits := text
	if strings.HasPrefix(digits, "-") || strings.HasPrefix(digits, "+") {
		digits = digits[1:]
	}
	n := 0
	for n < len(digits) && digits[n] >= '0' && digits[n] <= '9' && n < 9 {
		n++
	}
	v, err := strconv.Atoi(text[:len(text)-len(digits)+n])
	if err != nil {
		return 0
	}
	return v
}

const stateHeader = "1\n# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_iweight " +
	"srv_time_since_last_change srv_check_status srv_check_result srv_check_health srv_check_state srv_agent_state " +
	"bk_f_forced_id srv_f_forced_id srv_fqdn srv_port srvrecord srv_use_ssl srv_check_port srv_check_addr srv_agent_addr srv_agent_port\n"

// showServersState writes version 1 of the format (management manual, section 9.3, "show servers state").
func showServersState(s *session, args []string) reply {
	servers, ok := s.serversOf(args)
	if !ok {
		return fail("Can't find backend.\n")
	}
	out := []byte(stateHeader)
	for i := range servers {
		r := &servers[i]
		out = fmt.Appendf(out, "%d %s %d %s %s %d %d %d %d %d %d %d %d %d %d %d %d %s %d - %d %d %s %s %d\n",
			r.ProxyID, r.Proxy, r.ServiceID, r.Name, host(r.IP), r.Op, r.Admin, r.UserWeight, r.InitialWeight, r.LastChange,
			r.Check.number(), r.Check.result(), r.Check.Health, r.Check.state(), r.Agent.agentState(), bit(r.ChosenProxyID), bit(r.ChosenID),
			or(r.Host, "-"), uint32(r.Port), bit(r.TLS), r.CheckPort,
			host(r.CheckIP), host(r.AgentIP), r.AgentPort)
	}
	return dump(out)
}

// showServersConn shows what each server keeps open. The last columns are by thread: this director's loops share them.
func showServersConn(s *session, args []string) reply {
	servers, ok := s.serversOf(args)
	if !ok {
		return fail("Can't find backend.\n")
	}
	out := []byte("# bkname/svname bkid/svid addr port - purge_delay used_cur used_max need_est unsafe_nb safe_nb idle_lim idle_cur idle_per_thr[1]\n")
	for i := range servers {
		r := &servers[i]
		out = fmt.Appendf(out, "%s/%s %d/%d %s %d - 5000 %d %d %d %d %d %d %d %d\n", r.Proxy, r.Name, r.ProxyID, r.ServiceID,
			host(r.IP), r.Port, r.UsedConns, r.UsedMax, r.NeedEst, r.IdleConns-r.SafeConns, r.SafeConns, r.IdleLimit, r.IdleConns, r.IdleConns)
	}
	return dump(out)
}

// serversOf gives the servers of the named backend, or of all.
func (s *session) serversOf(args []string) ([]Row, bool) {
	var servers []Row
	found := len(args) == 0
	for _, r := range s.cli.source.Rows(nil) {
		if len(args) > 0 && r.Proxy != args[0] {
			continue
		}
		found = found || r.Kind == Backend
		if r.Kind == Server {
			servers = append(servers, r)
		}
	}
	return servers, found
}

// host shows an address, "-" where there is none.
func host(ip netip.Addr) string {
	if !ip.IsValid() {
		return "-"
	}
	return ip.String()
}

func showBackend(s *session, _ []string) reply {
	out := []byte("# name\n")
	for _, r := range s.cli.source.Rows(nil) {
		if r.Kind == Backend {
			out = fmt.Appendf(out, "%s\n", r.Proxy)
		}
	}
	return dump(out)
}

// StartupSource is what a Source may offer beside: what the process has said while it started.
type StartupSource interface{ StartupLogs() string }

func showStartupLogs(s *session, _ []string) reply {
	if source, ok := s.cli.source.(StartupSource); ok && source.StartupLogs() != "" {
		return dump([]byte(source.StartupLogs()))
	}
	return say("\n")
}

func showEnv(_ *session, args []string) reply {
	if len(args) > 0 {
		value, ok := os.LookupEnv(args[0])
		if !ok {
			return fail("Variable not found\n")
		}
		return dump([]byte(args[0] + "=" + value + "\n"))
	}
	return dump([]byte(strings.Join(os.Environ(), "\n") + "\n"))
}

func or(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

func showSockets(s *session, _ []string) reply {
	out := []byte("# socket lvl processes\n")
	for _, k := range s.cli.sockets {
		out = fmt.Appendf(out, "%s %s all\n", k.Addr.CLI(), levelNames[k.Level])
	}
	return dump(out)
}
