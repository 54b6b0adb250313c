package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"simulacro/nfs/kernel"
	"simulacro/nfs/options"
)

// errSystem marks failures of this machine rather than of the mount: exit code 2.
var errSystem = errors.New("system error")

// request is a checked command line.
type request struct {
	args
	host, export string
	opts         options.Options
}

// newRequest checks everything that can be checked without the server.
func newRequest(a args) (*request, error) {
	opts, err := options.Parse(strings.Join(a.options, ","), a.sloppy)
	if err != nil {
		return nil, err
	}
	r := &request{args: a, opts: opts}
	if r.host, r.export, err = options.ParseShare(a.share); err != nil {
		return nil, err
	}
	if r.dir, err = filepath.Abs(a.dir); err != nil {
		return nil, fmt.Errorf("%w: %w", errSystem, err)
	}
	return r, r.checkDir()
}

// errNotDir and errNoDir are about the mount point.
var (
	errNoDir  = errors.New("mount point does not exist")
	errNotDir = errors.New("mount point is not a directory")
)

func (r *request) checkDir() error {
	if r.opts.Flags&unix.MS_REMOUNT != 0 {
		return nil // looking at it would ask a server that may be gone
	}
	info, err := os.Stat(r.dir)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return errNoDir
	case err != nil:
		return err
	case !info.IsDir():
		return errNotDir
	}
	return nil
}

// mount chooses the client and mounts.
func (r *request) mount(argv []string, stdout, stderr io.Writer) error {
	if r.opts.Flags&unix.MS_REMOUNT != 0 {
		return unix.Mount(r.share, r.dir, "", r.opts.Flags, "")
	}
	if r.opts.Client != options.ClientFUSE && kernel.Supported() {
		err := r.mountKernel(stdout)
		// A kernel that has NFS may still not let this container use it, or lack the module of version 3.
		unusable := errors.Is(err, unix.EPERM) || errors.Is(err, unix.ENODEV) || errors.Is(err, unix.EPROTONOSUPPORT)
		if r.opts.Client == options.ClientKernel || !unusable {
			return err
		}
	} else if r.opts.Client == options.ClientKernel {
		return errNoKernel
	}
	if err := r.fuseCan(); err != nil {
		return err
	}
	mounts, err := os.ReadFile("/proc/self/mounts")
	if err == nil && alreadyMounted(string(mounts), r.share, r.dir) {
		return unix.EBUSY
	}
	return startDaemon(argv, stdout, stderr)
}

// alreadyMounted reports whether the same share is what one sees at dir. The kernel's client refuses that; FUSE would put one
// mount on top of the other, and the first umount would seem to do nothing.
func alreadyMounted(mounts, share, dir string) bool {
	escape := strings.NewReplacer(" ", `\040`, "\t", `\011`, "\n", `\012`, `\`, `\134`)
	top := ""
	for line := range strings.Lines(mounts) {
		if f := strings.Fields(line); len(f) > 2 && f[1] == escape.Replace(dir) {
			top = f[0] + " " + f[2]
		}
	}
	return top == escape.Replace(share)+" fuse.nfs"
}

var errNoKernel = errors.New("this kernel has no NFS client (client=kernel)")

// errNotSupported means that the FUSE client cannot do what an option asks for.
var errNotSupported = errors.New("requested NFS version or transport protocol is not supported")

// fuseCan refuses options that the FUSE client cannot honour, rather than mounting something else than was asked for.
func (r *request) fuseCan() error {
	why := "the FUSE client speaks NFS version 3 over TCP with sec=sys"
	if r.opts.Client != options.ClientFUSE {
		why = "this kernel has no NFS client, and " + why
	}
	switch {
	case r.opts.Version != "" && r.opts.Version != "3":
		return fmt.Errorf("%w: vers=%s: %s", errNotSupported, r.opts.Version, why)
	case r.opts.Proto != "" && r.opts.Proto != "tcp" && r.opts.Proto != "tcp6":
		return fmt.Errorf("%w: proto=%s: %s", errNotSupported, r.opts.Proto, why)
	case r.opts.Sec != "sys":
		return fmt.Errorf("%w: sec=%s: %s", errNotSupported, r.opts.Sec, why)
	}
	return nil
}

// mountKernel mounts with the kernel's client.
func (r *request) mountKernel(stdout io.Writer) error {
	return r.retry(context.Background(), func(ctx context.Context) error {
		k := kernel.Request{Share: r.share, Dir: r.dir, Flags: r.opts.Flags, Version: r.opts.Version, Port: r.opts.Port, Options: r.opts.Verbatim}
		var err error
		if k.Addr, err = r.resolve(ctx); err != nil {
			return err
		}
		if k.Version == "" || k.Version == "3" {
			p, err := r.ports(ctx, k.Addr)
			if err != nil {
				return err
			}
			k.Port, k.MountPort = p.nfs, p.mount
		}
		if r.verbose {
			fmt.Fprintf(stdout, "mount.nfs: trying text-based options '%s'\n", k.Data())
		}
		return kernel.Mount(k)
	})
}

// errResolve means that the server's name has no address.
var errResolve = errors.New("name or service not known")

// resolve finds the server's address.
func (r *request) resolve(ctx context.Context) (string, error) {
	if r.opts.Addr != "" {
		return r.opts.Addr, nil
	}
	if net.ParseIP(r.host) != nil {
		return r.host, nil
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	addrs, err := net.DefaultResolver.LookupHost(ctx, r.host)
	if err != nil || len(addrs) == 0 {
		return "", fmt.Errorf("%w: %s", errResolve, r.host)
	}
	return addrs[0], nil
}
