package rules

import "net/netip"

func addrOf(f func(tx *Tx) netip.AddrPort) func(*Tx, []arg) (Value, bool) {
	return func(tx *Tx, _ []arg) (Value, bool) { return address(f(tx).Addr()) }
}

func portFrom(f func(tx *Tx) netip.AddrPort) func(*Tx, []arg) (Value, bool) {
	return func(tx *Tx, _ []arg) (Value, bool) {
		a := f(tx)
		return integer(a.Port()), a.IsValid() && a.Port() != 0
	}
}

func localOf(f func(tx *Tx) netip.AddrPort) func(*Tx, []arg) (Value, bool) {
	return func(tx *Tx, _ []arg) (Value, bool) {
		a := f(tx)
		if !a.IsValid() {
			return boolean(true), tx.Session.ListenerID > 0 // a unix socket
		}
		return boolean(tx.World != nil && tx.World.Local(a.Addr().Unmap())), true
	}
}

func (tx *Tx) conn(server bool) ConnState {
	if tx.World == nil {
		return ConnState{}
	}
	return tx.World.Conn(server)
}

// clientFetches are those of section 7.3.3 about the client's side and the listener. src and dst are what set-src and the PROXY
// protocol say; fc_src and fc_dst are the connection's own.
func clientFetches() []fetch {
	src := func(tx *Tx) netip.AddrPort { return tx.Session.Src }
	dst := func(tx *Tx) netip.AddrPort { return tx.Session.Dst }
	fcSrc := func(tx *Tx) netip.AddrPort { return tx.conn(false).Src }
	fcDst := func(tx *Tx) netip.AddrPort { return tx.conn(false).Dst }
	list := []fetch{
		{name: "src", kind: IP, from: srcClient, get: addrOf(src)},
		{name: "src_port", kind: Int, from: srcClient, get: portFrom(src)},
		{name: "src_is_local", kind: Bool, from: srcClient, get: localOf(src)},
		{name: "dst", kind: IP, from: srcClient, get: addrOf(dst)},
		{name: "dst_port", kind: Int, from: srcClient, get: portFrom(dst)},
		{name: "dst_is_local", kind: Bool, from: srcClient, get: localOf(dst)},
		{name: "fc_src", kind: IP, from: srcClient, get: addrOf(fcSrc)},
		{name: "fc_src_port", kind: Int, from: srcClient, get: portFrom(fcSrc)},
		{name: "fc_src_is_local", kind: Bool, from: srcClient, get: localOf(fcSrc)},
		{name: "fc_dst", kind: IP, from: srcClient, get: addrOf(fcDst)},
		{name: "fc_dst_port", kind: Int, from: srcClient, get: portFrom(fcDst)},
		{name: "fc_dst_is_local", kind: Bool, from: srcClient, get: localOf(fcDst)},
		{name: "fc_err", kind: Int, from: srcClient, get: func(tx *Tx, _ []arg) (Value, bool) { return integer(int(tx.Session.Failed)), true }},
		{name: "fc_err_str", kind: Str, from: srcClient, get: func(tx *Tx, _ []arg) (Value, bool) { return Text(tx.Session.Failed.Error()), true }},
		{name: "fc_http_major", kind: Int, from: srcClient, get: always(integer(1))},
		{name: "fc_rcvd_proxy", kind: Bool, from: srcClient, get: func(tx *Tx, _ []arg) (Value, bool) { return boolean(tx.Session.Proxied), true }},
		{name: "fc_pp_authority", kind: Str, from: srcClient, get: func(tx *Tx, _ []arg) (Value, bool) {
			return Text(tx.Session.Authority), tx.Session.HasAuth
		}},
		{name: "fc_pp_unique_id", kind: Str, from: srcClient, get: func(tx *Tx, _ []arg) (Value, bool) {
			return Text(tx.Session.PPUnique), tx.Session.PPUnique != ""
		}},
		{name: "dst_conn", kind: Int, from: srcListener, get: func(tx *Tx, _ []arg) (Value, bool) { return integer(tx.conn(false).Listener), true }},
		{name: "so_name", kind: Str, from: srcListener, get: func(tx *Tx, _ []arg) (Value, bool) { return Text(tx.Session.Listener), tx.Session.Listener != "" }},
		{name: "so_id", kind: Int, from: srcListener, get: func(tx *Tx, _ []arg) (Value, bool) { return integer(tx.Session.ListenerID), true }},
		{name: "fe_name", kind: Str, from: srcFrontend, get: func(tx *Tx, _ []arg) (Value, bool) { return Text(tx.Session.Frontend), true }},
		{name: "fe_id", kind: Int, from: srcFrontend, get: func(tx *Tx, _ []arg) (Value, bool) { return integer(tx.Session.FrontendID), true }},
	}
	return append(list, tcpInfoFetches()...)
}

