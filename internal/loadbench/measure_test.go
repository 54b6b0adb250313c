package main

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const wrkSaid = `Running 5s test @ http://127.0.0.1:1/
  1 threads and 10 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency    21.23ms    1.12ms  41.02ms   95.12%
    Req/Sec   470.10     12.01   480.00     90.00%
  Latency Distribution
     50%   20.91ms
     75%   21.02ms
     90%   21.60ms
     99%   25.80ms
  2351 requests in 5.01s, 347.00KB read
Requests/sec:    469.48
Transfer/sec:     69.30KB
`

func TestFiguresAreUnderstood(t *testing.T) {
	f, err := wrkFigures(nil, []byte(wrkSaid), "")
	require.NoError(t, err)
	assert.Equal(t, figures{2351, 469.48, 20910 * time.Microsecond, 25800 * time.Microsecond}, f)
	_, err = wrkFigures(nil, []byte("unable to connect"), "")
	assert.ErrorContains(t, err, "not understood")

	f, err = ourFigures(nil, []byte(`{"at":"2026-01-01T00:00:00Z","kind":"load","load":{"target_rps":500,"achieved_rps":499.5,"sent":2500,"dropped":0,"p50_ns":20500000,"p99_ns":23000000}}`), "")
	require.NoError(t, err)
	assert.Equal(t, figures{2500, 499.5, 20500 * time.Microsecond, 23 * time.Millisecond}, f)
}

func TestTableHasRatios(t *testing.T) {
	var b strings.Builder
	table(&b, []row{{figures{1000, 500, 21 * time.Millisecond, 25 * time.Millisecond}, "simulacro load", 500, 50 * time.Millisecond},
		{figures{1000, 495, 22 * time.Millisecond, 25 * time.Millisecond}, "vegeta", 500, 100 * time.Millisecond}})
	assert.Contains(t, b.String(), "| simulacro load | 500/s | 100.00 % | 1.00 ms | 5.00 ms | 50 µs | 0.50 |")
	assert.Contains(t, b.String(), "| vegeta | 500/s | 99.00 % | 2.00 ms | 5.00 ms | 100 µs | 1.00 |")
}
