package stats

import (
	"fmt"
	"slices"
	"strings"
)

// Filter selects rows. The zero value selects none: begin with All.
type Filter struct {
	ProxyID   int      // -1: any
	Types     int      // bits: 1 frontends, 2 backends, 4 servers, 8 listeners; -1: any
	ServiceID int      // -1: any
	Scopes    []string // names of proxies, "." for Own; empty: any
	Own       int      // the ProxyID of the section that the page belongs to
	Match     string   // part of a proxy's name, in whatever case; "": any
	HideMaint bool     // servers in maintenance
	HideDown  bool     // servers that are down, and do not come up, or in maintenance
	// Details shows addresses, cookies and algorithms: `stats show-legends`, or level operator on the socket.
	Details bool
}

// All selects everything.
func All() Filter { return Filter{ProxyID: -1, Types: -1, ServiceID: -1, Details: true} }

// Apply keeps the selected rows, in place.
func (f *Filter) Apply(rows []Row) []Row {
	kept := rows[:0]
	for _, r := range rows {
		if !f.selects(&r) {
			continue
		}
		if r.Kind == Backend && (f.HideMaint || f.HideDown) {
			r.Status = fmt.Sprintf("%s (%d/%d)", r.Status, r.ServersUp, r.ServersAll)
		}
		if !f.Details {
			r.Addr, r.Cookie, r.Algorithm = "", "", ""
		}
		kept = append(kept, r)
	}
	return kept
}

func (f *Filter) selects(r *Row) bool {
	switch {
	case f.ProxyID != -1 && f.ProxyID != r.ProxyID,
		f.Types != -1 && f.Types&(1<<r.Kind) == 0,
		f.ServiceID != -1 && (r.Kind == Server || r.Kind == Listener) && f.ServiceID != r.ServiceID,
		len(f.Scopes) > 0 && !slices.Contains(f.Scopes, r.Proxy) && (f.Own != r.ProxyID || !slices.Contains(f.Scopes, ".")),
		f.Match != "" && !strings.Contains(strings.ToLower(r.Proxy), strings.ToLower(f.Match)):
		return false
	}
	if r.Kind != Server {
		return true
	}
	if r.Admin.Maint() && (f.HideMaint || f.HideDown) {
		return false
	}
	return !f.HideDown || r.Op != OpStopped || rising(r)
}

// rising tells whether a server that is down is on its way up: it is checked, and neither its checks nor its agent have it wholly down.
func rising(r *Row) bool {
	return (checked(r) || asked(r)) && !(checked(r) && r.Check.Health == 0) && !(asked(r) && r.Agent.Health == 0)
}
