package docker

import (
	"context"
	"fmt"

	"github.com/docker/docker/api/types/versions"
	"github.com/docker/docker/client"
)

// Runtime is a connection to an engine. Safe for use by several goroutines.
type Runtime struct {
	api *client.Client
}

// Open connects to the engine and makes sure that it answers. Where it does not, the error is a *ConnectError, which says
// what to do about it.
func Open(ctx context.Context) (*Runtime, error) {
	api, err := connect(ctx)
	if err != nil {
		return nil, err
	}
	return &Runtime{api: api}, nil
}

// Close lets go of the connection. Clusters live on.
func (r *Runtime) Close() error { return r.api.Close() }

// EngineInfo says what the runtime is connected to.
type EngineInfo struct {
	Host    string `json:"host"`
	Version string `json:"version"`
	API     string `json:"api"`
}

// Engine asks the engine for its version.
func (r *Runtime) Engine(ctx context.Context) (EngineInfo, error) {
	v, err := r.api.ServerVersion(ctx)
	if err != nil {
		return EngineInfo{}, fmt.Errorf("ask the engine's version: %w", err)
	}
	return EngineInfo{Host: r.api.DaemonHost(), Version: v.Version, API: r.api.ClientVersion()}, nil
}

// manyEndpoints tells whether a container can be created on several networks at once (API 1.44, engine 25); older engines
// want a second call.
func (r *Runtime) manyEndpoints() bool {
	return versions.GreaterThanOrEqualTo(r.api.ClientVersion(), "1.44")
}
