package engine

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"simulacro/proxy/config"
	"simulacro/proxy/health"
)

// checked takes the end of a check, with its effects and HAProxy's log lines.
func (s *server) checked(k *checker, now time.Time, r health.Result, spread float64, l *loop) {
	defer s.inOrder()()
	p := s.be
	p.mu.Lock()
	_, notable := k.m.Report(now, r, spread)
	if r.Status.Passed() {
		s.errorsInRow = 0
	}
	s.judge(k, r, notable, l)
}

// judge applies what a check, or live traffic, has told of the server. The backend is locked, and unlocked here.
func (s *server) judge(k *checker, r health.Result, notable bool, l *loop) {
	p := s.be
	var lines []line
	if notable && p.cfg.LogHealth {
		lines = append(lines, line{level: LevelNotice, text: s.healthLine(k, r)})
	}
	reason := ", reason: " + reasonOf(r)
	if p.cfg.LogHealth || s.tracks != nil {
		reason = ""
	}
	to := s.consequence(k, r.Status)
	var woken []*client
	if !s.turns(to) {
		to = same
	} else {
		woken, lines = s.move(l.now, lines, to, reason)
	}
	p.mu.Unlock()
	p.tell(l, woken, lines)
	if to != same {
		s.moved(l.now, to)
	}
}

// consequence tells where the end of a check leads. An agent that can not be heard takes no server down, nor does one that is well bring
// a server back that is about to leave.
func (s *server) consequence(k *checker, st health.Status) turn {
	switch {
	case st.Failed() && (k.m.Up() || k.agent && st != health.L7Sts):
		return same
	case st.Failed():
		return isDown
	case !st.Passed() || s.heldDown() || k.agent && s.op == opStopping:
		return same
	case st != health.L7OKCond:
		return isUp
	case s.op == opRunning: // it has to be up before it may stop
		return isStopping
	}
	return same
}

// line is something to be logged once no lock is held.
type line struct {
	level int
	text  string
	early bool // told before the start, too, where HAProxy tells nothing else of administration
}

// tell logs lines and wakes clients, whose ends are logged behind what has woken them. l may be nil: the caller is no loop.
func (p *proxy) tell(l *loop, woken []*client, lines []line) {
	if p.e.settling {
		p.foretell(slices.DeleteFunc(lines, func(x line) bool { return !x.early }))
		return
	}
	for _, x := range lines {
		p.e.event(p, x.level, x.text)
	}
	for _, c := range woken {
		l.wakeUp(c)
	}
}

// reasonOf describes a check's end: "Layer7 wrong status, code: 503, info: "Service Unavailable", check duration: 3ms".
func reasonOf(r health.Result) string {
	var b strings.Builder
	b.WriteString(r.Status.Desc())
	if r.Status.HasCode() {
		fmt.Fprintf(&b, ", code: %d", r.Code)
	}
	info := r.Info
	if r.Told != "" {
		info = r.Told
	}
	if info != "" {
		b.WriteString(", info: \"" + printable(info) + "\"")
	}
	if r.Duration >= 0 {
		fmt.Fprintf(&b, ", check duration: %dms", r.Duration.Milliseconds())
	}
	return b.String()
}

// printable shows bytes that would break a line, the quote, and what stands around them so, as <XX>.
func printable(s string) string {
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; c < 0x20 || c >= 0x7f || c == '"' || c == '<' || c == '>' {
			fmt.Fprintf(&b, "<%02X>", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// healthLine is a line of option log-health-checks.
func (s *server) healthLine(k *checker, r health.Result) string {
	h, rise, fall := k.m.Health()
	kind, word, state, n, of := "Health", "failed", "DOWN", h, rise
	if k.agent {
		kind = "Agent"
	}
	switch {
	case r.Status == health.L7OKCond:
		word = "conditionally succeeded"
	case r.Status.Passed():
		word = "succeeded"
	}
	if h >= rise {
		state, n, of = "UP", h-rise+1, fall
		if s.uweight == 0 {
			state = "DRAIN"
		}
	}
	return fmt.Sprintf("%s check for %s %s %s, reason: %s, status: %d/%d %s.", kind, strings.ToLower(s.kind()), s.name(), word,
		reasonOf(r), n, of, state)
}

func (s *server) kind() string {
	if s.Backup {
		return "Backup Server"
	}
	return "Server"
}

// update makes the balancing see the server as administration and checks have it now, and counts the time it was down.
func (s *server) update(now int64) {
	up, weight := s.op != opStopped, s.uweight
	if s.flags.Drain() || s.op == opStopping {
		weight = 0
	}
	s.ramp(now, up && !s.Up)
	rises := up && !s.Up
	if up != s.Up {
		if up {
			s.downtime += now - s.changed
		}
		s.changed = now
	}
	s.Up, s.Weight = up, weight
	if !s.flags.Maint() {
		s.lastWeight = s.uweight
	}
	if s.be.changer != nil {
		s.be.changer.Changed(&s.Server)
	}
	p := s.be
	p.count()
	if is := p.act+p.bck > 0; is != p.wasUp || !is && rises { // also where the riser gets no requests, as HAProxy does
		if !p.wasUp {
			p.downtime += now - p.changed
		}
		p.changed, p.wasUp = now, is
	}
}

// shift applies a change of state and describes it; what says what happened, calm that nothing is lost that was in rotation. The
// backend is locked.
func (s *server) shift(now int64, lines []line, calm bool, what string) ([]*client, []line) {
	p := s.be
	hadSome, wasUp := p.wasUp, s.Up
	s.update(now)
	text := fmt.Sprintf("%s %s %s.", s.kind(), s.name(), what)
	if s.Up && !wasUp {
		woken := p.admitAll(s)
		text += fmt.Sprintf(" %d active and %d backup servers online.%s %d sessions requeued, %d total in queue.",
			p.act, p.bck, p.onBackup(), len(woken), s.queue.n)
		return woken, append(lines, line{level: LevelNotice, text: text})
	}
	s.chkDown++
	level := LevelAlert
	if calm {
		level = LevelNotice
	}
	woken := s.dissolve()
	text += fmt.Sprintf(" %d active and %d backup servers left.%s %d sessions active, %d requeued, %d remaining in queue.",
		p.act, p.bck, p.onBackup(), s.Served, len(woken), s.queue.n)
	return woken, p.lostAll(hadSome, append(lines, line{level: level, text: text}))
}

// lostAll counts and describes the loss of the backend's last usable server, if it had one before.
func (p *proxy) lostAll(before bool, lines []line) []line {
	if !before || p.wasUp {
		return lines
	}
	p.back.chkDown++
	return append(lines, line{level: LevelEmerg, text: fmt.Sprintf("%s %s has no server available!", p.word(), p.cfg.Name)})
}

// word is what HAProxy calls a section with servers.
func (p *proxy) word() string {
	if p.cfg.Kind == config.Listen {
		return "proxy"
	}
	return "backend"
}

func (p *proxy) onBackup() string {
	if p.act == 0 && p.bck > 0 {
		return " Running on backup."
	}
	return ""
}
