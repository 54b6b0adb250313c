package engine

import (
	"testing"

	"github.com/stretchr/testify/require"

	"simulacro/proxy/config"
)

// The values are HAProxy's for the same sections.
func TestFullconnIsATenthOfWhatLeadsThere(t *testing.T) {
	back := &config.Proxy{Name: "b", Kind: config.Backend}
	alone := &config.Proxy{Name: "c", Kind: config.Backend}
	set := &config.Proxy{Name: "set", Kind: config.Backend, Fullconn: 7}
	front := func(maxconn int, to *config.Proxy) *config.Proxy {
		return &config.Proxy{Name: "f", Kind: config.Frontend, Maxconn: maxconn, DefaultBackend: to}
	}
	listen := &config.Proxy{Name: "l", Kind: config.Listen, Maxconn: 77}
	passing := &config.Proxy{Name: "m", Kind: config.Listen, Maxconn: 77, DefaultBackend: back}
	e, err := New(&config.Config{Global: config.Global{Maxconn: 3000}, Proxies: []*config.Proxy{
		front(5, back), front(51, back), back, alone, set, listen, passing, front(0, set)}}, Options{})
	require.NoError(t, err)
	slim := map[string]int{}
	for _, p := range e.Snapshot().Proxies {
		if p.Back != nil {
			slim[p.Proxy.Name] = p.Back.Slim
		}
	}
	require.Equal(t, map[string]int{"b": 14, "c": 1, "set": 7, "l": 8, "m": 1}, slim)

	to := &config.Proxy{Name: "d", Kind: config.Backend}
	e, err = New(&config.Config{Global: config.Global{Maxconn: 3000}, Proxies: []*config.Proxy{front(0, to), to}}, Options{})
	require.NoError(t, err)
	require.Equal(t, 300, e.Snapshot().Proxies[1].Back.Slim)
}

// The limit of a server grows from its minconn to its maxconn with the sessions of a backend whose fullconn is derived.
func TestMinconnActsWithoutAFullconn(t *testing.T) {
	back := &config.Proxy{Name: "b", Kind: config.Backend, Servers: []*config.Server{server1(0, "127.0.0.1:9")}}
	back.Servers[0].Minconn, back.Servers[0].Maxconn = 10, 100
	front := &config.Proxy{Name: "f", Kind: config.Frontend, Maxconn: 1000, DefaultBackend: back}
	e, err := New(&config.Config{Proxies: []*config.Proxy{front, back}}, Options{})
	require.NoError(t, err)
	s := e.proxies[1].servers[0]
	for held, want := range map[int]int{0: 10, 5: 10, 50: 50, 100: 100, 200: 100} {
		e.proxies[1].beconn = held
		s.limit()
		require.Equal(t, want, s.Maxconn, "with %d sessions", held)
	}
}
