package docker

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/docker/docker/client"
	tc "github.com/testcontainers/testcontainers-go"
	tclog "github.com/testcontainers/testcontainers-go/log"
)

// pingTimeout bounds the wait for an engine that accepts and does not answer.
const pingTimeout = 10 * time.Second

// ConnectError says that no engine answered, and what a person can do.
type ConnectError struct {
	Host string // where the engine was looked for
	Hint string
	Err  error
}

func (e *ConnectError) Error() string {
	return fmt.Sprintf("no Docker engine at %s: %v\n%s", e.Host, e.Err, e.Hint)
}

func (e *ConnectError) Unwrap() error { return e.Err }

// connect finds the engine in the order of the docker command (DOCKER_HOST, the current context, the usual socket), then
// where testcontainers-go looks (rootless sockets, ~/.testcontainers.properties), and pings it.
func connect(ctx context.Context) (*client.Client, error) {
	opts := []client.Opt{client.FromEnv, client.WithAPIVersionNegotiation()}
	host, err := contextHost(os.Getenv)
	if err != nil {
		return nil, &ConnectError{Host: "the current docker context", Hint: "See `docker context ls`, or set DOCKER_HOST.", Err: err}
	}
	if host != "" {
		opts = append(opts, client.WithHost(host))
	}
	api, err := client.NewClientWithOpts(opts...)
	if err != nil {
		return nil, &ConnectError{Host: os.Getenv("DOCKER_HOST"), Hint: "DOCKER_HOST is not an address of an engine.", Err: err}
	}
	pingErr := ping(ctx, api)
	if pingErr == nil {
		return api, nil
	}
	if os.Getenv("DOCKER_HOST") == "" && host == "" && errors.Is(pingErr, fs.ErrNotExist) {
		if other := detect(ctx); other != nil {
			_ = api.Close()
			return other, nil
		}
	}
	_ = api.Close()
	return nil, &ConnectError{Host: api.DaemonHost(), Hint: hint(pingErr), Err: pingErr}
}

func ping(ctx context.Context, api *client.Client) error {
	ctx, cancel := context.WithTimeout(ctx, pingTimeout)
	defer cancel()
	answer, err := api.Ping(ctx)
	if err == nil {
		api.NegotiateAPIVersionPing(answer) // here, so that every decision by version is right from the start
	}
	return unwrapDial(err)
}

// unwrapDial gives the system's error instead of the client's several lines about it, where there is one.
func unwrapDial(err error) error {
	for _, cause := range []error{syscall.ENOENT, syscall.EACCES, syscall.ECONNREFUSED} {
		if errors.Is(err, cause) {
			return cause
		}
	}
	// The client replaces some system errors by texts of its own.
	if err != nil && strings.Contains(err.Error(), "permission denied") {
		return syscall.EACCES
	}
	if err != nil && client.IsErrConnectionFailed(err) {
		return missingOrRefused(err)
	}
	return err
}

// missingOrRefused looks at the socket itself, since the client says the same of no socket and of nobody behind it.
func missingOrRefused(err error) error {
	path := strings.TrimPrefix(client.DefaultDockerHost, "unix://")
	if h := os.Getenv("DOCKER_HOST"); strings.HasPrefix(h, "unix://") {
		path = strings.TrimPrefix(h, "unix://")
	} else if h != "" {
		return err
	}
	if _, statErr := os.Stat(path); errors.Is(statErr, fs.ErrNotExist) {
		return syscall.ENOENT
	}
	return syscall.ECONNREFUSED
}

// hint says what usually mends the error.
func hint(err error) string {
	switch {
	case errors.Is(err, syscall.EACCES):
		return "This user may not use it. Type: sudo usermod -aG docker $USER, and log in again (or run the command with sudo)."
	case errors.Is(err, syscall.ENOENT):
		return "Docker is not installed or not running. Install it (https://docs.docker.com/engine/install/) and type: sudo systemctl start docker.\nIf it listens elsewhere, set DOCKER_HOST."
	case errors.Is(err, syscall.ECONNREFUSED):
		return "The engine is not running. Type: sudo systemctl start docker (or start Docker Desktop)."
	case errors.Is(err, context.DeadlineExceeded):
		return "It accepts connections and does not answer. Is it starting or stopping? See: systemctl status docker."
	}
	return "Does `docker version` work in this shell?"
}

// detect asks testcontainers-go, which knows the sockets of rootless engines and desktops. It panics where it finds none.
func detect(ctx context.Context) (api *client.Client) {
	defer func() {
		if recover() != nil {
			api = nil
		}
	}()
	tclog.SetDefault(silent{})
	found, err := tc.NewDockerClientWithOpts(ctx)
	if err != nil || ping(ctx, found.Client) != nil {
		return nil
	}
	return found.Client
}

// silent drops what testcontainers-go would tell of the engine on standard error.
type silent struct{}

func (silent) Printf(string, ...any) {}

// contextHost is the address in the docker command's current context, "" where the default one is in force. The layout is
// that of the docker command: ~/.docker/config.json names the context, contexts/meta/<sha256 of the name>/meta.json has it.
func contextHost(getenv func(string) string) (string, error) {
	if getenv("DOCKER_HOST") != "" {
		return "", nil
	}
	dir := getenv("DOCKER_CONFIG")
	if dir == "" {
		dir = filepath.Join(getenv("HOME"), ".docker")
	}
	name := getenv("DOCKER_CONTEXT")
	if name == "" {
		var config struct{ CurrentContext string }
		if raw, err := os.ReadFile(filepath.Join(dir, "config.json")); err == nil {
			_ = json.Unmarshal(raw, &config) // a file that the docker command cannot read either names no context
		}
		name = config.CurrentContext
	}
	if name == "" || name == "default" {
		return "", nil
	}
	sum := sha256.Sum256([]byte(name))
	raw, err := os.ReadFile(filepath.Join(dir, "contexts", "meta", hex.EncodeToString(sum[:]), "meta.json"))
	if err != nil {
		return "", fmt.Errorf("context %q: %w", name, err)
	}
	var meta struct {
		Endpoints map[string]struct{ Host string }
	}
	if err := json.Unmarshal(raw, &meta); err != nil {
		return "", fmt.Errorf("context %q: %w", name, err)
	}
	return meta.Endpoints["docker"].Host, nil
}
