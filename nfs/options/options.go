// Package options reads what mount(8) hands to its helper: the share (`10.0.100.15:/export`) and the options of nfs(5) and
// mount(8) (`rw,_netdev,soft,timeo=20`).
//
//	o, err := options.Parse("rw,hard,timeo=600,retrans=2", false)
//	host, path, err := options.ParseShare("10.0.100.15:/export")
//
// An option that is not known is an error that names it, unless sloppy.
package options

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"simulacro/nfs/rpc"
)

// Client says which NFS client to use. It is this program's own option `client=`.
type Client string

// The values of Client.
const (
	ClientAuto   Client = "auto" // the kernel's where there is one
	ClientKernel Client = "kernel"
	ClientFUSE   Client = "fuse"
)

// Options are the effective options of one mount.
type Options struct {
	Flags    uintptr // MS_ flags of mount(2)
	Recovery rpc.Recovery
	Timeo    time.Duration
	Retrans  int
	Retry    time.Duration // how long mounting is tried; see RetrySet
	RetrySet bool
	BG       bool // go on trying in the background

	RegMin, RegMax, DirMin, DirMax time.Duration // attribute cache (acregmin…)
	NoCTO                          bool          // no close-to-open check
	LookupCache                    string        // all, pos, none

	RSize, WSize    int // bytes; 0 lets the server say
	Port, MountPort int // 0 asks the portmapper
	MountHost       string
	Version         string // as the user wrote it: 3, 4, 4.2; empty if not given
	Proto           string // tcp, udp, …; empty if not given
	ReservedPort    bool
	Addr            string // the server's address, where the user gives it
	Sec             string
	Client          Client
	Verbatim        []string // what a kernel's client is to see, as the user wrote it
}

// Defaults of nfs(5).
func defaults() Options {
	return Options{Timeo: time.Minute, Retrans: 2, RegMin: 3 * time.Second, RegMax: time.Minute, DirMin: 30 * time.Second,
		DirMax: time.Minute, LookupCache: "all", ReservedPort: true, Sec: "sys", Client: ClientAuto}
}

// Error is an option that cannot be used.
type Error struct {
	Option string // as the user wrote it
	Why    string
}

// Error says it in mount.nfs's words, and names the option.
func (e *Error) Error() string {
	return fmt.Sprintf("an incorrect mount option was specified: %s: %s", e.Option, e.Why)
}

var flagOptions = map[string]struct{ set, clear uintptr }{
	"ro": {unix.MS_RDONLY, 0}, "rw": {0, unix.MS_RDONLY},
	"nosuid": {unix.MS_NOSUID, 0}, "suid": {0, unix.MS_NOSUID},
	"nodev": {unix.MS_NODEV, 0}, "dev": {0, unix.MS_NODEV},
	"noexec": {unix.MS_NOEXEC, 0}, "exec": {0, unix.MS_NOEXEC},
	"sync": {unix.MS_SYNCHRONOUS, 0}, "async": {0, unix.MS_SYNCHRONOUS},
	"dirsync": {unix.MS_DIRSYNC, 0},
	"noatime": {unix.MS_NOATIME, 0}, "atime": {0, unix.MS_NOATIME},
	"nodiratime": {unix.MS_NODIRATIME, 0}, "diratime": {0, unix.MS_NODIRATIME},
	"relatime": {unix.MS_RELATIME, 0}, "norelatime": {0, unix.MS_RELATIME},
	"strictatime": {unix.MS_STRICTATIME, 0}, "nostrictatime": {0, unix.MS_STRICTATIME},
	"lazytime": {unix.MS_LAZYTIME, 0}, "nolazytime": {0, unix.MS_LAZYTIME},
	"mand": {unix.MS_MANDLOCK, 0}, "nomand": {0, unix.MS_MANDLOCK},
	"remount": {unix.MS_REMOUNT, 0},
	"user":    {unix.MS_NOSUID | unix.MS_NODEV | unix.MS_NOEXEC, 0}, "users": {unix.MS_NOSUID | unix.MS_NODEV | unix.MS_NOEXEC, 0},
	"owner": {unix.MS_NOSUID | unix.MS_NODEV, 0}, "group": {unix.MS_NOSUID | unix.MS_NODEV, 0},
	"nouser": {}, "nousers": {}, "noowner": {}, "nogroup": {},
	"defaults": {0, unix.MS_RDONLY | unix.MS_NOSUID | unix.MS_NODEV | unix.MS_NOEXEC | unix.MS_SYNCHRONOUS},
	// For others than the file system: systemd, mount -a, network scripts.
	"auto": {}, "noauto": {}, "nofail": {}, "fail": {}, "_netdev": {}, "_rnetdev": {}, "quiet": {}, "loud": {},
}

