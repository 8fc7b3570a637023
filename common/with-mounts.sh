#!/bin/sh
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#
# common/with-mounts.sh COMMAND ARG...: run COMMAND where tracefs and bpffs are mounted. systemd
# mounts both; containers and small VMs often have neither. What is missing is mounted in a
# mount namespace of COMMAND's own, so that nothing stays mounted. Needs root.
set -eu

tracing=/sys/kernel/tracing bpf=/sys/fs/bpf
missing=
[ -d $tracing/events ] || [ -d /sys/kernel/debug/tracing/events ] || missing=$tracing
grep -q "^[^ ]* $bpf bpf " /proc/self/mounts || missing="$missing $bpf"
[ -n "$missing" ] || exec "$@"

echo "with-mounts.sh: not mounted here, so only for this run:" $missing >&2
exec unshare --mount sh -c '
	for dir in $1; do
		case $dir in */tracing) type=tracefs ;; *) type=bpf ;; esac
		mount -t $type -o mode=0700 $type $dir || exit
	done
	shift
	exec "$@"' sh "$missing" "$@"
