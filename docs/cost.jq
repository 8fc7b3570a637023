# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# The tables of docs/cost.md and of the examples' READMEs, from the results of bench/.
include "targets";

def time: # ns, in three digits
	if . == null then "" elif . < 0 then "-" + (-. | time)
	elif . < 100 then "\(. * 10 | round / 10) ns"
	elif . < 1000 then "\(round) ns" elif . < 10000 then "\(. / 10 | round / 100) us"
	elif . < 100000 then "\(. / 100 | round / 10) us" elif . < 1e6 then "\(. / 1000 | round) us" else "\(. / 1e6 | round) ms" end;
def two: if . == null then "" else "\(. * 100 | round / 100)" end;
def times($a; $b): if ($a // 0) <= 0 then "" else ratio($a; $b) | two end;
def mib: if . == null then "" elif . < 1000 then "\(round) KiB" else "\(. / 1024 * 10 | round / 10) MiB" end;
def ms: if . == null then "" elif . < 10 then "\(. * 10 | round / 10) ms" elif . < 1000 then "\(round) ms" else "\(. / 100 | round / 10) s" end;
def row: "| " + (map(. // "" | tostring) | join(" | ")) + " |";
def link: "[\(split(" ")[0])](../\(split(" ")[0])/)" + (split(" ")[1:] | map(" `" + . + "`") | join(""));
def unavoidable: who("floor").kernel_ns as $floor
	| if $floor == null then null else $floor + (who("ours").helpers_ns // 0) end;
def costs: map(select(.section == null));
def groups($emulated): costs | map(select(.emulated == $emulated)) | group_by(.example);
def machine: "\(.machine | sub(", 1 CPUs"; ", 1 CPU")), Linux \(.kernel | split("-")[0])" + (if .emulated then ", emulated" else "" end) + ", \(.date)";

def examples:
	(["", "event", "ours", "peer", "empty", "with helpers", "ours / peer", "ours / with helpers", "traced program: ours", "peer", "reader: ours", "peer"] | row),
	"|---|---|---|---|---|---|---|---|---|---|---|---|",
	(groups(false)[] | who("ours") as $o | who("peer") as $p | who("floor") as $f
	 | select($o) | [ ($o.example | link), $o.name, ($o.kernel_ns | time), ($p.kernel_ns | time), ($f.kernel_ns | time), (unavoidable | time),
	     times($o.kernel_ns; $p.kernel_ns), times($o.kernel_ns; unavoidable),
	     ($o.added_ns | time) + (if $o.added_low_ns then " (\($o.added_low_ns | time) to \($o.added_high_ns | time))" else "" end),
	     ($p.added_ns | time), ($o.reader_ns | time), ($p.reader_ns | time) ] | row);

def others:
	(["", "peer", "attached after: ours", "peer", "empty", "memory: ours", "peer", "file: ours", "peer", "1,000,000 events: dropped", "latency", "in a flood"] | row),
	"|---|---|---|---|---|---|---|---|---|---|---|---|",
	(groups(false)[] | who("ours") as $o | who("peer") as $p | who("floor") as $f
	 | select($o) | [ ($o.example | link), ($p.name // "none"), ($o.start_ms | ms), ($p.start_ms | ms), ($f.start_ms | ms), ($o.rss_kib | mib), ($p.rss_kib | mib),
	     ($o.size_kib | if . then "\(.) KiB" else "" end), ($p.size_kib | if . then "\(.) KiB" else "" end),
	     who("flood").dropped,
	     (who("latency of one") | if . then "\(.latency_ms | ms), at most \(.max_ms | ms)" else "" end),
	     (who("latency in a flood") | if . then "\(.latency_ms | ms), at most \(.max_ms | ms)" else "" end) ] | row);

def emulated:
	(["", "peer", "in the kernel: ours / peer", "ours / empty", "ours / with helpers", "traced program: ours / peer", "ours / empty", "attached: ours / peer", "memory: ours / peer"] | row),
	"|---|---|---|---|---|---|---|---|---|",
	(groups(true)[] | who("ours") as $o | who("peer") as $p | who("floor") as $f
	 | select($o) | [ ($o.example | link), ($p.name // "none"), times($o.kernel_ns; $p.kernel_ns), times($o.kernel_ns; $f.kernel_ns), times($o.kernel_ns; unavoidable),
	     times($o.added_ns; $p.added_ns), times($o.added_ns; $f.added_ns),
	     times($o.start_ms; $p.start_ms), times($o.rss_kib; $p.rss_kib) ] | row);

def missed:
	[groups(false, true)[] | .[0] as $first | targets[] | . + { example: $first.example, emulated: $first.emulated }]
	| "\(map(select(.met)) | length) of \(length) targets are met. These are not:", "",
	  (["", "what", "value", "at most"] | row), "|---|---|---|---|",
	  (map(select(.met | not))[] | [(.example | link) + (if .emulated then ", emulated" else "" end), .what, (.value | two), .limit] | row);

def growth:
	(["", "keys", "", "in the kernel, an event", "reader, an event", "memory", "kernel memory of the maps", "attached after", "ends within"] | row),
	"|---|---|---|---|---|---|---|---|---|",
	(map(select(.section == "growth"))[]
	 | [ (.example | sub("^growth "; "") | link), .keys, .what, (.kernel_ns | time), (.reader_ns | time), (.rss_kib | mib), (.maps_kib | mib), (.start_ms | ms), (.end_ms | ms) ] | row);

def when: [costs[] | machine] | unique[] | "- " + .;

# For an example's README. Real results go before emulated ones.
def of_example($example):
	costs | map(select(.example | split(" ")[0] == $example)) | map(select(.emulated | not)) as $real
	| (if $real | length > 0 then $real else . end)
	| who("ours") as $o | who("peer") as $p | who("floor") as $f
	| if $o == null then "Not recorded yet: `make bench EXAMPLE=\($example) RECORD=1`." else
	"By `\(if $o.emulated then "bench/vm " else "make bench EXAMPLE=" end + $example)` (\($o | machine); [all of it](../docs/cost.md)):", "",
	if $example == "18-iter" then
		(["an object", "`cat` of the pinned iterator", "an empty program instead", "all of `bps`", "the usual way", ""] | row), "|---|---|---|---|---|---|",
		(group_by(.example)[] | who("ours") as $o | who("peer") as $p | who("floor") as $f
		 | ["`\($o.name)`", ($o.kernel_ns | time), ($f.kernel_ns | time), ($o.added_ns | time), ($p.kernel_ns | time), "`\($p.name)`"] | row)
	else
	(["", "in the kernel", "traced program", "reader", "attached after", "memory"] | row), "|---|---|---|---|---|---|",
	if $o.emulated then
		(if $p then ["\($o.name) / \($p.name)", times($o.kernel_ns; $p.kernel_ns), times($o.added_ns; $p.added_ns), times($o.reader_ns; $p.reader_ns), times($o.start_ms; $p.start_ms), times($o.rss_kib; $p.rss_kib)] | row else empty end),
		(if $f then ["\($o.name) / empty programs", times($o.kernel_ns; $f.kernel_ns), times($o.added_ns; $f.added_ns), "", times($o.start_ms; $f.start_ms), ""] | row else empty end)
	else
		([$o.name, ($o.kernel_ns | time), ($o.added_ns | time), ($o.reader_ns | time), ($o.start_ms | ms), ($o.rss_kib | mib)] | row),
		(if $p then ([$p.name, ($p.kernel_ns | time), ($p.added_ns | time), ($p.reader_ns | time), ($p.start_ms | ms), ($p.rss_kib | mib)] | row),
			(["of the peer's", times($o.kernel_ns; $p.kernel_ns), times($o.added_ns; $p.added_ns), times($o.reader_ns; $p.reader_ns), times($o.start_ms; $p.start_ms), times($o.rss_kib; $p.rss_kib)] | row) else empty end),
		(if $f then ["empty programs", ($f.kernel_ns | time), ($f.added_ns | time), "", ($f.start_ms | ms), ""] | row else empty end)
	end end end;

# example, floor = 1, ours, peer, the limit
def plot: groups(false, true)[] | who("ours") as $o | who("peer") as $p | who("floor") as $f
	| select($o.kernel_ns and $f.kernel_ns)
	| [ $o.example + (if $o.emulated then " (emulated)" else "" end), times($o.kernel_ns; $f.kernel_ns),
	    (times($p.kernel_ns; $f.kernel_ns) | if . == "" then "-" else . end), times(unavoidable; $f.kernel_ns) ] | @tsv;
