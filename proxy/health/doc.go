// Package health decides whether a real server is up, from the results of its checks. It does no I/O and reads no clock:
// the caller runs each check when Next says so, and reports how it ended.
//
//	m := health.New(health.Params{Inter: 2 * time.Second, Rise: 2, Fall: 3})
//	change := m.Report(now, health.Result{Status: health.L4Con, Info: "Connection refused"})
//	if change == health.WentDown { … }
//
// The rules are those of HAProxy's configuration manual, section 5.2 (check, inter, fastinter, downinter, rise, fall).
package health
