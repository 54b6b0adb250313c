package fault

import (
	"context"
	"strings"

	"simulacro/sim"
)

const haproxyCfg = "/etc/haproxy/haproxy.cfg"

// HAProxyCfg is the name of a change that is no fault, but must be undone like one: a run puts the scenario's haproxy.cfg
// in place on a cluster that may be somebody's.
const HAProxyCfg = "haproxy-cfg"

var haproxyCfgChange = Kind{
	Name:   HAProxyCfg,
	Does:   "The director runs with another haproxy.cfg.",
	Roles:  []sim.Role{sim.Director},
	Params: []sim.FaultParam{{Name: "text", Does: "the whole file", Required: true}},
	Save: func(ctx context.Context, s *Site) (err error) {
		s.Saved["text"], err = s.readCfg(ctx)
		return err
	},
	Inject: func(ctx context.Context, s *Site) error { return s.restartWith(ctx, s.Params["text"]) },
	Effect: func(ctx context.Context, s *Site) (Seen, error) { return s.runsWith(ctx, s.Params["text"]) },
	Recover: func(ctx context.Context, s *Site) error {
		return s.restartWith(ctx, s.Saved["text"])
	},
	Recovered: func(ctx context.Context, s *Site) (Seen, error) { return s.runsWith(ctx, s.Saved["text"]) },
}

// readCfg gives the file without the white space at its end.
func (s *Site) readCfg(ctx context.Context) (string, error) { return s.ask(ctx, "cat", haproxyCfg) }

// restartWith restarts rather than reloads: counters, states and the round robin begin anew, and runs can be compared.
func (s *Site) restartWith(ctx context.Context, text string) error {
	text = strings.TrimSpace(text) + "\n"
	if err := s.run(ctx, "sh", "-c", `printf %s "$1" >"$2"`, "sh", text, haproxyCfg); err != nil {
		return err
	}
	if _, err := s.ask(ctx, "systemctl", "reset-failed", "haproxy"); err != nil {
		return err
	}
	return s.run(ctx, "systemctl", "restart", "haproxy")
}

func (s *Site) runsWith(ctx context.Context, text string) (Seen, error) {
	now, err := s.readCfg(ctx)
	if err != nil || now != strings.TrimSpace(text) {
		return Seen{Evidence: haproxyCfg + " is another one"}, err
	}
	return serviceUp(ctx, s)
}
