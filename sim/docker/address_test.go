package docker

import (
	"errors"
	"net/netip"
	"strings"
	"testing"

	"github.com/docker/docker/api/types/network"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	tc "github.com/testcontainers/testcontainers-go"
	tcnetwork "github.com/testcontainers/testcontainers-go/network"

	"simulacro/sim"
)

func prefix(s string) netip.Prefix { return netip.MustParsePrefix(s) }

func TestChoose(t *testing.T) {
	home := taken{prefix("192.168.1.0/24"), "a route of this machine by eth0"}
	vpn := taken{prefix("10.0.0.0/8"), "a route of this machine by tun0"}
	part := taken{prefix("192.168.1.128/25"), "the engine's network lab"}
	free := func(int) bool { return false }
	for _, c := range []struct {
		name  string
		nets  []taken
		busy  func(int) bool
		asked sim.Asked
		outer string
		inner string
		port  int
		notes int
		err   string
	}{
		{name: "nothing in the way", busy: free, outer: "192.168.1.0/24", inner: "10.0.100.0/24", port: 5080},
		{name: "a home network", nets: []taken{home}, busy: free, outer: "192.168.101.0/24", inner: "10.0.100.0/24", port: 5080, notes: 1},
		{name: "a part of it", nets: []taken{part}, busy: free, outer: "192.168.101.0/24", inner: "10.0.100.0/24", port: 5080, notes: 1},
		{name: "a wider network", nets: []taken{vpn}, busy: free, outer: "192.168.1.0/24", inner: "172.28.101.0/24", port: 5080, notes: 1},
		{name: "both and the port", nets: []taken{home, vpn}, busy: func(p int) bool { return p < 5083 },
			outer: "192.168.101.0/24", inner: "172.28.101.0/24", port: 5083, notes: 3},
		{name: "asked for the outer one", nets: []taken{home}, busy: free, asked: sim.Asked{Outer: true},
			err: "network 192.168.1.0/24 is in use by a route of this machine by eth0 (192.168.1.0/24).\nName another, for example SIMULACRO_OUTER=192.168.101 (or --outer 192.168.101)."},
		{name: "asked for the inner one", nets: []taken{vpn}, busy: free, asked: sim.Asked{Inner: true},
			err: "SIMULACRO_INNER=172.28.101"},
		{name: "asked for the other one", nets: []taken{home}, busy: free, asked: sim.Asked{Inner: true},
			outer: "192.168.101.0/24", inner: "10.0.100.0/24", port: 5080, notes: 1},
		{name: "asked for the port", busy: func(p int) bool { return p == 5080 }, asked: sim.Asked{Port: true}, err: "SIMULACRO_PORT=5081 (or --port 5081)"},
		{name: "no port is free", busy: func(int) bool { return true }, err: "port 5080 of 127.0.0.1 is in use"},
		{name: "no network is free", nets: []taken{{prefix("0.0.0.0/1"), "a"}, {prefix("128.0.0.0/1"), "b"}}, busy: free, err: "SIMULACRO_OUTER=172.30.7"},
	} {
		t.Run(c.name, func(t *testing.T) {
			book := &addressBook{nets: c.nets, portBusy: c.busy}
			plan, notes, err := book.choose(sim.DefaultPlan(), c.asked)
			if c.err != "" {
				var conflict *ConflictError
				require.ErrorAs(t, err, &conflict)
				assert.Contains(t, err.Error(), c.err)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, c.outer, plan.Outer.String())
			assert.Equal(t, c.inner, plan.Inner.String())
			assert.Equal(t, c.port, plan.Port)
			assert.Len(t, notes, c.notes)
			assert.NoError(t, plan.Validate())
		})
	}
}

// The spare networks of both kinds come from one block in the end: they must not meet.
func TestChooseKeepsNetworksApart(t *testing.T) {
	book := &addressBook{nets: []taken{{prefix("10.0.0.0/8"), "a"}, {prefix("172.16.0.0/12"), "b"}, {prefix("192.168.1.0/24"), "c"}},
		portBusy: func(int) bool { return false }}
	plan, _, err := book.choose(sim.DefaultPlan(), sim.Asked{})
	require.NoError(t, err)
	assert.Equal(t, "192.168.101.0/24", plan.Outer.String())
	assert.Equal(t, "192.168.102.0/24", plan.Inner.String())
}

