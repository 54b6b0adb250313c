package run

import (
	"context"
	"fmt"
	"strings"
	"time"

	"simulacro/sim"
)

// pageCheck asks each address for the page that needs PHP and the mount, all at once, and prints those that do not give it.
const pageCheck = `for a in "$@"; do
	( c=$(curl -s -o /dev/null -m 2 -w '%{http_code}' "http://$a/index.php"); [ "$c" = 200 ] || echo "$a gives ${c:-nothing}" ) &
done
wait`

// steadyEvery is the pause between two looks at the steady state.
const steadyEvery = 100 * time.Millisecond

// awaitSteady waits until the steady state holds, at most as long as the scenario allows: the director has every server
// up, every server gives the page to the director, and the director gives it to the client. The error says what lacks.
func (p *play) awaitSteady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, p.scenario.Steady)
	defer cancel()
	why := "nobody looked"
	for {
		if now := p.notSteady(ctx); now == "" {
			return nil
		} else if ctx.Err() == nil || why == "nobody looked" {
			why = now
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
		if n.Role == sim.Server {
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
	out, err := p.cluster.Exec(ctx, from, append([]string{"sh", "-c", pageCheck, "sh"}, addrs...)...)
	if err != nil {
		return err.Error()
	}
	if said := strings.TrimSpace(out.Stdout); said != "" {
		return "asked from " + from + ", " + strings.ReplaceAll(said, "\n", ", ")
	}
	return ""
}
