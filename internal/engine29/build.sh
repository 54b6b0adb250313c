#!/usr/bin/env bash
# Usage: build.sh DIR
#
# Makes Docker Engine 29 with runc 1.3 in DIR, from Go modules alone, to run the tests on a newer engine than the machine
# has. Needs Go, libseccomp-dev and pkg-config; containerd and ctr are the machine's own. About 5 minutes on two cores; what is there is kept.
set -euo pipefail
dir=$(realpath -m "${1:?usage: build.sh DIR}")
engine=v2.0.0-beta.24 # github.com/moby/moby/v2: the module behind Docker Engine 29
runc=v1.3.3

module() { # module NAME: a module of its own for one program, so that its dependencies meet nobody else's
	mkdir -p "$dir/$1"
	cd "$dir/$1"
	[ -f go.mod ] || go mod init "$1" >/dev/null 2>&1
}

if [ ! -x "$dir/dockerd" ]; then
	module engine
	go get -tool "github.com/moby/moby/v2/cmd/dockerd@$engine" "github.com/moby/moby/v2/cmd/docker-proxy@$engine"
	CGO_ENABLED=0 go build -o "$dir/docker-proxy" github.com/moby/moby/v2/cmd/docker-proxy
	CGO_ENABLED=0 go build -o "$dir/dockerd.new" github.com/moby/moby/v2/cmd/dockerd
	mv "$dir/dockerd.new" "$dir/dockerd"
fi
if [ ! -x "$dir/runc" ]; then
	if ! pkg-config --exists libseccomp; then
		echo "runc needs libseccomp's headers: apt-get install libseccomp-dev pkg-config" >&2
		exit 1
	fi
	module runcmod
	go get -tool "github.com/opencontainers/runc@$runc"
	CGO_ENABLED=1 go build -tags seccomp -o "$dir/runc" github.com/opencontainers/runc
fi
echo "$("$dir/dockerd" --version), $("$dir/runc" --version | head -n 1)"
