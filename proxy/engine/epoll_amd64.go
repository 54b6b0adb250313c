package engine

// epollEvent is struct epoll_event, which is packed on amd64 only.
type epollEvent struct {
	events uint32
	fd     int32
	gen    uint32 // which of the descriptor's owners is meant
}
