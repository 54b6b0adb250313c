package main

import (
	"fmt"
	"io"
	"runtime"
	"strings"
	"syscall"

	"simulacro/proxy"
	"simulacro/proxy/config"
)

// banner is -v: HAProxy's form, and no claim to be HAProxy.
func banner(w io.Writer) {
	fmt.Fprintf(w, "HAProxy-compatible director simulacro, version %s %s\n", proxy.Version, proxy.ReleaseDate)
	fmt.Fprintf(w, "Stands in for: HAProxy %s (this is not HAProxy; see haproxy.org for that)\n", config.Version)
	fmt.Fprintf(w, "Running on: %s\n", kernel())
}

// kernel describes the system as `uname -srvm` does.
func kernel() string {
	var u syscall.Utsname
	if err := syscall.Uname(&u); err != nil {
		return runtime.GOOS
	}
	var words []string
	for _, field := range [][65]int8{u.Sysname, u.Release, u.Version, u.Machine} {
		var b strings.Builder
		for _, c := range field {
			if c == 0 {
				break
			}
			b.WriteByte(byte(c))
		}
		words = append(words, b.String())
	}
	return strings.Join(words, " ")
}

// build is what -vv adds.
func build(w io.Writer) {
	fmt.Fprintf(w, "Build options :\n  TARGET  = %s-%s\n  CC      = %s\n\n", runtime.GOOS, runtime.GOARCH, runtime.Version())
	fmt.Fprintf(w, "Feature list : +%s\n\n", strings.Join(config.Features(), " +"))
	fmt.Fprintf(w, "Available polling systems :\n      epoll : pref=300,  test result OK\nTotal: 1 (1 usable), will use epoll.\n\n")
	fmt.Fprintf(w, "Available multiplexer protocols :\n         h1 : mode=HTTP  side=FE|BE  mux=H1\n"+
		"       none : mode=TCP   side=FE|BE  mux=PASS\n\n")
	fmt.Fprintf(w, "Keywords of the section global :\n")
	for _, k := range config.Keywords("global") {
		fmt.Fprintf(w, "      %s\n", k)
	}
	fmt.Fprintf(w, "\nKeywords of defaults (D), of what accepts clients (F) and of what has servers (B) :\n")
	for _, k := range config.Keywords("proxy") {
		fmt.Fprintf(w, "  %s %s\n", k.Sections(), k)
	}
}

// usageText follows the banner where the command line cannot be understood.
const usageText = `Usage : %s [-f <cfgfile|cfgdir>]* [ -vdVD ] [ -n <maxconn> ] [ -N <maxpconn> ]
        [ -p <pidfile> ] [ -m <max megs> ] [ -C <dir> ] [-- <cfgfile>*]
        -v displays version ; -vv shows known build options and keywords.
        -d stays in the foreground ; -db only disables background mode.
        -V enters verbose mode (disables quiet mode)
        -D goes daemon ; -C changes to <dir> before loading files.
        -W master-worker mode.
        -Ws master-worker mode with systemd notify support.
        -q quiet mode : don't display messages
        -c check mode : only check config files and exit
        -cc check condition : evaluate a condition and exit
        -n sets the maximum total # of connections (uses ulimit -n)
        -N sets the default, per-proxy maximum # of connections (0)
        -p writes pids of all children to this file
        -dS disables splice() usage
        -dr ignores server address resolution failures
        -dW fails if any warning is emitted
        -sf/-st [pid ]* finishes/terminates old pids.
        -x <unix_socket> get listening sockets from a unix socket
        -S <bind>[,<bind options>...] new master CLI
      accepted for HAProxy's sake, without a meaning here :
        -m limits the usable amount of memory (in MB)
        -L set local peer name
        -dM -de -dp -dG -dR -dL -dK -dV -dD choose between HAProxy's own mechanisms

`

func usage(w io.Writer, program string) {
	banner(w)
	fmt.Fprintf(w, usageText, program)
}
