package config

// ruleOrder are the rules of a proxy in the order of their evaluation, whatever that of their lines: what the line is called
// where it stands behind others, and what those are called.
var ruleOrder = []struct{ keyword, second, name, others string }{
	{"tcp-request", "connection", "tcp-request", "a 'tcp-request connection'"},
	{"tcp-request", "session", "tcp-request", "a 'tcp-request session'"},
	{"tcp-request", "content", "tcp-request", "a 'tcp-request content'"},
	{"monitor", "fail", "monitor fail", "a 'monitor fail'"},
	{"http-request", "", "http-request", "an 'http-request'"},
	{"redirect", "", "redirect", "a 'redirect'"},
	{"use_backend", "", "", "a 'use_backend'"},
	{"use-server", "", "", "a 'use-server'"},
}

// noteOrder warns of a rule that stands behind one that is evaluated later.
func (p *parser) noteOrder(w words) {
	for i, o := range ruleOrder {
		if o.keyword != w.at(0) || o.second != "" && o.second != w.at(1) {
			continue
		}
		for k := i + 1; k < len(ruleOrder) && o.name != ""; k++ {
			if p.px.placed[k] {
				p.warnAt("a '%s' rule placed after %s rule will still be processed before.", o.name, ruleOrder[k].others)
				break
			}
		}
		p.px.placed[i] = true
		return
	}
}
