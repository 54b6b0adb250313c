package load

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"simulacro/sim"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Each body that differs is told of once, before the first request that names it, and no more than so many.
func TestBodiesAreToldOfOnce(t *testing.T) {
	var n atomic.Int64
	s := site(t, func(w http.ResponseWriter, r *http.Request) {
		i := n.Add(1)
		w.Header().Set(ServerHeader, fmt.Sprintf("cluster%d", 2+i%2))
		switch r.URL.Path {
		case "/same":
			fmt.Fprint(w, "the same")
		case "/clock":
			fmt.Fprint(w, i)
		case "/long":
			fmt.Fprint(w, strings.Repeat("x", 3*MaxBody))
		case "/empty":
		}
	})
	told := map[string]sim.Page{}
	pages, of := map[string]int{}, map[string]*sim.Request{}
	_, err := Run(t.Context(), Spec{URL: s.URL, Count: 200, Bodies: 3, Steps: []Step{{Rate: 2000, For: time.Second}},
		Paths: []Path{{"/same", 1}, {"/clock", 1}, {"/long", 1}, {"/empty", 1}}}, func(e sim.Event) {
		switch {
		case e.Page != nil:
			pages[e.Page.Path]++
			told[e.Page.Hash] = *e.Page
		case e.Request != nil:
			of[e.Request.Path] = e.Request
			assert.Equal(t, "127.0.0.1", e.Request.Source)
			if p, ok := told[e.Request.Body]; ok && e.Request.Path == "/same" {
				assert.Equal(t, "the same", p.Text)
			}
		}
	})
	require.NoError(t, err)
	assert.Equal(t, map[string]int{"/same": 2, "/clock": 6, "/long": 2}, pages, "of each server; the clock no more than three")
	assert.Empty(t, of["/empty"].Body)
	long := told[of["/long"].Body]
	assert.True(t, long.Cut)
	assert.Len(t, long.Text, MaxBody)
	assert.False(t, told[of["/same"].Body].Cut)
}

func TestABodyThatBreaksOffHasNoHash(t *testing.T) {
	s := site(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "10")
		fmt.Fprint(w, "half")
	})
	got, _ := collect(t, t.Context(), Spec{URL: s.URL, Count: 1, Steps: []Step{{Rate: 10, For: time.Second}}})
	assert.Equal(t, EOF, got[0].Error)
	assert.Empty(t, got[0].Body)
}
