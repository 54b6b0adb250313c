package engine

import "fmt"

// Admin is what an operator wants of a server.
type Admin int

// The administrative states (management manual, section 9.3, "set server … state").
const (
	Ready Admin = iota
	Drain       // no new requests except those that must go there
	Maint       // out of service, checks stopped
)

// NotFoundError says that no such proxy or server exists.
type NotFoundError struct{ Backend, Server string }

func (e *NotFoundError) Error() string {
	if e.Server == "" {
		return fmt.Sprintf("no such proxy: %s", e.Backend)
	}
	return fmt.Sprintf("no such server: %s/%s", e.Backend, e.Server)
}

func frac(word string, n, of int) string { return fmt.Sprintf("%s %d/%d", word, n, of) }

// SetServerAdmin puts a server into service, drains it or takes it out.
func (e *Engine) SetServerAdmin(backend, server string, a Admin) error { return nil }

// SetServerWeight sets the weight an operator wants, 0 to 256; percent is of the configured one.
func (e *Engine) SetServerWeight(backend, server string, n int, percent bool) error { return nil }

// SetServerHealth forces what the checks say, until the next check says otherwise.
func (e *Engine) SetServerHealth(backend, server string, up bool) error { return nil }

// SetServerCheck switches a server's checks on or off. It fails where none are configured.
func (e *Engine) SetServerCheck(backend, server string, on bool) error { return nil }

// SetFrontendMaxconn changes a frontend's limit of concurrent clients.
func (e *Engine) SetFrontendMaxconn(frontend string, n int) error { return nil }

// SetFrontend pauses (disable) or resumes (enable) a frontend's listeners.
func (e *Engine) SetFrontend(frontend string, on bool) error { return nil }

// ShutdownFrontend closes a frontend's listeners for good.
func (e *Engine) ShutdownFrontend(frontend string) error { return nil }

// ShutdownSessions ends the sessions on a server.
func (e *Engine) ShutdownSessions(backend, server string) error { return nil }

// SetMaxconn changes the global limit of concurrent clients.
func (e *Engine) SetMaxconn(n int) {}

// ClearCounters resets the maxima, and with all also the totals.
func (e *Engine) ClearCounters(all bool) {}
