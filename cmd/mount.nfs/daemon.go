package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"simulacro/nfs/fusefs"
	"simulacro/nfs/mountd"
	"simulacro/nfs/rpc"
	"simulacro/nfs/syslog"
)

const (
	// statusEnv marks the daemon's process.
	statusEnv = "SIMULACRO_MOUNT_NFS_DAEMON"
	// statusFD is the daemon's end of the pipe to the command that started it.
	statusFD = 3
	logPath  = "/dev/log"
)

// status is a line from the daemon to the command that waits for it.
type status struct {
	Out  string `json:"out,omitempty"` // for standard output
	Err  string `json:"err,omitempty"` // for standard error
	Done bool   `json:"done,omitempty"`
	Code int    `json:"code,omitempty"` // the command's exit code, with Done
}

// toldError is a failure whose message has been printed.
type toldError struct{ code int }

func (e *toldError) Error() string { return fmt.Sprintf("exit code %d", e.code) }

// startDaemon runs this program again as the daemon, in a session of its own and in the same control group, and returns when
// the file system is mounted or cannot be. If this process is killed while it waits, the daemon gives up.
func startDaemon(argv []string, stdout, stderr io.Writer) error {
	r, w, err := os.Pipe()
	if err != nil {
		return fmt.Errorf("%w: %w", errSystem, err)
	}
	defer r.Close()
	cmd := exec.Command("/proc/self/exe", argv...)
	cmd.Args[0] = "mount.nfs"
	cmd.Env = append(os.Environ(), statusEnv+"=1")
	cmd.ExtraFiles = []*os.File{w} // becomes statusFD
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	err = cmd.Start()
	w.Close()
	if err != nil {
		return fmt.Errorf("%w: start daemon: %w", errSystem, err)
	}
	return awaitStatus(r, stdout, stderr)
}

func awaitStatus(r io.Reader, stdout, stderr io.Writer) error {
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		var s status
		if err := json.Unmarshal(lines.Bytes(), &s); err != nil {
			return fmt.Errorf("%w: read daemon's status: %w", errSystem, err)
		}
		for _, out := range []struct {
			w    io.Writer
			text string
		}{{stdout, s.Out}, {stderr, s.Err}} {
			if out.text != "" {
				fmt.Fprintln(out.w, out.text)
			}
		}
		if s.Done && s.Code != exitOK {
			return &toldError{s.Code}
		}
		if s.Done {
			return nil
		}
	}
	return fmt.Errorf("%w: the mount daemon died before it had mounted", errSystem)
}

// daemon is the process that serves a FUSE mount.
type daemon struct {
	req    *request
	status *os.File
	log    *syslog.Logger
	leave  func() // tells the server, once unmounted
}

// daemonMain runs the daemon and returns its exit code.
func daemonMain(argv []string) int {
	d := &daemon{status: os.NewFile(statusFD, "status"), log: syslog.New(logPath, "mount.nfs")}
	unix.CloseOnExec(statusFD)
	os.WriteFile("/proc/self/comm", []byte("mount.nfs"), 0) // else ps and top call it exe
	defer d.log.Close()
	a, err := parseArgs(argv)
	if err == nil {
		d.req, err = newRequest(a)
	}
	if err == nil {
		os.Chdir("/") // else the daemon would keep the caller's directory busy
		err = d.run()
	}
	if err != nil {
		d.tell(status{Err: "mount.nfs: " + message(err, a.share, a.dir), Done: true, Code: exitFail})
		return exitFail
	}
	return exitOK
}

// tell sends a line to the command that waits, if one still does.
func (d *daemon) tell(s status) error {
	b, err := json.Marshal(s)
	if err != nil {
		return err
	}
	_, err = d.status.Write(append(b, '\n'))
	return err
}

