package engine

import (
	"fmt"
	"slices"
)

// Admin is what an operator asks of a server's administration.
type Admin int

// The first three are the states that a server is told to be in (management manual, section 9.3, "set server … state"). The
// others, of the statistics page, set or clear one flag and leave the other alone.
const (
	Ready Admin = iota
	Drain       // no new requests except those that must go there
	Maint       // out of service, checks stopped
	BeginMaint
	EndMaint
	BeginDrain
	EndDrain
)

// AdminFlags say who keeps requests from a server. The numbers are those of `show servers state` (management manual, section 9.3,
// "srv_admin_state").
type AdminFlags int

// The flags.
const (
	ForcedMaint    AdminFlags = 1 << iota // an operator took it out of service
	InheritedMaint                        // the server that it tracks is out of service
	ConfigMaint                           // `disabled` in the file, whatever came after
	ForcedDrain                           // an operator drains it
	InheritedDrain                        // the server that it tracks is drained
	ResolveMaint                          // its name has no address
)

const (
	maintFlags = ForcedMaint | InheritedMaint | ResolveMaint
	drainFlags = ForcedDrain | InheritedDrain
)

// Maint tells whether the server is out of service, Drain whether it gets no new requests.
func (f AdminFlags) Maint() bool { return f&maintFlags != 0 }

// Drain is Maint's counterpart.
func (f AdminFlags) Drain() bool { return f&drainFlags != 0 }

// adminStep sets or clears a flag.
type adminStep struct {
	flag AdminFlags
	on   bool
}

// adminSteps are in HAProxy's order, which its log shows.
var adminSteps = map[Admin][]adminStep{
	Ready:      {{ForcedDrain, false}, {ForcedMaint, false}},
	Drain:      {{ForcedDrain, true}, {ForcedMaint, false}},
	Maint:      {{ForcedMaint, true}, {ForcedDrain, false}},
	BeginMaint: {{ForcedMaint, true}},
	EndMaint:   {{ForcedMaint, false}},
	BeginDrain: {{ForcedDrain, true}},
	EndDrain:   {{ForcedDrain, false}},
}

// SetServerAdmin puts a server into service, drains it or takes it out. cause stands in the log beside what is lost by it, as
// HAProxy has it there: "'disable' on stats page"; "" leaves that out.
func (e *Engine) SetServerAdmin(backend, server string, a Admin, cause string) error {
	s, err := e.findServer(backend, server)
	if err != nil {
		return err
	}
	s.administrate(a, cause)
	return nil
}

// administrate makes the steps of what an operator or an agent asks for. No lock is held.
func (s *server) administrate(a Admin, cause string) {
	if cause != "" {
		cause = " (" + cause + ")"
	}
	defer s.inOrder()()
	for _, x := range adminSteps[a] {
		s.flag(s.be.e.clock(), x, cause, opRunning)
	}
}

// flag makes one step of administration, and has those who track the server inherit it. It goes no further down than to where
// nothing changes. lead is the state of the server that this one tracks.
func (s *server) flag(now int64, x adminStep, cause string, lead opState) {
	p := s.be
	p.mu.Lock()
	if s.tracks != nil && x.flag&(InheritedMaint|InheritedDrain) != 0 {
		s.lead = lead
	}
	was, to := s.flags, s.flags|x.flag
	if !x.on {
		to = was &^ x.flag
	}
	if to == was {
		p.mu.Unlock()
		return
	}
	before := s.op
	woken, lines := s.administer(now, to, cause)
	after := s.op
	p.mu.Unlock()
	p.tell(nil, woken, lines)
	if now := turned(before, after); now != same {
		s.shed(now)
		if now == isDown {
			s.forgetIdle()
		}
	}
	inherited, kind := InheritedMaint, maintFlags
	if x.flag&drainFlags != 0 {
		inherited, kind = InheritedDrain, drainFlags
	}
	if (to&^x.flag)&kind != 0 { // it was so before, or is so still
		return
	}
	for _, f := range slices.Backward(s.followers) {
		f.flag(now, adminStep{inherited, x.on}, cause, after)
	}
}

// turned tells what a step of administration has made of a server's state.
func turned(before, after opState) turn {
	switch {
	case before == after || after == opStopping:
		return same
	case after == opStopped:
		return isDown
	}
	return isUp
}

// administer gives the server other flags, and describes each step as HAProxy does. The backend is locked.
func (s *server) administer(now int64, to AdminFlags, cause string) (woken []*client, lines []line) {
	was := s.flags
	s.flags, s.turned = to, true
	switch {
	case !was.Maint() && to.Maint():
		return s.enterMaint(now, was, cause)
	case was.Maint() && !to.Maint():
		woken, lines = s.leaveMaint(now, was)
	case to.Maint():
		return nil, s.stayInMaint(was)
	}
	switch {
	case !was.Drain() && to.Drain():
		return s.drain(now, cause)
	case was.Drain() && !to.Drain():
		return s.leaveDrain(now)
	}
	return woken, s.stillDrained(lines)
}

