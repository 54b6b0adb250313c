// Package images holds what the nodes' images are built from, so that one binary can build them on any engine:
//
//	context, err := images.Context("bin") // bin/ holds simulacro, proxy and mount.nfs
//	for _, image := range images.All() {
//		api.ImageBuild(ctx, context, build.ImageBuildOptions{Dockerfile: images.Dockerfile, Target: image.Target, Tags: []string{image.Tag}, …})
//	}
//
// The same tree serves `docker build -f images/Dockerfile .` and docker-compose.yml at the top of the repository: names,
// modes and contents agree, so that either finds the other's layers in the engine's cache.
package images

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
)

// Dockerfile is the Dockerfile's name inside the context.
const Dockerfile = "images/Dockerfile"

// BaseTag is the base image that base.sh builds where no registry answers; DefaultBase is what the Dockerfile takes otherwise.
const (
	BaseTag     = "simulacro/base:bookworm"
	DefaultBase = "debian:bookworm-slim"
	// BaseArg is the build argument that names the base.
	BaseArg = "BASE"
)

// Programs are the static binaries that the images carry, by their names in binDir.
var Programs = []string{"mount.nfs", "proxy", "simulacro"}

//go:embed Dockerfile base.sh all:common all:client all:web all:server all:director all:storage
var tree embed.FS

// Image is one stage of the Dockerfile and the tag it gets. A role of the cluster runs the image whose Target is its name.
type Image struct {
	Target string
	Tag    string
}

// All lists the images in the order that builds them fastest with the engine's old builder, which builds every stage before the
// target: each one finds the stages of those before it in the cache.
func All() []Image {
	targets := []string{"client", "storage", "server", "director"}
	list := make([]Image, len(targets))
	for i, target := range targets {
		list[i] = Image{Target: target, Tag: Tag(target)}
	}
	return list
}

// repository begins the names of the nodes' images.
const repository = "simulacro/"

// Tag is the image's full name for a role: simulacro/server:latest.
func Tag(role string) string { return repository + role + ":latest" }

// Version is a second name of the image, by the hash of the context that it was built from: simulacro/server:0123456789ab. It tells
// whether the image is up to date. A label would do the same and cost the old builder a step more.
func (i Image) Version(hash string) string { return repository + i.Target + ":" + hash[:12] }

// BaseScript is base.sh: it makes sure that the base image is there and prints its name.
func BaseScript() []byte {
	script, err := tree.ReadFile("base.sh")
	if err != nil {
		panic(err) // the file is embedded
	}
	return script
}

// Context is the build context as an uncompressed tar, with the programs of binDir. Two contexts of the same contents are the same
// bytes. A program that is missing is an error that wraps fs.ErrNotExist.
func Context(binDir string) (*bytes.Reader, error) {
	var buf bytes.Buffer
	if err := write(&buf, binDir); err != nil {
		return nil, fmt.Errorf("build context: %w", err)
	}
	return bytes.NewReader(buf.Bytes()), nil
}

// Hash names the context's contents: images built from another hash are stale. It is 64 hexadecimal digits.
func Hash(binDir string) (string, error) {
	sum := sha256.New()
	if err := write(sum, binDir); err != nil {
		return "", fmt.Errorf("hash of the build context: %w", err)
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// write puts the embedded tree under images/ and the programs under bin/. fs.WalkDir walks in lexical order.
func write(w io.Writer, binDir string) error {
	tw := tar.NewWriter(w)
	err := fs.WalkDir(tree, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || name == "." {
			return err
		}
		if entry.IsDir() {
			return addDir(tw, path.Join("images", name))
		}
		content, err := tree.ReadFile(name)
		if err != nil {
			return err
		}
		return addFile(tw, path.Join("images", name), mode(content), content)
	})
	if err != nil {
		return err
	}
	for _, program := range Programs {
		if err := addProgram(tw, binDir, program); err != nil {
			return err
		}
	}
	return tw.Close()
}

func addProgram(tw *tar.Writer, binDir, program string) error {
	content, err := os.ReadFile(filepath.Join(binDir, program))
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w (make build makes it)", err)
	}
	if err != nil {
		return err
	}
	return addFile(tw, path.Join("bin", program), 0o755, content)
}

func addDir(tw *tar.Writer, name string) error {
	return tw.WriteHeader(&tar.Header{Typeflag: tar.TypeDir, Name: name + "/", Mode: 0o755, Format: tar.FormatUSTAR})
}

func addFile(tw *tar.Writer, name string, mode int64, content []byte) error {
	header := &tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: mode, Size: int64(len(content)), Format: tar.FormatUSTAR}
	if err := tw.WriteHeader(header); err != nil {
		return err
	}
	_, err := tw.Write(content)
	return err
}

// mode gives scripts their execute bit back, which embedding loses.
func mode(content []byte) int64 {
	if bytes.HasPrefix(content, []byte("#!")) {
		return 0o755
	}
	return 0o644
}
