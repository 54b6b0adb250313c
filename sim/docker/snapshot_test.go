package docker

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/docker/docker/api/types/image"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"simulacro/sim"
)

// snapshotOf makes the images that a save leaves.
func snapshotOf(t *testing.T, cluster, name string) (list []image.Summary) {
	t.Helper()
	spec := sim.Spec{Name: cluster, Plan: sim.DefaultPlan(), Director: sim.HAProxy}
	text, err := json.Marshal(spec)
	require.NoError(t, err)
	one := func(part string, labels map[string]string) {
		labels[LabelCluster], labels[LabelSnapshot] = cluster, name
		list = append(list, image.Summary{ID: part, Labels: labels, Created: 1e9 + int64(len(list)), RepoTags: []string{snapshotRef(cluster, name, part)}})
	}
	one(exportPart, map[string]string{})
	for _, n := range spec.Plan.Nodes() {
		one(n.Name, map[string]string{LabelNode: n.Name, LabelSpec: string(text)})
	}
	return list
}

func TestSnapshotsAreGatheredFromImages(t *testing.T) {
	list := append(snapshotOf(t, "b", "two"), snapshotOf(t, "a", "preHAproxy")...)
	list = append(list, snapshotOf(t, "a", "cut")[1:]...) // killed before the export was there
	removed := snapshotOf(t, "a", "gone")
	for i := range removed { // removed, while nodes run on them
		removed[i].RepoTags = []string{"<none>:<none>"}
	}
	var got []string
	for _, s := range gatherSnapshots(append(list, removed...)) {
		got = append(got, s.Cluster+"/"+s.Name+map[bool]string{false: " cut"}[s.Whole])
		assert.Equal(t, sim.HAProxy, s.Director)
		assert.Equal(t, sim.DefaultPlan(), s.spec.Plan)
		assert.WithinDuration(t, time.Unix(1e9, 0), s.Saved, time.Minute)
	}
	assert.Equal(t, []string{"a/cut cut", "a/preHAproxy", "b/two"}, got)
	for part := range snapshotOf(t, "a", "x") { // whichever part is missing
		rest := snapshotOf(t, "a", "x")
		rest = append(rest[:part:part], rest[part+1:]...)
		require.Len(t, gatherSnapshots(rest), 1)
		assert.False(t, gatherSnapshots(rest)[0].Whole, part)
	}
}

func TestSnapshotNames(t *testing.T) {
	for name, ok := range map[string]bool{"preHAproxy": true, "1": true, "a_b-c": true, "": false, "a.b": false, "-a": false, "a b": false,
		strings.Repeat("a", 41): false} {
		assert.Equal(t, ok, checkSnapshotName(name) == nil, name)
	}
}

// What was saved is there again, what came after it is not, and nodes that were killed run.
func TestSnapshotIsRestored(t *testing.T) {
	rt := engine(t)
	c := bringUp(t, rt, testSpec(t, "snapshot", 67))
	name := c.Spec().Name
	t.Cleanup(func() { assert.NoError(t, rt.removeSnapshot(context.Background(), name, "kept")) })
	sh := func(c *Cluster, node, script string) string {
		t.Helper()
		out, err := c.Exec(t.Context(), node, "/bin/sh", "-c", script)
		require.NoError(t, err)
		return out.Stdout
	}
	sh(c, "cluster1", "echo '# edited' >>/etc/haproxy/haproxy.cfg")
	sh(c, "cluster2", "systemctl disable httpd; rm /etc/machine-id")
	sh(c, "storage", "echo page >/export/page.html; chown 33:44 /export/page.html; chmod 640 /export/page.html")
	_, err := rt.SaveSnapshot(t.Context(), name, "kept")
	require.NoError(t, err)
	_, err = rt.SaveSnapshot(t.Context(), name, "kept")
	require.ErrorContains(t, err, "there is a snapshot kept")

	sh(c, "cluster1", "echo broken >/etc/haproxy/haproxy.cfg")
	sh(c, "cluster2", "systemctl enable httpd; echo new >/root/new")
	sh(c, "storage", "rm -rf /export/*; echo new >/export/new.html")
	require.NoError(t, c.Kill(t.Context(), "cluster3", ""))
	again, err := rt.RestoreSnapshot(t.Context(), name, "kept", nil)
	require.NoError(t, err)
	assert.Equal(t, c.Spec(), again.Spec())
	for _, n := range again.Spec().Plan.Nodes() {
		state, err := again.State(t.Context(), n.Name)
		require.NoError(t, err)
		assert.Equal(t, StateRunning, state, n.Name)
	}
	assert.Equal(t, "# edited\n", sh(again, "cluster1", "tail -n 1 /etc/haproxy/haproxy.cfg"))
	assert.Equal(t, "disabled\n", sh(again, "cluster2", "systemctl is-enabled httpd; ls /root"))
	assert.Equal(t, "page\n33:44 640\n", sh(again, "storage", "cat /export/page.html; stat -c '%u:%g %a' /export/page.html; ls /export/new.html"))

	require.NoError(t, again.Down(t.Context()))
	back, err := rt.RestoreSnapshot(t.Context(), name, "kept", nil)
	require.NoError(t, err, "a snapshot outlives its cluster")
	require.NoError(t, rt.RemoveSnapshot(t.Context(), name, "kept"), "nodes run on it")
	assert.Equal(t, "page\n", sh(back, "storage", "cat /export/page.html"))
	require.NoError(t, back.Down(t.Context()))
	list, err := rt.snapshotImages(t.Context(), name)
	require.NoError(t, err)
	assert.Empty(t, list, "the last images go with the nodes that ran on them")
	_, err = rt.RestoreSnapshot(t.Context(), name, "kept", nil)
	assert.ErrorIs(t, err, ErrNoSnapshot)
}
