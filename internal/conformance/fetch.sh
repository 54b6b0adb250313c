#!/bin/bash
# fetch.sh [CACHE]: brings the regression tests of HAProxy 2.6 and the program that runs them, varnishtest, into a cache
# directory outside of this tree, all from Debian's own archive by apt. Nothing of it becomes part of the project.
# Needs apt-get, dpkg-source and dpkg-deb, but no root. Does nothing where the cache is filled already.
set -euo pipefail
cache=${1:-${XDG_CACHE_HOME:-$HOME/.cache}/simulacro/conformance}
if [[ -d $cache/tests && -x $cache/programs/usr/bin/varnishtest ]]; then
	exit 0
fi
mkdir -p "$cache"/{lists/partial,archives/partial,sources,packages}
cache=$(realpath "$cache")

# The machine's own sources, asked for source packages as well. Security updates are left out: the tests are to be those
# of the point release.
for list in /etc/apt/sources.list.d/*.sources; do
	awk 'BEGIN { RS = ""; ORS = "\n\n" } !/security/ { sub(/Types: deb\n/, "Types: deb-src\n"); gsub(/ [a-z]+-updates/, ""); print }' \
		"$list" > "$cache/sources/$(basename "$list")"
done
apt=(apt-get -qq -o Dir::Etc::sourcelist=/dev/null -o "Dir::Etc::sourceparts=$cache/sources"
	-o "Dir::State::lists=$cache/lists" -o "Dir::Cache=$cache" -o APT::Sandbox::User=)
"${apt[@]}" update
cd "$cache"
"${apt[@]}" source --download-only haproxy
rm -rf unpacked tests
dpkg-source --no-check -x haproxy_2.6.*.dsc unpacked > unpack.log 2>&1
mv unpacked/reg-tests tests
rm -rf unpacked
cd packages
apt-get -qq -o APT::Sandbox::User= download varnish libvarnishapi3 socat libwrap0
for package in *.deb; do
	dpkg-deb -x "$package" "$cache/programs"
done
