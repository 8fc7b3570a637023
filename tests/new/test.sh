#!/bin/sh
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#
# Does every example make a good beginning for a tool of one's own?
cd "$(dirname "$0")" || exit 1
. ../lib.sh
root=$(cd ../.. && pwd)

# begin DIR [VARIABLE=VALUE...]: make new, then build there
begin() {
	begin_dir=$1
	shift
	make -C "$root" --no-print-directory new NAME=mine DIR="$begin_dir" "$@" >"$T/new" 2>&1 ||
		fail "$(cat "$T/new")"
	make -C "$begin_dir" >"$T/make" 2>&1 || fail "$* does not build: $(tail -n 20 "$T/make")"
}

# its_demo DIR: the case that runs the demo passes, or is skipped with its reason
its_demo() {
	(cd "$1" && ./test.sh "the demo") >"$T/tap" 2>&1 </dev/null || fail "$1: $(cat "$T/tap")"
	grep -q '^ok 1 ' "$T/tap" || fail "$1 has no test of its demo: $(cat "$T/tap")"
}

test_a_copy_of_each_example_builds_and_passes_the_test_of_its_demo() {
	for example in "$root"/[0-9][0-9]-*/; do
		example=$(basename "$example")
		begin "$T/$example" FROM="$example"
		its_demo "$T/$example"
		! grep -rnw "$(sed -n 's/^EXAMPLE *:= *//p' "$root/$example/Makefile")" \
			"$T/$example"/*.[ch] "$T/$example"/*.sh >"$T/left" || fail "$(cat "$T/left")"
		grep -q '^## Change this first' "$T/$example/README.md" || fail "$example does not say what to change"
	done
}

test_a_standalone_copy_needs_nothing_of_the_checkout() {
	begin "$T/own" FROM=02-tracepoint STANDALONE=1
	its_demo "$T/own"
	cat "$T/own"/.output/*.d "$T/own"/common/.output/*.d | tr ' ' '\n' | grep -F "$root/" >"$T/needs" || return 0
	fail "it needs $(cat "$T/needs")"
}

test_what_is_wrong_is_named() {
	exits 2 "$root/build/new.sh"
	says '^new: what is it to be called\?'
	exits 2 "$root/build/new.sh" My-Tool
	says "^new: NAME becomes part of C names: .*, not 'My-Tool'$"
	exits 2 "$root/build/new.sh" mine 99-nothing "$T/mine"
	says "^new: there is no example '99-nothing'$"
	mkdir "$T/there"
	exits 1 "$root/build/new.sh" mine 02-tracepoint "$T/there"
	says "^new: $T/there exists already$"
}

run_tests
