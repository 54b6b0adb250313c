package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"simulacro/proxy"
	"simulacro/proxy/config"
	"simulacro/proxy/engine"
)

// Exit codes of HAProxy.
const (
	exitOK         = 0
	exitError      = 1
	exitNoListener = 2 // -c: valid, but nothing listens; -cc: the condition cannot be evaluated
)

// program is one run of the command.
type program struct {
	flags  *flags
	out    io.Writer
	errs   io.Writer
	say    *messages
	stage  stage
	cfg    *config.Config
	report *config.Report
	before []string // the environment before the files were read: what a process gets that reads them, too
}

func run(argv []string, out, errs io.Writer) int {
	f, err := parseFlags(argv)
	p := &program{flags: f, out: out, errs: errs, stage: currentStage()}
	// A process that another one has started says nothing of the files: that one has.
	p.say = &messages{w: errs, preamble: true, silent: p.stage.kind != "", quiet: f.silent()}
	if p.stage.kind == stageProgram {
		p.say.silent = false
		return p.becomeProgram()
	}
	p.introduce()
	switch {
	case err != nil && !errors.Is(err, errUsage):
		p.say.alert("%v", err)
		return exitError
	case err != nil || f.version == 0 && f.condition == nil && len(f.files) == 0:
		usage(errs, filepath.Base(f.program))
		return exitError
	case f.version > 0:
		banner(out)
		if f.version > 1 {
			build(out)
		}
		return exitOK
	case f.condition != nil:
		return p.condition()
	}
	if f.dir != "" {
		if err := os.Chdir(f.dir); err != nil {
			p.say.alert("Could not change to directory %s : %s", f.dir, engine.Strerror(err))
			return exitError
		}
	}
	if code := p.load(); code != exitOK || f.check {
		return code
	}
	p.say.silent = false
	return p.start()
}

// condition is -cc: 0 for true, 1 for false, 2 where it cannot be evaluated.
func (p *program) condition() int {
	ok, err := config.EvalCondition(*p.flags.condition, config.Options{})
	switch {
	case err != nil:
		p.say.alert("config : %s", err)
		return exitNoListener
	case !ok:
		return exitError
	}
	return exitOK
}

// load reads the configuration and, with -c, says whether it is valid.
func (p *program) load() int {
	files, err := p.expand()
	if err != nil {
		p.say.alert("config : %s", err)
		return exitError
	}
	p.say.quiet = p.flags.silent()
	p.before = os.Environ()
	p.cfg, p.report = config.Parse(files, config.Options{KeepUnresolved: p.flags.lenient, Master: p.flags.master})
	p.say.report(p.report, p.flags.verbose)
	if !p.report.Fatal {
		p.warnOfStates()
	}
	switch {
	case p.report.Fatal:
		return exitError
	case p.report.Warned && (p.flags.strict || p.cfg.Global.ZeroWarning):
		p.say.alert("config : Some warnings were found and 'zero-warning' is set. Aborting.")
		return exitError
	}
	if !p.flags.check {
		p.say.quiet = p.flags.silent() || p.say.quiet && !p.flags.foreground
		p.applyFlags()
		p.export(files)
		return exitOK
	}
	return p.verdict()
}

// warnOfStates tells of the servers' states that an earlier process has left.
func (p *program) warnOfStates() {
	for _, text := range proxy.Warnings(p.cfg) {
		p.say.warn("config : %s", text)
		p.report.Warned = true
	}
}

// verdict ends -c.
func (p *program) verdict() int {
	if p.report.Warned {
		p.print("Warnings were found.\n")
	}
	if p.report.NoListen {
		p.print("Configuration file has no error but will not start (no listener) => exit(2).\n")
		return exitNoListener
	}
	p.print("Configuration file is valid\n")
	return exitOK
}

func (p *program) print(text string) {
	if !p.say.quiet {
		fmt.Fprint(p.out, text)
	}
}

// expand replaces directories by their *.cfg files, in the order of their names.
func (p *program) expand() ([]string, error) {
	var files []string
	for _, name := range p.flags.files {
		info, err := os.Stat(name)
		if err != nil {
			return nil, sayf("Cannot open configuration file/directory %s : %s", name, engine.Strerror(err))
		}
		if !info.IsDir() {
			files = append(files, name)
			continue
		}
		entries, err := os.ReadDir(name) // sorted
		if err != nil {
			return nil, sayf("Cannot open configuration directory %s : %s", name, engine.Strerror(err))
		}
		for _, e := range entries {
			if n := e.Name(); strings.HasSuffix(n, ".cfg") && !strings.HasPrefix(n, ".") && !e.IsDir() {
				files = append(files, filepath.Join(name, n))
			}
		}
	}
	return files, nil
}

// applyFlags lets the command line win over the file, and settles the number of connections.
func (p *program) applyFlags() {
	g := &p.cfg.Global
	if p.flags.maxconn > 0 {
		g.Maxconn = p.flags.maxconn
	}
	g.NoReusePort = g.NoReusePort || p.flags.noReusePort
	g.NoSplice = g.NoSplice || p.flags.noSplice
	if p.flags.pidfile != "" {
		g.Pidfile = p.flags.pidfile
	}
	if p.flags.proxyMaxconn > 0 {
		for _, x := range p.cfg.Proxies {
			if x.Front() && x.Maxconn == 0 {
				x.Maxconn = p.flags.proxyMaxconn
			}
		}
	}
	if g.Maxconn <= 0 {
		free := *p.cfg
		free.Global.Maxpipes = 0 // HAProxy derives the one as if the other were not set
		g.Maxconn = defaultMaxconn(func(n int) int { return proxy.Sockets(&free, n) }, g.HardLimit)
	}
}
