// Package differential plays the same case on Debian's HAProxy and on our director, side by side on loopback, and compares
// what can be seen of them: answers byte for byte, what reached the servers, log lines, statistics, messages, exit codes.
//
//	var cases = []differential.Case{{
//		Name:   "redispatch",
//		Config: differential.Head + `
//	listen web
//	    bind {web}
//	    option redispatch
//	    server a {s1}
//	    server b {s2}
//	`,
//		Play: func(s *differential.Side) {
//			s.Server("s1").Down()
//			s.Get("web", "/")
//			s.Logs(1)
//		},
//	}}
//
//	func TestCases(t *testing.T) { differential.Run(t, cases) }
//
// Play runs once for each program, and each thing it does is noted in that side's transcript, with ports, dates, process
// numbers and times made alike. The two transcripts must be equal. A difference that is meant stands in docs/differences.md under the
// case's name, with its reason and its very lines; one that stands there and does not occur fails, too.
//
// A configuration names its addresses in braces: {s1}, {s2}, … are servers of the case's own (see Server), {log} is a syslog
// receiver, {sock} the path of the runtime socket, {dir} a directory, and any other word in lower case an address to listen on.
package differential
