package engine

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAListenerWaitsWhileTooManyBegin(t *testing.T) {
	e, err := New(practical(), Options{Logger: noLog{}})
	require.NoError(t, err)
	e.count(Sessions, 5000)
	e.count(Sessions, 5000)
	require.Zero(t, e.tooSoon(5000, true), "without a limit")
	e.SetRateLimit(Sessions, 3)
	require.Zero(t, e.tooSoon(5000, true), "below the limit")
	e.SetRateLimit(Sessions, 2)
	require.Positive(t, e.tooSoon(5000, false), "at the limit")
	require.Zero(t, e.tooSoon(7000, false), "two seconds later")
	e.SetRateLimit(Sessions, 0)
	e.count(TLSSessions, 5000)
	e.SetRateLimit(TLSSessions, 1)
	require.Zero(t, e.tooSoon(5000, false), "without TLS")
	require.Positive(t, e.tooSoon(5000, true), "with TLS")
}

func TestTheProcessesRatesComeFromTheConfiguration(t *testing.T) {
	cfg := practical()
	cfg.Global.MaxConnRate, cfg.Global.MaxSessRate, cfg.Global.MaxTLSRate = 7, 2, 1
	e, err := New(cfg, Options{Logger: noLog{}})
	require.NoError(t, err)
	e.count(Sessions, 5000)
	e.count(TLSSessions, 5000)
	require.Zero(t, e.tooSoon(5000, false), "below the limits")
	require.Positive(t, e.tooSoon(5000, true), "over TLS")
	e.count(Sessions, 5000)
	require.Positive(t, e.tooSoon(5000, false), "as many sessions as may begin")
	require.EqualValues(t, 7, e.pace.limits[Connections].Load())
}
