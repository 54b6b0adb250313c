package fault

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"simulacro/sim"
)

// Runner runs commands in a node.
type Runner interface {
	// Exec gives the command's output and code; an error means that it could not be run at all.
	Exec(ctx context.Context, node string, argv ...string) (sim.Output, error)
}

// Power switches nodes and says what has become of them.
type Power interface {
	Start(ctx context.Context, node string) error
	Stop(ctx context.Context, node string) error // asks politely
	Kill(ctx context.Context, node string) error // SIGKILL to everything
	Pause(ctx context.Context, node string) error
	Unpause(ctx context.Context, node string) error
	// State is one of the State constants.
	State(ctx context.Context, node string) (string, error)
	// Limit bounds what a node may use of the machine; the zero value takes the bounds away.
	Limit(ctx context.Context, node string, l sim.Limits) error
	Limits(ctx context.Context, node string) (sim.Limits, error)
}

// What State says of a node.
const (
	Running = "running"
	Exited  = "exited"
	Paused  = "paused"
	Gone    = "gone" // no such node any more: there is nothing left to mend
)

// Env is the cluster that faults are injected into.
type Env struct {
	Runner
	Power
	Plan sim.Plan
}

// Site is one target of one fault, with what its functions need.
type Site struct {
	Env
	Node   sim.Node
	Params map[string]string // complete: defaults are filled in
	Saved  map[string]string // what Save found, as it is in the ledger
}

// Seen is what a probe saw. OK tells whether it is what was looked for; Evidence says what was seen in either case.
type Seen struct {
	OK       bool
	Evidence string
}

// Kind is one fault of the catalogue. Its functions are called in the order Save, Inject, Effect, Recover, Recovered;
// Recover must be idempotent and must not need Inject to have happened or to have been completed.
type Kind struct {
	Name     string
	Does     string // one sentence
	Evidence string // one sentence: what Effect must see; the recovery is its opposite
	Roles    []sim.Role
	Params   []sim.FaultParam
	// Takes tells that the node runs no command while the fault is held: it is off, or frozen.
	Takes bool
	// Accepts tells that a real server still accepts connections while the fault is held: a check that only connects stays green.
	Accepts bool
	// Touches names what of the node the fault changes and there is one of, such as a file or a table of rules: what two faults
	// touch, the recovery of one would undo for the other.
	Touches []string
	// Wait bounds the wait for the effect, and for the recovery; 0 means DefaultWait.
	Wait time.Duration

	Check  func(s *Site) error                      // optional: of the parameters, by the plan alone: a file is checked without a cluster
	Save   func(ctx context.Context, s *Site) error // optional
	Inject func(ctx context.Context, s *Site) error
	Effect func(ctx context.Context, s *Site) (Seen, error)
	// Hold, optional, is what goes on while the fault is held: it is called when the effect was seen, and ends with ctx at the
	// latest. saw tells of what was seen to happen; where nothing was, the fault has failed.
	Hold      func(ctx context.Context, s *Site, saw func(evidence string)) error
	Recover   func(ctx context.Context, s *Site) error
	Recovered func(ctx context.Context, s *Site) (Seen, error)
}

// DefaultWait is enough for a node to boot and mount on a slow machine.
const DefaultWait = 20 * time.Second

// Kinds is the catalogue.
func Kinds() []Kind {
	return []Kind{
		nodeKill, nodeStop, nodePause, nodeRestart, nodeFlap, nodeMemory, cpuStarved,
		serviceStop, serviceCrash, serviceHang, workerMemory,
		partition,
		portClash, firewallClose,
		packetLoss, packetDelay, rateLimit, wrongAddress, slowClient, connectionFlood,
		exportRemoved, exportReadonly, handlesStale, exportFull,
		mountMissing, wrongFstab, wrongDocumentRoot,
		phpMissing, phpBroken, contentDiffers,
		haproxyCfgBroken, wrongBind, firewallNotReloaded, firewallNotPermanent, logFull, forwardMissing,
	}
}

// Catalogue describes all kinds, for the loader of scenarios and for the reference.
func Catalogue() []sim.FaultKind {
	var all []sim.FaultKind
	for _, k := range Kinds() {
		all = append(all, sim.FaultKind{Name: k.Name, Does: k.Does, Evidence: k.Evidence, Roles: k.Roles, Params: k.Params, Takes: k.Takes, Accepts: k.Accepts, Touches: k.Touches,
			Check: func(plan sim.Plan, node sim.Node, params map[string]string) error {
				_, err := k.site(Env{Plan: plan}, node, params)
				return err
			}})
	}
	return all
}

// Find gives a kind by its name.
func Find(name string) (Kind, error) {
	var names []string
	for _, k := range setups() {
		if k.Name == name {
			return k, nil
		}
	}
	for _, k := range Kinds() {
		if k.Name == name {
			return k, nil
		}
		names = append(names, k.Name)
	}
	return Kind{}, fmt.Errorf("no fault %q: there are %s", name, strings.Join(names, ", "))
}

// site checks the target and the parameters, and completes them.
func (k Kind) site(env Env, node sim.Node, params map[string]string) (*Site, error) {
	if len(k.Roles) > 0 && !slices.Contains(k.Roles, node.Role) {
		return nil, fmt.Errorf("%s cannot be done to %s, a %s", k.Name, node.Name, node.Role)
	}
	full := map[string]string{}
	for _, p := range k.Params {
		full[p.Name] = p.Default
	}
	for name, v := range params {
		if _, ok := full[name]; !ok {
			return nil, fmt.Errorf("%s has no parameter %q", k.Name, name)
		}
		full[name] = v
	}
	s := &Site{Env: env, Node: node, Params: full, Saved: map[string]string{}}
	if k.Check != nil {
		if err := k.Check(s); err != nil {
			return nil, fmt.Errorf("%s on %s: %w", k.Name, node.Name, err)
		}
	}
	return s, nil
}
