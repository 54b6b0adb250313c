// Command bench measures the director beside Debian's HAProxy: both get the same file, the same servers and the same load, in turns
// within one run, so that a slow minute of the machine hits both. It prints medians, their spread and the ratio.
//
//	go run ./internal/bench                      # all cases; the table goes to docs/performance.md
//	go run ./internal/bench -only keep-alive -out -   # one of them, to the terminal
//
// CPU per request is what the kernel says the process has run (/proc/PID/task/*/schedstat, user and system), divided by the requests
// that were answered. Latency is of an open loop: requests are sent at fixed times whatever the answers do, and timed from the time
// they were due.
package main
