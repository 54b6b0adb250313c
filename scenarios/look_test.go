package scenarios_test

import (
	"context"
	"fmt"
	"strings"
	"time"

	"simulacro/sim/docker"
)

// lookScript prints what faults touch in a node: files (without what differs between clusters, and what Adapt changes), mounts,
// addresses, packet filter, queues, firewall, stopped processes, programs of the drill. It asks no service: firewall-cmd takes half a
// second of a processor for what nft and the zone's file say. firewalld is waited for: a new node serves before it has its rules.
const lookScript = `for f in /etc/haproxy/haproxy.cfg /etc/httpd/conf/httpd.conf /etc/httpd/conf.modules.d/10-php.conf /etc/fstab \
	/etc/ganesha/ganesha.conf /export/index.php /export/index.html; do
	[ -e $f ] && echo "$f $(sed -E 's/(192\.168|10\.0)\.[0-9]+\./NET./g; s/ nfs [^ ]+/ nfs OPTIONS/' $f | md5sum)"
done
grep -E ' /(mnt/web|var/log|export)' /proc/mounts | awk '{ print $2, $3 }'
ip -o -4 addr show scope global | awk '{ sub(/.*\./, "NET.", $4); print $2, $4 }' | sort
nft list tables 2>/dev/null | grep simulacro
tc qdisc show 2>/dev/null | grep -v -E 'noqueue|noop'
if [ -e /etc/haproxy ]; then
	echo "for good: $(grep '<port ' /etc/firewalld/zones/external.xml)"
	n=0; until chain=$(nft list chain inet firewalld filter_IN_external_allow) || [ $((n += 1)) -gt 100 ]; do sleep 0.1; done 2>/dev/null
	echo "now: $(echo "$chain" | grep dport | sort)"
fi
[ -d /var/lib/simulacro/forward ] && sed 's/192\.168\.[0-9]*/NET/' /var/lib/simulacro/forward/* 2>/dev/null
ss -Hltn 'sport = :5080' | wc -l
ps -eo state=,args= | grep -E '^T|^. (/[^ ]*/)?simulacro '
true`

// lookWait is how long what a drill has stopped may take to be gone.
const lookWait = 3 * time.Second

// look tells of all nodes of a cluster what faults may have changed in them, their limits included.
func look(ctx context.Context, c *docker.Cluster) (string, error) {
	var b strings.Builder
	for _, n := range c.Spec().Plan.Nodes() {
		out, err := c.Exec(ctx, n.Name, "sh", "-c", lookScript)
		if err != nil {
			return "", err
		}
		limits, err := c.Limits(ctx, n.Name)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&b, "%s, limits %+v\n", n.Name, limits)
		for line := range strings.Lines(out.Stdout + out.Stderr) {
			if !strings.HasSuffix(strings.TrimSpace(line), "simulacro "+docker.AgentCommand) { // which stays as long as the cluster
				b.WriteString(line)
			}
		}
	}
	return b.String(), nil
}

// looksLike waits until a cluster looks as it did, and gives how it looks otherwise: "" means that it looks so.
func looksLike(ctx context.Context, c *docker.Cluster, want string) (other string, err error) {
	for until := time.Now().Add(lookWait); ; time.Sleep(100 * time.Millisecond) {
		now, err := look(ctx, c)
		if err != nil || now == want {
			return "", err
		}
		if time.Now().After(until) {
			return now, nil
		}
	}
}
