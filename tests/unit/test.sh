#!/bin/sh
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#
# Build the unit tests of common/ where there is a compiler, run them as the tools are built
# and with sanitizers, and print what they all say as one TAP stream.
#
# reads: common headers tests/unit
cd "$(dirname "$0")" || exit

if command -v make >/dev/null && command -v "${CC:-cc}" >/dev/null; then
	if ! make -s >&2; then
		printf '1..1\nnot ok 1 - the unit tests can be built\n'
		exit 1
	fi
fi

# Run test program $1 with the other arguments; its name goes in front of its cases'. Each ends
# in its plan, so that one which crashed is noticed.
run() {
	name=$1
	shift
	".output/$build/$name" "$@" 2>&1 | awk -v "from=$name, $build" '
		/^1\.\.[0-9]+$/ { ended = 1; next }
		/^(not )?ok / { sub(/ - /, " - " from ": ") }
		{ print }
		END { print (ended ? "ok" : "not ok") " 0 - " from ": came to its end" }'
}

for build in plain sanitized; do
	lines=.output/$build/lines.json
	if [ $build = sanitized ] && [ ! -e .output/$build/options_test ]; then
		echo "ok 0 - with sanitizers # SKIP the compiler has no libraries for them"
		continue
	fi
	run json_test .output/types.bpf.o .output/other.bpf.o "$lines"
	run text_test
	run ksym_test
	run options_test
	run poll_test
	run demangle_test

	if ! command -v jq >/dev/null; then
		echo "ok 0 - $build: jq reads every line # SKIP there is no jq"
	elif [ -s "$lines" ] &&
		[ "$(jq -c type "$lines" | grep -c object)" -eq "$(wc -l <"$lines")" ]; then
		echo "ok 0 - $build: jq reads every line"
	else
		echo "not ok 0 - $build: jq reads every line"
	fi
done | awk '
	/^(not )?ok / { sub(/ok [0-9]+/, "ok " ++n); failed += /^not/ }
	{ print }
	END { print "1.." n; exit failed != 0 }'
