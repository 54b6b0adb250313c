package config

// The words that HAProxy 2.6 knows, whether this director supports them or not. They serve two ends: a misspelt word
// gets HAProxy's suggestion, and a word that is right but not supported here is refused by its name rather than as unknown.
// `haproxy -dKcfg` prints the registered ones; the others are listed in the configuration manual, section 4.1.

// knownGlobal are the keywords of the global section.
var knownGlobal = []string{
	"ca-base", "close-spread-time", "crt-base", "default-path", "grace", "h1-accept-payload-with-any-method",
	"h1-case-adjust", "h1-case-adjust-file", "h2-workaround-bogus-websocket-clients", "hard-stop-after", "httpclient.resolvers.id",
	"httpclient.resolvers.prefer", "httpclient.ssl.ca-file", "httpclient.ssl.verify", "issuers-chain-path", "lua-load",
	"lua-load-per-thread", "lua-prepend-path", "maxsslconn", "mworker-max-reloads", "nbthread", "no-memory-trimming",
	"pp2-never-send-local", "profiling.tasks", "ssl-default-bind-ciphers",
	"ssl-default-bind-ciphersuites", "ssl-default-bind-curves", "ssl-default-bind-options",
	"ssl-default-server-ciphers", "ssl-default-server-ciphersuites", "ssl-default-server-options", "ssl-dh-param-file",
	"ssl-load-extra-del-ext", "ssl-load-extra-files", "ssl-mode-async", "ssl-propquery", "ssl-provider",
	"ssl-provider-path", "ssl-skip-self-issued-ca", "set-var", "set-var-fmt", "stats", "thread-group", "thread-groups", "tune.fail-alloc",
	"tune.fd.edge-triggered", "tune.h2.header-table-size", "tune.h2.initial-window-size",
	"tune.h2.max-concurrent-streams", "tune.h2.max-frame-size", "tune.idle-pool.shared", "tune.listener.multi-queue",
	"tune.lua.forced-yield", "tune.lua.maxmem", "tune.lua.service-timeout", "tune.lua.session-timeout",
	"tune.lua.task-timeout", "tune.peers.max-updates-at-once", "tune.pool-high-fd-ratio", "tune.pool-low-fd-ratio",
	"tune.sched.low-latency", "tune.ssl.cachesize", "tune.ssl.capture-buffer-size", "tune.ssl.capture-cipherlist-size",
	"tune.ssl.default-dh-param", "tune.ssl.force-private-cache", "tune.ssl.hard-maxrecord", "tune.ssl.keylog",
	"tune.ssl.lifetime", "tune.ssl.maxrecord", "tune.ssl.ssl-ctx-cache-size", "tune.vars.check-max-size",
	"tune.vars.global-max-size", "tune.vars.proc-max-size", "tune.vars.reqres-max-size", "tune.vars.sess-max-size",
	"tune.vars.txn-max-size", "global", "daemon", "master-worker", "noepoll", "nokqueue", "noevports", "nopoll",
	"busy-polling", "set-dumpable", "insecure-fork-wanted", "insecure-setuid-wanted", "nosplice", "nogetaddrinfo",
	"noreuseport", "quiet", "zero-warning", "tune.runqueue-depth", "tune.maxpollevents", "tune.maxaccept",
	"tune.recv_enough", "tune.buffers.limit", "tune.buffers.reserve", "tune.bufsize", "tune.maxrewrite",
	"tune.idletimer", "tune.rcvbuf.client", "tune.rcvbuf.server", "tune.sndbuf.client", "tune.sndbuf.server",
	"tune.pipesize", "tune.http.cookielen", "tune.http.logurilen", "tune.http.maxhdr", "tune.comp.maxlevel",
	"tune.pattern.cache-size", "uid", "gid", "external-check", "user", "group", "nbproc", "maxconn",
	"ssl-server-verify", "maxconnrate", "maxsessrate", "maxsslrate", "maxcomprate", "maxpipes", "maxzlibmem",
	"maxcompcpuusage", "ulimit-n", "chroot", "description", "node", "pidfile", "unix-bind", "log", "log-send-hostname",
	"server-state-base", "server-state-file", "log-tag", "spread-checks", "max-spread-checks", "cpu-map", "setenv",
	"presetenv", "unsetenv", "resetenv", "strict-limits", "localpeer", "numa-cpu-mapping", "defaults", "listen",
	"frontend", "backend", "peers", "resolvers", "cluster-secret",
}

// knownProxy are the keywords of defaults, frontend, backend and listen.
var knownProxy = []string{
	"timeout", "clitimeout", "contimeout", "srvtimeout", "clitcpka-cnt", "clitcpka-idle", "clitcpka-intvl", "compression", "declare",
	"errorfile", "errorfiles", "errorloc", "errorloc302", "errorloc303", "external-check", "filter", "http-check",
	"http-error", "max-keep-alive-queue", "rate-limit", "retry-on", "srvtcpka-cnt", "srvtcpka-idle", "srvtcpka-intvl",
	"tcp-check", "tcp-request", "tcp-response", "use-fcgi-app", "listen", "frontend",
	"backend", "defaults", "server", "default-server", "server-template", "bind", "monitor-net", "monitor-uri", "mode",
	"id", "description", "disabled", "enabled", "bind-process", "acl", "dynamic-cookie-key", "cookie", "email-alert",
	"persist", "appsession", "load-server-state-from-file", "server-state-file-name", "max-session-srv-conns",
	"capture", "retries", "http-request", "http-response", "http-after-response", "http-send-name-header", "block",
	"redirect", "use_backend", "use-server", "force-persist", "ignore-persist", "force-persist", "stick-table", "stick",
	"stats", "option", "default_backend", "http-reuse", "monitor", "transparent", "maxconn", "backlog", "fullconn",
	"dispatch", "balance", "hash-type", "hash-balance-factor", "unique-id-format", "unique-id-header", "log-format",
	"log-format-sd", "log-tag", "log", "source", "usesrc", "error-log-format",
}

