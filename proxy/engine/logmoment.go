package engine

import "simulacro/proxy/config"

// logMoment is when a frontend's lines are written: as soon as all that their format shows can be known.
type logMoment uint8

const (
	logsAtEnd     logMoment = iota
	logsAtHead              // of the response, or when the server has accepted
	logsAtRequest           // and at the response's head once more, as HAProxy does
)

// Of log variables, those that only the end of a request settles, those of the request alone, and those that are known
// before it.
var (
	endVars     = []string{"B", "ID", "Ta", "Tc", "Td", "Th", "Ti", "Tq", "TR", "Tr", "Tt", "Tu", "Tw", "U", "ac", "bc", "bq", "fc", "rc", "sc", "sq", "ts"}
	requestVars = []string{"HM", "HP", "HPO", "HQ", "HU", "HV", "r", "rt"}
	firstVars   = []string{"b", "t"}
)

// momentOf is when lines of a frontend with a log-format can be written.
func momentOf(p *config.Proxy) logMoment {
	r := &p.Rules
	switch {
	case r.LogLine == nil || r.LogLine.Shows(endVars...) || r.LogData.Shows(endVars...):
		return logsAtEnd
	case p.Mode == config.ModeHTTP && r.LogData == nil && r.LogLine.Shows(requestVars...) && r.LogLine.ShowsOnly(append(firstVars, requestVars...)...):
		return logsAtRequest
	}
	return logsAtHead
}

// logRequest logs a request whose head is here, where its line shows nothing else.
func (c *client) logRequest() {
	if !c.fe.logs || c.fe.moment != logsAtRequest {
		return
	}
	c.logAs(c.describe())
	c.logged = true
}
