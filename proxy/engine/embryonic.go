package engine

import (
	"strconv"

	"simulacro/proxy/rules"
)

// failed logs why a connection ended before it could bring a request (configuration manual, section 8.2.5), and ends it.
func (c *client) failed(why rules.ConnError) {
	if c.fe.logs && !(why.Quiet() && c.fe.cfg.DontLogNull) {
		c.logFailed(why)
	}
	if c.shaking == nil && len(c.held) > 0 { // HAProxy only looks at the header, so that its bytes are still unread
		setReset(c.fd)
	}
	c.close()
}

func (c *client) logFailed(why rules.ConnError) {
	if c.fe.cfg.Rules.ErrorLine != nil {
		c.start = c.accepted
		c.flag('P', 'R') // whatever it was: HAProxy has nobody to ask
		if c.session == nil {
			c.session = c.newSession()
		}
		c.session.Failed = why
		c.embryonic = true
		c.logBad()
		return
	}
	level := LevelInfo
	if c.fe.cfg.LogSeparate {
		level = LevelErr
	}
	name := strconv.Itoa(c.bind.ID)
	from := "unix:" + name
	if c.addr.IsValid() {
		from = c.addr.Addr().String() + ":" + strconv.Itoa(int(c.addr.Port()))
	}
	if c.bind.Name != "" {
		name = c.bind.Name
	}
	at := c.l.e.wall(c.accepted).Format("02/Jan/2006:15:04:05.000")
	c.l.e.opt.Logger.Note(c.fe.cfg, level, from+" ["+at+"] "+c.fe.cfg.Name+"/"+name+": "+why.Error())
}
