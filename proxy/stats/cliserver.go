package stats

import (
	"fmt"
	"strconv"
	"strings"

	"simulacro/proxy/balance"
	"simulacro/proxy/config"
)

var serverCommands = []command{
	{words: []string{"enable", "agent"}, help: "enable agent checks", level: config.LevelAdmin, run: onServer(setAgentChecks(true))},
	{words: []string{"disable", "agent"}, help: "disable agent checks", level: config.LevelAdmin, run: onServer(setAgentChecks(false))},
	{words: []string{"enable", "server"}, help: "enable a disabled server (use 'set server' instead)", args: " (DEPRECATED)", level: config.LevelAdmin, run: onServer(setState(Ready))},
	{words: []string{"disable", "server"}, help: "disable a server for maintenance (use 'set server' instead)", args: "(DEPRECATED)", level: config.LevelAdmin, run: onServer(setState(Maint))},
	{words: []string{"enable", "health"}, help: "enable health checks", level: config.LevelAdmin, run: onServer(setChecks(true))},
	{words: []string{"disable", "health"}, help: "disable health checks", level: config.LevelAdmin, run: onServer(setChecks(false))},
	{words: []string{"set", "server"}, args: "<bk>/<srv> [opts]", help: "change a server's state, weight, address or ssl", level: config.LevelAdmin, run: onServer(setServer)},
	{words: []string{"set", "weight"}, args: "<bk>/<srv>  (DEPRECATED)", help: "change a server's weight (use 'set server' instead)", level: config.LevelAdmin, run: onServer(setWeight)},
	{words: []string{"get", "weight"}, args: "<bk>/<srv>", help: "report a server's current weight", run: onServer(getWeight)},
	{words: []string{"set", "maxconn", "server"}, args: "<bk>/<srv>", help: "change a server's maxconn setting", level: config.LevelAdmin, run: onServer(setServerMaxconn)},
	{words: []string{"shutdown", "sessions", "server"}, args: "<bk>/<srv>", help: "kill sessions on a server", level: config.LevelAdmin, run: onServer(shutdownSessions)},
}

// serverCommand acts on a server that exists; args are what follows its name.
type serverCommand func(s *session, server *Row, args []string) reply

// onServer finds the server that a command's first argument names.
func onServer(run serverCommand) func(*session, []string) reply {
	return func(s *session, args []string) reply {
		backend, name, _ := strings.Cut(first(args), "/")
		if backend == "" || name == "" {
			return fail("Require 'backend/server'.\n")
		}
		server, problem := findServer(s.cli.source.Rows(nil), backend, name)
		if server == nil {
			return fail(problem)
		}
		return run(s, server, args[1:])
	}
}

// findServer takes names, or identifiers after a #.
func findServer(rows []Row, backend, name string) (server *Row, problem string) {
	problem = "No such backend.\n"
	for i := range rows {
		r := &rows[i]
		if !named(backend, r.Proxy, r.ProxyID) || r.Kind != Server && r.Kind != Backend {
			continue
		}
		if r.Kind == Server && named(name, r.Name, r.ServiceID) {
			return r, ""
		}
		problem = "No such server.\n"
	}
	return nil, problem
}

func named(text, name string, id int) bool {
	if number, ok := strings.CutPrefix(text, "#"); ok {
		return number == strconv.Itoa(id)
	}
	return text == name
}

// Ref gives the identifiers by which a ServerAdmin knows the server of this row.
func (r *Row) Ref() Ref {
	return Ref{ProxyID: r.ProxyID, ServiceID: r.ServiceID, Proxy: r.Proxy, Server: r.Name}
}

func setState(to ServerState) serverCommand {
	return func(s *session, server *Row, _ []string) reply {
		return result(s.cli.admin.SetServerState(server.Ref(), to))
	}
}

