package rules

import (
	"fmt"
	"net/netip"
	"sync"
)

// fetches is the table of sample fetches by name (section 7.3).
var fetches = sync.OnceValue(func() map[string]*fetch {
	m := map[string]*fetch{}
	for _, table := range [][]fetch{internalFetches(), connFetches(), tlsFetches(), requestFetches(), responseFetches()} {
		for i := range table {
			m[table[i].name] = &table[i]
		}
	}
	return m
})

func findFetch(name string) *fetch { return fetches()[name] }

// internalFetches are those of section 7.3.2.
func internalFetches() []fetch {
	return []fetch{
		{name: "always_true", kind: Bool, get: func(*Tx, []arg) (Value, bool) { return boolean(true), true }},
		{name: "always_false", kind: Bool, get: func(*Tx, []arg) (Value, bool) { return boolean(false), true }},
		{name: "bool", sig: "s", kind: Bool, get: func(_ *Tx, a []arg) (Value, bool) {
			return boolean(a[0].s == "true" || a[0].s == "1"), true
		}},
		{name: "int", sig: "i", kind: Int, get: func(_ *Tx, a []arg) (Value, bool) { return integer(a[0].n), true }},
		{name: "str", sig: "s", kind: Str, get: func(_ *Tx, a []arg) (Value, bool) { return Text(a[0].s), true }},
		{name: "bin", sig: "s", kind: Bin, get: func(_ *Tx, a []arg) (Value, bool) { return unhex(a[0].s) }},
		{name: "ipv4", sig: "s", kind: IP, get: constAddr},
		{name: "ipv6", sig: "s", kind: IP, get: constAddr},
		{name: "meth", sig: "s", kind: Str, get: func(_ *Tx, a []arg) (Value, bool) { return Text(a[0].s), true }},
		{name: "date", sig: "|is", kind: Int, get: fetchDate},
		{name: "date_us", kind: Int, get: func(tx *Tx, _ []arg) (Value, bool) { return integer(tx.Now.Nanosecond() / 1000), true }},
		{name: "rand", sig: "|i", kind: Int, get: fetchRand},
		{name: "uuid", sig: "|i", kind: Str, get: fetchUUID},
		{name: "nbsrv", sig: "|s", kind: Int, get: fetchNbSrv},
		{name: "srv_is_up", sig: "s", kind: Bool, get: fetchServerUp},
		{name: "be_conn", sig: "|s", kind: Int, get: func(tx *Tx, a []arg) (Value, bool) { return conns(tx, a, false) }},
		{name: "fe_conn", sig: "|s", kind: Int, get: func(tx *Tx, a []arg) (Value, bool) { return conns(tx, a, true) }},
		{name: "queue", sig: "|s", kind: Int, get: fetchQueue},
		{name: "var", sig: "v|v", get: fetchVar, kind: Str},
		{name: "wait_end", kind: Bool, get: func(tx *Tx, _ []arg) (Value, bool) {
			tx.waiting = tx.waiting || !tx.Final
			return boolean(tx.Final), true
		}},
		{name: "last_rule_file", kind: Str, get: func(tx *Tx, _ []arg) (Value, bool) { return Text(tx.Last.File), tx.Last.Line > 0 }},
		{name: "last_rule_line", kind: Int, get: func(tx *Tx, _ []arg) (Value, bool) { return integer(tx.Last.Line), tx.Last.Line > 0 }},
		{name: "be_name", kind: Str, get: func(tx *Tx, _ []arg) (Value, bool) { return Text(tx.Backend), tx.Backend != "" }},
		{name: "srv_name", kind: Str, get: func(tx *Tx, _ []arg) (Value, bool) { return Text(tx.Server), tx.Server != "" }},
	}
}

func constAddr(_ *Tx, a []arg) (Value, bool) {
	ip, err := netip.ParseAddr(a[0].s)
	return Value{Kind: IP, IP: ip}, err == nil
}

// fetchDate gives the time in the unit of its second argument, moved by the first.
func fetchDate(tx *Tx, a []arg) (Value, bool) {
	offset, unit := int64(0), "s"
	if len(a) > 0 {
		offset = a[0].n
	}
	if len(a) > 1 {
		unit = a[1].s
	}
	switch unit {
	case "ms":
		return integer(tx.Now.UnixMilli() + offset), true
	case "us":
		return integer(tx.Now.UnixMicro() + offset), true
	}
	return integer(tx.Now.Unix() + offset), true
}

func fetchRand(tx *Tx, a []arg) (Value, bool) {
	if tx.World == nil {
		return Value{}, false
	}
	n := int64(tx.World.Random())
	if len(a) > 0 && a[0].n > 0 {
		n = n * a[0].n >> 32
	}
	return integer(n), true
}

