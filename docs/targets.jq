# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# What is judged, from the results of one example: a list of {what, value, limit, met}, all ratios
# but for what is dropped and late.
def who($name): map(select(.who == $name)) | .[0];
def ratio($a; $b): if $a == null or $b == null or $b <= 0 then null else $a / $b end;
def targets:
	who("ours") as $ours | who("peer") as $peer | who("floor") as $floor
	| [
		{ what: "in the kernel, of the peer's", value: ratio($ours.kernel_ns; $peer.kernel_ns),
		  limit: (if $ours.kind == "stream" then 0.2 else 0.9 end) },
		{ what: "in the kernel, of the empty program and the helpers",
		  value: ratio($ours.kernel_ns; ($floor.kernel_ns // null | if . then . + ($ours.helpers_ns // 0) else null end)), limit: 2.5 },
		{ what: "start-up, of the peer's", value: ratio($ours.start_ms; $peer.start_ms), limit: 0.6 },
		{ what: "memory, of the peer's", value: ratio($ours.rss_kib; $peer.rss_kib), limit: 1 },
		{ what: "dropped of 1,000,000", value: who("flood").dropped, limit: 0 },
		{ what: "latency of one event, ms", value: who("latency of one").max_ms, limit: 120 },
		{ what: "latency in a flood, ms", value: who("latency in a flood").max_ms, limit: 120 }
	  ]
	| map(select(.value != null) | . + { met: ((.value * 100 | round) <= .limit * 100) });
