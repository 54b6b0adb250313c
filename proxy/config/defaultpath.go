package config

import (
	"errors"
	"os"
	"strings"
	"syscall"

	"simulacro/proxy/rules"
)

// parseDefaultPath chooses the folder from which relative names of files are taken.
func parseDefaultPath(p *parser, w words) {
	const modes = "supported modes include 'current', 'config', 'parent', and 'origin'."
	switch mode := w.at(1); mode {
	case "current", "config", "parent":
		p.base = ""
	case "origin":
		if w.at(2) == "" {
			p.bad("'%s %s' expects a directory as an argument.", w[0], mode)
			return
		}
		if _, err := os.Stat(w[2]); err != nil {
			here, _ := os.Getwd() // "" where it is gone: HAProxy names none either
			p.bad("couldn't set '%s' to origin '%s': Impossible to get back to directory '%s': %s.", w[0], w[2], here, errnoText(err))
			return
		}
		p.base = w[2]
	case "":
		p.bad("missing default-path mode '%s' for '%s', %s", mode, w[0], modes)
		return
	default:
		p.bad("unsupported default-path mode '%s' for '%s', %s", mode, w[0], modes)
		return
	}
	p.pathMode = w.at(1)
	p.enterFolder(p.pos.File)
}

// enterFolder makes relative names those of the file's folder, or of the one above, where default-path says so.
func (p *parser) enterFolder(file string) {
	switch p.pathMode {
	case "config":
		p.base = folder(file)
	case "parent":
		p.base = folder(file) + "/.."
	}
}

// folder is what stands before a name's last slash, and the current folder where there is none.
func folder(name string) string {
	if i := strings.LastIndexByte(name, '/'); i >= 0 {
		return name[:i+1]
	}
	return "."
}

// path is where a file is that a line names: relative names begin at the folder that default-path chose.
func (p *parser) path(name string) string {
	if p.base == "" || strings.HasPrefix(name, "/") {
		return name
	}
	return strings.TrimSuffix(p.base, "/") + "/" + name
}

// readFile reads a file that a line names.
func (p *parser) readFile(name string) ([]byte, error) {
	text, err := p.opt.ReadFile(p.path(name))
	if errors.Is(err, syscall.EISDIR) {
		err = errors.Join(rules.ErrDirectory, err)
	}
	return text, err
}
