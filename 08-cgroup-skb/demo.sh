#!/bin/sh
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Make a cgroup with another in it, and have processes in both send over loopback.
set -eu
root=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
dir=$(mktemp -d "$root/demo.XXXXXX")
trap 'rmdir "$dir/child" "$dir"' EXIT
mkdir "$dir/child"

# in_cgroup DIR COMMAND...: a socket belongs to the cgroup that its process is in when it makes it.
in_cgroup() {
	(
		echo 0 >"$1/cgroup.procs"
		shift
		exec "$@"
	) >/dev/null
}
in_cgroup "$dir" ./talk udp 127.0.0.1 100 1000
in_cgroup "$dir/child" ./talk udp 127.0.0.1 10 500
in_cgroup "$dir/child" ./talk tcp 127.0.0.1 100000
sleep "${DEMO_PAUSE:-1}" # the name of a cgroup can be looked up only while it is there
