package docker

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/build"
	"github.com/docker/docker/api/types/image"

	"simulacro/images"
)

// The states of an image.
const (
	ImageReady   = "ready"
	ImageStale   = "stale" // built from other files or programs than this command's
	ImageMissing = "missing"
)

// ImageState is one of the nodes' images, as the engine has it.
type ImageState struct {
	Tag   string `json:"tag"`
	State string `json:"state"`
	Size  int64  `json:"size,omitempty"` // bytes, with the layers that images share
}

// Images tells of every image of the nodes whether it is there and built from the programs in binDir; an empty binDir
// asks only whether it is there.
func (r *Runtime) Images(ctx context.Context, binDir string) ([]ImageState, error) {
	var hash string
	if binDir != "" {
		var err error
		if hash, err = images.Hash(binDir); err != nil {
			return nil, err
		}
	}
	var states []ImageState
	for _, i := range images.All() {
		s := ImageState{Tag: i.Tag, State: ImageReady}
		info, err := r.api.ImageInspect(ctx, i.Tag)
		switch {
		case cerrdefs.IsNotFound(err):
			s.State = ImageMissing
		case err != nil:
			return nil, fmt.Errorf("inspect image %s: %w", i.Tag, err)
		default:
			s.Size = info.Size
			if hash != "" && !slices.Contains(info.RepoTags, i.Version(hash)) {
				s.State = ImageStale
			}
		}
		states = append(states, s)
	}
	return states, nil
}

// PhaseBase is the first phase of Build; the others are called by the images' targets.
const PhaseBase = "base"

// Build builds the nodes' images from the files in this program and the programs in binDir (simulacro, proxy, mount.nfs).
// Layers that the engine has are used again.
func (r *Runtime) Build(ctx context.Context, binDir string, progress Progress) error {
	report := &reporter{tell: progress}
	archive, err := images.Context(binDir)
	if err != nil {
		return err
	}
	hash, err := images.Hash(binDir)
	if err != nil {
		return err
	}
	base, err := r.base(ctx, report)
	if err != nil {
		return fmt.Errorf("base image: %w", err)
	}
	before := r.imageIDs(ctx)
	for _, i := range images.All() {
		if _, err := archive.Seek(0, io.SeekStart); err != nil {
			return err
		}
		ph := report.phase(i.Target, 0)
		if err := r.buildImage(ctx, i, archive, base, hash, ph); err != nil {
			return fmt.Errorf("build image %s: %w", i.Tag, err)
		}
		ph.done(i.Tag)
	}
	return r.removeOutdated(ctx, hash, before)
}

// buildImage uses the engine's own builder, which every engine has; BuildKit would want a session with its client.
func (r *Runtime) buildImage(ctx context.Context, i images.Image, archive io.Reader, base, hash string, ph *phase) error {
	built, err := r.api.ImageBuild(ctx, archive, build.ImageBuildOptions{
		Dockerfile: images.Dockerfile, Target: i.Target, Tags: []string{i.Tag, i.Version(hash)}, BuildArgs: map[string]*string{images.BaseArg: &base},
		Remove: true, ForceRemove: true, Version: build.BuilderV1,
	})
	if err != nil {
		return err
	}
	defer built.Body.Close()
	return follow(built.Body, ph)
}

// follow reads the engine's account of a build or a pull: a JSON object a line.
func follow(r io.Reader, ph *phase) error {
	d := json.NewDecoder(r)
	var output []string
	for {
		var m struct{ Stream, Status, Error string }
		if err := d.Decode(&m); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("follow it: %w", err)
		}
		text := strings.TrimSpace(m.Stream + m.Status)
		if m.Error != "" {
			return fmt.Errorf("%s\n%s", m.Error, strings.Join(output, "\n"))
		}
		if text == "" {
			continue
		}
		if output = append(output, text); len(output) > 20 {
			output = output[1:]
		}
		if strings.HasPrefix(text, "Step ") || m.Status != "" {
			first, _, _ := strings.Cut(text, "\n")
			ph.step(Step{Phase: ph.name, Text: shorten(first, 90), Took: time.Since(ph.since)})
		}
	}
}

func shorten(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}

// pullTimeout bounds the wait for a registry: one behind a firewall that drops packets would hold us for minutes.
const pullTimeout = 60 * time.Second

// envBase names an image to take as the base, envPull bounds pulls; images/base.sh reads both too.
const (
	envBase = "SIMULACRO_BASE"
	envPull = "SIMULACRO_PULL"
)

// base makes sure of the base image and gives its name: the one that SIMULACRO_BASE names, one that is there, the
// registry's, or one built from the package mirror by base.sh.
func (r *Runtime) base(ctx context.Context, report *reporter) (string, error) {
	ph := report.phase(PhaseBase, 0)
	if name := os.Getenv(envBase); name != "" {
		if !r.hasImage(ctx, name) {
			if err := r.pull(ctx, name, ph); err != nil {
				return "", fmt.Errorf("%s (%s): %w", name, envBase, err)
			}
		}
		ph.done(name)
		return name, nil
	}
	for _, name := range []string{images.BaseTag, images.DefaultBase} {
		if r.hasImage(ctx, name) {
			ph.done(name)
			return name, nil
		}
	}
	err := r.pull(ctx, images.DefaultBase, ph)
	if err == nil {
		ph.done(images.DefaultBase)
		return images.DefaultBase, nil
	}
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	ph.step(Step{Phase: PhaseBase, Text: "no registry gives " + images.DefaultBase + ": building one from the package mirror", Took: time.Since(ph.since)})
	name, scriptErr := runBaseScript(ctx)
	if scriptErr != nil {
		return "", errors.Join(fmt.Errorf("pull %s: %w", images.DefaultBase, err), scriptErr)
	}
	ph.done(name)
	return name, nil
}

func (r *Runtime) hasImage(ctx context.Context, name string) bool {
	_, err := r.api.ImageInspect(ctx, name)
	return err == nil
}

func (r *Runtime) pull(ctx context.Context, name string, ph *phase) error {
	if os.Getenv(envPull) == "0" {
		return fmt.Errorf("%s=0 forbids it", envPull)
	}
	ctx, cancel := context.WithTimeout(ctx, pullTimeout)
	defer cancel()
	body, err := r.api.ImagePull(ctx, name, image.PullOptions{})
	if err != nil {
		return err
	}
	defer body.Close()
	return follow(body, ph)
}

// runBaseScript runs base.sh, which says on standard error what it does and what is missing.
func runBaseScript(ctx context.Context) (string, error) {
	cmd := exec.CommandContext(ctx, "/bin/sh", "-s")
	cmd.Stdin = bytes.NewReader(images.BaseScript())
	cmd.Env = append(os.Environ(), envPull+"=0")
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("build from the package mirror: %w: %s", err, strings.TrimSpace(stderr.String()))
	}
	return strings.TrimSpace(stdout.String()), nil
}
