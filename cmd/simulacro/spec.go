package main

import (
	"fmt"
	"os"
	"strconv"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"simulacro/sim"
)

// specFlags are the flags that say what cluster a command makes.
type specFlags struct {
	director, outer, inner, port, haproxyCfg, mount string
	servers                                         int
	set                                             *pflag.FlagSet
}

func addSpecFlags(cmd *cobra.Command) *specFlags {
	f := &specFlags{set: cmd.Flags()}
	f.set.StringVar(&f.director, "director", string(sim.DirectorKinds()[0]), "the program behind the unit haproxy: simulacro (ours) or haproxy (Debian's)")
	f.set.StringVar(&f.outer, "outer", "", "first three octets of the outer network (SIMULACRO_OUTER; default 192.168.1)")
	f.set.StringVar(&f.inner, "inner", "", "first three octets of the inner network (SIMULACRO_INNER; default 10.0.100)")
	f.set.StringVar(&f.port, "port", "", "port of 127.0.0.1 that leads to the director; 0 for none (SIMULACRO_PORT; default 5080)")
	f.set.StringVar(&f.haproxyCfg, "haproxy-cfg", "", "a file that replaces /etc/haproxy/haproxy.cfg on cluster1")
	f.set.StringVar(&f.mount, "mount", "", "NFS options of the servers' mount, as in /etc/fstab (default _netdev,defaults)")
	f.set.IntVar(&f.servers, "servers", sim.DefaultPlan().Servers, "how many real servers")
	_ = cmd.RegisterFlagCompletionFunc("director", cobra.FixedCompletions([]string{"simulacro", "haproxy"}, cobra.ShellCompDirectiveNoFileComp))
	return f
}

// spec gathers flags over environment over defaults.
func (f *specFlags) spec(cluster string, getenv func(string) string) (sim.Spec, error) {
	env := func(name string) string {
		if v := map[string]string{sim.EnvOuter: f.outer, sim.EnvInner: f.inner, sim.EnvPort: f.port}[name]; v != "" {
			return v
		}
		return getenv(name)
	}
	noPort := f.port == "0"
	asked := sim.AskedFromEnv(env)
	asked.Servers = f.set.Changed("servers")
	plan, _, err := sim.PlanFromEnv(func(name string) string {
		if name == sim.EnvPort && noPort {
			return ""
		}
		return env(name)
	})
	if err != nil {
		return sim.Spec{}, &codeError{exitUsage, err}
	}
	if noPort {
		plan.Port = 0
	}
	plan.Servers = f.servers
	spec := sim.Spec{Name: cluster, Plan: plan, Director: sim.DirectorKind(f.director), MountOptions: f.mount, Asked: asked}
	if f.haproxyCfg != "" {
		text, err := os.ReadFile(f.haproxyCfg)
		if err != nil {
			return spec, fmt.Errorf("--haproxy-cfg: %w", err)
		}
		spec.HAProxyCfg = string(text)
	}
	if err := plan.Validate(); err != nil {
		return spec, &codeError{exitUsage, err}
	}
	if d := spec.Director; d != sim.Simulacro && d != sim.HAProxy {
		return spec, usagef("--director %s: must be %s or %s", strconv.Quote(f.director), sim.Simulacro, sim.HAProxy)
	}
	return spec, nil
}
