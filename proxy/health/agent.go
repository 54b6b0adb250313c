package health

import (
	"bytes"
	"cmp"
	"strings"
)

// Agent is the script of an agent check (section 5.2, "agent-check"): send is what the agent is told, "" nothing. A run that has got its
// line ends with the status Checked and the line as Info, for ParseAgent; one whose line has no end, with Init.
func Agent(send string) *Script { return protocol(say(send), judged(agentLine)) }

// agentLine waits for the first end of a line. A zero byte is as the end of all, as in HAProxy.
func agentLine(answer []byte, more bool) CustomVerdict {
	i := bytes.IndexAny(answer, "\r\n\x00")
	switch {
	case i >= 0 && answer[i] != 0:
		return CustomVerdict{Status: Checked, Info: string(answer[:i])}
	case more:
		return CustomVerdict{}
	}
	return CustomVerdict{Status: Init}
}

// AgentWord is what an agent says of administration.
type AgentWord int

// The words.
const (
	NoWord AgentWord = iota
	AgentReady
	AgentDrain
	AgentMaint
)

var (
	agentAdmin  = map[string]AgentWord{"ready": AgentReady, "drain": AgentDrain, "maint": AgentMaint}
	agentHealth = map[string]bool{"up": true, "down": false, "stopped": false, "fail": false}
)

// AgentSays is a line of an agent's: of each kind of words the last one counts.
type AgentSays struct {
	Admin   AgentWord
	Weight  string // a percentage, as it stands there; "": none
	Maxconn string // what follows maxconn:
	Limits  bool   // maxconn: is there
	Health  string // up, down, stopped or fail, as it stands there; "": none
	Up      bool   // what Health means
	odd     string // the first word that is none of these
	text    string // what follows the sharp
}

// ParseAgent reads a line.
func ParseAgent(line string) AgentSays {
	var a AgentSays
	for {
		line = strings.TrimLeft(line, " \t,")
		if line == "" {
			return a
		}
		if line[0] == '#' {
			a.text = strings.TrimLeft(line[1:], " \t")
			return a
		}
		end := strings.IndexAny(line, " \t,")
		if end < 0 {
			end = len(line)
		}
		a.word(line[:end])
		line = line[end:]
	}
}

func (a *AgentSays) word(w string) {
	small := strings.ToLower(w)
	if up, ok := agentHealth[small]; ok {
		a.Health, a.Up = w, up
		return
	}
	if admin, ok := agentAdmin[small]; ok {
		a.Admin = admin
		return
	}
	switch {
	case w[0] >= '0' && w[0] <= '9' && strings.Contains(w, "%"):
		a.Weight = w
	case strings.HasPrefix(small, "maxconn:"):
		a.Maxconn, a.Limits = w[len("maxconn:"):], true
	case a.odd == "":
		a.odd = w
	}
}

// longestInfo is how much of what an agent says is kept.
const longestInfo = 127

// Result is what the check comes to; warning is what was wrong with a weight or a limit, "": nothing. What the agent says in its own words
// counts most where the server goes down; where it is up, what was odd.
func (a *AgentSays) Result(warning string) Result {
	r := Result{Status: Checked}
	switch {
	case a.Health != "":
		if r.Status = L7Sts; a.Up {
			r.Status = L7OK
		}
		text := a.text
		if odd := cmp.Or(a.odd, warning); odd != "" && (a.Up || text == "") {
			text = odd
		}
		if r.Info = "via agent : " + a.Health; text != "" {
			r.Info += " (" + text + ")"
		}
	case a.odd != "":
		r.Info = "agent reports an error : " + a.odd
	case warning != "":
		r.Info = "agent warns : " + warning
	}
	r.Info = r.Info[:min(len(r.Info), longestInfo)]
	return r
}
