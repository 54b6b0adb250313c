package config

import "slices"

// Program is a command that the master starts beside its worker (configuration manual, section 3.7).
type Program struct {
	Name     string
	Command  []string // the program and its arguments
	UID, GID int      // -1: those of the master
	NoReload bool     // no option start-on-reload: it is started with the master only
}

// openProgram opens a program section. What is wrong with its heading ends the reading, as in HAProxy.
func (p *parser) openProgram(w words) {
	name := w.at(1)
	switch {
	case name == "":
		p.stopAt("'%s' expects an <id> argument", w[0])
		return
	case p.tooMany(w, 1, 0):
		p.abort = true
		return
	}
	for _, x := range p.cfg.Programs {
		if x.Name == name {
			p.stopTight("'%s' program section already exists in the configuration.", name)
			return
		}
	}
	p.program = &Program{Name: name, UID: -1, GID: -1}
	p.cfg.Programs = append(p.cfg.Programs, p.program)
}

// programLine reads a line of a program section. One that is refused makes HAProxy forget the section: another may have its name.
func (p *parser) programLine(w words) {
	x := p.program
	defer func() {
		if p.lineFatal {
			p.cfg.Programs = slices.DeleteFunc(p.cfg.Programs, func(other *Program) bool { return other == x })
		}
	}()
	switch w.at(0) {
	case "command":
		p.programCommand(w, x)
	case "option":
		p.programOption(w, x)
	case "user":
		p.programIdentity(w, &x.UID, p.opt.LookupUser, "user/uid")
	case "group":
		p.programIdentity(w, &x.GID, p.opt.LookupGroup, "group/gid")
	default:
		p.bad("unknown keyword '%s' in '%s' section", w.at(0), p.open)
	}
}

// programCommand takes a command; the last one counts.
func (p *parser) programCommand(w words, x *Program) {
	if w.at(1) == "" {
		p.badTight("'%s' expects a command with optional arguments separated in words.", w[0])
		return
	}
	x.Command = w[1:]
}

func (p *parser) programOption(w words, x *Program) {
	switch {
	case w.at(1) == "":
		p.badTight("'%s' expects an option name.", w[0])
	case w[1] != "start-on-reload":
		p.bad("unknown option '%s'.", w[1])
	case !p.tooMany(w, 0, 1):
		x.NoReload = p.modifier == negated
	}
}

func (p *parser) programIdentity(w words, id *int, lookup func(string) (int, bool), both string) {
	if p.tooMany(w, 1, 0) {
		return
	}
	switch n, ok := lookup(w.at(1)); {
	case w.at(1) == "":
		p.badTight("'%s' expects a %s name.", w[0], w[0])
	case *id >= 0:
		p.remarkAt("%s already specified. Continuing.", both)
	case !ok:
		p.bad("cannot find %s id for '%s' (0:Success)", w[0], w[1])
	default:
		*id = n
	}
}

// checkPrograms refuses programs without a command, and all where there is no master to start them.
func (p *parser) checkPrograms() {
	for _, x := range p.cfg.Programs {
		if x.Command == nil {
			p.alert("The program section '%s' lacks a command to launch.", x.Name)
		}
	}
	if len(p.cfg.Programs) > 0 && !p.master() {
		p.alert("Can't use a 'program' section without master worker mode.")
	}
}

// master tells whether the process will be a master with workers.
func (p *parser) master() bool { return p.opt.Master || p.cfg.Global.MasterWorker }
