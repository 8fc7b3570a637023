# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Processes that end at once, one after the other: each is a fork and an exit. The CPU time that
# they take more than untraced, for each way to send the events and to wake the reader; the output
# goes to a file. bcc's exitsnoop is the peer for the half of it: it sends the exits only, through a perf
# buffer.
events=20000
workload="./forks $((events / 2))"

measure() {
	for round in $(seq "$rounds"); do
		sh -c "$workload" >>"$T/untraced"
		for how in "-w each" "-w batch" "-w never" "--perf -w each" "--perf -w batch"; do
			tool="./procsnoop $how"
			trace ours $tool
			tail -n 1 "$T/ours" >>"$T/$(echo "$how" | tr -d ' ')"
		done
		! command -v exitsnoop >/dev/null || trace peer exitsnoop
	done
	untraced=$(median "$T/untraced")
	echo "$example: $events events a round; a process takes $untraced ns untraced ($(spread "$T/untraced"))"
	for how in -weach -wbatch -wnever --perf-weach --perf-wbatch peer; do
		[ ! -e "$T/$how" ] || echo "  $how: +$(($(median "$T/$how") - untraced)) ns ($(spread "$T/$how") in all)"
	done
	echo "  dropped: $(awk '{ n += $1 } END { print n + 0 }' "$T/ours.dropped"); $(median "$T/ours.kb") KiB"
}
