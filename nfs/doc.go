// Package nfs holds what the real servers need to mount the storage node's export: an NFSv3 client that a mount helper
// (cmd/mount.nfs) runs where the kernel has none. It contains no code itself. From the wire upwards:
//
//	xdr      the encoding (RFC 4506)
//	rpc      one transport to one server: reconnects, sends again, waits as hard or soft says (RFC 5531)
//	mountd   the portmapper's and MOUNT's questions, asked before (RFC 1833, RFC 1813 appendix I)
//	nfs3     the procedures (RFC 1813); no state
//	fusefs   files, caches and consistency, served to the kernel through FUSE
//	kernel   mount(2) with the kernel's own client, where there is one
//	options  the options of nfs(5)
//	syslog   the daemon's voice
//	nfstest  a server in memory that misbehaves as told
//
// A lower package knows none of those above it. Another way to serve FUSE than fusefs's library needs rpc, nfs3 and fusefs's
// decisions (attrCache, uncommitted, accessCache), which do no I/O.
package nfs
