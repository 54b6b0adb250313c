//go:build linux && !amd64

package engine

// epollEvent is struct epoll_event, with its data aligned to 8 bytes.
type epollEvent struct {
	events uint32
	_      uint32
	fd     int32
	gen    uint32 // which of the descriptor's owners is meant
}
