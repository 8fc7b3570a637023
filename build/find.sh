#!/bin/sh
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#
# build/find.sh EXAMPLE: print the directory that EXAMPLE means: the name of a directory of this
# checkout (02-tracepoint), the name of a tool (opensnoop), or the path of a tool's directory
# elsewhere (../mytool). If it means none, list what there is and exit with status 2.
set -u

suite=$(cd "$(dirname "$0")/.." && pwd)
wanted=${1%/}

# Print "DIRECTORY TOOL" for each tool of the checkout.
tools() {
	awk -F ' *:= *' '$1 == "EXAMPLE" {
		dir = FILENAME
		sub(/\/Makefile$/, "", dir)
		sub(/.*\//, "", dir)
		print dir, $2
	}' "$suite"/[0-9][0-9]-*/Makefile "$suite"/template/Makefile
}

tools | awk -v wanted="$wanted" '$1 == wanted || $2 == wanted { print $1; found = 1; exit } END { exit !found }' &&
	exit
case $wanted in
*/*)
	if grep -qs '^EXAMPLE *:=' "$wanted/Makefile"; then
		echo "$wanted"
		exit
	fi
	;;
esac
{
	echo "there is no example '$wanted'; these are, each by the name of its directory or of its tool:"
	tools | awk '{ printf "  %-24s %s\n", $1, $2 }'
} >&2
exit 2