// tcpInfoFetches show what the kernel measures. Times are in ms, or in us where the argument says so.
func tcpInfoFetches() []fetch {
	idle := map[bool]string{false: "no argument supported for 'fc_*' sample expressions returning counters."}
	one := func(name, sig string, timed bool, f func(i *TCPInfo) int64) fetch {
		return fetch{name: name, sig: sig, kind: Int, from: srcClient, get: func(tx *Tx, a []arg) (Value, bool) {
			get := tx.conn(false).TCP
			if get == nil {
				return none()
			}
			i := get()
			if i == nil {
				return none()
			}
			n := f(i)
			if timed && argText(a, 0, "ms") != "us" {
				n /= 1000
			}
			return integer(n), true
		}, check: func(a []arg) error {
			if timed && len(a) > 0 && a[0].s != "ms" && a[0].s != "us" {
				return sayf("expects 'us' or 'ms', got '%s'", a[0].s)
			}
			return nil
		}, idle: idle[timed]}
	}
	return []fetch{
		one("fc_rtt", "|s", true, func(i *TCPInfo) int64 { return i.RTT }),
		one("fc_rttvar", "|s", true, func(i *TCPInfo) int64 { return i.RTTVar }),
		one("fc_unacked", "|s", false, func(i *TCPInfo) int64 { return i.Unacked }),
		one("fc_sacked", "|s", false, func(i *TCPInfo) int64 { return i.Sacked }),
		one("fc_lost", "|s", false, func(i *TCPInfo) int64 { return i.Lost }),
		one("fc_retrans", "|s", false, func(i *TCPInfo) int64 { return i.Retrans }),
		one("fc_fackets", "|s", false, func(i *TCPInfo) int64 { return i.Fackets }),
		one("fc_reordering", "|s", false, func(i *TCPInfo) int64 { return i.Reordering }),
	}
}

// serverSideFetches are those of section 7.3.3 about the server's side.
func serverSideFetches() []fetch {
	src := func(tx *Tx) netip.AddrPort { return tx.conn(true).Src }
	dst := func(tx *Tx) netip.AddrPort { return tx.conn(true).Dst }
	open := func(v Value) func(*Tx, []arg) (Value, bool) {
		return func(tx *Tx, _ []arg) (Value, bool) { return v, tx.conn(true).Open }
	}
	return []fetch{
		{name: "bc_src", kind: IP, from: srcBackAddr, get: addrOf(src)},
		{name: "bc_src_port", kind: Int, from: srcBackAddr, get: portFrom(src)},
		{name: "bc_dst", kind: IP, from: srcBackAddr, get: addrOf(dst)},
		{name: "bc_dst_port", kind: Int, from: srcBackAddr, get: portFrom(dst)},
		{name: "bc_err", kind: Int, from: srcBackAddr, get: open(integer(0))},
		{name: "bc_err_str", kind: Str, from: srcBackAddr, get: open(Text("Success"))},
		{name: "bc_http_major", kind: Int, from: srcBackAddr, get: open(integer(1))},
	}
}
