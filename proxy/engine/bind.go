package engine

import (
	"strings"
	"syscall"

	"simulacro/proxy/config"
)

// Listener is a listening socket, to be handed to or taken over from another process.
type Listener struct {
	Addr string // config.Address.Text
	FD   int
}

// BindError says why one `bind` has no socket.
type BindError struct {
	Proxy *config.Proxy
	Bind  *config.Bind
	Op    string // what failed, in HAProxy's words: "cannot bind socket", "cannot listen to socket", "cannot create listening socket"
	Errno syscall.Errno
}

// Error gives HAProxy's words for the system's error: "cannot bind socket (Address already in use) for [192.168.1.101:80]".
func (e *BindError) Error() string {
	return e.Op + " (" + Strerror(e.Errno) + ") for [" + e.Bind.Addr.Text + "]"
}

func (e *BindError) Unwrap() error { return e.Errno }

// BindErrors are all the binds that failed: HAProxy tries every one before it gives up.
type BindErrors []*BindError

func (e BindErrors) Error() string {
	var lines []string
	for _, b := range e {
		lines = append(lines, "starting "+kindWord(b.Proxy)+" "+b.Proxy.Name+": "+b.Error())
	}
	return strings.Join(lines, "\n")
}

func kindWord(p *config.Proxy) string {
	switch p.Kind {
	case config.Frontend:
		return "frontend"
	case config.Backend:
		return "backend"
	}
	return "proxy"
}

// Strerror gives the C library's words for an error, as HAProxy prints them: Go's are in lower case.
func Strerror(e syscall.Errno) string {
	s := e.Error()
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// Listen opens every bind of the configuration, taking over from inherited where an address is the same. On failure all
// that was opened is closed again and the error is a BindErrors.
func (e *Engine) Listen(inherited []Listener) error { return nil }

// Listeners gives the open sockets. They stay the engine's.
func (e *Engine) Listeners() []Listener { return nil }
