package run

import (
	"context"

	"simulacro/sim"
	"simulacro/sim/fault"
)

// configure changes haproxy.cfg where the scenario says so, and gives the one in force.
func (p *play) configure(ctx context.Context) (string, error) {
	now, err := p.cluster.ReadFile(ctx, p.director.Name, "/etc/haproxy/haproxy.cfg")
	if err != nil {
		return "", err
	}
	cfg, err := changedCfg(string(now), p.scenario, p.plan)
	if err != nil {
		return "", err
	}
	if p.scenario.Cluster.HAProxy == "" && len(p.scenario.Cluster.Patch) == 0 {
		return string(now), nil
	}
	return cfg, p.change(ctx, fault.HAProxyCfg, p.director, map[string]string{"text": cfg})
}

// changedCfg is the haproxy.cfg of the scenario: its own or the one that is there, with its patches.
func changedCfg(now string, s *sim.Scenario, plan sim.Plan) (string, error) {
	cfg := now
	if s.Cluster.HAProxy != "" {
		cfg = plan.Rewrite(s.Cluster.HAProxy)
	}
	patches := make([]sim.SectionPatch, len(s.Cluster.Patch))
	for i, patch := range s.Cluster.Patch {
		patches[i] = rewritePatch(plan, patch)
	}
	return sim.ApplyPatch(cfg, patches)
}

func rewritePatch(plan sim.Plan, p sim.SectionPatch) sim.SectionPatch {
	out := sim.SectionPatch{Section: p.Section}
	for _, l := range p.Remove {
		out.Remove = append(out.Remove, plan.Rewrite(l))
	}
	for _, l := range p.Add {
		out.Add = append(out.Add, plan.Rewrite(l))
	}
	for _, c := range p.Replace {
		out.Replace = append(out.Replace, sim.LineChange{Old: plan.Rewrite(c.Old), New: plan.Rewrite(c.New)})
	}
	return out
}
