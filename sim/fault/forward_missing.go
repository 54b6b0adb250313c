package fault

import (
	"context"
	"fmt"
	"strings"

	"simulacro/sim"
)

// forwardMissing is the practical's slip on the host: without the rule of the NAT network nobody reaches the director through the
// host's port, while all of the cluster is well.
var forwardMissing = Kind{
	Name:     "forward-missing",
	Does:     fmt.Sprintf("The client's port forward, http://localhost:%d to the director's port 80, is deleted (vboxmanage); the cluster itself is well.", sim.ForwardPort),
	Evidence: "The client's NAT network has no such rule, and the port of the client refuses.",
	Roles:    []sim.Role{sim.Client},
	Touches:  []string{"its port forward"},
	Save: func(ctx context.Context, s *Site) error {
		rule, err := s.forwardRule(ctx)
		if err == nil && rule == "" {
			err = fmt.Errorf("%s: there is no port forward %s to delete", s.Node.Name, forwardName)
		}
		s.Saved[savedText] = rule
		return err
	},
	Inject: func(ctx context.Context, s *Site) error { return s.forward(ctx, "delete", forwardName) },
	Effect: func(ctx context.Context, s *Site) (Seen, error) {
		rule, answers, said, err := s.seeForward(ctx)
		return Seen{rule == "" && !answers, said}, err
	},
	Recover: func(ctx context.Context, s *Site) error {
		rule, err := s.forwardRule(ctx)
		if err != nil || rule == s.Saved[savedText] {
			return err
		}
		if rule != "" { // somebody's other one of that name
			if err := s.forward(ctx, "delete", forwardName); err != nil {
				return err
			}
		}
		return s.forward(ctx, s.Saved[savedText])
	},
	Recovered: func(ctx context.Context, s *Site) (Seen, error) {
		rule, answers, said, err := s.seeForward(ctx)
		return Seen{rule != "" && answers, said}, err
	},
}

// forwardName is the practical's name of its rule.
const forwardName = "http"

func (s *Site) forward(ctx context.Context, change ...string) error {
	return s.run(ctx, append([]string{"vboxmanage", "natnetwork", "modify", "--netname", "red-nat-1", "--port-forward-4"}, change...)...)
}

// forwardRule gives the rule as it was typed, "" where there is none.
func (s *Site) forwardRule(ctx context.Context) (string, error) {
	text, err := s.ask(ctx, "vboxmanage", "natnetwork", "list")
	if err != nil {
		return "", err
	}
	for line := range strings.Lines(text) {
		if rule := strings.TrimSpace(line); strings.HasPrefix(rule, forwardName+":") {
			return rule, nil
		}
	}
	return "", nil
}

func (s *Site) seeForward(ctx context.Context) (rule string, answers bool, said string, err error) {
	if rule, err = s.forwardRule(ctx); err != nil {
		return "", false, "", err
	}
	said = s.Node.Name + ": the NAT network has no rule " + forwardName
	if rule != "" {
		said = fmt.Sprintf("%s: the NAT network has the rule %s", s.Node.Name, rule)
	}
	answers, seen, err := web(ctx, s.Env, s.Node.Name, fmt.Sprintf("localhost:%d", sim.ForwardPort))
	return rule, answers, said + "; " + seen, err
}
