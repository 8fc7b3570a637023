#!/bin/sh
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#
# Does bench/ measure, say what it left out, and leave nothing behind? Not what it measures: that depends on
# the machine.
#
# reads: bench common headers docs README.md 02-tracepoint 03-raw-tracepoint 06-tc
cd "$(dirname "$0")" || exit 1
. ../lib.sh
root=$(cd ../.. && pwd)
export ROUNDS=1 EVENTS=2000 LATENCIES=1

built() {
	make -C "$root/bench" >"$T/make" 2>&1 || fail "$(tail -n 20 "$T/make")"
}

test_a_run_has_ours_and_the_floor_and_all_that_is_measured() {
	built
	exits 0 "$root/bench/run" -j 03-raw-tracepoint
	for who in ours floor; do
		expect 1 "select(.who == \"$who\") | .example == \"03-raw-tracepoint\" and .events == 2000
			and ([.kernel_ns, .untraced_ns, .runs, .start_ms, .rss_kib] | all(. > 0))
			and ([.added_ns, .added_low_ns, .added_high_ns, .reader_ns] | all(type == \"number\"))
			and .dropped == 0 and (.machine + .kernel + .date | length > 20)" stdout
	done
	expect 1 'select(.who == "ours") | .size_kib > 0 and .helpers_ns > 0' stdout
	# An empty program that cost as much as ours would be none.
	jq -e -s 'map({ (.who): .kernel_ns }) | add | .ours > 1.2 * .floor' "$T/stdout" >/dev/null ||
		fail "ours and the floor: $(cat "$T/stdout")"
}

test_a_peer_that_is_not_there_is_left_out_and_named() {
	built
	exits 0 unshare --mount sh -c '[ ! -e /usr/sbin/syscount ] || mount --bind /dev/null /usr/sbin/syscount
		exec "$1" 03-raw-tracepoint' sh "$root/bench/run"
	says '^bench: 03-raw-tracepoint: /usr/sbin/syscount is not installed \(package libbpf-tools\), so there is no peer$'
	grep -q '^  ours ' "$T/stdout" || fail "$(cat "$T/stdout")"
	! grep -q '^  peer ' "$T/stdout" || fail "$(cat "$T/stdout")"
}

test_nothing_is_left_behind() {
	built
	bpf_snapshot
	stats=$(cat /proc/sys/kernel/bpf_stats_enabled)
	exits 0 "$root/bench/run" -j 06-tc
	expect 1 'select(.who == "ours") | .packet_ns > 0 and .runs >= 1' stdout
	[ "$(cat /proc/sys/kernel/bpf_stats_enabled)" = "$stats" ] || fail "kernel.bpf_stats_enabled has changed"
	! ip netns list | grep '^bench-' || fail "its network namespaces are there"
	nothing_left
}

test_wrong_usage_is_named() {
	exits 2 "$root/bench/run" 99-nothing
	says "^bench: there is no example '99-nothing'$"
	exits 2 "$root/bench/run" -x
	says '^usage: bench/run'
	exits 2 "$root/bench/vm" 99-nothing
}

test_new_results_replace_the_old_ones_of_the_same_example() {
	mkdir -p "$T/bench" "$T/docs"
	cp "$root/bench/record" "$T/bench/"
	echo '{"example": "02-tracepoint", "emulated": false, "n": 1}
{"example": "02-tracepoint", "emulated": true, "n": 2}
{"example": "03-raw-tracepoint", "emulated": false, "n": 3}' >"$T/docs/bench.jsonl"
	echo '{"example": "02-tracepoint", "emulated": false, "n": 4}' >"$T/new"
	exits 0 "$T/bench/record" "$T/new"
	[ "$(jq .n "$T/docs/bench.jsonl" | sort | xargs)" = "2 3 4" ] || fail "$(cat "$T/docs/bench.jsonl")"
}

test_a_page_whose_numbers_are_not_the_recorded_ones_is_found() {
	mkdir "$T/copy"
	cp -r "$root/docs" "$root/README.md" "$T/copy/"
	for example in "$root"/[0-9][0-9]-*/; do
		mkdir "$T/copy/$(basename "$example")"
		cp "$example/README.md" "$T/copy/$(basename "$example")/"
	done
	exits 0 "$T/copy/docs/cost" "$T/pages"
	cmp "$T/pages/02-tracepoint.md" "$root/02-tracepoint/README.md" || fail "the README is not current: make docs"
	jq -c 'if .example == "02-tracepoint" and .who == "ours" then .kernel_ns *= 2 else . end' \
		"$root/docs/bench.jsonl" >"$T/copy/docs/bench.jsonl"
	exits 0 "$T/copy/docs/cost" "$T/pages"
	for page in 02-tracepoint cost; do
		! cmp -s "$T/pages/$page.md" "$T/copy/$([ $page = cost ] && echo docs/cost.md || echo $page/README.md)" ||
			fail "another result, and the same $page.md"
	done
	cmp "$T/pages/03-raw-tracepoint.md" "$root/03-raw-tracepoint/README.md"
}

run_tests
