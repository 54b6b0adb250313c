package stats

import "simulacro/proxy/config"

var frontendCommands = []command{
	{words: []string{"enable", "frontend"}, args: "<frontend>", help: "re-enable specific frontend", level: config.LevelAdmin, run: onFrontend(enableFrontend(true))},
	{words: []string{"disable", "frontend"}, args: "<frontend>", help: "temporarily disable specific frontend", level: config.LevelAdmin, run: onFrontend(enableFrontend(false))},
	{words: []string{"shutdown", "frontend"}, args: "<frontend>", help: "stop a specific frontend", level: config.LevelAdmin, run: onFrontend(shutdownFrontend)},
	{words: []string{"set", "maxconn", "frontend"}, args: "<frontend> <value>", help: "change a frontend's maxconn setting", level: config.LevelAdmin, run: onFrontend(setFrontendMaxconn)},
}

// frontendCommand acts on a frontend that exists; args are what follows its name.
type frontendCommand = func(admin FrontendAdmin, frontend *Row, args []string) reply

// onFrontend runs a command on the frontend that its first argument names.
func onFrontend(run frontendCommand) func(*session, []string) reply {
	return onProxy(Frontend, "frontend", "frontend", run)
}

// onProxy finds the proxy of a kind that a command's first argument names; args are what follows it. word is the kind in messages, needs
// what the command is called where the process has no A.
func onProxy[A any](kind Kind, word, needs string, run func(admin A, proxy *Row, args []string) reply) func(*session, []string) reply {
	return func(s *session, args []string) reply {
		if first(args) == "" {
			return fail("A " + word + " name is expected.\n")
		}
		rows := s.cli.source.Rows(nil)
		for i := range rows {
			if rows[i].Kind != kind || !named(args[0], rows[i].Proxy, rows[i].ProxyID) {
				continue
			}
			admin, ok := s.cli.admin.(A)
			if !ok {
				return unsupported(needs)
			}
			return run(admin, &rows[i], args[1:])
		}
		return fail("No such " + word + ".\n")
	}
}

// Statuses of a frontend that is not open: stopped cannot come back, paused can.
const (
	stopped = "STOP"
	paused  = "PAUSED"
)

func enableFrontend(on bool) frontendCommand {
	verb := "disable"
	if on {
		verb = "enable"
	}
	return func(admin FrontendAdmin, frontend *Row, _ []string) reply {
		if frontend.Status == stopped {
			return fail("Frontend was previously shut down, cannot " + verb + ".\n")
		}
		if isPaused := frontend.Status == paused; isPaused != on {
			return fail("All sockets are already " + verb + "d.\n")
		}
		return result(admin.EnableFrontend(frontend.ProxyID, on))
	}
}

func shutdownFrontend(admin FrontendAdmin, frontend *Row, _ []string) reply {
	if frontend.Status == stopped {
		return fail("Frontend was already shut down.\n")
	}
	return result(admin.ShutdownFrontend(frontend.ProxyID))
}

func setFrontendMaxconn(admin FrontendAdmin, frontend *Row, args []string) reply {
	if len(args) == 0 {
		return fail("Integer value expected.\n")
	}
	n := atoi(args[0])
	if n < 0 {
		return fail("Value out of range.\n")
	}
	return result(admin.SetFrontendMaxconn(frontend.ProxyID, n))
}

var processCommands = []command{
	{words: []string{"set", "maxconn", "global"}, args: "<value>", help: "change the per-process maxconn setting", level: config.LevelAdmin, run: setGlobalMaxconn},
	{words: []string{"set", "rate-limit"}, args: "<setting> <value>", help: "change a rate limiting value", level: config.LevelAdmin, run: setRateLimit},
	{words: []string{"clear", "counters"}, args: "[all]", help: "clear max statistics counters (or all counters)", level: config.LevelOperator, run: clearCounters},
	{words: []string{"shutdown", "session"}, args: "[id]", help: "kill a specific session", level: config.LevelAdmin, run: shutdownSession},
}

func setGlobalMaxconn(s *session, args []string) reply {
	if len(args) == 0 {
		return fail("Expects an integer value.\n")
	}
	admin, ok := s.cli.admin.(GlobalAdmin)
	if !ok {
		return unsupported("set maxconn global")
	}
	limit := s.cli.source.Info().HardMaxconn
	n := atoi(args[0])
	if n > limit && limit > 0 {
		return fail("Value out of range.\n")
	}
	if n <= 0 {
		n = limit // back to what the process has started with
	}
	return result(admin.SetGlobalMaxconn(n))
}

const rateLimitUsage = "'set rate-limit' only supports :\n" +
	"   - 'connections global' to set the per-process maximum connection rate\n" +
	"   - 'sessions global' to set the per-process maximum session rate\n" +
	"   - 'ssl-sessions global' to set the per-process maximum SSL session rate\n" +
	"   - 'http-compression global' to set the per-process maximum compression speed in kB/s\n"

// setRateLimit: set rate-limit <what> global <n>.
func setRateLimit(s *session, args []string) reply {
	limits := map[string]RateLimit{"connections": ConnRate, "sessions": SessRate, "ssl-sessions": TLSRate}
	what, ok := limits[first(args)]
	switch {
	case !ok && first(args) != "http-compression", len(args) < 2, args[1] != "global":
		return fail(rateLimitUsage)
	case len(args) < 3:
		return fail("Expects an integer value.\n")
	case atoi(args[2]) < 0:
		return fail("Value out of range.\n")
	case !ok: // nothing is compressed here
		return unsupported("set rate-limit http-compression")
	}
	admin, ok := s.cli.admin.(GlobalAdmin)
	if !ok {
		return unsupported("set rate-limit")
	}
	return result(admin.SetRateLimit(what, atoi(args[2])))
}

// clearCounters resets the maxima; all of the counters are an administrator's.
func clearCounters(s *session, args []string) reply {
	all := first(args) == "all"
	if all && s.level < config.LevelAdmin {
		return denied
	}
	admin, ok := s.cli.admin.(GlobalAdmin)
	if !ok {
		return unsupported("clear counters")
	}
	admin.ClearCounters(all)
	return done()
}

func shutdownSession(s *session, args []string) reply {
	if len(args) == 0 {
		return fail("Session pointer expected (use 'show sess').\n")
	}
	admin, ok := s.cli.admin.(SessionAdmin)
	if !ok {
		return unsupported("shutdown session")
	}
	return result(admin.ShutdownSession(args[0]))
}
