package main

import (
	"os"
	"sort"
	"syscall"
	"time"

	"simulacro/proxy"
)

// leastMaxconn is the least that a process takes for the number of its connections where nothing sets it, as with HAProxy.
const leastMaxconn = 100

// defaultMaxconn is the number of connections where nothing sets it: as many as the descriptors allow. need tells how many descriptors a
// number of connections takes, bound is fd-hard-limit; 0 or less: HAProxy's own bound.
func defaultMaxconn(need func(maxconn int) int, bound int) int {
	if bound <= 0 {
		bound = 1 << 20
	}
	var l syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &l); err != nil {
		return 2000
	}
	limit := int(min(l.Max, uint64(bound)))
	return max(leastMaxconn, sort.Search(limit, func(n int) bool { return need(n+1) > limit }))
}

// raiseLimit gives the process the descriptors that ulimit-n says, or that its connections need, and tells how many it has. Of
// what it has it gives nothing back.
func (p *program) raiseLimit() (int, int) {
	g := &p.cfg.Global
	want := uint64(proxy.Sockets(p.cfg, g.Maxconn))
	if g.UlimitN > 0 {
		want = uint64(g.UlimitN)
	}
	var have syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &have); err != nil {
		p.say.alert("[%s.main()] Cannot raise FD limit to %d, limit is unknown.", p.flags.program, want)
		return 0, exitError
	}
	bound := have.Max
	if g.HardLimit > 0 {
		bound = min(bound, uint64(g.HardLimit))
	}
	ideal := max(want, min(want+uint64(proxy.Spare(p.cfg, g.Maxconn)), bound))
	set := syscall.Rlimit{Cur: max(have.Cur, ideal), Max: max(have.Max, ideal)}
	if g.HardLimit > 0 && want > bound || syscall.Setrlimit(syscall.RLIMIT_NOFILE, &set) != nil {
		if g.LaxLimits {
			return p.takeLimit(want, have), exitOK
		}
		p.say.alert("[%s.main()] Cannot raise FD limit to %d, limit is %d.", p.flags.program, want, bound)
		return 0, exitError
	}
	return int(want), exitOK
}

// takeLimit makes do with the descriptors there are, in HAProxy's words.
func (p *program) takeLimit(want uint64, have syscall.Rlimit) int {
	p.say.warn("[%s.main()] Cannot raise FD limit to %d, limit is %d.", p.flags.program, want, have.Max)
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &syscall.Rlimit{Cur: have.Max, Max: have.Max}); err == nil {
		have.Cur = have.Max
	}
	if need := uint64(proxy.Sockets(p.cfg, p.cfg.Global.Maxconn)); have.Cur < need {
		p.say.alert("[%s.main()] FD limit (%d) too low for maxconn=%d/maxsock=%d. Please raise 'ulimit-n' to %d or more to avoid any trouble.",
			p.flags.program, have.Cur, p.cfg.Global.Maxconn, need, need)
	}
	return int(have.Cur)
}

// dropPrivileges locks the process in and gives up root, after all sockets are open: chroot, then groups, group and user.
// Go's calls reach all threads.
func (p *program) dropPrivileges() int {
	g := &p.cfg.Global
	if g.Chroot != "" {
		_ = time.Now().String() // reads /etc/localtime, which a chroot does not have: logs bear local time
		err := syscall.Chroot(g.Chroot)
		if err == nil {
			err = os.Chdir("/")
		}
		if err != nil {
			p.say.alert("[%s.main()] Cannot chroot(%s).", p.flags.program, g.Chroot)
			return exitError
		}
	}
	if g.GID != 0 {
		if err := syscall.Setgroups([]int{}); err != nil {
			p.say.warn("[%s.main()] Failed to drop supplementary groups. Using 'gid'/'group' without 'uid'/'user' is generally useless.", p.flags.program)
		}
		if err := syscall.Setgid(g.GID); err != nil {
			p.say.alert("[%s.main()] Cannot set gid %d.", p.flags.program, g.GID)
			return exitError
		}
	}
	if g.UID != 0 {
		if err := syscall.Setuid(g.UID); err != nil {
			p.say.alert("[%s.main()] Cannot set uid %d.", p.flags.program, g.UID)
			return exitError
		}
	}
	return exitOK
}
