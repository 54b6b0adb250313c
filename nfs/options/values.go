package options

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"
)

// maxSeconds bounds cache times: a day and more is for ever in a lab.
const maxSeconds = 7 * 24 * 3600

// valueOptions are the options of nfs(5) with a value.
var valueOptions = map[string]func(*Options, string) error{
	"timeo":   func(o *Options, v string) error { return duration(&o.Timeo, v, 1, 6000, 100*time.Millisecond) },
	"retrans": func(o *Options, v string) error { return integer(&o.Retrans, v, 0, 1000) },
	"retry": func(o *Options, v string) error {
		o.RetrySet = true
		return duration(&o.Retry, v, 0, 1000000, time.Minute)
	},
	"actimeo":   actimeo,
	"acregmin":  func(o *Options, v string) error { return duration(&o.RegMin, v, 0, maxSeconds, time.Second) },
	"acregmax":  func(o *Options, v string) error { return duration(&o.RegMax, v, 0, maxSeconds, time.Second) },
	"acdirmin":  func(o *Options, v string) error { return duration(&o.DirMin, v, 0, maxSeconds, time.Second) },
	"acdirmax":  func(o *Options, v string) error { return duration(&o.DirMax, v, 0, maxSeconds, time.Second) },
	"rsize":     func(o *Options, v string) error { return size(&o.RSize, v) },
	"wsize":     func(o *Options, v string) error { return size(&o.WSize, v) },
	"bsize":     func(_ *Options, v string) error { var n int; return integer(&n, v, 0, 1<<30) },
	"port":      func(o *Options, v string) error { return integer(&o.Port, v, 0, 65535) },
	"mountport": func(o *Options, v string) error { return integer(&o.MountPort, v, 0, 65535) },
	"vers":      setVersion,
	"nfsvers":   setVersion,
	"mountvers": func(_ *Options, v string) error { return oneOf(new(string), v, "3") },
	"minorversion": func(o *Options, v string) error {
		o.Version = "4." + v
		return oneOf(new(string), v, "0", "1", "2")
	},
	"proto":       func(o *Options, v string) error { return oneOf(&o.Proto, v, "tcp", "tcp6", "udp", "udp6", "rdma") },
	"mountproto":  func(_ *Options, v string) error { return oneOf(new(string), v, "tcp", "tcp6", "udp", "udp6") },
	"sec":         func(o *Options, v string) error { return oneOf(&o.Sec, v, "sys", "none", "krb5", "krb5i", "krb5p") },
	"lookupcache": lookupCache,
	"local_lock":  func(_ *Options, v string) error { return oneOf(new(string), v, "all", "flock", "posix", "none") },
	"nconnect":    func(_ *Options, v string) error { var n int; return integer(&n, v, 1, 16) },
	"max_connect": func(_ *Options, v string) error { var n int; return integer(&n, v, 1, 16) },
	"namlen":      func(_ *Options, v string) error { var n int; return integer(&n, v, 1, 255) },
	"xprtsec":     func(_ *Options, v string) error { return oneOf(new(string), v, "none") },
	"addr":        func(o *Options, v string) error { return address(&o.Addr, v) },
	"mountaddr":   func(o *Options, v string) error { return address(&o.MountHost, v) },
	"mounthost":   func(o *Options, v string) error { o.MountHost = v; return nil },
	"clientaddr":  func(_ *Options, v string) error { return address(new(string), v) },
	"client": func(o *Options, v string) error {
		return oneOf((*string)(&o.Client), v, string(ClientAuto), string(ClientKernel), string(ClientFUSE))
	},
}

func integer(p *int, v string, lo, hi int) error {
	n, err := number(v, lo, hi)
	if err == nil {
		*p = n
	}
	return err
}

func duration(p *time.Duration, v string, lo, hi int, unit time.Duration) error {
	n, err := number(v, lo, hi)
	if err == nil {
		*p = time.Duration(n) * unit
	}
	return err
}

// size reads rsize or wsize: a multiple of 1024, at least 1024; others are rounded down as nfs(5) says.
func size(p *int, v string) error {
	n, err := number(v, 0, 1<<30)
	if err == nil {
		*p = max(n/1024*1024, 1024)
	}
	return err
}

func actimeo(o *Options, v string) error {
	var t time.Duration
	if err := duration(&t, v, 0, maxSeconds, time.Second); err != nil {
		return err
	}
	o.RegMin, o.RegMax, o.DirMin, o.DirMax = t, t, t, t
	return nil
}

func oneOf(p *string, v string, allowed ...string) error {
	if !slices.Contains(allowed, v) {
		return fmt.Errorf("want one of %s", strings.Join(allowed, ", "))
	}
	*p = v
	return nil
}

func setVersion(o *Options, v string) error {
	return oneOf(&o.Version, v, "3", "4", "4.0", "4.1", "4.2")
}

func lookupCache(o *Options, v string) error {
	if v == "positive" {
		v = "pos"
	}
	return oneOf(&o.LookupCache, v, "all", "pos", "none")
}

func address(p *string, v string) error {
	if net.ParseIP(v) == nil {
		return errors.New("want an IP address")
	}
	*p = v
	return nil
}

// ErrShare means that a share is not in the form host:dir.
var ErrShare = errors.New("remote share not in 'host:dir' format")

// ParseShare splits host:dir; an IPv6 address stands in brackets.
func ParseShare(share string) (host, dir string, err error) {
	if rest, ok := strings.CutPrefix(share, "["); ok {
		host, dir, ok = strings.Cut(rest, "]:")
		if !ok || net.ParseIP(host) == nil {
			return "", "", ErrShare
		}
	} else {
		host, dir, _ = strings.Cut(share, ":")
	}
	if host == "" || !strings.HasPrefix(dir, "/") {
		return "", "", ErrShare
	}
	if dir != "/" {
		dir = strings.TrimRight(dir, "/")
	}
	if dir == "" {
		dir = "/"
	}
	return host, dir, nil
}
