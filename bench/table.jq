# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# The results of one example for people. Run with -r -n and -L bench.
include "targets";
def pad($n): tostring | . + (" " * ($n - length) // "");
def lpad($n): tostring | (" " * ($n - length) // "") + .;
def whole: if . == null then "-" elif . < 10 then . * 10 | round / 10 else round end;
def two: . * 100 | round / 100;

def show:
	. as $all | .[0] as $first
	| "\($first.example): \($first.events) events a round, \($first.rounds) rounds; untraced \($first.untraced_ns | whole) ns an event"
	  + (if $first.emulated then " (emulated: only ratios mean something)" else "" end),
	  "  \("" | pad(10))\("kernel ns" | lpad(10))\("added ns" | lpad(10))  \("(spread)" | pad(18))\("packet ns" | lpad(10))\("reader ns" | lpad(10))\("dropped" | lpad(9))\("start ms" | lpad(9))\("KiB" | lpad(8))\("file KiB" | lpad(9))",
	  ($all[] | select(.kernel_ns != null or .added_ns != null)
	   | "  \(.who | pad(10))\(.kernel_ns | whole | lpad(10))\(.added_ns | whole | lpad(10))  \("(\(.added_low_ns | whole) to \(.added_high_ns | whole))" | pad(18))\(.packet_ns | whole | lpad(10))\(.reader_ns | whole | lpad(10))\(.dropped // "-" | lpad(9))\(.start_ms | whole | lpad(9))\(.rss_kib | whole | lpad(8))\(.size_kib // "-" | lpad(9))"),
	  ($all[] | select(.who == "ours" and .helpers_ns != null and .helpers != "")
	   | "  unavoidable: \(.helpers): \(.helpers_ns | whole) ns"),
	  ($all[] | select(.who == "peer") | "  the peer is \(.name)\(if .note then ": \(.note)" else "" end)"),
	  ($all | targets[] | "  \(if .met then "met   " else "MISSED" end) \(.what): \(.value | two), at most \(.limit)");

[inputs] | group_by(.example)[] | show
