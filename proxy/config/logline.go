package config

import (
	"os"
	"slices"
)

// facilities are syslog's, in the order of their codes (RFC 5424 section 6.2.1 and the configuration manual, "log").
var facilities = []string{
	"kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "auth2", "ftp", "ntp", "audit",
	"alert", "cron2", "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7",
}

// levels are syslog's, most urgent first.
var levels = []string{"emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"}

// logFormats are the formats of a line's header.
var logFormats = []string{"local", "rfc3164", "rfc5424", "priority", "short", "timed", "iso", "raw"}

// Syslog's well-known port, and the bounds of `len`.
const (
	syslogPort   = 514
	logLen       = 1024
	shortestLine = 80
	longestLine  = 65535
)

// logRef is a target as a section holds it: `log global` takes each of the global section's once.
type logRef struct {
	LogTarget
	ref int // 1 and up: which of the global section's; 0: the section's own
}

func parseGlobalLog(p *parser, w words) {
	list := make([]logRef, 0, len(p.cfg.Global.Logs)+1)
	for _, t := range p.cfg.Global.Logs {
		list = append(list, logRef{LogTarget: t})
	}
	list = p.logLine(w, list, true)
	p.cfg.Global.Logs = nil
	for _, t := range list {
		p.cfg.Global.Logs = append(p.cfg.Global.Logs, t.LogTarget)
	}
}

func parseProxyLog(p *parser, w words) { p.px.logs = p.logLine(w, p.px.logs, false) }

// logLine applies one `log` or `no log` to a list of targets.
func (p *parser) logLine(w words, list []logRef, global bool) []logRef {
	if p.modifier == negated {
		if w.at(1) != "" {
			p.bad("%s : 'no log' does not expect arguments", w[0])
			return list
		}
		return nil
	}
	if w.at(1) == "global" && w.at(2) == "" {
		if global {
			p.bad("%s : 'global' is not supported for a global syslog server", w[0])
			return list
		}
		return p.logGlobal(list)
	}
	t, err := p.logTarget(w, global)
	if err != nil {
		p.bad("%s : %v", w[0], err)
		return list
	}
	return append(list, logRef{LogTarget: t})
}

func (p *parser) logGlobal(list []logRef) []logRef {
	for i, t := range p.cfg.Global.Logs {
		have := false
		for _, l := range list {
			have = have || l.ref == i+1
		}
		if !have {
			t.Global = true
			list = append(list, logRef{t, i + 1})
		}
	}
	return list
}

func (p *parser) logTarget(w words, global bool) (LogTarget, error) {
	t := LogTarget{Len: logLen, Level: len(levels) - 1}
	if w.at(1) == "" || w.at(2) == "" {
		or := "or global"
		if global {
			or = ""
		}
		return t, sayf("expects <address> and <facility> %s as arguments", or)
	}
	i, err := t.header(w, 2)
	if err != nil {
		return t, err
	}
	if i, err = t.severity(w, i); err != nil {
		return t, err
	}
	if w.at(i) != "" {
		return t, sayf("cannot handle unexpected argument '%s'", w[i])
	}
	return t, p.logAddr(&t, w[1])
}

// header reads what may stand between the address and the facility.
func (t *LogTarget) header(w words, i int) (int, error) {
	if w.at(i) == "len" {
		if t.Len = atoi(w.at(i + 1)); t.Len < shortestLine || t.Len > longestLine {
			return i, sayf("invalid log length '%s', must be between %d and %d", w.at(i+1), shortestLine, longestLine)
		}
		i += 2
	}
	if w.at(i) == "format" {
		if t.Format = w.at(i + 1); !slices.Contains(logFormats, t.Format) {
			return i, sayf("unknown log format '%s'", t.Format)
		}
		i += 2
	}
	if w.at(i) == "sample" {
		var err error
		if t.Sample, err = parseSample(w.at(i + 1)); err != nil {
			return i, err
		}
		i += 2
	}
	return i, nil
}

// severity reads the facility and the two optional levels.
func (t *LogTarget) severity(w words, i int) (int, error) {
	if t.Facility = slices.Index(facilities, w.at(i)); t.Facility < 0 {
		return i, sayf("unknown log facility '%s'", w.at(i))
	}
	i++
	if w.at(i) != "" {
		if t.Level = slices.Index(levels, w[i]); t.Level < 0 {
			return i, sayf("unknown optional log level '%s'", w[i])
		}
		i++
	}
	if w.at(i) != "" {
		if t.MinLevel = slices.Index(levels, w[i]); t.MinLevel < 0 {
			return i, sayf("unknown optional minimum log level '%s'", w[i])
		}
		i++
	}
	return i, nil
}

func (p *parser) logAddr(t *LogTarget, text string) error {
	switch text {
	case "stdout", "fd@1":
		t.Stdout, t.Addr = true, Address{Text: "fd@1", FD: 1, IsFD: true}
		return nil
	case "stderr", "fd@2":
		t.Stderr, t.Addr = true, Address{Text: "fd@2", FD: 2, IsFD: true}
		return nil
	}
	if len(text) > 5 && text[:5] == "ring@" {
		return sayf("'ring@' is not supported by this director")
	}
	a, err := p.parseAddr(text, resolveNow|portOK|fdRaw|dgram|stream)
	if err != nil {
		return err
	}
	if !a.IsUDP {
		return sayf("logs over a stream are not supported by this director")
	}
	if a.IP.IsValid() && a.Port == 0 {
		a.Port = syslogPort
		a.setIP(a.IP)
	}
	t.Addr = a.Address
	return nil
}

const missingTag = "expects a tag for use in syslog."

func parseGlobalLogTag(p *parser, w words) { p.word(w, &p.cfg.Global.LogTag, missingTag) }
func parseProxyLogTag(p *parser, w words)  { p.word(w, &p.px.LogTag, missingTag) }

func parseLogSendHostname(p *parser, w words) {
	g := &p.cfg.Global
	if g.LogSendHost != "" {
		p.already(w)
		return
	}
	if g.LogSendHost = w.at(1); g.LogSendHost == "" {
		g.LogSendHost, _ = os.Hostname()
	}
}
