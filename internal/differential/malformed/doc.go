// Package malformed gives HAProxy and the director the same broken messages and holds what both make of them side by side:
// the answer, what reached the server to the byte, and how the connection ends. The messages are made by seeded mutation of
// well-formed ones, so every run has the same; a program that is laxer or stricter than HAProxy in one of them shows up with
// the bytes that show it.
//
//	go test -count=1 -v ./internal/differential/malformed           # 1,000 requests, whole and byte by byte; 300 responses
//	go test ./internal/differential/malformed -run Request -seed 7  # others
package malformed
