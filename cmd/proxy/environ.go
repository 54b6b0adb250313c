package main

import (
	"os"
	"slices"
	"strings"

	"simulacro/proxy"
	"simulacro/proxy/config"
)

// Variables that the files may ask for, and that programs inherit (configuration manual, section 2.3).
const (
	envLocalPeer = "HAPROXY_LOCALPEER"
	envVersion   = "HAPROXY_STARTUP_VERSION"
	envFiles     = "HAPROXY_CFGFILES"
	envMaster    = "HAPROXY_MWORKER"
	envCLI       = "HAPROXY_CLI"
	envMasterCLI = "HAPROXY_MASTER_CLI"
)

// introduce sets the variables that are there before any file is read. The version is that of the process that was started first.
func (p *program) introduce() {
	if _, ok := os.LookupEnv(envVersion); !ok {
		setenv(envVersion, proxy.Version)
	}
	name := p.flags.localPeer
	if name == "" {
		name, _ = os.Hostname() // without a name the variable is empty
	}
	setenv(envLocalPeer, name)
}

// setenv sets a variable. It fails for malformed names alone, which the parser refuses.
func setenv(name, value string) { _ = os.Setenv(name, value) }

// export makes the environment what the files say, and adds what is known now that they are read.
func (p *program) export(files []string) {
	if p.cfg.EnvReset {
		os.Clearenv()
	}
	for name, value := range p.cfg.Env {
		if value == nil {
			_ = os.Unsetenv(name)
			continue
		}
		setenv(name, *value)
	}
	setenv(envFiles, strings.Join(files, ";"))
	if len(p.cfg.Global.Sockets) > 0 {
		var addrs []string
		for _, s := range p.cfg.Global.Sockets {
			addrs = append(addrs, s.Addr.CLI())
		}
		setenv(envCLI, strings.Join(addrs, ";"))
	}
	if !p.wantsMaster() {
		return
	}
	setenv(envMaster, "1")
	var addrs []string
	for _, text := range slices.Backward(p.flags.masterCLI) { // HAProxy's last one comes first
		if b, wrong := config.ParseListener(text, config.Options{}); wrong == nil {
			addrs = append(addrs, b.Addr.CLI())
		}
	}
	if addrs != nil {
		setenv(envMasterCLI, strings.Join(addrs, ";"))
	}
}
