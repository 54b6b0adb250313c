package docker

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A director that holds its first requests must not hold the others: probes do not wait for each other.
func TestAnswers(t *testing.T) {
	servers := []string{"cluster2", "cluster3", "cluster4"}
	var n atomic.Int64
	director := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		i := n.Add(1)
		switch {
		case i <= 5:
			<-r.Context().Done() // held, as after a refused connection
		case i <= 8:
			w.WriteHeader(http.StatusServiceUnavailable)
		default:
			w.Header().Set(serverHeader, servers[i%3])
		}
	}))
	defer director.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	var seen []string
	names, err := Answers(ctx, director.URL, 3, func(s string) { seen = append(seen, s) })
	require.NoError(t, err)
	assert.Equal(t, seen, names)
	slices.Sort(names)
	assert.Equal(t, servers, names)
}

func TestAnswersSaysWhy(t *testing.T) {
	director := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X") == "" {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
	defer director.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	_, err := Answers(ctx, director.URL, 3, nil)
	assert.ErrorIs(t, err, context.DeadlineExceeded)
	assert.ErrorContains(t, err, "503 Service Unavailable")
}
