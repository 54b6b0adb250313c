package engine

import "simulacro/proxy/rules"

// expire is the client's timer.
func (c *client) expire() {
	c.wake()
	switch c.st {
	case stIdle:
		c.idleTimeout()
	case stReading:
		c.refuse(408, 'c', 'R')
	case stForm:
		c.abort('c', 'D')
	case stRules:
		c.ruleTimeout()
	case stQueued:
		c.queueTimeout()
	case stPausing:
		c.retry()
	case stConnect:
		c.connectFailed(true)
	case stWaiting, stPassing:
		c.transferTimeout()
	case stTunnel:
		c.tunnelTimeout()
	case stFlushing:
		c.flag('c', 'D')
		c.end()
		c.close()
	case stHeader:
		c.failed(rules.ProxyTimeout)
	case stTLS:
		c.failed(rules.TLSTimeout)
	case stDraining:
		c.close()
	}
}

// idleTimeout: a client that has sent nothing. On a fresh connection that is a request that did not come in time.
func (c *client) idleTimeout() {
	if c.requests > 0 || c.fe.cfg.IgnoreProbes && len(c.held) == 0 {
		c.close()
		return
	}
	c.silent = len(c.held) == 0 && c.fe.cfg.DontLogNull
	c.refuse(408, 'c', 'R')
}

// transferTimeout finds out who let the other wait.
func (c *client) transferTimeout() {
	switch {
	case c.responseTimeout():
	case c.stuck(), c.ahead: // the client does not read, or does not send the rest
		c.abort('c', 'D')
	case c.st == stWaiting:
		c.serverTimeout()
	default:
		c.countServerAbort()
		c.abort('s', 'D')
	}
}
