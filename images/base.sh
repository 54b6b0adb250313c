#!/bin/sh
# base.sh makes sure that the base image of the nodes is there, and prints its name (and nothing else) on standard output:
#
#	BASE=$(images/base.sh) && docker build --build-arg BASE="$BASE" ...
#
# It takes what the engine has, else debian:bookworm-slim from a registry, else a Debian of the same kind built from the package
# mirror with mmdebstrap, for machines that reach a mirror and no registry. Nothing is done twice: a run with the image present
# takes a few milliseconds.
#
# Environment:
#	SIMULACRO_BASE    an image to use as it is (it must exist or be pullable)
#	SIMULACRO_MIRROR  the Debian mirror to build from; default: the one that this machine's apt uses, else mmdebstrap's own
#	SIMULACRO_PULL    seconds to wait for the registry (default 120; 0 never asks it)
set -eu

registry_image=debian:bookworm-slim
built_image=simulacro/base:bookworm
suite=bookworm

say() { printf '%s\n' "$*" >&2; }
die() { say "base.sh: $*"; exit 1; }
present() { docker image inspect "$1" >/dev/null 2>&1; }

# pull gives up after SIMULACRO_PULL seconds: a registry behind a firewall that drops packets would hold it for minutes.
pull() {
	wait=${SIMULACRO_PULL:-120}
	[ "$wait" != 0 ] && timeout "$wait" docker pull "$1" >&2 2>/dev/null
}

# patiently repeats a command of apt for up to two minutes: another one may hold its locks, as after a machine's start.
patiently() {
	tries=0
	until "$@"; do
		tries=$((tries + 1))
		[ $tries -lt 24 ] || return 1
		[ $tries -gt 1 ] || say "apt does not work yet (another may hold its lock); trying again for two minutes"
		sleep 5
	done
}

# install_mmdebstrap fails with the exact command to type where we may not install a package ourselves.
install_mmdebstrap() {
	command -v mmdebstrap >/dev/null && return
	if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
		say "installing mmdebstrap"
		{ patiently apt-get update -qq && patiently env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends mmdebstrap debian-archive-keyring; } >&2 ||
			die "mmdebstrap could not be installed"
		return
	fi
	die "no registry gives $registry_image and mmdebstrap is missing; type: sudo apt-get install mmdebstrap debian-archive-keyring"
}

# sources prints the deb lines of the image: this machine's own mirrors of the suite, so that a machine that reaches only a mirror
# of its own builds from that one.
sources() {
	if [ -n "${SIMULACRO_MIRROR:-}" ]; then
		printf 'deb %s %s main\n' "$SIMULACRO_MIRROR" "$suite"
		return
	fi
	command -v apt-get >/dev/null || return 0
	apt-get indextargets --format '$(ORIGIN)|$(COMPONENT)|$(REPO_URI)|$(RELEASE)|$(CODENAME)' 'Created-By: Packages' 2>/dev/null |
		awk -F'|' -v suite="$suite" '
			$1 == "Debian" && $2 == "main" && index($5, suite) == 1 && !seen[$3 $5]++ { print "deb", $3, $5, "main" }'
}

# apt_options carries over what this machine needs to reach its mirror: a proxy, or a snapshot whose dates have passed.
apt_options() {
	command -v apt-config >/dev/null || return 0
	apt-config dump --format '%F "%v";%n' Acquire 2>/dev/null |
		grep -E '^Acquire::(https?::Proxy|Check-Valid-Until|Check-Date) "[^"]+";$' || true
}

# build runs mmdebstrap and imports what it makes. Manuals, translations and the package lists stay out, as in Debian's slim image.
build() {
	install_mmdebstrap
	dir=$(mktemp -d)
	trap 'rm -rf "$dir"' EXIT
	trap 'exit 130' INT TERM
	sources >"$dir/sources"
	apt_options >"$dir/apt.conf"
	say "building $built_image from $(awk 'NR == 1 { print $2 }' "$dir/sources" | grep . || echo 'the default mirror')"
	set -- "$suite" "$dir/base.tar"
	[ -s "$dir/sources" ] && set -- "$@" "$dir/sources"
	mmdebstrap --quiet --variant=minbase --format=tar \
		--aptopt="$dir/apt.conf" \
		--aptopt='Acquire::Languages "none"' \
		--aptopt='APT::Install-Recommends "false"' \
		--dpkgopt='path-exclude=/usr/share/man/*' \
		--dpkgopt='path-exclude=/usr/share/locale/*' \
		--dpkgopt='path-exclude=/usr/share/doc/*' \
		--dpkgopt='path-include=/usr/share/doc/*/copyright' \
		--dpkgopt='force-unsafe-io' \
		"$@" >&2 || die "mmdebstrap failed; does this machine reach a Debian mirror? (SIMULACRO_MIRROR names another)"
	docker import --change 'CMD ["bash"]' --change 'LABEL simulacro=base' "$dir/base.tar" "$built_image" >/dev/null ||
		die "the engine refused the image"
}

command -v docker >/dev/null || die "docker is not installed"
docker version --format '{{.Server.Version}}' >/dev/null || die "the engine does not answer"

if [ -n "${SIMULACRO_BASE:-}" ]; then
	present "$SIMULACRO_BASE" || pull "$SIMULACRO_BASE" || die "image $SIMULACRO_BASE (SIMULACRO_BASE) is not there"
	echo "$SIMULACRO_BASE"
elif present "$built_image"; then
	echo "$built_image"
elif present "$registry_image" || pull "$registry_image"; then
	echo "$registry_image"
else
	build
	echo "$built_image"
fi
