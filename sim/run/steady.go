package run

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"simulacro/sim"
	"simulacro/sim/scenario"
)

// pageCheck asks each address for a page, all at once by one curl, and prints those that do not give it.
const pageCheck = `p=$1; shift; n=$#
for a in "$@"; do set -- "$@" -o /dev/null "http://$a$p"; done
shift $n
curl -s -g -Z -m 2 -w '%{url} %{http_code}\n' "$@" 2>/dev/null | while read -r u c; do
	[ "$c" = 200 ] && continue
	u=${u#http://}; echo "${u%"$p"} gives $c"
done`

// steadyEvery is the pause between two looks at the steady state.
const steadyEvery = 100 * time.Millisecond

// awaitSteady waits until the steady state holds, and has held for the time that the scenario wants, at most as long as it
// allows: the director has every server up, every server gives the page to the director, and the director gives it to the client.
// The error says what lacks.
func (p *play) awaitSteady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, p.scenario.Steady)
	defer cancel()
	why, since := "nobody looked", time.Time{}
	for {
		began := time.Now()
		switch now := p.notSteady(ctx); {
		case now == "":
			if since.IsZero() {
				since = began
			}
			if time.Since(since) >= p.scenario.Holds.For {
				return nil
			}
			why = "it has not held for " + sim.ShortTime(p.scenario.Holds.For)
		case ctx.Err() == nil || why == "nobody looked":
			why, since = now, time.Time{}
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the steady state does not hold within %v: %s", p.scenario.Steady, why)
		case <-time.After(steadyEvery):
		}
	}
}

// notSteady says what lacks, "" if nothing does. The cheapest look comes first.
func (p *play) notSteady(ctx context.Context) string {
	var names, addrs []string
	for _, n := range p.plan.Nodes() {
		if of := p.scenario.Holds.Servers; n.Role == sim.Server && (len(of) == 0 || slices.Contains(of, n.Name)) {
			names, addrs = append(names, n.Name), append(addrs, n.Inner.String())
		}
	}
	if why := p.board.notUp(names, time.Now()); why != "" {
		return why
	}
	if why := p.pages(ctx, p.director.Name, addrs...); why != "" {
		return why
	}
	return p.pages(ctx, "client", p.plan.VIP().String())
}

func (p *play) pages(ctx context.Context, from string, addrs ...string) string {
	out, err := p.cluster.Exec(ctx, from, append([]string{"sh", "-c", pageCheck, "sh", cmp.Or(p.scenario.Holds.Page, scenario.DefaultPath)}, addrs...)...)
	if err != nil {
		return err.Error()
	}
	if said := strings.TrimSpace(out.Stdout); said != "" {
		return "asked from " + from + ", " + strings.ReplaceAll(said, "\n", ", ")
	}
	return ""
}
