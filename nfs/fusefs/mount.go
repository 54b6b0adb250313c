// Package fusefs mounts an NFSv3 export through FUSE, for machines whose kernel has no NFS client. It behaves as the kernel's
// does where a program can tell: close-to-open consistency, attribute caching with growing timeouts, unstable writes with
// COMMIT at close, .nfs files for what is removed while open, waits that only a fatal signal ends.
//
//	m, err := fusefs.New(fusefs.Config{Dir: "/mnt/web", Share: "10.0.100.15:/export", Transport: rpcClient, Root: handle, …})
//	m.Wait() // until it is unmounted
//
// It needs /dev/fuse and CAP_SYS_ADMIN. Known differences: /proc/mounts shows the type fuse.nfs; locks are local to the
// machine, as with nolock; device nodes cannot be made; umount -f of a mount in use ends it, so that umount -l and a new mount
// must follow, where the kernel's would only fail the requests that wait.
package fusefs

import (
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
	"golang.org/x/sys/unix"

	"simulacro/nfs/nfs3"
	"simulacro/nfs/rpc"
)

// Config describes a mount. All fields are needed but Log.
type Config struct {
	Dir       string  // where to mount
	Share     string  // host:/export, as /proc/mounts shows it
	Flags     uintptr // MS_ flags of mount(2)
	Transport *rpc.Client
	Root      nfs3.Handle
	RootAttr  *nfs3.Attr

	RSize, WSize   int // bytes of one READ, one WRITE
	RegMin, RegMax time.Duration
	DirMin, DirMax time.Duration
	NoCTO          bool
	LookupCache    string // all, pos, none
	Log            func(string)
}

// Mount is a mounted file system.
type Mount struct {
	cfg    Config
	nfs    *nfs3.Client
	server *fuse.Server
	root   *node
	groups groupCache
	silly  sillyNames

	gone    chan struct{} // closed when the kernel has dropped the file system
	wg      sync.WaitGroup
	watchFD int
	stopFDs [2]int // a pipe: closing the write end ends watch
}

// New mounts and starts to serve. When it returns without error the mount is live.
func New(cfg Config) (*Mount, error) {
	if cfg.Log == nil {
		cfg.Log = func(string) {}
	}
	m := &Mount{cfg: cfg, gone: make(chan struct{})}
	m.nfs = nfs3.NewClient(cfg.Transport, m.gone)
	m.root = m.newNode(cfg.Root)
	m.root.cache.update(cfg.RootAttr, m.limits(cfg.RootAttr), time.Now())
	fd, err := m.open()
	if err != nil {
		return nil, err
	}
	if err := m.start(fd); err != nil {
		m.closeFDs()
		return nil, errors.Join(fmt.Errorf("start FUSE: %w", err), unix.Unmount(cfg.Dir, unix.MNT_DETACH))
	}
	return m, nil
}

// open opens /dev/fuse, mounts, and returns the descriptor that requests come from.
func (m *Mount) open() (fd int, err error) {
	if fd, err = unix.Open("/dev/fuse", unix.O_RDWR|unix.O_CLOEXEC, 0); err != nil {
		return -1, fmt.Errorf("open /dev/fuse: %w", err)
	}
	data := strings.Join([]string{fmt.Sprintf("fd=%d", fd), fmt.Sprintf("rootmode=%o", unix.S_IFDIR),
		fmt.Sprintf("user_id=%d", os.Geteuid()), fmt.Sprintf("group_id=%d", os.Getegid()),
		"default_permissions", "allow_other", fmt.Sprintf("max_read=%d", m.cfg.RSize)}, ",")
	if err = unix.Mount(m.cfg.Share, m.cfg.Dir, "fuse.nfs", m.cfg.Flags, data); err != nil {
		unix.Close(fd)
		return -1, fmt.Errorf("mount(2): %w", err)
	}
	return fd, nil
}

// start hands fd to the FUSE library, serves, and watches for the end of the mount.
func (m *Mount) start(fd int) error {
	var err error
	if m.watchFD, err = unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, 3); err != nil {
		unix.Close(fd)
		m.watchFD, m.stopFDs = -1, [2]int{-1, -1}
		return err
	}
	if err = unix.Pipe2(m.stopFDs[:], unix.O_CLOEXEC); err != nil {
		unix.Close(fd)
		m.stopFDs = [2]int{-1, -1}
		return err
	}
	opts := m.fuseOptions()
	m.server, err = fuse.NewServer(fs.NewNodeFS(m.root, opts), fmt.Sprintf("/dev/fd/%d", fd), &opts.MountOptions)
	if err != nil {
		return err
	}
	m.wg.Go(m.watch)
	m.wg.Go(func() {
		m.server.Serve()
		unix.Close(m.stopFDs[1])
		m.stopFDs[1] = -1
	})
	return nil
}

func (m *Mount) fuseOptions() *fs.Options {
	quiet := log.New(io.Discard, "", 0) // the library writes about replies nobody waits for any more
	opts := &fs.Options{
		MountOptions: fuse.MountOptions{MaxWrite: m.cfg.WSize, MaxBackground: 64, DisableXAttrs: true, IgnoreSecurityLabels: true,
			Name: "nfs", FsName: m.cfg.Share, Logger: quiet},
		NullPermissions: true,
		Logger:          quiet,
		RootStableAttr:  &fs.StableAttr{Ino: stableIno(m.cfg.RootAttr.Fileid, m.cfg.Root)},
	}
	if m.cfg.LookupCache == "all" && m.cfg.RegMin > 0 {
		opts.NegativeTimeout = &m.cfg.RegMin
	}
	return opts
}

// watch ends the transport when the kernel drops the file system (umount, umount -l and the last close, umount -f), so that
// whatever still waits for a server that is gone returns, and nothing keeps an unmounted file system's daemon.
func (m *Mount) watch() {
	fds := []unix.PollFd{{Fd: int32(m.watchFD)}, {Fd: int32(m.stopFDs[0])}}
	for {
		_, err := unix.Poll(fds, -1)
		if err == unix.EINTR {
			continue
		}
		if err != nil || fds[0].Revents|fds[1].Revents != 0 {
			break
		}
	}
	close(m.gone)
	m.cfg.Transport.Close()
}

// Wait returns when the file system has been unmounted and all requests have ended. It must be called, and only once.
func (m *Mount) Wait() {
	m.wg.Wait()
	m.closeFDs()
}

func (m *Mount) closeFDs() {
	for _, fd := range []int{m.watchFD, m.stopFDs[0], m.stopFDs[1]} {
		if fd > 0 {
			unix.Close(fd)
		}
	}
}

// Unmount detaches the file system at once, busy or not, and ends every wait: what a daemon does when it is told to go. Wait
// returns afterwards.
func (m *Mount) Unmount() error {
	err := unix.Unmount(m.cfg.Dir, 0)
	if err == unix.EBUSY {
		err = unix.Unmount(m.cfg.Dir, unix.MNT_DETACH)
	}
	if err != nil && err != unix.EINVAL { // EINVAL: somebody else did it
		return fmt.Errorf("unmount %s: %w", m.cfg.Dir, err)
	}
	m.cfg.Transport.Close()
	return nil
}

func (m *Mount) limits(a *nfs3.Attr) limits {
	if a.Type == nfs3.TypeDir {
		return limits{m.cfg.DirMin, m.cfg.DirMax}
	}
	return limits{m.cfg.RegMin, m.cfg.RegMax}
}