// fetchUUID gives a random UUID of version 4 (RFC 9562, section 5.4).
func fetchUUID(tx *Tx, a []arg) (Value, bool) {
	if tx.World == nil || len(a) > 0 && a[0].n != 4 {
		return Value{}, false
	}
	r := tx.World.Random
	return Text(fmt.Sprintf("%08x-%04x-%04x-%04x-%04x%08x", r(), r()&0xffff, r()&0xfff|0x4000, r()&0x3fff|0x8000, r()&0xffff, r())), true
}

func (tx *Tx) section(a []arg) string {
	if len(a) > 0 && a[0].s != "" {
		return a[0].s
	}
	return tx.Backend
}

func fetchNbSrv(tx *Tx, a []arg) (Value, bool) {
	if tx.World == nil {
		return Value{}, false
	}
	n, ok := tx.World.Usable(tx.section(a))
	return integer(n), ok
}

func fetchServerUp(tx *Tx, a []arg) (Value, bool) {
	if tx.World == nil {
		return Value{}, false
	}
	be, srv := cutName(a[0].s, tx.Backend)
	up, ok := tx.World.ServerUp(be, srv)
	return boolean(up), ok
}

// cutName splits "backend/server"; without a backend it is the current one.
func cutName(s, current string) (be, srv string) {
	for i := range len(s) {
		if s[i] == '/' {
			return s[:i], s[i+1:]
		}
	}
	return current, s
}

func conns(tx *Tx, a []arg, front bool) (Value, bool) {
	if tx.World == nil {
		return Value{}, false
	}
	name := tx.section(a)
	if front && len(a) == 0 {
		name = tx.Session.Frontend
	}
	n, ok := tx.World.Conns(name, front)
	return integer(n), ok
}

func fetchQueue(tx *Tx, a []arg) (Value, bool) {
	if tx.World == nil {
		return Value{}, false
	}
	n, ok := tx.World.Queued(tx.section(a))
	return integer(n), ok
}

func fetchVar(tx *Tx, a []arg) (Value, bool) {
	if vars, name := tx.variable(a[0].s); vars != nil {
		if v, ok := vars.Get(name); ok {
			return v, true
		}
	}
	if len(a) > 1 {
		if a[1].s == "" {
			return integer(a[1].n), true
		}
		return Text(a[1].s), true
	}
	return Value{}, false
}

// connFetches are those of sections 7.3.3 and 7.3.4.
func connFetches() []fetch {
	return []fetch{
		{name: "src", kind: IP, get: func(tx *Tx, _ []arg) (Value, bool) { return address(tx.Session.Src.Addr()) }},
		{name: "src_port", kind: Int, get: func(tx *Tx, _ []arg) (Value, bool) { return integer(tx.Session.Src.Port()), tx.Session.Src.IsValid() }},
		{name: "dst", kind: IP, get: func(tx *Tx, _ []arg) (Value, bool) { return address(tx.Session.Dst.Addr()) }},
		{name: "dst_port", kind: Int, get: func(tx *Tx, _ []arg) (Value, bool) { return integer(tx.Session.Dst.Port()), tx.Session.Dst.IsValid() }},
		{name: "fe_name", kind: Str, get: func(tx *Tx, _ []arg) (Value, bool) { return Text(tx.Session.Frontend), true }},
		{name: "fe_id", kind: Int, get: func(tx *Tx, _ []arg) (Value, bool) { return integer(tx.Session.FrontendID), true }},
		{name: "so_name", kind: Str, get: func(tx *Tx, _ []arg) (Value, bool) { return Text(tx.Session.Listener), tx.Session.Listener != "" }},
		{name: "so_id", kind: Int, get: func(tx *Tx, _ []arg) (Value, bool) { return integer(tx.Session.ListenerID), true }},
		{name: "fc_pp_authority", kind: Str, get: func(tx *Tx, _ []arg) (Value, bool) {
			return Text(tx.Session.Authority), tx.Session.HasAuth
		}},
		{name: "fc_pp_unique_id", kind: Str, get: func(tx *Tx, _ []arg) (Value, bool) {
			return Text(tx.Session.PPUnique), tx.Session.PPUnique != ""
		}},
		{name: "unique-id", kind: Str, get: func(tx *Tx, _ []arg) (Value, bool) { return Text(tx.Unique()), tx.UniqueID != "" }},
		{name: "http_first_req", kind: Bool, get: func(tx *Tx, _ []arg) (Value, bool) { return boolean(tx.First), true }},
		{name: "req.len", kind: Int, get: fetchLen}, {name: "req_len", kind: Int, get: fetchLen},
		{name: "res.len", kind: Int, get: fetchLen},
		{name: "req.proto_http", kind: Bool, get: fetchIsHTTP}, {name: "req_proto_http", kind: Bool, get: fetchIsHTTP},
	}
}

func fetchLen(tx *Tx, _ []arg) (Value, bool) {
	m := tx.message()
	if m == nil {
		tx.waiting = tx.waiting || !tx.Final && tx.Payload == ""
		return integer(len(tx.Payload)), true
	}
	return integer(len(m.Body)), true
}

func fetchIsHTTP(tx *Tx, _ []arg) (Value, bool) { return boolean(tx.Req != nil), true }