// notice is a line about the server.
func (s *server) notice(format string, args ...any) line {
	return line{level: LevelNotice, text: s.kind() + " " + s.name() + " " + fmt.Sprintf(format, args...)}
}

// early marks a line that is told before the start, too.
func early(x line) line {
	x.early = true
	return x
}

func (s *server) enterMaint(now int64, was AdminFlags, cause string) ([]*client, []line) {
	if s.flags&ForcedMaint == 0 {
		cause += s.via()
	}
	if s.check != nil && s.check.on {
		s.check.paused = true
		s.setHealth(0)
	}
	if s.op == opStopped {
		return nil, []line{s.notice("was DOWN and now enters maintenance%s.", cause)}
	}
	calm := s.op == opStopping || was.Drain()
	s.setHealth(0)
	s.op = opStopped
	return s.shift(now, nil, calm, "is going DOWN for maintenance"+cause)
}

// leaveMaint lets the server be up unless the one that it tracks, or its agent, has it down. The time in maintenance is no downtime.
func (s *server) leaveMaint(now int64, was AdminFlags) (woken []*client, lines []line) {
	if s.check != nil && s.check.on {
		s.check.paused = false
		s.check.m.Revive()
	}
	if s.tracks == nil {
		s.lead = opRunning
	}
	if s.op = s.lead; s.heldDown() {
		s.op = opStopped
	}
	if s.op == opRunning {
		s.changed = now
	}
	s.update(now)
	woken = s.be.admitAll(s)
	state := "READY"
	if s.flags.Drain() {
		state = "DRAIN"
	}
	name, how := "", "leaving maintenance"
	switch {
	case was&ForcedMaint != 0:
		how = "leaving forced maintenance"
	case was&ResolveMaint != 0:
		name, how = "('"+s.cfg.Host+"') ", "resolves again"
	}
	return woken, []line{early(s.notice("%sis %s/%s (%s).", name, s.word(), state, how))}
}

func (s *server) stayInMaint(was AdminFlags) (lines []line) {
	switch gone := was &^ s.flags; {
	case gone&ForcedMaint != 0:
		lines = append(lines, early(s.notice("is leaving forced maintenance but remains in maintenance%s.", s.via())))
	case gone&ResolveMaint != 0:
		lines = append(lines, early(s.notice("('%s') resolves again but remains in maintenance.", s.cfg.Host)))
	case gone&InheritedMaint != 0:
		lines = append(lines, early(s.notice("remains in forced maintenance.")))
	}
	return lines
}

// drain lets no new requests come to the server. HAProxy tells of a server that is up as of one that comes into service. cause
// ends what happened.
func (s *server) drain(now int64, cause string) (woken []*client, lines []line) {
	p := s.be
	hadSome := p.wasUp
	s.changed = now
	s.update(now)
	woken = s.dissolve()
	if s.flags&ForcedDrain == 0 {
		cause += s.via()
	}
	text := fmt.Sprintf("%s %s enters drain state%s. %d active and %d backup servers ", s.kind(), s.name(), cause, p.act, p.bck)
	if s.op != opStopped {
		text += fmt.Sprintf("online.%s %d sessions requeued, %d total in queue.", p.onBackup(), len(woken), s.queue.n)
	} else {
		text += fmt.Sprintf("left.%s %d sessions active, %d requeued, %d remaining in queue.", p.onBackup(), s.Served, len(woken), s.queue.n)
	}
	return woken, p.lostAll(hadSome, []line{{level: LevelNotice, text: text}})
}

func (s *server) leaveDrain(now int64) ([]*client, []line) {
	s.downtime += now - s.changed
	s.changed = now
	s.update(now)
	return s.be.admitAll(s), []line{s.notice("is %s (leaving forced drain).", s.word())}
}

// stillDrained reminds of what drains the server. HAProxy says so at each change of a server that is drained, and of one that
// inherits it as if it had been forced before.
func (s *server) stillDrained(lines []line) []line {
	switch {
	case s.flags.Maint() || !s.flags.Drain():
	case s.flags&ForcedDrain != 0:
		lines = append(lines, early(s.notice("remains in forced drain mode.")))
	default:
		lines = append(lines, early(s.notice("is leaving forced drain but remains in drain mode%s.", s.via())))
	}
	return lines
}

// word is the server's state in messages.
func (s *server) word() string {
	if s.op == opStopped {
		return "DOWN"
	}
	return "UP"
}
