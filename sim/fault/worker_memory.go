package fault

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"simulacro/sim"
)

// workerMemory is the page that eats memory: the kernel kills the worker that serves it, and Apache makes another.
var workerMemory = Kind{
	Name:     "worker-memory",
	Does:     "A page of a real server eats all memory that the node may have: the kernel kills the Apache worker that serves it, and Apache lives on with others.",
	Evidence: "The director gets no answer for the page, the kernel has killed for want of memory once more, httpd is active, and the site's other pages are served.",
	Roles:    []sim.Role{sim.Server},
	Touches:  []string{"its limits"},
	Params:   []sim.FaultParam{{Name: "path", Default: "/hungry.php", Does: "the page that eats memory; the load may ask for it too"}},
	Check: func(s *Site) error {
		if p := s.Params["path"]; !strings.HasPrefix(p, "/") || !strings.HasSuffix(p, ".php") || strings.ContainsAny(p, " \"'\n") {
			return fmt.Errorf("path %q: must begin with / and end with .php", p)
		}
		return nil
	},
	Save: func(ctx context.Context, s *Site) error {
		n, err := s.oomKills(ctx)
		if err != nil {
			return err
		}
		s.Saved["kills"] = strconv.Itoa(n)
		return saveLimits(ctx, s)
	},
	Inject: func(ctx context.Context, s *Site) error {
		if err := s.run(ctx, "sh", "-c", addHungryPage, "sh", s.Params["path"]); err != nil {
			return err
		}
		l, err := limitsIn(s.Saved)
		if err != nil {
			return err
		}
		used, err := s.memoryUsed(ctx)
		if err != nil {
			return err
		}
		l.Memory = used + workerSpare
		return s.Limit(ctx, s.Node.Name, l)
	},
	Effect: func(ctx context.Context, s *Site) (Seen, error) {
		before, err := strconv.Atoi(s.Saved["kills"])
		if err != nil { // nothing was saved yet: nothing can have been done
			return Seen{Evidence: "the page is not there"}, nil
		}
		p, err := s.page(ctx, s.Node, s.Params["path"])
		if err != nil {
			return Seen{}, err
		}
		kills, err := s.oomKills(ctx)
		if err != nil || kills <= before || p.code != "000" {
			return Seen{Evidence: fmt.Sprintf("%s; the kernel has killed %d times more for want of memory", p, kills-before)}, err
		}
		served, err := s.page(ctx, s.Node, "/index.php")
		if err != nil {
			return Seen{}, err
		}
		state, err := s.ask(ctx, "systemctl", "is-active", s.unit())
		return Seen{served.code == "200" && state == "active",
			fmt.Sprintf("%s (no answer); the kernel has killed %d times more for want of memory; httpd is %s; %s", p, kills-before, state, served)}, err
	},
	Recover: func(ctx context.Context, s *Site) error {
		if err := restoreLimits(ctx, s); err != nil {
			return err
		}
		return s.run(ctx, "sh", "-c", dropHungryPage)
	},
	Recovered: func(ctx context.Context, s *Site) (Seen, error) {
		seen, err := hasLimits(ctx, s, s.Saved)
		if err != nil || !seen.OK {
			return seen, err
		}
		p, err := s.page(ctx, s.Node, s.Params["path"])
		if err != nil || p.code != "404" {
			return Seen{Evidence: p.String()}, err
		}
		v, err := look(ctx, s)
		return Seen{v.all, fmt.Sprintf("%s; %s; %s", seen.Evidence, p, v.evidence)}, err
	},
}

// workerSpare is what the site needs on top of what is used, and far less than the page eats.
const workerSpare = 64 << 20

// The page lies beside the site, which is the storage node's; an Alias leads to it (mod_alias). PHP's own limit is lifted for it,
// or the worker would answer 500 instead.
const addHungryPage = `mkdir -p /run/simulacro-hungry && cat >/run/simulacro-hungry/hungry.php <<'END' && cat >/etc/httpd/conf.d/simulacro-hungry.conf <<END2 && exec systemctl reload httpd
<?php ini_set('memory_limit', '-1'); $a = []; for ($i = 0; $i < 4096; $i++) { $a[] = str_repeat(chr(65 + $i % 26), 1 << 20); } echo count($a);
END
Alias $1 /run/simulacro-hungry/hungry.php
<Directory /run/simulacro-hungry>
	Require all granted
</Directory>
END2`

const dropHungryPage = `[ -e /etc/httpd/conf.d/simulacro-hungry.conf ] || [ -e /run/simulacro-hungry ] || exit 0
rm -rf /etc/httpd/conf.d/simulacro-hungry.conf /run/simulacro-hungry; exec systemctl reload-or-restart httpd`

// countKills prints how often the kernel has killed a process of the node for want of memory (cgroups(7): memory.events or, in the
// first version, memory.oom_control).
const countKills = `cat /sys/fs/cgroup/memory.events /sys/fs/cgroup/memory/memory.oom_control 2>/dev/null | awk '$1 == "oom_kill" { print $2; exit }'`

func (s *Site) oomKills(ctx context.Context) (int, error) {
	text, err := s.ask(ctx, "sh", "-c", countKills)
	if err != nil {
		return 0, err
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		return 0, fmt.Errorf("%s: the kernel does not tell how often it killed for want of memory: %q", s.Node.Name, text)
	}
	return n, nil
}
