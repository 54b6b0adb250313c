#!/usr/bin/env bash
# Usage: run.sh DIR COMMAND [ARG...]
#
# Starts the engine that build.sh made in DIR in a mount and a network namespace of its own, where cgroup v2 is the only
# hierarchy, as on today's distributions; runs COMMAND there with DOCKER_HOST set; stops the engine. There is no way out of that namespace, so
# build and download first. Root only. Images come over from the machine's own engine: name them in IMAGES.
set -euo pipefail
dir=$(realpath "${1:?usage: run.sh DIR COMMAND...}")
shift
export DOCKER_HOST="unix://$dir/docker.sock"

if [ "${1:-}" = --inside ]; then
	mount --make-rprivate /
	umount -R /sys/fs/cgroup
	mkdir -p /sys/fs/cgroup
	mount -t cgroup2 none /sys/fs/cgroup
	ip link set lo up
	printf '{"runtimes":{"ours":{"path":"%s/runc"}},"default-runtime":"ours"}\n' "$dir" >"$dir/daemon.json"
	exec "$dir/dockerd" --config-file "$dir/daemon.json" --host "$DOCKER_HOST" --data-root "$dir/data" --exec-root "$dir/run" \
		--pidfile "$dir/pid" --userland-proxy-path "$dir/docker-proxy" --storage-driver overlay2 \
		--feature containerd-snapshotter=false --exec-opt native.cgroupdriver=cgroupfs
fi

rm -f "$dir/docker.sock" "$dir/pid"
setsid unshare -mn "$0" "$dir" --inside >"$dir/log" 2>&1 &
stop() {
	[ -s "$dir/pid" ] || return 0
	local pid
	pid=$(cat "$dir/pid")
	kill "$pid" 2>/dev/null || return 0
	for _ in $(seq 100); do kill -0 "$pid" 2>/dev/null || return 0; sleep 0.1; done
}
trap stop EXIT
for _ in $(seq 150); do
	docker version >/dev/null 2>&1 && break
	sleep 0.2
done
docker version --format 'engine {{.Server.Version}}, API {{.Server.APIVersion}}' || { tail -n 5 "$dir/log" >&2; exit 1; }
docker info --format 'storage driver {{.Driver}}, cgroup v{{.CgroupVersion}}'
for image in ${IMAGES:-}; do
	DOCKER_HOST= docker save "$image" | docker load
done
nsenter --net="/proc/$(cat "$dir/pid")/ns/net" "$@"
