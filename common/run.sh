#!/bin/sh
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#
# common/run.sh DIR [ARG...]: run the example in DIR with ARGs, and its demo once it is
# attached. Without ARGs it takes those of the line "# run with: ARG..." in demo.sh, if there
# is one. It goes on until Ctrl-C; where nobody sits at a terminal it ends with the demo. Exits
# with the tool's status.
set -eu

cd "$1"
shift
tool=$(sed -n 's/^EXAMPLE *:= *//p' Makefile)
common=$(sed -n 's,^include \(.*\)/example.mk,\1,p' Makefile)

# shellcheck disable=SC2046 # to be split
[ $# -gt 0 ] || set -- $(sed -n 's/^# run with: //p' demo.sh)

if [ "$(id -u)" != 0 ]; then
	command -v sudo >/dev/null || {
		echo "run.sh: this needs root, and there is no sudo" >&2
		exit 1
	}
	exec sudo "$common/run.sh" . "$@"
fi

[ -n "${WITH_MOUNTS:-}" ] || WITH_MOUNTS=1 exec "$common/with-mounts.sh" "$common/run.sh" . "$@"

terminal=
[ ! -t 0 ] || terminal=1 # asked now: what runs in the background has no stdin
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
mkfifo "$dir/stderr"
"./$tool" "$@" 2>"$dir/stderr" &
pid=$!
trap '' INT # Ctrl-C is for the tool, which handles it; this script waits for that
trap 'kill $pid' TERM HUP

# Pass on what the tool says, and start the demo when it says that it is attached.
while IFS= read -r line; do
	echo "$line" >&2
	case $line in
	"$tool: attached to "*)
		{
			./demo.sh || echo "run.sh: the demo failed" >&2
			if [ "$terminal" ]; then
				echo "run.sh: that was the demo; $tool goes on until Ctrl-C" >&2
			else
				kill -INT $pid
			fi
		} &
		;;
	esac
done <"$dir/stderr" &
reader=$!

# A signal ends the wait, not the tool: it still has to detach and report.
status=0
wait $pid || status=$?
while kill -0 $pid 2>/dev/null; do
	status=0
	wait $pid || status=$?
done
wait $reader || :
exit $status
