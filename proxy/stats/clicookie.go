package stats

import "simulacro/proxy/config"

// CookieAdmin is what a ServerAdmin may offer beside: the dynamic cookies of backends, by the Row's ProxyID.
type CookieAdmin interface {
	SetDynamicCookies(proxyID int, on bool) error
	SetDynamicCookieKey(proxyID int, secret string) error
}

var cookieCommands = []command{
	{words: []string{"set", "dynamic-cookie-key", "backend"}, args: "<bk> <k>", help: "change a backend secret key for dynamic cookies", level: config.LevelAdmin, run: onBackend(setDynamicKey)},
	{words: []string{"enable", "dynamic-cookie", "backend"}, args: "<bk>", help: "enable dynamic cookies on a specific backend", level: config.LevelAdmin, run: onBackend(dynamicCookies(true))},
	{words: []string{"disable", "dynamic-cookie", "backend"}, args: "<bk>", help: "disable dynamic cookies on a specific backend", level: config.LevelAdmin, run: onBackend(dynamicCookies(false))},
}

// backendCommand acts on a backend that exists; args are what follows its name.
type backendCommand = func(admin CookieAdmin, backend *Row, args []string) reply

// onBackend runs a command on the backend that its first argument names.
func onBackend(run backendCommand) func(*session, []string) reply {
	return onProxy(Backend, "backend", "dynamic-cookie", run)
}

func dynamicCookies(on bool) backendCommand {
	return func(admin CookieAdmin, backend *Row, _ []string) reply {
		return result(admin.SetDynamicCookies(backend.ProxyID, on))
	}
}

func setDynamicKey(admin CookieAdmin, backend *Row, args []string) reply {
	if first(args) == "" {
		return fail("String value expected.\n")
	}
	return result(admin.SetDynamicCookieKey(backend.ProxyID, args[0]))
}