// run mounts, reports, and serves until the file system is unmounted or a signal says to stop.
func (d *daemon) run() error {
	// Before anything can be mounted, so that no signal leaves a mount without a server.
	ctx, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer cancel()
	m, err := d.mount(ctx)
	if err != nil {
		return err
	}
	if err := d.tell(status{Done: true}); err != nil && !d.req.opts.BG {
		d.say(fmt.Sprintf("nfs: %s: the mount command was killed, unmounting", d.req.share))
		err = m.Unmount()
		m.Wait()
		return err
	}
	d.status.Close()
	unmounted := make(chan struct{})
	go func() {
		defer close(unmounted)
		m.Wait()
	}()
	select {
	case <-unmounted:
		d.leave()
		return nil
	case <-ctx.Done():
		d.say(fmt.Sprintf("nfs: told to stop, unmounting %s", d.req.dir))
		err = m.Unmount()
		<-unmounted
		return err
	}
}

// mount negotiates and mounts, again and again as retry= says, until ctx ends or the command that waits is gone.
func (d *daemon) mount(ctx context.Context) (m *fusefs.Mount, err error) {
	stop, stopped, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		d.watchParent(stop)
		cancel()
	}()
	defer func() {
		stopped.Close()
		<-watched
		stop.Close()
		cancel()
	}()
	first := true
	err = d.req.retry(ctx, func(ctx context.Context) error {
		var err error
		m, err = d.attempt(ctx)
		if err != nil && first && d.req.opts.BG && temporary(err) {
			d.tell(status{Err: "mount.nfs: backgrounding \"" + d.req.share + "\"", Done: true})
		}
		first = false
		return err
	})
	return m, err
}

// watchParent returns when the command that waits for the daemon is gone (not with bg, where it goes first) or stop's other
// end is closed.
func (d *daemon) watchParent(stop *os.File) {
	fds := []unix.PollFd{{Fd: int32(stop.Fd()), Events: unix.POLLIN}, {Fd: statusFD}}
	if d.req.opts.BG {
		fds = fds[:1]
	}
	for {
		if _, err := unix.Poll(fds, -1); !errors.Is(err, unix.EINTR) {
			return
		}
	}
}

// attempt mounts once.
func (d *daemon) attempt(ctx context.Context) (*fusefs.Mount, error) {
	r := d.req
	x, err := r.negotiate(ctx, func(line string) {
		if r.verbose {
			d.tell(status{Out: line})
		}
	})
	if err != nil {
		return nil, err
	}
	transport := rpc.NewClient(rpc.Config{Addr: join(x.addr, x.ports.nfs), Server: r.host, Timeo: r.opts.Timeo, Retrans: r.opts.Retrans,
		Recovery: r.opts.Recovery, ReservedPort: r.opts.ReservedPort, Log: d.say})
	m, err := fusefs.New(fusefs.Config{Dir: r.dir, Share: r.share, Flags: r.opts.Flags, Transport: transport, Root: x.root, RootAttr: x.attr,
		RSize: x.rsize, WSize: x.wsize, RegMin: r.opts.RegMin, RegMax: r.opts.RegMax, DirMin: r.opts.DirMin, DirMax: r.opts.DirMax,
		NoCTO: r.opts.NoCTO, LookupCache: r.opts.LookupCache, Log: d.say})
	if err != nil {
		transport.Close()
		return nil, err
	}
	d.leave = func() {
		if transport.Responding() { // the server keeps a list for showmount -a, which nobody should wait for
			cfg := rpc.Config{Addr: join(x.mountHost, x.ports.mount), Timeo: leaveTimeout, ReservedPort: r.opts.ReservedPort}
			_ = mountd.Unmount(cfg, rpc.Caller{Cred: &rpc.Cred{}}, r.export)
		}
	}
	return m, nil
}

// say writes to the system log; trouble is a warning, its end a notice.
func (d *daemon) say(line string) {
	p := syslog.Warning
	if strings.HasSuffix(line, " OK") {
		p = syslog.Notice
	}
	d.log.Print(p, line)
}
