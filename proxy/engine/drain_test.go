package engine

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simulacro/proxy/health"
)

// Drained, disabled and failing servers: the lines and levels that HAProxy writes for the same steps, and its times.
func TestAdministrationAsHAProxyTellsIt(t *testing.T) {
	cfg := practical("127.0.0.1:9", "127.0.0.1:9")
	for _, s := range cfg.Proxies[1].Servers {
		s.Check, s.Rise, s.Fall = true, 1, 1
	}
	e, err := New(cfg, Options{})
	require.NoError(t, err)
	s1, s2 := e.proxies[1].servers[0], e.proxies[1].servers[1]
	now := int64(0)
	steps := []struct {
		what              string
		do                func() []line
		want              []line
		changed, downtime int64 // of s1
	}{
		{"drain", func() []line { return administered(s1, now, Drain) }, []line{{level: LevelNotice, text: "Server http_back/s1 enters drain state. 1 active and 0 backup servers online. 0 sessions requeued, 0 total in queue."}}, 1000, 0},
		{"drain the last", func() []line { return administered(s2, now, Drain) }, []line{{level: LevelNotice, text: "Server http_back/s2 enters drain state. 0 active and 0 backup servers online. 0 sessions requeued, 0 total in queue."},
			{level: LevelEmerg, text: "backend http_back has no server available!"}}, 1000, 0},
		{"fail drained", func() []line { return reported(s1, now, health.L4Con) }, []line{{level: LevelNotice, text: "Server http_back/s1 is DOWN. 0 active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue."},
			{level: LevelNotice, text: "Server http_back/s1 remains in forced drain mode.", early: true}}, 3000, 0},
		{"rise drained", func() []line { return reported(s1, now, health.L4OK) }, []line{{level: LevelNotice, text: "Server http_back/s1 is UP. 0 active and 0 backup servers online. 0 sessions requeued, 0 total in queue."},
			{level: LevelNotice, text: "Server http_back/s1 remains in forced drain mode.", early: true}}, 4000, 1000},
		{"maintain drained", func() []line { return administered(s1, now, Maint) }, []line{{level: LevelNotice, text: "Server http_back/s1 is going DOWN for maintenance. 0 active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue."}}, 5000, 1000},
		{"leave maintenance", func() []line { return administered(s1, now, Ready) }, []line{{level: LevelNotice, text: "Server http_back/s1 is UP/READY (leaving forced maintenance).", early: true}}, 6000, 1000},
		{"maintain", func() []line { return administered(s1, now, Maint) }, []line{{level: LevelAlert, text: "Server http_back/s1 is going DOWN for maintenance. 0 active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue."},
			{level: LevelEmerg, text: "backend http_back has no server available!"}}, 7000, 1000},
		{"leave maintenance again", func() []line { return administered(s1, now, Ready) }, []line{{level: LevelNotice, text: "Server http_back/s1 is UP/READY (leaving forced maintenance).", early: true}}, 8000, 1000},
		{"fail", func() []line { return reported(s1, now, health.L4Con) }, []line{{level: LevelAlert, text: "Server http_back/s1 is DOWN. 0 active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue."},
			{level: LevelEmerg, text: "backend http_back has no server available!"}}, 9000, 1000},
		{"drain failed", func() []line { return administered(s1, now, Drain) }, []line{{level: LevelNotice, text: "Server http_back/s1 enters drain state. 0 active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue."}}, 10000, 1000},
		{"leave drain failed", func() []line { return administered(s1, now, Ready) }, []line{{level: LevelNotice, text: "Server http_back/s1 is DOWN (leaving forced drain)."}}, 11000, 2000},
		{"maintain failed", func() []line { return administered(s1, now, Maint) }, []line{{level: LevelNotice, text: "Server http_back/s1 was DOWN and now enters maintenance."}}, 11000, 2000},
	}
	for _, x := range steps {
		now += 1000
		require.Equal(t, x.want, x.do(), x.what)
		require.Equal(t, x.changed, s1.changed, "last change: %s", x.what)
		require.Equal(t, x.downtime, s1.downtime, "downtime: %s", x.what)
	}
	require.EqualValues(t, 4, s1.chkDown)
	require.EqualValues(t, 3, s1.be.back.chkDown)
}

func administered(s *server, now int64, a Admin) []line {
	var lines []line
	for _, x := range adminSteps[a] {
		to := s.flags | x.flag
		if !x.on {
			to = s.flags &^ x.flag
		}
		if to == s.flags {
			continue
		}
		_, more := s.administer(now, to, "")
		lines = append(lines, more...)
	}
	return lines
}

// reported is a change that checks have seen, without their reason.
func reported(s *server, now int64, r health.Status) []line {
	c, _ := s.check.m.Report(time.Unix(0, now*1e6), health.Result{Status: r}, 0)
	to := isDown
	if c == health.WentUp {
		to = isUp
	}
	_, lines := s.move(now, nil, to, "")
	return lines
}
