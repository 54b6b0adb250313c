// Command mount.nfs is mount(8)'s helper for NFS shares: install it as /sbin/mount.nfs and `mount -t nfs` and /etc/fstab work,
// with the kernel's NFS client where there is one, and else with an NFSv3 client of its own through FUSE.
//
//	mount.nfs 10.0.100.15:/export /mnt/web -o rw,_netdev,hard,timeo=600
//
// It returns when the file system is mounted or cannot be. With FUSE a daemon stays behind, in the caller's control group,
// until the file system is unmounted; it speaks through the system log.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
)

// Exit codes of mount(8).
const (
	exitOK    = 0
	exitUsage = 1
	exitSys   = 2
	exitFail  = 32
)

const usageText = `usage: mount.nfs remotetarget dir [-rvVwfnsh] [-o nfsoptions]
Mount the NFS share remotetarget (host:/export) on dir.

options:
	-r		Mount file system readonly
	-v		Verbose
	-V		Print version
	-w		Mount file system read-write
	-f		Fake mount, do not actually mount
	-n		Do not update /etc/mtab (it is never updated)
	-s		Tolerate sloppy mount options rather than fail
	-h		Print this help
	nfsoptions	Options of nfs(5) and mount(8), separated by commas;
			client=auto|kernel|fuse says which NFS client to use
`

// args is the command line.
type args struct {
	share, dir    string
	options       []string
	verbose       bool
	fake          bool
	sloppy        bool
	help, version bool
}

var errUsage = errors.New("usage")

// parseArgs reads the command line as getopt does: options may stand anywhere and be bundled.
func parseArgs(argv []string) (args, error) {
	var a args
	var rest []string
	for len(argv) > 0 {
		arg := argv[0]
		argv = argv[1:]
		switch {
		case arg == "--":
			rest, argv = append(rest, argv...), nil
		case arg == "--help":
			a.help = true
		case arg == "--version":
			a.version = true
		case strings.HasPrefix(arg, "-") && len(arg) > 1:
			var err error
			if argv, err = a.bundle(arg[1:], argv); err != nil {
				return a, err
			}
		default:
			rest = append(rest, arg)
		}
	}
	if a.help || a.version {
		return a, nil
	}
	if len(rest) != 2 {
		return a, fmt.Errorf("%w: need a share and a directory", errUsage)
	}
	a.share, a.dir = rest[0], rest[1]
	return a, nil
}

// bundle reads the letters after one dash; those with a value take the rest of the word or the next one.
func (a *args) bundle(letters string, argv []string) ([]string, error) {
	for i, c := range letters {
		switch c {
		case 'r':
			a.options = append(a.options, "ro")
		case 'w':
			a.options = append(a.options, "rw")
		case 'v':
			a.verbose = true
		case 'f':
			a.fake = true
		case 's':
			a.sloppy = true
		case 'n':
		case 'V':
			a.version = true
		case 'h':
			a.help = true
		case 'o', 't', 'N': // -t type and -N namespace: mount(8) passes them to some helpers
			value := letters[i+1:]
			if value == "" {
				if len(argv) == 0 {
					return nil, fmt.Errorf("%w: option -%c needs a value", errUsage, c)
				}
				value, argv = argv[0], argv[1:]
			}
			if c == 'o' {
				a.options = append(a.options, value)
			}
			return argv, nil
		default:
			return nil, fmt.Errorf("%w: unknown option -%c", errUsage, c)
		}
	}
	return argv, nil
}

func main() {
	if os.Getenv(statusEnv) != "" {
		os.Exit(daemonMain(os.Args[1:]))
	}
	argv := os.Args[1:]
	if filepath.Base(os.Args[0]) == "mount.nfs4" { // what mount -t nfs4 calls; options of the user's own come later and win
		argv = append([]string{"-overs=4"}, argv...)
	}
	os.Exit(run(argv, os.Stdout, os.Stderr))
}

// run is the command; it returns the exit code.
func run(argv []string, stdout, stderr io.Writer) int {
	a, err := parseArgs(argv)
	switch {
	case err != nil:
		fmt.Fprintf(stderr, "mount.nfs: %s\n%s", strings.TrimPrefix(err.Error(), "usage: "), usageText)
		return exitUsage
	case a.help:
		fmt.Fprint(stdout, usageText)
		return exitOK
	case a.version:
		fmt.Fprintf(stdout, "mount.nfs: (simulacro %s)\n", buildVersion())
		return exitOK
	}
	r, err := newRequest(a)
	if err == nil && !a.fake {
		err = r.mount(argv, stdout, stderr)
	}
	return report(err, a, stderr)
}

// report prints an error, unless the daemon has said it already, and returns the exit code for it.
func report(err error, a args, stderr io.Writer) int {
	var told *toldError
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &told):
		return told.code
	}
	fmt.Fprintf(stderr, "mount.nfs: %s\n", message(err, a.share, a.dir))
	if errors.Is(err, errSystem) {
		return exitSys
	}
	return exitFail
}

func buildVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "devel"
	}
	return info.Main.Version
}
