package engine

import "simulacro/proxy/rules"

// serviceRules evaluates http-response of what a service says; false: another answer has gone out.
func (c *client) serviceRules(r *InternalReply) bool {
	t := c.tx
	t.Final = true
	sections := []*proxy{c.be, c.fe}
	if c.be == c.fe {
		sections = sections[1:]
	}
	for _, p := range sections {
		if p == nil {
			continue
		}
		_, v := t.Run(p.cfg.Rules.Response, 0)
		switch v {
		case rules.Next, rules.Accept:
			continue
		case rules.Deny:
			c.fe.mu.Lock()
			c.fe.front.denResp++
			c.li.count.denResp++
			c.fe.mu.Unlock()
		}
		if c.unserved = v == rules.Deny; !c.noBody {
			c.out += int64(len(r.Body))
		}
		if t.Res = nil; t.Answer == nil {
			c.reply(502, 'L', 'R')
		} else {
			c.sendAnswer(t.Answer, 'L', 'R')
		}
		return false
	}
	return true
}
