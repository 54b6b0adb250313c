package config

import "fmt"

// loadStates reads what earlier processes have written of the servers, and plans how they begin. Servers that have names may get
// their last addresses from it.
func (p *parser) loadStates() {
	var global stateTable
	used := false
	if name := p.cfg.Global.stateFile; name != "" {
		path, fault := p.readStates(name, func(fields []string) { global.add(fields[stateBackend], fields) })
		used = fault == stateFault{}
		switch {
		case fault.err != "":
			p.tellState("config: Can't open global server state file '%s': %s", path, fault.err)
		case fault.unversioned:
			p.tellState("config: Can't get version of the global server state file '%s'.", path)
		case fault.line > 0:
			p.tellState("config: corrupted global server state file '%s' at line %d.", path, fault.line)
		}
	}
	for _, s := range p.proxies {
		switch {
		case !s.back || s.Disabled || len(s.Servers) == 0 || s.states == noStates:
		case s.states == localStates:
			p.loadLocalStates(s)
		case used:
			p.matchStates(s, &global)
		}
	}
}

// loadLocalStates reads a backend's own file.
func (p *parser) loadLocalStates(s *section) {
	name := s.stateName
	if name == "" {
		name = s.Name
	}
	var t stateTable
	path, fault := p.readStates(name, func(fields []string) { p.addLocalState(s, &t, fields) })
	switch {
	case fault.err != "":
		p.tellState("Proxy '%s': Can't open server state file '%s': %s.", s.Name, path, fault.err)
		return
	case fault.unversioned:
		p.tellState("Proxy '%s': Can't get version of the server state file '%s'.", s.Name, path)
		return
	case fault.line > 0:
		p.tellState("Proxy '%s': corrupted server state file '%s' at line %d.", s.Name, path, fault.line)
		return
	}
	p.matchStates(s, &t)
	for _, key := range t.order {
		if t.lines[key] != nil {
			p.tellState("Proxy '%s': can't find server '%s' in backend '%s'", s.Name, key[1], s.Name)
		}
	}
}

// addLocalState takes a line of a backend's own file. The backend may have another number now, but not another name.
func (p *parser) addLocalState(s *section, t *stateTable, fields []string) {
	sameID, sameName := atoi(fields[stateBackendID]) == s.ID, fields[stateBackend] == s.Name
	switch {
	case !sameID && !sameName:
		return
	case !sameID:
		p.tellState("Proxy '%s': backend ID mismatch: from server state file: '%s', from running config '%d'", s.Name, fields[stateBackendID], s.ID)
	case !sameName:
		p.tellState("Proxy '%s': backend name mismatch: from server state file: '%s', from running config '%s'", s.Name, fields[stateBackend], s.Name)
		return
	}
	t.add(s.Name, fields)
}

// matchStates plans the states of a backend's servers.
func (p *parser) matchStates(s *section, t *stateTable) {
	for _, v := range s.Servers {
		if fields := t.take(s.Name, v.Name); fields != nil {
			p.planState(s, v, fields[stateFirst:])
		}
	}
}

// planState reads one server's fields, and plans what they bring about.
func (p *parser) planState(s *section, v *Server, fields []string) {
	f := stateReader{fields: fields}
	state := f.state()
	f.rest()
	if f.faults != "" {
		p.tellState("server-state application failed for server '%s/%s'%s", s.Name, v.Name, f.faults)
		return
	}
	state.ChecksOff = v.Check && f.checks&(checkConfigured|checkEnabled) == checkConfigured
	state.AgentOff = v.Agent.Check && f.agent&(checkConfigured|checkEnabled) == checkConfigured
	p.cfg.Saved = append(p.cfg.Saved, SavedStep{Proxy: s.Proxy, Server: v, State: state})
	if fault := p.keepPlace(v, &f, state); fault != "" {
		p.tellState("server-state partially applied for server '%s/%s', %s", s.Name, v.Name, fault)
	}
}

// tellState plans a warning.
func (p *parser) tellState(format string, args ...any) {
	p.cfg.Saved = append(p.cfg.Saved, SavedStep{Said: fmt.Sprintf(format, args...)})
}
