package docker

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	cerrdefs "github.com/containerd/errdefs"
)

// WriteFile replaces a file of a node, or makes one with mode 0644. In a node that runs it is written by the node itself, so
// that mounts and tmpfs are what the node sees, and owner and mode of an existing file stay.
func (c *Cluster) WriteFile(ctx context.Context, node, path string, data []byte) error {
	return c.act("write "+path+" in", node, func(ref string) error {
		var stderr bytes.Buffer
		code, err := c.run(ctx, ref, IO{Stdin: bytes.NewReader(data), Stderr: &stderr}, []string{"/bin/sh", "-c", `umask 022; cat >"$1"`, "sh", path})
		if cerrdefs.IsConflict(err) { // not running
			return c.rt.putFile(ctx, ref, path, data)
		}
		if err == nil && code != 0 {
			err = errors.New(strings.TrimSpace(stderr.String()))
		}
		return err
	})
}

// ReadFile gives a file's content; an error is fs.ErrNotExist where there is none. Nodes that do not run are read too.
func (c *Cluster) ReadFile(ctx context.Context, node, path string) (data []byte, err error) {
	err = c.act("read "+path+" in", node, func(ref string) error {
		var stdout, stderr bytes.Buffer
		code, err := c.run(ctx, ref, IO{Stdout: &stdout, Stderr: &stderr}, []string{"/bin/sh", "-c", `[ -e "$1" ] || exit 44; cat "$1"`, "sh", path})
		switch {
		case cerrdefs.IsConflict(err):
			data, err = c.rt.getFile(ctx, ref, path)
		case err == nil && code == 44:
			err = fs.ErrNotExist
		case err == nil && code != 0:
			err = errors.New(strings.TrimSpace(stderr.String()))
		default:
			data = stdout.Bytes()
		}
		return err
	})
	return data, err
}

// getFile reads a file out of a container that need not run.
func (r *Runtime) getFile(ctx context.Context, id, path string) ([]byte, error) {
	archive, _, err := r.api.CopyFromContainer(ctx, id, path)
	if cerrdefs.IsNotFound(err) {
		return nil, fs.ErrNotExist
	}
	if err != nil {
		return nil, err
	}
	defer archive.Close()
	t := tar.NewReader(archive)
	head, err := t.Next()
	if err != nil {
		return nil, fmt.Errorf("unpack: %w", err)
	}
	if head.Typeflag != tar.TypeReg {
		return nil, fmt.Errorf("not a regular file")
	}
	return io.ReadAll(t)
}
