// Package engine is the director's data path: event loops over epoll that accept clients, read their requests, choose a
// real server, carry both bodies and count what they did.
//
//	e, err := engine.New(cfg, engine.Options{Logger: logs})
//	if err != nil { … }
//	if err := e.Listen(nil); err != nil { … } // *engine.BindErrors says which address, and why
//	go func() { <-term; e.SoftStop() }()
//	err = e.Run() // until the last session has ended
//
// A loop is one goroutine and one epoll instance; sockets are raw descriptors, never the runtime's. What a loop alone
// uses (connections, timers, counters) has no lock; what loops share (a backend's queue, its balancing, its servers'
// states) is under that backend's mutex, held for some tens of nanoseconds. Work for another loop, such as the first
// request of a queue, travels over an eventfd.
//
// What makes a request cheap: server sockets are reset by connect(AF_UNSPEC) and dialled again instead of being closed
// and made anew; the request is sent right after a connect without waiting for EPOLLOUT; a connecting socket has
// TCP_DEFER_ACCEPT, so that the handshake's last packet carries the request; timers are only moved when they fire.
package engine