func TestChooseAfterLostRace(t *testing.T) {
	book := &addressBook{portBusy: func(int) bool { return false }}
	refused := errors.New("Pool overlaps with other one on this address space")
	assert.True(t, book.remember(&lostRace{net: prefix("10.0.100.0/24"), err: refused}))
	assert.True(t, book.remember(&lostRace{port: 5080, err: errors.New("port is already allocated")}))
	assert.False(t, book.remember(errors.New("anything else")))
	plan, _, err := book.choose(sim.DefaultPlan(), sim.Asked{})
	require.NoError(t, err)
	assert.Equal(t, "10.0.101.0/24", plan.Inner.String())
	assert.Equal(t, 5081, plan.Port)
	_, _, err = book.choose(sim.DefaultPlan(), sim.Asked{Inner: true})
	assert.ErrorContains(t, err, "Pool overlaps")
}

func TestParseRoutes(t *testing.T) {
	const table = `Iface	Destination	Gateway 	Flags	RefCnt	Use	Metric	Mask		MTU	Window	IRTT
eth0	00000000	010200C0	0003	0	0	0	00000000	0	0	0
docker0	000011AC	00000000	0001	0	0	0	0000FFFF	0	0	0
tun0	0000000A	00000000	0001	0	0	0	000000FF	0	0	0
eth0	0101A8C0	00000000	0005	0	0	0	FFFFFFFF	0	0	0
`
	if !littleEndian() {
		t.Skip("the table is that of a little-endian machine")
	}
	routes, err := parseRoutes(strings.NewReader(table))
	require.NoError(t, err)
	var nets []string
	for _, r := range routes {
		nets = append(nets, r.net.String())
	}
	assert.Equal(t, []string{"172.17.0.0/16", "10.0.0.0/8", "192.168.1.1/32"}, nets)
	_, err = parseRoutes(strings.NewReader("eth0 x 0 0 0 0 0 y\n"))
	assert.Error(t, err)
}

func littleEndian() bool {
	a, err := memoryAddr("0101A8C0")
	return err == nil && a.String() == "192.168.1.1"
}

// A network of somebody else's, made by another library, is in the way: refused where it was asked for, else avoided.
func TestForeignNetwork(t *testing.T) {
	rt := engine(t)
	t.Setenv("TESTCONTAINERS_RYUK_DISABLED", "true")
	spec := testSpec(t, "foreign", 67)
	foreign, err := tcnetwork.New(t.Context(), tcnetwork.WithLabels(map[string]string{LabelCluster: spec.Name + "-other"}),
		tcnetwork.WithIPAM(&network.IPAM{Config: []network.IPAMConfig{{Subnet: spec.Plan.Outer.String()}}}))
	tc.CleanupNetwork(t, foreign)
	require.NoError(t, err)

	asked := spec
	asked.Asked.Outer = true
	_, err = rt.Up(t.Context(), asked, nil)
	var conflict *ConflictError
	require.ErrorAs(t, err, &conflict)
	assert.Contains(t, err.Error(), foreign.Name)
	assert.Empty(t, leftovers(t, rt, spec.Name))

	c := bringUp(t, rt, spec)
	assert.NotEqual(t, spec.Plan.Outer, c.Spec().Plan.Outer)
	assert.Equal(t, spec.Plan.Inner, c.Spec().Plan.Inner)
}

// The engine refuses what became busy after we looked: up goes on with the next plan.
func TestLostRace(t *testing.T) {
	rt := engine(t)
	spec := testSpec(t, "race", 67)
	removeLater(t, rt, spec.Name)
	b := &builder{Runtime: rt, spec: withDefaults(spec), report: &reporter{}}
	require.NoError(t, b.makeNetworks(t.Context()))
	other := &builder{Runtime: rt, spec: withDefaults(testSpec(t, "race2", 67)), report: &reporter{}}
	removeLater(t, rt, other.spec.Name)
	err := other.makeNetworks(t.Context())
	var lost *lostRace
	require.ErrorAs(t, err, &lost, "%v", err)
	require.NoError(t, other.undo(t.Context()))
	assert.Empty(t, leftovers(t, rt, other.spec.Name))
}
