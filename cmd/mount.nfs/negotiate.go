package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"syscall"
	"time"

	"simulacro/nfs/mountd"
	"simulacro/nfs/nfs3"
	"simulacro/nfs/rpc"
)

// Timeouts of the questions asked while mounting, as long as nfs-utils waits.
const (
	portmapTimeout = 3 * time.Second
	mountTimeout   = 10 * time.Second
	leaveTimeout   = time.Second // of the farewell after umount
)

// Retry times of nfs(5), and the pauses between attempts: short at first, because nodes that boot together find their server
// a moment too early, and a refused connection costs nothing.
const (
	retryForeground = 2 * time.Minute
	retryBackground = 10000 * time.Minute
	minPause        = 50 * time.Millisecond
	maxPause        = 2 * time.Second
)

// ports are where the server's programs listen.
type ports struct{ nfs, mount int }

// ports asks the portmapper for what the options do not say, and takes the well-known ports if it does not answer.
func (r *request) ports(ctx context.Context, addr string) (ports, error) {
	p := ports{r.opts.Port, r.opts.MountPort}
	cfg := rpc.Config{Addr: join(addr, mountd.PortmapPort), Timeo: portmapTimeout}
	for _, q := range []struct {
		port           *int
		program, port0 uint32
	}{{&p.nfs, nfs3.Program, mountd.NFSPort}, {&p.mount, mountd.Program, mountd.DefaultPort}} {
		if *q.port != 0 {
			continue
		}
		port, err := mountd.Port(cfg, callerOf(ctx), q.program, 3)
		switch {
		case err == nil:
			*q.port = port
		case unreachable(err) || ctx.Err() != nil:
			return p, err
		default:
			*q.port = int(q.port0)
		}
	}
	return p, nil
}

func unreachable(err error) bool {
	return errors.Is(err, syscall.EHOSTUNREACH) || errors.Is(err, syscall.ENETUNREACH)
}

func join(addr string, port int) string { return net.JoinHostPort(addr, strconv.Itoa(port)) }

// callerOf makes calls end with ctx.
func callerOf(ctx context.Context) rpc.Caller {
	return rpc.Caller{Cred: &rpc.Cred{}, Interrupt: ctx.Done()}
}

// export is what a server said about a share.
type export struct {
	addr         string
	mountHost    string // where mountd answers: addr, unless mountaddr= says otherwise
	ports        ports
	root         nfs3.Handle
	attr         *nfs3.Attr
	rsize, wsize int
}

// negotiate asks the server for all that a mount needs.
func (r *request) negotiate(ctx context.Context, verbose func(string)) (*export, error) {
	addr, err := r.resolve(ctx)
	if err != nil {
		return nil, err
	}
	x := &export{addr: addr}
	if x.ports, err = r.ports(ctx, addr); err != nil {
		return nil, err
	}
	x.mountHost = addr
	if r.opts.MountHost != "" {
		x.mountHost = r.opts.MountHost
	}
	verbose(fmt.Sprintf("mount.nfs: trying %s prog %d vers %d prot TCP port %d", x.mountHost, mountd.Program, mountd.Version, x.ports.mount))
	cfg := rpc.Config{Addr: join(x.mountHost, x.ports.mount), Timeo: mountTimeout, ReservedPort: r.opts.ReservedPort}
	if x.root, err = mountd.Mount(cfg, callerOf(ctx), r.export); err != nil {
		return nil, err
	}
	verbose(fmt.Sprintf("mount.nfs: trying %s prog %d vers %d prot TCP port %d", addr, nfs3.Program, nfs3.Version, x.ports.nfs))
	return x, r.askNFS(ctx, x)
}

// askNFS fills in the root's attributes and the sizes.
func (r *request) askNFS(ctx context.Context, x *export) error {
	t := rpc.NewClient(rpc.Config{Addr: join(x.addr, x.ports.nfs), Timeo: mountTimeout, FailFast: true, Recovery: rpc.Soft, ReservedPort: r.opts.ReservedPort})
	defer t.Close()
	c, who := nfs3.NewClient(t, ctx.Done()), callerOf(ctx)
	info, err := c.FSInfo(who, x.root)
	if err != nil {
		return fmt.Errorf("ask for sizes: %w", err)
	}
	if x.attr, err = c.GetAttr(who, x.root); err != nil {
		return fmt.Errorf("ask for root: %w", err)
	}
	if x.attr.Type != nfs3.TypeDir {
		return syscall.ENOTDIR
	}
	x.rsize, x.wsize = ioSize(r.opts.RSize, info.ReadMax), ioSize(r.opts.WSize, info.WriteMax)
	return nil
}

// ioSize is what the user wants, at most what the server can.
func ioSize(wanted int, max uint32) int {
	if wanted == 0 {
		return int(max)
	}
	return min(wanted, int(max))
}

// retry attempts a mount until it succeeds, fails for good, or retry= is over.
func (r *request) retry(ctx context.Context, attempt func(context.Context) error) error {
	limit := retryForeground
	switch {
	case r.opts.RetrySet:
		limit = r.opts.Retry
	case r.opts.BG:
		limit = retryBackground
	}
	end := time.Now().Add(limit)
	for pause := minPause; ; pause = min(2*pause, maxPause) {
		err := attempt(ctx)
		if err == nil || !temporary(err) || ctx.Err() != nil || !time.Now().Add(pause).Before(end) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(pause):
		}
	}
}

// temporary reports whether an error may go away by itself, as nfs-utils judges it.
func temporary(err error) bool {
	for _, e := range []error{syscall.ECONNREFUSED, syscall.ETIMEDOUT, syscall.EHOSTUNREACH, syscall.ENETUNREACH, syscall.ESTALE,
		syscall.EAGAIN, syscall.ECONNRESET, rpc.ErrMajorTimeout, rpc.ProgUnavail} {
		if errors.Is(err, e) {
			return true
		}
	}
	return isTimeout(err) || lostConnection(err)
}
