// Package mountd asks a server the two questions that come before NFSv3: on which ports its programs listen (portmapper, RFC
// 1833 section 3), and what the handle of an export's root is (MOUNT version 3, RFC 1813 appendix I).
//
//	port, err := mountd.Port(rpc.Config{Addr: "10.0.100.15:111"}, rpc.Caller{}, mountd.Program, mountd.Version)
//	root, err := mountd.Mount(rpc.Config{Addr: "10.0.100.15:20048"}, rpc.Caller{}, "/export")
//
// Every question opens a connection, fails at once if that fails, and closes it.
package mountd

import (
	"errors"
	"fmt"
	"syscall"

	"simulacro/nfs/nfs3"
	"simulacro/nfs/rpc"
	"simulacro/nfs/xdr"
)

// RPC numbers.
const (
	Program = 100005
	Version = 3

	PortmapProgram = 100000
	PortmapVersion = 2
)

// Procedures.
const (
	ProcMnt     = 1
	ProcUmnt    = 3
	ProcGetPort = 3
)

// Well-known ports, for servers that answer no portmapper.
const (
	PortmapPort = 111
	NFSPort     = 2049
	DefaultPort = 20048 // mountd's, as registered with IANA
)

const (
	protoTCP   = 6
	maxFlavors = 32
	authSys    = 1
)

// ErrNotRegistered means that the portmapper does not know the program.
var ErrNotRegistered = errors.New("RPC: program not registered")

// ErrFlavor means that the export is not to be had with AUTH_SYS.
var ErrFlavor = errors.New("export does not accept sec=sys")

// Status is mountstat3: why the server refused.
type Status uint32

// Errno returns the error number: mountstat3's values below 10000 are Unix's.
func (s Status) Errno() syscall.Errno { return nfs3.Status(s).Errno() }

// Error gives the reason.
func (s Status) Error() string { return fmt.Sprintf("mountstat3 %d (%v)", uint32(s), s.Errno()) }

func ask(cfg rpc.Config, who rpc.Caller, p rpc.Proc, encode func(*xdr.Encoder), decode func(*xdr.Decoder) error) error {
	cfg.FailFast, cfg.Recovery = true, rpc.Soft
	c := rpc.NewClient(cfg)
	defer c.Close()
	d, err := c.Call(who, p, encode)
	if err != nil {
		return err
	}
	return decode(d)
}

// Port asks a portmapper for a program's TCP port.
func Port(cfg rpc.Config, who rpc.Caller, program, version uint32) (int, error) {
	var port uint32
	err := ask(cfg, who, rpc.Proc{Program: PortmapProgram, Version: PortmapVersion, Number: ProcGetPort}, func(e *xdr.Encoder) {
		for _, v := range []uint32{program, version, protoTCP, 0} {
			e.Uint32(v)
		}
	}, func(d *xdr.Decoder) error {
		port = d.Uint32()
		return d.Err()
	})
	switch {
	case err != nil:
		return 0, fmt.Errorf("ask portmapper at %s: %w", cfg.Addr, err)
	case port == 0:
		return 0, ErrNotRegistered
	case port > 65535:
		return 0, fmt.Errorf("ask portmapper at %s: port %d", cfg.Addr, port)
	}
	return int(port), nil
}

// Mount asks for the root handle of an export. A refusal is a Status.
func Mount(cfg rpc.Config, who rpc.Caller, export string) (nfs3.Handle, error) {
	var h nfs3.Handle
	err := ask(cfg, who, rpc.Proc{Program: Program, Version: Version, Number: ProcMnt},
		func(e *xdr.Encoder) { e.String(export) },
		func(d *xdr.Decoder) (err error) {
			h, err = decodeMnt(d)
			return err
		})
	if err != nil {
		return "", fmt.Errorf("mount %s: %w", export, err)
	}
	return h, nil
}

func decodeMnt(d *xdr.Decoder) (nfs3.Handle, error) {
	if s := Status(d.Uint32()); d.Err() == nil && s != 0 {
		return "", s
	}
	h := nfs3.Handle(d.Opaque(nfs3.MaxHandle))
	n := d.Uint32()
	if n > maxFlavors {
		d.Fail(fmt.Errorf("%w: %d authentication flavours", xdr.ErrTooLong, n))
	}
	sys := n == 0 // an old server that names none takes AUTH_SYS
	for i := uint32(0); i < n && d.Err() == nil; i++ {
		if f := d.Uint32(); f == authSys {
			sys = true
		}
	}
	switch {
	case d.Err() != nil:
		return "", fmt.Errorf("bad MOUNT reply: %w", d.Err())
	case !sys:
		return "", ErrFlavor
	}
	return h, nil
}

// Unmount tells the server that the export is no longer used here. Servers keep that as a courtesy list only.
func Unmount(cfg rpc.Config, who rpc.Caller, export string) error {
	return ask(cfg, who, rpc.Proc{Program: Program, Version: Version, Number: ProcUmnt},
		func(e *xdr.Encoder) { e.String(export) }, func(*xdr.Decoder) error { return nil })
}