// nfsFlags are the options of nfs(5) without a value.
var nfsFlags = map[string]func(*Options){
	"hard": func(o *Options) { o.Recovery = rpc.Hard }, "soft": func(o *Options) { o.Recovery = rpc.Soft },
	"softerr": func(o *Options) { o.Recovery = rpc.SoftErr },
	"fg":      func(o *Options) { o.BG = false }, "bg": func(o *Options) { o.BG = true },
	"noac": noac, "ac": func(*Options) {},
	"cto": func(o *Options) { o.NoCTO = false }, "nocto": func(o *Options) { o.NoCTO = true },
	"tcp": func(o *Options) { o.Proto = "tcp" }, "udp": func(o *Options) { o.Proto = "udp" },
	"resvport": func(o *Options) { o.ReservedPort = true }, "noresvport": func(o *Options) { o.ReservedPort = false },
	"v3": version("3"), "v4": version("4"), "v4.0": version("4.0"), "v4.1": version("4.1"), "v4.2": version("4.2"),
	// Without a meaning to the FUSE client, where locks are local and READDIRPLUS is always asked.
	"lock": ignore, "nolock": ignore, "acl": ignore, "noacl": ignore, "rdirplus": ignore, "nordirplus": ignore,
	"sharecache": ignore, "nosharecache": ignore, "intr": ignore, "nointr": ignore, "posix": ignore, "noposix": ignore,
	"fsc": ignore, "nofsc": ignore, "migration": ignore, "nomigration": ignore, "softreval": ignore, "nosoftreval": ignore,
}

func ignore(*Options) {}

func version(v string) func(*Options) { return func(o *Options) { o.Version = v } }

func noac(o *Options) { o.RegMin, o.RegMax, o.DirMin, o.DirMax = 0, 0, 0, 0 }

// Parse reads a list of options; later ones win. With sloppy, unknown ones are passed over. The error is an *Error.
func Parse(list string, sloppy bool) (Options, error) {
	o := defaults()
	for _, item := range strings.Split(list, ",") {
		item = strings.TrimSpace(item)
		if item == "sloppy" {
			sloppy = true
		}
		if item == "" || item == "sloppy" {
			continue
		}
		err := o.set(item)
		var unknown *unknownError
		if errors.As(err, &unknown) {
			if sloppy {
				continue
			}
			return o, &Error{item, "unknown option"}
		}
		if err != nil {
			return o, &Error{item, err.Error()}
		}
	}
	o.RegMax, o.DirMax = max(o.RegMax, o.RegMin), max(o.DirMax, o.DirMin)
	return o, nil
}

type unknownError struct{}

func (*unknownError) Error() string { return "unknown option" }

func (o *Options) set(item string) error {
	key, value, hasValue := strings.Cut(item, "=")
	if strings.HasPrefix(key, "x-") || strings.HasPrefix(key, "X-") || key == "comment" || key == "uhelper" || key == "helper" {
		return nil
	}
	if f, ok := flagOptions[key]; ok {
		o.Flags = o.Flags&^f.clear | f.set
		return nil
	}
	if f, ok := nfsFlags[key]; ok && !hasValue {
		f(o)
		o.Verbatim = append(o.Verbatim, item)
		return nil
	}
	f, ok := valueOptions[key]
	if !ok {
		return &unknownError{}
	}
	if !hasValue || value == "" {
		return errors.New("a value is needed")
	}
	if err := f(o, value); err != nil {
		return err
	}
	if key != "client" {
		o.Verbatim = append(o.Verbatim, item)
	}
	return nil
}

// number reads an integer from lo to hi.
func number(value string, lo, hi int) (int, error) {
	n, err := strconv.Atoi(value)
	if err != nil || n < lo || n > hi {
		return 0, fmt.Errorf("want a number from %d to %d", lo, hi)
	}
	return n, nil
}
