# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# From the rounds of one example, a result for each who: medians, and the spread of what is felt.
def median: sort | if length == 0 then null else .[(length - 1) / 2 | floor] end;
def of(key): map(.[key] // empty) | median;
def round1: if . == null then null else . * 10 | round / 10 end;

[inputs] as $all
| ($all | map(select(.who == "untraced").felt_ns)) as $untraced
| ($helpers | split(" ") | map(split("*") | ($ns[0][.[0]] // 0) * (.[1] // "1" | tonumber)) | add // 0) as $helpers_ns
| [$all[].who] | unique | map(select(. != "untraced")) | .[]
| . as $who
| [$all[] | select(.who == $who)] as $mine
| (if $who == "peer" then $events / $peer_events else 1 end) as $factor
| [$mine | map(.felt_ns // empty) | to_entries[] | .value - $untraced[.key]] as $added
| {
	$example, $who, $kind, $events, $rounds,
	untraced_ns: ($untraced | median | round1),
	kernel_ns: ($mine | of("kernel_ns") | if . then . * $factor else . end | round1),
	runs: ($mine | of("runs")),
	added_ns: ($added | median | round1), added_low_ns: ($added | min | round1), added_high_ns: ($added | max | round1),
	packet_ns: ($mine | of("packet_ns")),
	reader_ns: ($mine | of("cpu_ns") | round1),
	dropped: ($mine | map(.dropped) | add),
	start_ms: ($mine | of("start_ms")), rss_kib: ($mine | of("rss_kib")),
	size_kib: (if $who == "ours" then $ours_kib elif $who == "peer" then $peer_kib else null end),
	helpers_ns: (if $who == "ours" then ($helpers_ns | round1) else null end),
	helpers: (if $who == "ours" then $helpers else null end),
	latency_ms: ($mine | of("latency_ms")), max_ms: ($mine | of("max_ms")),
	name: (if $who == "ours" then $tool elif $who == "peer" then $peer else null end),
	note: (if $who == "peer" and $note != "" then $note else null end)
}
| with_entries(select(.value != null))
