// Package nfs3 is an NFS version 3 client (RFC 1813): the procedures, one Go method each, over package rpc. It keeps no state
// of files: caching and consistency are package fusefs's.
//
//	c := nfs3.NewClient(transport, nil)
//	info, err := c.FSInfo(rpc.Caller{}, root)
//	h, attr, err := c.Lookup(rpc.Caller{Cred: &rpc.Cred{UID: 33}}, root, "index.php")
//
// Errors are a Status of the server, wrap ErrBadReply, or are the transport's; Errno maps them all.
package nfs3

import (
	"fmt"
	"time"

	"simulacro/nfs/rpc"
	"simulacro/nfs/xdr"
)

// Program and Version are NFS's RPC numbers.
const (
	Program = 100003
	Version = 3
)

// Procedure numbers (RFC 1813 section 3).
const (
	ProcNull uint32 = iota
	ProcGetAttr
	ProcSetAttr
	ProcLookup
	ProcAccess
	ProcReadlink
	ProcRead
	ProcWrite
	ProcCreate
	ProcMkdir
	ProcSymlink
	ProcMknod
	ProcRemove
	ProcRmdir
	ProcRename
	ProcLink
	ProcReaddir
	ProcReaddirPlus
	ProcFSStat
	ProcFSInfo
	ProcPathConf
	ProcCommit
)

// Pauses between attempts while the server says JUKEBOX: it is fetching the file, or in its grace period.
const (
	minJukebox = 100 * time.Millisecond
	maxJukebox = 5 * time.Second
)

// Client calls an NFS server.
type Client struct {
	rpc  *rpc.Client
	done <-chan struct{}
}

// NewClient returns a client over a transport, which stays the caller's to close. A closed done ends the pauses of JUKEBOX;
// nil never does.
func NewClient(t *rpc.Client, done <-chan struct{}) *Client { return &Client{t, done} }

// call runs a procedure and returns its results after the status, which is OK; other statuses are returned as the error
// together with the Decoder of what follows them.
func (c *Client) call(who rpc.Caller, proc uint32, args func(*xdr.Encoder)) (*xdr.Decoder, error) {
	for pause := minJukebox; ; pause = min(2*pause, maxJukebox) {
		d, err := c.rpc.Call(who, rpc.Proc{Program: Program, Version: Version, Number: proc}, args)
		if err != nil {
			return nil, err
		}
		s := Status(d.Uint32())
		switch {
		case d.Err() != nil:
			return nil, badReply(proc, d)
		case s == OK:
			return d, nil
		case s != ErrJukebox:
			return d, s
		}
		if err := c.pause(who, pause); err != nil {
			return nil, err
		}
	}
}

// pause waits for t; it ends early as a call's wait does.
func (c *Client) pause(who rpc.Caller, t time.Duration) error {
	end := time.After(t)
	interrupt, poll := who.Interrupt, (<-chan time.Time)(nil)
	for {
		select {
		case <-end:
			return nil
		case <-c.done:
			return rpc.ErrClosed
		case <-interrupt:
			interrupt = nil
			ticker := time.NewTicker(100 * time.Millisecond)
			defer ticker.Stop()
			poll = ticker.C
		case <-poll:
		}
		if interrupt == nil && who.Interrupt != nil && (who.Killed == nil || who.Killed()) {
			return rpc.ErrKilled
		}
	}
}

// finish returns the error of decoding a procedure's results.
func finish(proc uint32, d *xdr.Decoder) error {
	if d.Err() != nil {
		return badReply(proc, d)
	}
	return nil
}

func badReply(proc uint32, d *xdr.Decoder) error {
	return fmt.Errorf("%w to procedure %d: %w", ErrBadReply, proc, d.Err())
}