func setServer(s *session, server *Row, args []string) reply {
	rest := args[min(1, len(args)):]
	switch first(args) {
	case "state":
		return setServerState(s, server, rest)
	case "weight":
		return setWeight(s, server, rest)
	case "health":
		return setServerHealth(s, server, rest)
	case "addr":
		return setServerAddr(s, server, rest)
	case "agent", "agent-send", "agent-addr", "agent-port":
		return setAgent(s, server, args[0], rest)
	case "fqdn":
		if first(rest) == "" {
			return fail("set server <b>/<s> fqdn requires a FQDN.\n")
		}
		return fail("set server <b>/<s> fqdn failed because no resolution is configured.\n")
	case "ssl":
		return setServerTLS(s, server, rest)
	case "check-addr":
		return setCheckAddr(s, server, rest)
	case "check-port":
		return setCheckPort(s, server, rest)
	}
	return fail("usage: set server <backend>/<server> addr | agent | agent-addr | agent-port | agent-send | " +
		"check-addr | check-port | fqdn | health | ssl | state | weight\n")
}

func unsupported(what string) reply {
	return fail("'" + what + "' is not supported by this director.\n")
}

func setServerState(s *session, server *Row, args []string) reply {
	states := map[string]ServerState{"ready": Ready, "drain": Drain, "maint": Maint}
	to, ok := states[first(args)]
	if !ok {
		return fail("'set server <srv> state' expects 'ready', 'drain' and 'maint'.\n")
	}
	return result(s.cli.admin.SetServerState(server.Ref(), to))
}

func setServerTLS(s *session, server *Row, args []string) reply {
	to := first(args)
	switch {
	case !server.TLSReady:
		return fail("'set server <srv> ssl' cannot be set.  default-server should define ssl settings\n")
	case to != "on" && to != "off":
		return fail("'set server <srv> ssl' expects 'on' or 'off'.\n")
	}
	admin, ok := s.cli.admin.(AddrAdmin)
	if !ok {
		return unsupported("set server <b>/<s> ssl")
	}
	if err := admin.SetServerTLS(server.Ref(), to == "on"); err != nil {
		return result(err)
	}
	return reply{"server ssl setting updated.\n", severityNotice}
}

func setServerHealth(s *session, server *Row, args []string) reply {
	verdicts := map[string]Health{"up": HealthUp, "stopping": HealthStopping, "down": HealthDown}
	if server.Tracked != "" {
		return fail("cannot change health on a tracking server.\n")
	}
	to, ok := verdicts[first(args)]
	if !ok {
		return fail("'set server <srv> health' expects 'up', 'stopping', or 'down'.\n")
	}
	admin, ok := s.cli.admin.(HealthAdmin)
	if !ok {
		return unsupported("set server <b>/<s> health")
	}
	return result(admin.SetServerHealth(server.Ref(), to))
}

func setChecks(on bool) serverCommand {
	return func(s *session, server *Row, _ []string) reply {
		return switchChecks(on, server.Check.Configured, "Health check", func() reply {
			admin, ok := s.cli.admin.(HealthAdmin)
			if !ok {
				return unsupported("health")
			}
			return result(admin.SetServerChecks(server.Ref(), on))
		})
	}
}

// switchChecks does what turns a kind of checks on or off, where there are any: off is what they are without, too.
func switchChecks(on, configured bool, kind string, do func() reply) reply {
	switch {
	case configured:
		return do()
	case on:
		return fail(kind + " was not configured on this server, cannot enable.\n")
	}
	return done()
}

func setWeight(s *session, server *Row, args []string) reply {
	weight, problem := balance.ParseWeight(first(args), server.InitialWeight, server.Static)
	if problem != "" {
		return fail(problem)
	}
	return result(s.cli.admin.SetServerWeight(server.Ref(), weight))
}

func getWeight(_ *session, server *Row, _ []string) reply {
	return dump(fmt.Appendf(nil, "%d (initial %d)\n", server.UserWeight, server.InitialWeight))
}

func setServerMaxconn(s *session, server *Row, args []string) reply {
	n, problem := balance.ParseMaxconn(first(args))
	if problem != "" {
		return fail(problem)
	}
	return result(s.cli.admin.SetServerMaxconn(server.Ref(), n))
}

func shutdownSessions(s *session, server *Row, _ []string) reply {
	admin, ok := s.cli.admin.(SessionAdmin)
	if !ok {
		return unsupported("shutdown sessions server")
	}
	return result(admin.ShutdownServerSessions(server.Ref()))
}
