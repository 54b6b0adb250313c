package fault

import (
	"testing"

	"simulacro/sim"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestEdits(t *testing.T) {
	plan := sim.DefaultPlan()
	for _, c := range []struct {
		name, text, want, err string
		edit                  edit
	}{
		{name: "export removed", edit: removeExport, text: "A {\n}\nEXPORT {\n\tFSAL {\n\t}\n}\nB = 1;\n", want: "A {\n}\n\nB = 1;\n"},
		{name: "no export", edit: removeExport, text: "A {\n}\nEXPORT_DEFAULTS {\n}\n", err: "no EXPORT block"},
		{name: "torn export", edit: removeExport, text: "EXPORT {\n", err: "has no end"},
		{name: "read-only", edit: forbidWrites, text: "EXPORT {\n\tAccess_Type = RW;\n}\n",
			want: "EXPORT {\n\tAccess_Type = RO;\n#\tAccess_Type = RW;\n}\n"},
		{name: "fstab", edit: wrongServer, text: "10.0.100.15:/export /mnt/web nfs defaults 0 0\n", want: "10.0.100.1:/export /mnt/web nfs defaults 0 0\n"},
		{name: "other fstab", edit: wrongServer, text: "/dev/sda / ext4 defaults 0 0\n", err: "does not name the storage node"},
		{name: "root", edit: moveRoot, text: "DocumentRoot \"/mnt/web\"\n<Directory \"/mnt/web\">\n", want: "DocumentRoot \"/var/www/html\"\n<Directory \"/var/www/html\">\n"},
		{name: "root already", edit: moveRoot, text: "DocumentRoot \"/srv\"\n", err: "nothing to change"},
		{name: "php module", edit: unloadPHP, text: "# PHP\nLoadModule php_module x\n", want: "# PHP\n#LoadModule php_module x\n"},
		{name: "syntax", edit: breakPHP, text: "<?php\necho 1; ?>\n<?php\n", want: "<?php\nif (\necho 1; ?>\n<?php\n"},
		{name: "bind", edit: bindElsewhere, text: "frontend f\n    bind 192.168.1.101:80\n    bind *:8080\n", want: "frontend f\n    bind 192.0.2.101:80\n    bind 192.0.2.101:8080\n"},
		{name: "listen without bind", edit: bindElsewhere, text: "backend b\n", err: "no bind line"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := c.edit.changed(&Site{Env: Env{Plan: plan}, Saved: map[string]string{savedText: c.text}})
			if c.err != "" {
				assert.ErrorContains(t, err, c.err)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, c.want, got)
		})
	}
}

// A file that is not there, or has nothing to break, is told before anything is owed or done.
func TestEditWithoutItsFile(t *testing.T) {
	w, led := newWorld(), ledger(t)
	delete(w.files, "cluster3 "+fstab)
	node, _ := w.plan.Node("cluster3")
	i, err := New(w.env(), "wrong-fstab", "f", node, nil, led, func(sim.Event) {})
	require.NoError(t, err)
	assert.ErrorContains(t, i.Plan(t.Context()), "/etc/fstab: No such file")
	assert.Empty(t, led.Owed())
}

func TestNumbersHaveBounds(t *testing.T) {
	w := newWorld()
	node, _ := w.plan.Node("storage")
	for _, c := range []struct{ kind, param, value string }{
		{"rate-limit", "kbit", "1"}, {"rate-limit", "kbit", "fast"}, {"packet-loss", "percent", "0"}, {"packet-loss", "percent", "100"},
	} {
		_, err := New(w.env(), c.kind, "f", node, map[string]string{c.param: c.value}, nil, nil)
		assert.ErrorContains(t, err, "must be a number")
	}
}

func TestParsePing(t *testing.T) {
	const answered = "--- 10.0.100.15 ping statistics ---\n2 packets transmitted, 2 received, 0% packet loss, time 204ms\n" +
		"rtt min/avg/max/mdev = 353.440/507.570/661.701/154.130 ms, pipe 2\n"
	assert.Equal(t, pingStat{sent: 2, received: 2, best: 353.440}, parsePing(answered))
	assert.Equal(t, pingStat{sent: 40, best: -1}, parsePing("40 packets transmitted, 0 received, 100% packet loss, time 9ms\n"))
	assert.Equal(t, pingStat{best: -1}, parsePing("ping: connect: Network is unreachable\n"))
}

// A node that loses its power loses its rules and queues too.
func TestNetworkFaultsOfANodeThatIsKilled(t *testing.T) {
	for _, kind := range []string{"packet-loss", "rate-limit"} {
		w, led := newWorld(), ledger(t)
		node, _ := w.plan.Node("cluster3")
		i, err := New(w.env(), kind, "f", node, nil, led, func(sim.Event) {})
		require.NoError(t, err)
		require.NoError(t, i.Plan(t.Context()))
		require.NoError(t, i.Inject(t.Context()))
		require.NoError(t, w.Kill(t.Context(), node.Name))
		clear(w.done)
		require.NoError(t, i.Recover(t.Context()))
		require.NoError(t, w.Start(t.Context(), node.Name))
		require.NoError(t, i.AwaitRecovery(t.Context()))
		assert.Empty(t, w.sick())
	}
}

func TestOneFaultAFileAtATime(t *testing.T) {
	for _, c := range []struct{ node, first, second string }{
		{"cluster1", "haproxy-cfg-broken", "wrong-bind"},
		{"cluster1", "wrong-bind", "haproxy-cfg-broken"},
		{"storage", "export-readonly", "export-removed"},
		{"storage", "export-removed", "export-readonly"},
	} {
		w, led := newWorld(), ledger(t)
		node, _ := w.plan.Node(c.node)
		first, err := New(w.env(), c.first, "first", node, nil, led, func(sim.Event) {})
		require.NoError(t, err)
		require.NoError(t, first.Plan(t.Context()))
		require.NoError(t, first.Inject(t.Context()))
		second, err := New(w.env(), c.second, "second", node, nil, led, func(sim.Event) {})
		require.NoError(t, err)
		assert.Error(t, second.Plan(t.Context()), "%s during %s", c.second, c.first)
		require.NoError(t, first.Recover(t.Context()))
		require.NoError(t, first.AwaitRecovery(t.Context()))
		assert.Empty(t, w.sick())
	}
}
