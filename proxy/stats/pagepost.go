package stats

import (
	"net/url"
	"strings"
)

// Results of a form, as they stand in the address that it redirects to.
const (
	formDone    = "DONE"
	formNone    = "NONE"
	formPart    = "PART"
	formErr     = "ERRP"
	formTooLong = "EXCD"
	formDenied  = "DENY"
)

// formTexts are what the page then says; the bool tells good news from bad.
var formTexts = map[string]struct {
	text string
	good bool
}{
	formDone:    {"Action processed successfully.", true},
	formNone:    {"Nothing has changed.", true},
	formPart:    {"Action partially processed: some servers are unknown, or refused it.", false},
	formErr:     {"Action not processed: the action, the backend or the servers are unknown.", false},
	formTooLong: {"Action not processed: too much data. Select fewer servers at a time.", false},
	formDenied:  {"Action denied.", false},
}

// maxForm is the largest form, HAProxy's buffer.
const maxForm = 16384

// post does what a form of the page asks for: b is the backend, s one or more servers, action what to do with them.
func (p *Page) post(body []byte) string {
	if !p.stats.Admin {
		return formDenied
	}
	if len(body) > maxForm {
		return formTooLong
	}
	var servers []string
	var backend, action string
	hasAction := false
	for _, pair := range strings.Split(string(body), "&") {
		key, value, _ := strings.Cut(pair, "=")
		value, err := url.QueryUnescape(value)
		if err != nil {
			return formErr
		}
		switch key {
		case "s":
			servers = append(servers, value)
		case "b":
			backend = value
		case "action":
			action, hasAction = value, true
		}
	}
	if len(servers) == 0 || backend == "" || !hasAction {
		return formNone
	}
	return p.act(backend, servers, action)
}

// act applies a form's action to each server.
func (p *Page) act(backend string, servers []string, action string) string {
	do, known := formActions[action]
	if !known {
		return formErr
	}
	rows := p.rows(pageOptions{})
	changed, failed := 0, 0
	for _, name := range servers {
		server, _ := findServer(rows, backend, name)
		if server == nil || do(p.admin, server.Ref()) != nil {
			failed++
			continue
		}
		changed++
	}
	switch {
	case changed == 0:
		return formErr
	case failed > 0:
		return formPart
	}
	return formDone
}

type formAction func(ServerAdmin, Ref) error

// formActions are named as in HAProxy's forms, the old names of HAProxy 1.4 among them.
var formActions = map[string]formAction{
	"ready":    stateAction(Ready),
	"drain":    stateAction(Drain),
	"maint":    stateAction(Maint),
	"enable":   stateAction(Ready),
	"disable":  stateAction(Maint),
	"stop":     stateAction(Drain),
	"start":    stateAction(Ready),
	"dhlth":    checksAction(false),
	"ehlth":    checksAction(true),
	"hrunn":    healthAction(HealthUp),
	"hnolb":    healthAction(HealthStopping),
	"hdown":    healthAction(HealthDown),
	"shutdown": killAction,
}

// formChoices are the actions that the page offers, in its order.
var formChoices = [...]struct{ action, text string }{
	{"ready", "Set state to READY"},
	{"drain", "Set state to DRAIN"},
	{"maint", "Set state to MAINT"},
	{"dhlth", "Health: disable checks"},
	{"ehlth", "Health: enable checks"},
	{"hrunn", "Health: force UP"},
	{"hnolb", "Health: force NOLB"},
	{"hdown", "Health: force DOWN"},
	{"shutdown", "Kill Sessions"},
}

type unsupportedError struct{}

func (unsupportedError) Error() string { return "not supported by this director" }

func stateAction(to ServerState) formAction {
	return func(a ServerAdmin, ref Ref) error { return a.SetServerState(ref, to) }
}

func checksAction(on bool) formAction {
	return func(a ServerAdmin, ref Ref) error {
		if h, ok := a.(HealthAdmin); ok {
			return h.SetServerChecks(ref, on)
		}
		return unsupportedError{}
	}
}

func healthAction(to Health) formAction {
	return func(a ServerAdmin, ref Ref) error {
		if h, ok := a.(HealthAdmin); ok {
			return h.SetServerHealth(ref, to)
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
