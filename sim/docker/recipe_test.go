package docker

import (
	"testing"

	"github.com/docker/go-connections/nat"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"simulacro/sim"
)

func recipeOf(t *testing.T, spec sim.Spec, name string) recipe {
	t.Helper()
	n, err := spec.Plan.Node(name)
	require.NoError(t, err)
	return newRecipe(spec, n, "{}")
}

func TestRecipe(t *testing.T) {
	spec := withDefaults(sim.Spec{Name: "lab", MountOptions: "soft,timeo=20"})

	director := recipeOf(t, spec, "master")
	assert.Equal(t, "simulacro/director:latest", director.config.Image)
	assert.Equal(t, "cluster1", director.config.Hostname)
	assert.Equal(t, "lab-outer", director.first, "its default route leads out")
	assert.Equal(t, "192.168.1.101", director.endpoints["lab-outer"].IPAMConfig.IPv4Address)
	assert.Equal(t, "10.0.100.1", director.endpoints["lab-inner"].IPAMConfig.IPv4Address)
	assert.Equal(t, []nat.PortBinding{{HostIP: "127.0.0.1", HostPort: "5080"}}, director.host.PortBindings["80/tcp"])
	assert.Contains(t, director.config.Env, "SIMULACRO_DIRECTOR=simulacro")
	assert.Contains(t, director.host.ExtraHosts, "cluster2:10.0.100.12")
	assert.Contains(t, director.host.ExtraHosts, "client:192.168.1.50")

	server := recipeOf(t, spec, "cluster3")
	assert.Equal(t, "lab-inner", server.first)
	assert.Len(t, server.endpoints, 1)
	assert.Equal(t, fuseDevice, server.host.Devices[0].PathOnHost)
	assert.Contains(t, server.config.Env, "SIMULACRO_MOUNT=soft,timeo=20")
	assert.Contains(t, server.host.ExtraHosts, "director:10.0.100.1")

	storage := recipeOf(t, spec, "storage")
	assert.Contains(t, []string(storage.host.CapAdd), "DAC_READ_SEARCH")
	assert.Equal(t, "lab-export", storage.host.Mounts[0].Source)

	client := recipeOf(t, spec, "client")
	assert.Equal(t, []string{"NET_ADMIN"}, []string(client.host.CapAdd))
	assert.Contains(t, client.host.ExtraHosts, "cluster1:192.168.1.101")

	for _, n := range spec.Plan.Nodes() {
		r := newRecipe(spec, n, "{}")
		assert.Equal(t, map[string]string{"simulacro": "lab", "simulacro.node": n.Name, "simulacro.role": string(n.Role), "simulacro.spec": "{}"}, r.config.Labels)
		assert.False(t, r.host.Privileged)
	}
}

func TestRecipeWithoutPort(t *testing.T) {
	spec := withDefaults(sim.Spec{Name: "lab"})
	spec.Plan.Port = 0
	assert.Empty(t, recipeOf(t, spec, "cluster1").host.PortBindings)
}

func TestCheckSpec(t *testing.T) {
	for name, ok := range map[string]bool{"simulacro": true, "a.b_c-1": true, "": false, "-a": false, "a/b": false, "ñ": false, "images": false, "base": false} {
		err := checkSpec(withDefaults(sim.Spec{Name: name}))
		assert.Equal(t, ok, err == nil, "%q: %v", name, err)
	}
	assert.ErrorContains(t, checkSpec(withDefaults(sim.Spec{Name: "a", Director: "nginx"})), "must be simulacro or haproxy")
	assert.Error(t, checkSpec(withDefaults(sim.Spec{Name: "a", Plan: sim.Plan{Servers: 3}})))
}
