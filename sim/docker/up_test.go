package docker

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Ctrl-C at any moment of Up leaves nothing.
func TestUpCancelled(t *testing.T) {
	rt := engine(t)
	for _, at := range []string{PhaseNetworks, PhaseNodes, PhaseAnswers} {
		spec := testSpec(t, "cancelled", 65)
		removeLater(t, rt, spec.Name)
		ctx, cancel := context.WithCancel(t.Context())
		began := false
		_, err := rt.Up(ctx, spec, func(s Step) {
			if s.Phase == at && !began {
				began = true
				cancel()
			}
		})
		cancel()
		assert.True(t, errors.Is(err, context.Canceled), "%s: %v", at, err)
		assert.Empty(t, leftovers(t, rt, spec.Name), at)
	}
}

// A haproxy.cfg with which no director starts is told at once, in the director's words, and nothing is left.
func TestUpTellsOfADirectorThatFails(t *testing.T) {
	rt := engine(t)
	spec := testSpec(t, "broken", 66)
	removeLater(t, rt, spec.Name)
	spec.HAProxyCfg = "defaults\n mode http\n timeout client 1s\n timeout server 1s\n timeout connect 1s\nfrontend f\n bind :80\n default_backend nowhere\n"
	ctx, cancel := context.WithTimeout(t.Context(), bootTimeout/2) // long before a wait for answers would end
	defer cancel()
	_, err := rt.Up(ctx, spec, nil)
	require.Error(t, err)
	assert.Contains(t, err.Error(), "haproxy.service on cluster1 has failed")
	assert.Contains(t, err.Error(), "unable to find required default_backend: 'nowhere'")
	assert.Empty(t, leftovers(t, rt, spec.Name))
}

// What an engine completes for a process that was killed may come when the next one has looked already: its names are taken then.
func TestUpRemovesWhatCameLate(t *testing.T) {
	rt := engine(t)
	spec := withDefaults(testSpec(t, "late", 69))
	removeLater(t, rt, spec.Name)
	l, err := acquire(t.Context(), spec.Name, nil)
	require.NoError(t, err)
	defer l.release()
	book, err := rt.addresses(t.Context())
	require.NoError(t, err)
	late, _, err := book.choose(spec.Plan, spec.Asked)
	require.NoError(t, err)
	b := &builder{Runtime: rt, spec: spec, label: "{}", report: &reporter{}}
	b.spec.Plan = late
	require.NoError(t, b.makeNetwork(t.Context(), outerNet, late.Outer, late.OuterAddr(1), late.OuterAddr(192)))
	c, err := rt.create(t.Context(), spec, l, &reporter{})
	require.NoError(t, err)
	assert.Len(t, c.Spec().Plan.Nodes(), 6)
}

// A node that ends while the cluster boots is told at once, with its last words, and nothing is left.
func TestUpTellsOfANodeThatEnds(t *testing.T) {
	rt := engine(t)
	spec := testSpec(t, "ended", 67)
	removeLater(t, rt, spec.Name)
	ctx, cancel := context.WithTimeout(t.Context(), bootTimeout/2) // long before a wait for answers would end
	defer cancel()
	_, err := rt.Up(ctx, spec, func(s Step) {
		if s.Phase != PhaseNodes || !s.Done {
			return
		}
		c, err := rt.Find(ctx, spec.Name)
		if assert.NoError(t, err) {
			assert.NoError(t, c.Kill(ctx, "cluster3", "KILL"))
		}
	})
	require.Error(t, err)
	assert.NoError(t, ctx.Err())
	assert.Contains(t, err.Error(), "cluster3 ended while booting:")
	assert.Contains(t, err.Error(), "cluster3: exited, does not run")
	assert.Empty(t, leftovers(t, rt, spec.Name))
}

// So is a web server that systemd has given up.
func TestBootFailureOfAServer(t *testing.T) {
	rt := engine(t)
	c := bringUp(t, rt, testSpec(t, "given-up", 68))
	ctx := t.Context()
	assert.Empty(t, c.bootFailure(ctx, true))
	out, err := c.Exec(ctx, "cluster4", "sh", "-c", "echo Nonsense >> /etc/httpd/conf/httpd.conf; systemctl restart httpd")
	require.NoError(t, err)
	require.NotZero(t, out.Code)
	assert.Empty(t, c.bootFailure(ctx, false))
	assert.Contains(t, c.bootFailure(ctx, true), "httpd.service on cluster4 has failed")
}
