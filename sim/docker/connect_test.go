package docker

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestConnectErrors(t *testing.T) {
	dir := t.TempDir()
	nobody := filepath.Join(dir, "nobody.sock")
	l, err := net.Listen("unix", nobody)
	require.NoError(t, err)
	l.(*net.UnixListener).SetUnlinkOnClose(false)
	require.NoError(t, l.Close()) // the socket stays, and refuses
	for _, c := range []struct{ host, hint string }{
		{"unix://" + filepath.Join(dir, "missing.sock"), "not installed or not running"},
		{"unix://" + nobody, "The engine is not running"},
	} {
		t.Setenv("DOCKER_HOST", c.host)
		_, err := Open(t.Context())
		var connect *ConnectError
		require.ErrorAs(t, err, &connect, c.host)
		assert.Contains(t, err.Error(), c.hint, c.host)
	}
}

// An engine that accepts and never answers must not hang a command.
func TestConnectHangs(t *testing.T) {
	l, err := net.Listen("unix", filepath.Join(t.TempDir(), "docker.sock"))
	require.NoError(t, err)
	defer l.Close()
	t.Setenv("DOCKER_HOST", "unix://"+l.Addr().String())
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	_, err = Open(ctx)
	assert.ErrorContains(t, err, "does not answer")
}

// The docker command's current context says where the engine is.
func TestConnectByContext(t *testing.T) {
	dir := t.TempDir()
	l, err := net.Listen("unix", filepath.Join(dir, "other.sock"))
	require.NoError(t, err)
	engine := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Api-Version", "1.41")
		fmt.Fprint(w, "OK")
	})}
	go engine.Serve(l)
	defer engine.Close()
	sum := sha256.Sum256([]byte("elsewhere"))
	meta := filepath.Join(dir, "contexts", "meta", hex.EncodeToString(sum[:]))
	require.NoError(t, os.MkdirAll(meta, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(meta, "meta.json"),
		fmt.Appendf(nil, `{"Name":"elsewhere","Endpoints":{"docker":{"Host":"unix://%s"}}}`, l.Addr()), 0o644))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "config.json"), []byte(`{"currentContext":"elsewhere"}`), 0o644))
	t.Setenv("DOCKER_CONFIG", dir)
	t.Setenv("DOCKER_HOST", "")
	t.Setenv("DOCKER_CONTEXT", "")
	rt, err := Open(t.Context())
	require.NoError(t, err)
	defer rt.Close()
	assert.Equal(t, "unix://"+l.Addr().String(), rt.api.DaemonHost())
	assert.False(t, rt.manyEndpoints(), "API 1.41 takes one endpoint")
}
