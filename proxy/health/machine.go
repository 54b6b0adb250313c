package health

import "time"

// Params are a server's check settings (configuration manual, section 5.2).
type Params struct {
	Inter, FastInter, DownInter time.Duration // 0: 2 s, Inter, Inter
	Rise, Fall                  int           // 0: 2, 3
	Connect, Check              time.Duration // timeout connect, timeout check; 0: not set
	Agent                       bool          // of an agent: one that can not be heard is no failure
}

// Change is what a result did to the server.
type Change int

// The changes.
const (
	Same Change = iota
	WentUp
	WentDown
)

// Machine is the state of one server's checks. A server is up before its first check, but then falls at the first
// failure; once a check has passed, it takes Fall failures in a row.
type Machine struct {
	p       Params
	health  int // 0 to Rise+Fall-1; up from Rise on
	last    Result
	running bool
	next    time.Time
	fails   uint64 // failed checks that counted
}

// New gives the machine of a server that is up and has not been checked.
func New(p Params) *Machine {
	if p.Inter <= 0 {
		p.Inter = 2 * time.Second
	}
	if p.FastInter <= 0 {
		p.FastInter = p.Inter
	}
	if p.DownInter <= 0 {
		p.DownInter = p.Inter
	}
	if p.Rise <= 0 {
		p.Rise = 2
	}
	if p.Fall <= 0 {
		p.Fall = 3
	}
	return &Machine{p: p, health: p.Rise, last: Result{Status: Init}}
}

// Start plans the first check: position pos of n in time, so that the checks of all servers spread over one interval.
// inter is the shortest interval of all servers, most what max-spread-checks bounds it to; 0: nothing does.
func (m *Machine) Start(now time.Time, pos, n int, inter, most time.Duration) {
	if inter = max(inter, m.interval()); most > 0 {
		inter = min(inter, most)
	}
	m.next = now.Add(inter * time.Duration(pos) / time.Duration(max(n, 1)))
}

// Next tells when the next check is due.
func (m *Machine) Next() time.Time { return m.next }

// Inter is the interval between checks where all is well.
func (m *Machine) Inter() time.Duration { return m.p.Inter }

// Up tells whether the server is up.
func (m *Machine) Up() bool { return m.health >= m.p.Rise }

// Health gives the counter of the statistics, and its bounds.
func (m *Machine) Health() (health, rise, fall int) { return m.health, m.p.Rise, m.p.Fall }

// Fails is how many checks have failed, as the statistics count them.
func (m *Machine) Fails() uint64 { return m.fails }

// Last gives the latest result, and whether a further check is under way.
func (m *Machine) Last() (Result, bool) { return m.last, m.running }

// Begin says that a check has started. It gives the time by which it must be connected: the interval, or `timeout
// connect` where that is shorter and `timeout check` is set (section 4.2, "timeout check").
func (m *Machine) Begin(now time.Time) (connectBy time.Time) {
	m.running = true
	d := m.p.Inter
	if m.p.Check > 0 && m.p.Connect > 0 {
		d = min(d, m.p.Connect)
	}
	return now.Add(d)
}

// Connected says that the connection is there, and gives the time by which the answer must have come: `timeout check`
// from now on, or else what Begin gave.
func (m *Machine) Connected(now, connectBy time.Time) (answerBy time.Time) {
	if m.p.Check > 0 {
		return now.Add(m.p.Check)
	}
	return connectBy
}

// Report takes the end of a check, plans the next and says whether the server changed. spread shifts the next check by a
// part of its interval, -1 to 1 times `spread-checks`; 0 leaves it.
func (m *Machine) Report(now time.Time, r Result, spread float64) (c Change, notable bool) {
	m.running = false
	notable = r.Status != m.last.Status
	m.last = r
	up := m.Up()
	switch {
	case r.Status.Passed():
		notable = m.pass() || notable
	case r.Status == Checked:
		notable = false
	case !m.p.Agent || r.Status.HasCode():
		notable = m.fail() || notable
	}
	d := m.interval()
	m.next = now.Add(d + time.Duration(float64(d)*spread))
	switch {
	case up && !m.Up():
		c = WentDown
	case !up && m.Up():
		c = WentUp
	}
	return c, notable
}

func (m *Machine) pass() bool {
	top := m.p.Rise + m.p.Fall - 1
	if m.health >= top {
		return false
	}
	if m.health++; m.health >= m.p.Rise {
		m.health = top
	}
	return true
}

func (m *Machine) fail() bool {
	if m.health == 0 {
		return false
	}
	m.fails++
	if m.health--; m.health < m.p.Rise {
		m.health = 0
	}
	return true
}

// interval is inter for a server that is wholly up, downinter for one that is wholly down, and fastinter in between.
func (m *Machine) interval() time.Duration {
	switch m.health {
	case m.p.Rise + m.p.Fall - 1:
		return m.p.Inter
	case 0:
		return m.p.DownInter
	}
	return m.p.FastInter
}

// Set sets the counter, as an operator does or maintenance.
func (m *Machine) Set(health int) { m.health = health }

// Skip lets a check pass: the next is an interval later.
func (m *Machine) Skip(now time.Time) (next time.Time) {
	m.running = false
	for !m.next.After(now) {
		m.next = m.next.Add(m.p.Inter)
	}
	return m.next
}

// Revive makes a server up that will fall at its first failed check, as at the start.
func (m *Machine) Revive() { m.health = m.p.Rise }

// Suspect is the failure of a check that was none: live traffic went wrong as often as error-limit allows (section 5.2,
// "observe"). how is on-error's word: fail-check, sudden-death or mark-down.
func (m *Machine) Suspect(how, info string) Change {
	switch {
	case how == "sudden-death" && m.health > m.p.Rise:
		m.health = m.p.Rise + 1
	case how == "mark-down" && m.health > m.p.Rise:
		m.health = m.p.Rise
	}
	up := m.Up()
	m.last = Result{Status: Hana, Info: info, Duration: -1}
	m.fail()
	if up && !m.Up() {
		return WentDown
	}
	return Same
}

// Hurry brings the next check forward to fastinter from now; false: it is sooner already.
func (m *Machine) Hurry(now time.Time) bool {
	at := now.Add(m.p.FastInter)
	if m.next.Before(at) {
		return false
	}
	m.next = at
	return true
}

// ClearCounters forgets the number of failures.
func (m *Machine) ClearCounters() { m.fails = 0 }
