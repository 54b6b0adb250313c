package rules

import (
	"fmt"
	"strings"
	"sync"
	"time"
)

// fetches is the table of sample fetches by name (section 7.3).
var fetches = sync.OnceValue(func() map[string]*fetch {
	m := map[string]*fetch{}
	for _, table := range [][]fetch{
		constFetches(), stateFetches(), backendFetches(), clientFetches(), serverSideFetches(), tlsFetches(), bufferFetches(),
		targetFetches(), bodyFetches(), authFetches(), txnFetches(), responseFetches(), messageFetches(),
	} {
		for i := range table {
			m[table[i].name] = &table[i]
		}
	}
	return m
})

func findFetch(name string) *fetch { return fetches()[name] }

// foreignFetch tells whether HAProxy has a fetch that this director has not.
func foreignFetch(name string) bool {
	switch name {
	case "cpu_calls", "cpu_ns_avg", "cpu_ns_tot", "lat_ns_avg", "lat_ns_tot", "distcc_body", "distcc_param", "fcgi.docroot", "fcgi.index",
		"res.comp", "res.comp_algo", "res.cache_hit", "res.cache_name", "51d.all", "da-csv-fetch", "wurfl-get", "wurfl-get-all":
		return true
	}
	for _, prefix := range []string{"sc_", "sc0_", "sc1_", "sc2_", "table_", "lua.", "internal.", "ssl_"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	for _, name2 := range []string{"bytes_in_rate", "bytes_out_rate", "clr_gpc", "conn_cnt", "conn_cur", "conn_rate", "get_gpc", "get_gpt", "gpc0_rate", "gpc1_rate",
		"gpc_rate", "http_err_cnt", "http_err_rate", "http_fail_cnt", "http_fail_rate", "http_req_cnt", "http_req_rate", "inc_gpc", "kbytes_in", "kbytes_out",
		"sess_cnt", "sess_rate", "updt_conn_cnt"} {
		if strings.TrimRight(strings.TrimPrefix(name, "src_"), "01") == strings.TrimRight(name2, "01") {
			return strings.HasPrefix(name, "src_")
		}
	}
	return false
}

func none() (Value, bool) { return Value{}, false }

func always(v Value) func(*Tx, []arg) (Value, bool) {
	return func(*Tx, []arg) (Value, bool) { return v, true }
}

func truth(s string) (is, ok bool) {
	is = s == "1" || strings.EqualFold(s, "true")
	return is, is || s == "0" || strings.EqualFold(s, "false")
}

// constFetches make constants (section 7.3.2).
func constFetches() []fetch {
	return []fetch{
		{name: "always_true", kind: Bool, from: srcConst, get: always(boolean(true))},
		{name: "always_false", kind: Bool, from: srcConst, get: always(boolean(false))},
		{name: "bool", sig: "s", kind: Bool, from: srcConst, get: func(_ *Tx, a []arg) (Value, bool) {
			b, _ := truth(a[0].s)
			return boolean(b), true
		}, check: func(a []arg) error {
			if _, ok := truth(a[0].s); !ok {
				return sayf("Expects 'true', 'false', '0' or '1'")
			}
			return nil
		}},
		{name: "int", sig: "i", kind: Int, from: srcConst, get: func(_ *Tx, a []arg) (Value, bool) { return integer(a[0].n), true }},
		{name: "str", sig: "s", kind: Str, from: srcConst, get: func(_ *Tx, a []arg) (Value, bool) { return Text(a[0].s), true }},
		{name: "bin", sig: "s", kind: Bin, from: srcConst, get: func(_ *Tx, a []arg) (Value, bool) { return unhex(a[0].s) }, check: func(a []arg) error {
			if a[0].s == "" {
				return sayf("(null)")
			}
			if _, ok := unhex(a[0].s); !ok {
				return BadHex(a[0].s)
			}
			return nil
		}},
		{name: "ipv4", sig: "a", kind: IP, from: srcConst, get: func(_ *Tx, a []arg) (Value, bool) { return address(a[0].ip) }},
		{name: "ipv6", sig: "A", kind: IP6, from: srcConst, get: func(_ *Tx, a []arg) (Value, bool) { return address(a[0].ip) }},
		{name: "meth", sig: "s", kind: Method, from: srcConst, get: func(_ *Tx, a []arg) (Value, bool) { return Text(a[0].s), true }, check: func(a []arg) error {
			if strings.ContainsFunc(a[0].s, func(c rune) bool { return c <= ' ' || c > '~' || strings.ContainsRune("()<>@,;:\\\"/[]?={}", c) }) {
				return sayf("expects valid method.")
			}
			return nil
		}},
		{name: "env", sig: "s", kind: Str, from: srcConst, get: func(tx *Tx, a []arg) (Value, bool) {
			if tx.World == nil {
				return none()
			}
			s, ok := tx.World.Env(a[0].s)
			return Text(s), ok
		}},
		{name: "nbproc", kind: Int, from: srcConst, get: always(integer(1))},
		{name: "proc", kind: Int, from: srcConst, get: always(integer(1))},
		{name: "hostname", kind: Str, from: srcConst, get: func(tx *Tx, _ []arg) (Value, bool) {
			if tx.World == nil {
				return none()
			}
			return Text(tx.World.Hostname()), true
		}},
		{name: "thread", kind: Int, from: srcConst, get: func(tx *Tx, _ []arg) (Value, bool) {
			if tx.World == nil {
				return integer(0), true
			}
			return integer(tx.World.Thread()), true
		}},
		{name: "date", sig: "|is", kind: Int, from: srcConst, get: fetchDate, check: checkUnit(1)},
		{name: "date_us", kind: Int, from: srcConst, get: func(tx *Tx, _ []arg) (Value, bool) { return integer(tx.Now.Nanosecond() / 1000), true }},
		{name: "rand", sig: "|i", kind: Int, from: srcConst, get: fetchRand},
		{name: "uuid", sig: "|i", kind: Str, from: srcConst, get: fetchUUID, check: func(a []arg) error {
			if n := argNumber(a, 0, 4); n != 4 {
				return sayf("Unsupported UUID version: '%d'", n)
			}
			return nil
		}},
		{name: "var", sig: "v|s", get: fetchVar, kind: Any, from: srcConst},
		{name: "unique-id", kind: Str, from: srcConst, get: func(tx *Tx, _ []arg) (Value, bool) { return Text(tx.Unique()), tx.UniqueID != "" }},
	}
}

// fetchDate gives the time in the unit of its second argument, moved by the first.
func fetchDate(tx *Tx, a []arg) (Value, bool) {
	offset := argNumber(a, 0, 0)
	switch argText(a, 1, "s") {
	case "ms":
		return integer(tx.Now.UnixMilli() + offset), true
	case "us":
		return integer(tx.Now.UnixMicro() + offset), true
	}
	return integer(tx.Now.Unix() + offset), true
}

func fetchRand(tx *Tx, a []arg) (Value, bool) {
	if tx.World == nil {
		return none()
	}
	n := int64(tx.World.Random())
	if most := argNumber(a, 0, 0); most > 0 {
		n = n * most >> 32
	}
	return integer(n), true
}

// fetchUUID gives a random UUID of version 4 (RFC 9562, section 5.4).
func fetchUUID(tx *Tx, _ []arg) (Value, bool) {
	if tx.World == nil {
		return none()
	}
	r := tx.World.Random
	return Text(fmt.Sprintf("%08x-%04x-%04x-%04x-%04x%08x", r(), r()&0xffff, r()&0xfff|0x4000, r()&0x3fff|0x8000, r()&0xffff, r())), true
}

func fetchVar(tx *Tx, a []arg) (Value, bool) {
	if v, ok := tx.lookup(a[0].s); ok {
		return v, true
	}
	if len(a) > 1 {
		return Text(a[1].s), true
	}
	return none()
}

// stateFetches are of the process and the evaluation.
func stateFetches() []fetch {
	return []fetch{
		{name: "wait_end", kind: Bool, from: srcInternal, get: func(tx *Tx, _ []arg) (Value, bool) {
			tx.waiting = tx.waiting || !tx.Final
			return boolean(tx.Final), true
		}},
		{name: "last_rule_file", kind: Str, from: srcInternal, get: func(tx *Tx, _ []arg) (Value, bool) { return Text(tx.Last.File), tx.Last.Line > 0 }},
		{name: "last_rule_line", kind: Int, from: srcInternal, get: func(tx *Tx, _ []arg) (Value, bool) { return integer(tx.Last.Line), tx.Last.Line > 0 }},
		{name: "prio_class", kind: Int, from: srcInternal, get: func(tx *Tx, _ []arg) (Value, bool) { return integer(tx.PrioClass), true }},
		{name: "prio_offset", kind: Int, from: srcInternal, get: func(tx *Tx, _ []arg) (Value, bool) { return integer(tx.PrioOffset), true }},
		{name: "stopping", kind: Bool, from: srcInternal, get: func(tx *Tx, _ []arg) (Value, bool) {
			return boolean(tx.World != nil && tx.World.Stopping()), true
		}},
	}
}

// ofBackend, ofFrontend and ofServer make fetches of states.
func ofBackend(name, sig string, from source, f func(b BackendState) Value) fetch {
	return fetch{name: name, sig: sig, kind: Int, from: from, get: func(tx *Tx, a []arg) (Value, bool) {
		b, ok := tx.backend(argText(a, 0, ""))
		return f(b), ok
	}}
}

func ofFrontend(name, sig string, from source, kind Kind, f func(s FrontendState) (Value, bool)) fetch {
	return fetch{name: name, sig: sig, kind: kind, from: from, get: func(tx *Tx, a []arg) (Value, bool) {
		s, ok := tx.frontend(argText(a, 0, ""))
		if !ok {
			return none()
		}
		return f(s)
	}}
}

func ofServer(name string, kind Kind, f func(s ServerState) Value) fetch {
	return fetch{name: name, sig: "S", kind: kind, from: srcInternal, get: func(tx *Tx, a []arg) (Value, bool) {
		s, ok := tx.server(a[0].s)
		return f(s), ok
	}}
}

func millis(d time.Duration) Value { return integer(d.Milliseconds()) }

// backendFetches are of sections and servers.
func backendFetches() []fetch {
	timeout := func(name, which string, configured func(b BackendState) time.Duration) fetch {
		return fetch{name: name, kind: Int, from: srcBackend, get: func(tx *Tx, _ []arg) (Value, bool) {
			b, ok := tx.backend("")
			if d, set := tx.Timeouts[which]; set {
				return millis(d), ok
			}
			return millis(configured(b)), ok
		}}
	}
	return []fetch{
		ofBackend("avg_queue", "b", srcInternal, func(b BackendState) Value { return integer(b.AvgQueue) }),
		ofBackend("be_conn", "b", srcInternal, func(b BackendState) Value { return integer(b.Conns) }),
		ofBackend("be_conn_free", "b", srcInternal, func(b BackendState) Value { return integer(b.Free) }),
		ofBackend("be_sess_rate", "b", srcInternal, func(b BackendState) Value { return integer(b.SessRate) }),
		ofBackend("connslots", "b", srcInternal, func(b BackendState) Value { return integer(b.Slots) }),
		ofBackend("nbsrv", "b", srcInternal, func(b BackendState) Value { return integer(b.Usable) }),
		ofBackend("queue", "b", srcInternal, func(b BackendState) Value { return integer(b.Queue) }),
		ofBackend("be_id", "", srcBackend, func(b BackendState) Value { return integer(b.ID) }),
		ofBackend("be_server_timeout", "", srcBackend, func(b BackendState) Value { return millis(b.Server) }),
		ofBackend("be_tunnel_timeout", "", srcBackend, func(b BackendState) Value { return millis(b.Tunnel) }),
		timeout("cur_server_timeout", "server", func(b BackendState) time.Duration { return b.Server }),
		timeout("cur_tunnel_timeout", "tunnel", func(b BackendState) time.Duration { return b.Tunnel }),
		{name: "be_name", kind: Str, from: srcBackend, get: func(tx *Tx, _ []arg) (Value, bool) { return Text(tx.Backend), tx.Backend != "" }},
		ofFrontend("fe_conn", "f", srcInternal, Int, func(s FrontendState) (Value, bool) { return integer(s.Conns), true }),
		ofFrontend("fe_req_rate", "f", srcInternal, Int, func(s FrontendState) (Value, bool) { return integer(s.ReqRate), true }),
		ofFrontend("fe_sess_rate", "f", srcInternal, Int, func(s FrontendState) (Value, bool) { return integer(s.SessRate), true }),
		ofFrontend("fe_client_timeout", "", srcFrontend, Int, func(s FrontendState) (Value, bool) { return millis(s.Client), true }),
		ofFrontend("fe_defbe", "", srcFrontend, Str, func(s FrontendState) (Value, bool) { return Text(s.DefaultBackend), s.DefaultBackend != "" }),
		ofServer("srv_conn", Int, func(s ServerState) Value { return integer(s.Conns) }),
		ofServer("srv_conn_free", Int, func(s ServerState) Value { return integer(s.Free) }),
		ofServer("srv_is_up", Bool, func(s ServerState) Value { return boolean(s.Up) }),
		ofServer("srv_queue", Int, func(s ServerState) Value { return integer(s.Queue) }),
		ofServer("srv_sess_rate", Int, func(s ServerState) Value { return integer(s.SessRate) }),
		ofServer("srv_iweight", Int, func(s ServerState) Value { return integer(s.InitialWeight) }),
		ofServer("srv_uweight", Int, func(s ServerState) Value { return integer(s.UserWeight) }),
		ofServer("srv_weight", Int, func(s ServerState) Value { return integer(s.Weight) }),
		{name: "srv_name", kind: Str, from: srcServer, get: func(tx *Tx, _ []arg) (Value, bool) { return Text(tx.Server), tx.Server != "" }},
		{name: "srv_id", kind: Int, from: srcServer, get: func(tx *Tx, _ []arg) (Value, bool) {
			s, ok := tx.server(tx.Server)
			return integer(s.ID), ok && tx.Server != ""
		}},
	}
}
