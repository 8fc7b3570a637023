#!/bin/sh
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
. ../../../tests/lib.sh

test_what_was_sent_is_shown_or_counted_as_dropped() {
	exits 0 ./procsnoop -j --flood 1300
	shown=$(wc -l <"$T/stdout")
	dropped=$(sed -n 's/^procsnoop: .* events, \([0-9]*\) dropped .*/\1/p' "$T/stderr")
	[ $((shown + ${dropped:-0})) = 2600 ] || fail "2600 were sent, $shown shown, ${dropped:-0} dropped"
}

run_tests
