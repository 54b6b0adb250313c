package engine

import (
	"errors"
	"syscall"
	"time"

	"simulacro/proxy/health"
)

func (k *checker) onEvent(ev uint32) {
	if k.fd < 0 || k.trial == nil {
		return
	}
	if k.dialing {
		if e := socketError(k.fd); e != 0 {
			k.fail(health.L4Con, Strerror(e))
			return
		}
		if ev&evOutOrErr == 0 {
			return
		}
		k.dialing = false
		if k.header {
			k.header = false
			k.out = append(k.out, checkHeader(k.srv, k.fd)...)
		}
		k.answerBy = k.m.Connected(time.Now(), k.answerBy)
		k.l.timers.set(&k.timer, k.l.e.at(k.answerBy))
	}
	if k.flush() {
		k.goOn()
	}
}

// reached goes on with a connection that was made beside the loop.
func (k *checker) reached(r *route, got *reached) {
	k.way = nil
	if got.err != nil {
		k.fail(wayFailed(got))
		return
	}
	k.fd, k.side = got.fd, got.side
	k.trial.Secured = r.tls != nil
	k.l.add(k.fd, k, evInOut)
}

// wayFailed says what a check has seen of a way that did not lead to the server.
func wayFailed(got *reached) (health.Status, string) {
	var errno syscall.Errno
	var once *unbegun
	switch {
	case errors.As(got.err, &once):
		return once.told()
	case got.step == onTLS:
		return health.L6Rsp, "SSL handshake failure"
	case errors.As(got.err, &errno):
		return health.L4Con, Strerror(errno)
	}
	return health.L4Con, got.err.Error()
}

// flush sends what is to be sent; false: the rest has to wait, or the check has ended.
func (k *checker) flush() bool {
	if len(k.out) == 0 {
		return true
	}
	n, e := sysSend(k.fd, k.out)
	if e != 0 && e != syscall.EAGAIN {
		k.fail(health.SockErr, Strerror(e))
		return false
	}
	if e == 0 {
		k.out = k.out[:copy(k.out, k.out[n:])]
	}
	return len(k.out) == 0
}

// read takes more of the answer; false: it has to be waited for, or the check has ended.
func (k *checker) read() bool {
	n, e := sysRecv(k.fd, k.l.buf)
	switch {
	case errors.Is(e, syscall.EAGAIN):
		return false
	case e != 0 && !k.trial.Any():
		k.fail(health.SockErr, Strerror(e))
		return false
	}
	k.trial.Answer(k.l.buf[:max(n, 0)], n <= 0 || e != 0)
	return true
}

// fail ends the check because of its connection; words are the system's.
func (k *checker) fail(s health.Status, words string) {
	k.trial.Fail(s, words)
	k.end(k.trial.Result)
}

// drop closes the check's socket, with a reset unless the script says otherwise: the server has no use for a TIME_WAIT.
func (k *checker) drop() {
	k.header = false
	if k.way != nil {
		k.way.giveUp()
		k.way = nil
	}
	if k.fd >= 0 {
		if k.fd < len(k.l.slots) && k.l.slots[k.fd].h == handler(k) {
			k.l.forget(k.fd)
		}
		if k.side != nil {
			k.side.leave()
			k.side = nil
		}
		if !k.linger {
			setReset(k.fd)
		}
		sysClose(k.fd)
		k.fd = -1
	}
}
