#!/bin/bash
# run.sh [-c CACHE] [-p PROGRAM] [-l LIST]: runs the tests that LIST names (a line each, # begins a comment) with PROGRAM in
# haproxy's place. Each runs alone, in a network namespace with nothing but a loopback. Prints a line for each and the
# count; fails unless all pass. A skipped test counts as one that has not passed. Fetched by fetch.sh first.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/simulacro/conformance
program=$here/../../bin/proxy
list=$here/passing.txt
while getopts c:p:l: flag; do
	case $flag in
		c) cache=$OPTARG ;;
		p) program=$OPTARG ;;
		l) list=$OPTARG ;;
		*) exit 2 ;;
	esac
done
cache=$(realpath "$cache") program=$(realpath "$program") list=$(realpath "$list")
export PATH=$cache/programs/usr/bin:$PATH HAPROXY_PROGRAM=$program HAPROXY_ARGS=-dM
LD_LIBRARY_PATH=$(printf '%s:' "$cache"/programs/usr/lib/*-linux-gnu)
TMPDIR=$(mktemp -d)
export LD_LIBRARY_PATH TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT

# alone runs a command where only 127.0.0.0/8 is. Without root the namespace needs one for users, too.
alone() {
	local user=()
	[[ $EUID -eq 0 ]] || user=(--user --map-root-user)
	unshare "${user[@]}" --net sh -c 'ip link set lo up && exec "$@"' sh "$@"
}

# one runs a test: 0 it passes, 77 it was skipped.
one() {
	local out status
	out=$(cd "$cache" && alone varnishtest -b 2097152 -k -t 15 "tests/$1" 2>&1)
	status=$?
	grep -q '1 tests skipped' <<< "$out" && return 77
	return "$status"
}

passed=0 total=0
while read -r name; do
	name=${name%%#*} name=${name//[[:space:]]/}
	[[ -n $name ]] || continue
	total=$((total + 1))
	one "$name" < /dev/null
	case $? in
		0) passed=$((passed + 1)) result=PASS ;;
		77) result=SKIP ;;
		*) result=FAIL ;;
	esac
	echo "$result $name"
done < "$list"
echo "$passed of $total pass"
[[ $passed -eq $total && $total -gt 0 ]]
