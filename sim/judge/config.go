package judge

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"simulacro/sim"
)

// Config is the part of a haproxy.cfg from which budgets follow. It is read here, tolerantly, and not by the director's
// own parser: the judge must judge Debian's HAProxy and ours alike, so it may share no mistake with either, and what it
// does not know is the directors' business to refuse.
type Config struct {
	Backend  string        // the one that requests go to: the first default_backend, else the first with servers
	Balance  string        // its algorithm; roundrobin where none is named
	By       []string      // what stands behind its name: "hdr(host)" and "uri whole" have host and whole
	Servers  []CheckServer // in the file's order
	Check    time.Duration // timeout check; 0: not set
	Connect  time.Duration // timeout connect
	Server   time.Duration // timeout server
	Layer7   bool          // checks exchange data (option httpchk and the like), not only connect
	Spread   int           // spread-checks, per cent
	Retries  int
	sections []section
}

// CheckServer is a server line and the parameters of its check (configuration manual, section 5.2).
type CheckServer struct {
	Name      string
	Addr      netip.Addr // not valid where it is a name
	Checked   bool
	Backup    bool
	Disabled  bool
	Weight    int
	Maxconn   int // 0: no limit
	Inter     time.Duration
	FastInter time.Duration // while between up and down; Inter where not set
	DownInter time.Duration // while down; Inter where not set
	Fall      int
	Rise      int
}

// section is a header line's words and the words of its lines.
type section struct {
	header []string
	lines  [][]string
}

// ReadConfig extracts what it knows of a haproxy.cfg; it never fails, since a director that runs has accepted the file.
func ReadConfig(text string) *Config {
	c := &Config{Balance: "roundrobin", Retries: 3, sections: split(text)}
	c.Backend = c.target()
	defaults := section{}
	for _, s := range c.sections {
		switch {
		case s.header[0] == "global":
			c.global(s)
		case s.header[0] == "defaults":
			defaults = s
		case len(s.header) > 1 && s.header[1] == c.Backend && (s.header[0] == "backend" || s.header[0] == "listen"):
			c.backend(defaults, s)
		}
	}
	return c
}

func split(text string) []section {
	var list []section
	for _, line := range strings.Split(text, "\n") {
		if i := strings.IndexByte(line, '#'); i >= 0 && (i == 0 || line[i-1] != '\\') {
			line = line[:i]
		}
		words := strings.Fields(line)
		switch {
		case len(words) == 0:
		case sim.IsSection(line):
			list = append(list, section{header: words})
		case len(list) > 0:
			list[len(list)-1].lines = append(list[len(list)-1].lines, words)
		}
	}
	return list
}

// target is the backend that plain requests reach.
func (c *Config) target() string {
	for _, s := range c.sections {
		for _, l := range s.lines {
			if l[0] == "default_backend" && len(l) > 1 {
				return l[1]
			}
		}
	}
	for _, s := range c.sections {
		for _, l := range s.lines {
			if l[0] == "server" && len(s.header) > 1 {
				return s.header[1]
			}
		}
	}
	return ""
}

func (c *Config) global(s section) {
	for _, l := range s.lines {
		if l[0] == "spread-checks" && len(l) > 1 {
			c.Spread, _ = strconv.Atoi(l[1])
		}
	}
}

// backend reads the lines of the defaults and then those of the backend, which win.
func (c *Config) backend(defaults, own section) {
	base := CheckServer{Weight: 1, Inter: 2 * time.Second, Fall: 3, Rise: 2} // the manual's defaults
	for _, l := range append(slices.Clone(defaults.lines), own.lines...) {
		arg := ""
		if len(l) > 1 {
			arg = l[1]
		}
		switch {
		case l[0] == "balance" && arg != "":
			name, inside, _ := strings.Cut(arg, "(")
			c.Balance, c.By = name, nil
			if inside != "" {
				c.By = []string{strings.TrimSuffix(inside, ")")}
			}
			c.By = append(c.By, l[2:]...)
		case l[0] == "retries":
			c.Retries, _ = strconv.Atoi(arg)
		case l[0] == "timeout" && len(l) > 2:
			c.timeout(arg, Duration(l[2]))
		case l[0] == "option" && isCheckOption(arg):
			c.Layer7 = true
		case l[0] == "no" && len(l) > 2 && arg == "option" && isCheckOption(l[2]):
			c.Layer7 = false
		case l[0] == "default-server":
			base.params(l[1:])
		case l[0] == "server" && len(l) > 2:
			s := base
			s.Name, s.Addr = arg, address(l[2])
			s.params(l[3:])
			c.Servers = append(c.Servers, s)
		}
	}
}

// isCheckOption tells the options that make checks exchange data: httpchk, smtpchk, tcp-check, ssl-hello-chk, mysql-check and others.
func isCheckOption(word string) bool {
	return strings.HasSuffix(word, "chk") || strings.HasSuffix(word, "-check")
}

func (c *Config) timeout(name string, v time.Duration) {
	switch name {
	case "check":
		c.Check = v
	case "connect":
		c.Connect = v
	case "server":
		c.Server = v
	}
}

func (s *CheckServer) params(words []string) {
	for i, w := range words {
		next := ""
		if i+1 < len(words) {
			next = words[i+1]
		}
		switch w {
		case "check":
			s.Checked = true
		case "no-check":
			s.Checked = false
		case "backup":
			s.Backup = true
		case "disabled":
			s.Disabled = true
		case "weight":
			s.Weight, _ = strconv.Atoi(next)
		case "maxconn":
			s.Maxconn, _ = strconv.Atoi(next)
		case "inter":
			s.Inter = Duration(next)
		case "fastinter":
			s.FastInter = Duration(next)
		case "downinter":
			s.DownInter = Duration(next)
		case "fall":
			s.Fall, _ = strconv.Atoi(next)
		case "rise":
			s.Rise, _ = strconv.Atoi(next)
		}
	}
}

// address is the address of "10.0.100.12:80", "[::1]:80", "ipv4@10.0.100.12" or a bare one; not valid for a name.
func address(word string) netip.Addr {
	if i := strings.IndexByte(word, '@'); i >= 0 {
		word = word[i+1:]
	}
	if ap, err := netip.ParseAddrPort(word); err == nil {
		return ap.Addr()
	}
	host, _, _ := strings.Cut(word, ":")
	a, _ := netip.ParseAddr(host)
	return a
}

// Duration reads a time as haproxy.cfg writes it: milliseconds where there is no unit (manual, section 2.5); 0 if it is none.
func Duration(word string) time.Duration {
	digits := strings.TrimRight(word, "usmhd")
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return 0
	}
	switch word[len(digits):] {
	case "us":
		return time.Duration(n) * time.Microsecond
	case "", "ms":
		return time.Duration(n) * time.Millisecond
	case "s":
		return time.Duration(n) * time.Second
	case "m":
		return time.Duration(n) * time.Minute
	case "h":
		return time.Duration(n) * time.Hour
	case "d":
		return time.Duration(n) * 24 * time.Hour
	}
	return 0
}

// NodeOf is the node behind a server line: the one with its address, else the one with its name, else the name itself.
func (s CheckServer) NodeOf(plan sim.Plan) string {
	if s.Addr.IsValid() {
		for _, n := range plan.Nodes() {
			if n.Inner == s.Addr || n.Outer == s.Addr {
				return n.Name
			}
		}
	}
	if n, err := plan.Node(s.Name); err == nil {
		return n.Name
	}
	return s.Name
}
