# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# There are no events here; what costs is an object that is shown. 1000 processes that sleep, and a
# map of 10000 elements: "in the kernel" is the CPU time that cat takes to read a pinned
# iterator, by object, "added" that of all of bps, which loads its program first; the peers are the
# usual ways to the same, and the floor an iterator whose program does nothing.
measure_view() { # VIEW NAME PEER...
	view=$1 peer_name=$2
	shift 2
	./bps $view --pin "$T/bpf/ours" 2>/dev/null
	../bench/.output/floor/bps $view --pin "$T/bpf/floor" 2>/dev/null
	objects=$(($(./bps $view 2>/dev/null | wc -l) - 1)) # but for the header
	rm -f "$T/rounds"
	for round in $(seq "$rounds"); do
		add "ours kernel_ns" "$measure_bin" cpu 10 cat "$T/bpf/ours"
		add "ours added_ns" "$measure_bin" cpu 10 ./bps $view
		add "floor kernel_ns" "$measure_bin" cpu 10 cat "$T/bpf/floor"
		add "peer kernel_ns" "$measure_bin" cpu 10 "$@"
	done
	rm "$T/bpf/ours" "$T/bpf/floor"
	jq -c -n --argjson rounds "$rounds" --argjson events "$objects" \
		--arg peer "$peer_name" --arg view "$view" '
		def median: sort | .[(length - 1) / 2 | floor];
		[inputs] | . as $all | ["ours", "floor", "peer"][] | . as $who
		| [$all[] | select(.who | startswith($who))] as $mine
		| { example: ("18-iter" + if $view == "ps" then "" else " " + ($view | split(" ")[0]) end), $who,
		    kind: "count", $events, $rounds,
		    dropped: 0, rss_kib: ($mine | map(.rss_kib) | max),
		    name: (if $who == "peer" then $peer elif $who == "ours" then "bps \($view | split(" ")[0])" else null end) }
		+ ($mine | group_by(.who) | map({ key: .[0].who | split(" ")[1], value: (map(.cpu_ns) | median / $events * 10 | round / 10) }) | from_entries)
		| if $who == "floor" then del(.rss_kib) else . end | with_entries(select(.value != null))' \
		"$T/rounds" >>"$T/results"
}

measure() {
	mkdir "$T/bpf"
	undo="kill \$sleepers 2>/dev/null; umount $T/bpf"
	mount -t bpf -o mode=0700 bpf "$T/bpf"
	bpftool map create "$T/bpf/elements" type hash key 4 value 8 entries 10000 name bench
	seq 0 9999 | awk '{ printf "map update pinned %s key %d %d 0 0 value 1 0 0 0 0 0 0 0\n", file, $1 % 256, $1 / 256 }' \
		file="$T/bpf/elements" >"$T/batch"
	bpftool batch file "$T/batch" >/dev/null
	map=$(bpftool -j map show pinned "$T/bpf/elements" | jq .id)
	sleepers=
	for i in $(seq 1000); do
		sleep 1000 >/dev/null 3</dev/null 4</dev/null &
		sleepers="$sleepers $!"
	done
	measure_view ps ps ps -eo pid,ppid,uid,nlwp,comm:16,args
	measure_view lsof 'ls -l /proc/PID/fd' sh -c 'exec ls -l /proc/[0-9]*/fd'
	measure_view "map --id $map" "bpftool map dump" bpftool map dump pinned "$T/bpf/elements"
}