// knownOptions follow `option`.
var knownOptions = []string{
	"abortonclose", "allbackups", "checkcache", "clitcpka", "contstats", "dontlognull", "http-buffer-request",
	"http-ignore-probes", "idle-close-on-response", "prefer-last-server", "logasap", "nolinger", "persist", "srvtcpka",
	"transparent", "splice-request", "splice-response", "splice-auto", "accept-invalid-http-request",
	"accept-invalid-http-response", "dontlog-normal", "log-separate-errors", "log-health-checks", "socket-stats",
	"tcp-smart-accept", "tcp-smart-connect", "independent-streams", "http-use-proxy-header", "http-pretend-keepalive",
	"http-no-delay", "h1-case-adjust-bogus-client", "h1-case-adjust-bogus-server", "disable-h2-upgrade", "httpclose",
	"http-server-close", "http-keep-alive", "redispatch", "httplog", "tcplog", "tcpka", "httpchk", "ssl-hello-chk",
	"smtpchk", "pgsql-check", "redis-check", "mysql-check", "ldap-check", "spop-check", "tcp-check", "external-check",
	"forwardfor", "original-to",
}

// knownBind follow a bind line's address.
var knownBind = []string{
	"accept-netscaler-cip", "accept-proxy", "backlog", "defer-accept", "expose-fd", "gid", "group", "id", "interface",
	"level", "maxconn", "mode", "name", "namespace", "nice", "process", "proto", "severity-output", "shards",
	"tcp-ut", "tfo", "thread", "transparent", "uid", "user", "v4v6", "v6only", "allow-0rtt", "alpn", "ca-file",
	"ca-ignore-err", "ca-sign-file", "ca-sign-pass", "ca-verify-file", "ciphers", "ciphersuites", "crl-file", "crt",
	"crt-ignore-err", "crt-list", "curves", "ecdhe", "force-sslv3", "force-tlsv10", "force-tlsv11", "force-tlsv12",
	"force-tlsv13", "generate-certificates", "no-ca-names", "no-sslv3", "no-tls-tickets", "no-tlsv10", "no-tlsv11",
	"no-tlsv12", "no-tlsv13", "npn", "prefer-client-ciphers", "ssl", "ssl-max-ver", "ssl-min-ver", "strict-sni",
	"tls-ticket-keys", "verify", "mss",
}

// knownServer follow a server line's address.
var knownServer = []string{
	"addr", "agent-addr", "agent-check", "agent-inter", "agent-port", "agent-send", "allow-0rtt", "alpn", "backup",
	"ca-file", "check", "check-alpn", "check-proto", "check-send-proxy", "check-sni", "check-ssl", "check-via-socks4",
	"ciphers", "ciphersuites", "cookie", "crl-file", "crt", "disabled", "downinter", "enabled", "error-limit", "fall",
	"fastinter", "force-sslv3", "force-tlsv10", "force-tlsv11", "force-tlsv12", "force-tlsv13", "id", "init-addr",
	"inter", "log-proto", "max-reuse", "maxconn", "maxqueue", "minconn", "namespace", "no-agent-check", "no-backup",
	"no-check", "no-check-send-proxy", "no-check-ssl", "no-send-proxy", "no-send-proxy-v2", "no-send-proxy-v2-ssl",
	"no-send-proxy-v2-ssl-cn", "no-ssl", "no-ssl-reuse", "no-sslv3", "no-tfo", "no-tls-tickets", "no-tlsv10",
	"no-tlsv11", "no-tlsv12", "no-tlsv13", "non-stick", "npn", "observe", "on-error", "on-marked-down", "on-marked-up",
	"pool-low-conn", "pool-max-conn", "pool-purge-delay", "port", "proto", "proxy-v2-options", "redir", "resolve-net",
	"resolve-opts", "resolve-prefer", "resolvers", "rise", "send-proxy", "send-proxy-v2", "send-proxy-v2-ssl",
	"send-proxy-v2-ssl-cn", "slowstart", "sni", "socks4", "source", "ssl", "ssl-max-ver", "ssl-min-ver", "ssl-reuse",
	"stick", "tcp-ut", "tfo", "tls-tickets", "track", "usesrc", "verify", "verifyhost", "weight", "ws", "ipv4", "ipv6",
	"legacy", "octet-count", "fail-check", "sudden-death", "mark-down",
}

// knownSections open a section that this director does not have.
var knownSections = []string{
	"peers", "mailers", "namespace_list", "resolvers", "ring", "log-forward",
	"cache", "fcgi-app",
}
