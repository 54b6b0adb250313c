package stats

// formAction is what a form can do to a server.
type formAction struct {
	idle func(*Row) bool // there is nothing to be done, which counts neither as success nor as failure; nil: there always is
	do   func(ServerAdmin, Ref) error
}

// formActions are named as in HAProxy's forms, those of HAProxy 1.4 among them: enable, disable, start and stop.
var formActions = map[string]formAction{
	"ready":    {nil, stateAction(Ready)},
	"drain":    {nil, stateAction(Drain)},
	"maint":    {nil, stateAction(Maint)},
	"enable":   {func(r *Row) bool { return r.Admin&ForcedMaint == 0 }, stateAction(EndMaint)},
	"disable":  {func(r *Row) bool { return r.Admin&ForcedMaint != 0 }, stateAction(BeginMaint)},
	"stop":     {func(r *Row) bool { return r.Admin&ForcedDrain != 0 }, stateAction(BeginDrain)},
	"start":    {func(r *Row) bool { return r.Admin&ForcedDrain == 0 }, stateAction(EndDrain)},
	"dhlth":    {unchecked, checksAction(false)},
	"ehlth":    {unchecked, checksAction(true)},
	"hrunn":    {tracking, healthAction(HealthUp)},
	"hnolb":    {tracking, healthAction(HealthStopping)},
	"hdown":    {tracking, healthAction(HealthDown)},
	"dagent":   {agentless, agentAction(func(a AgentAdmin, ref Ref) error { return a.SetServerAgent(ref, false) })},
	"eagent":   {agentless, agentAction(func(a AgentAdmin, ref Ref) error { return a.SetServerAgent(ref, true) })},
	"arunn":    {unasked, agentAction(func(a AgentAdmin, ref Ref) error { return a.ForceServerAgent(ref, true) })},
	"adown":    {unasked, agentAction(func(a AgentAdmin, ref Ref) error { return a.ForceServerAgent(ref, false) })},
	"shutdown": {nil, killAction},
}

func unchecked(r *Row) bool { return !r.Check.Configured }
func tracking(r *Row) bool  { return r.Tracked != "" }
func agentless(r *Row) bool { return !r.Agent.Configured }
func unasked(r *Row) bool   { return !asked(r) }

// formChoices are the actions that the page offers, in its order.
var formChoices = [...]struct{ action, text string }{
	{"ready", "Ready: takes requests"},
	{"drain", "Drain: no new sessions"},
	{"maint", "Maintenance: out of service"},
	{"dhlth", "Checks off"},
	{"ehlth", "Checks on"},
	{"hrunn", "Checks say: up"},
	{"hnolb", "Checks say: stopping (NOLB)"},
	{"hdown", "Checks say: down"},
	{"dagent", "Agent off"},
	{"eagent", "Agent on"},
	{"arunn", "Agent says: up"},
	{"adown", "Agent says: down"},
	{"shutdown", "End its sessions"},
}

type unsupportedError struct{}

func (unsupportedError) Error() string { return "not supported by this director" }

func stateAction(to ServerState) func(ServerAdmin, Ref) error {
	return func(a ServerAdmin, ref Ref) error { return a.SetServerState(ref, to) }
}

func checksAction(on bool) func(ServerAdmin, Ref) error {
	return func(a ServerAdmin, ref Ref) error {
		if h, ok := a.(HealthAdmin); ok {
			return h.SetServerChecks(ref, on)
		}
		return unsupportedError{}
	}
}

func healthAction(to Health) func(ServerAdmin, Ref) error {
	return func(a ServerAdmin, ref Ref) error {
		if h, ok := a.(HealthAdmin); ok {
			return h.SetServerHealth(ref, to)
		}
		return unsupportedError{}
	}
}

func agentAction(do func(AgentAdmin, Ref) error) func(ServerAdmin, Ref) error {
	return func(a ServerAdmin, ref Ref) error {
		if g, ok := a.(AgentAdmin); ok {
			return do(g, ref)
		}
		return unsupportedError{}
	}
}

func killAction(a ServerAdmin, ref Ref) error {
	if s, ok := a.(SessionAdmin); ok {
		return s.ShutdownServerSessions(ref)
	}
	return unsupportedError{}
}
