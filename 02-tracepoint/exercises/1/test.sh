#!/bin/sh
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
. ../../../tests/lib.sh

test_nothing_is_left_of_calls_that_have_ended() {
	need bpftool
	start opensnoop -j
	i=0
	while [ $i -lt 50 ]; do
		./opencalls flood 1 /nowhere-at-all >/dev/null
		i=$((i + 1))
	done
	left=$(bpftool -j map dump id "$(map_id calls)" | jq length)
	stop
	[ "$left" -lt 25 ] || fail "calls still has $left entries after 50 processes have ended"
}

run_tests
