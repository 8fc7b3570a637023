# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Processes that end at once, one after the other: each is a fork and an exit. The ns are the CPU time
# of one process, halved. bcc's exitsnoop is the peer for the half of it: it sends the exits only.
kind=stream
events=${EVENTS:-10000}
peer_events=$((events / 2))
tool="./procsnoop"
peer="/usr/sbin/exitsnoop"
workload="./forks $((events / 2)) | awk '{ print \$1 / 2 }'"
helpers="pid_tgid ktime uid_gid comm read_kernel*5 ringbuf"
others="each=./procsnoop -w each
perf=./procsnoop --perf -w batch
perf each=./procsnoop --perf -w each"
trigger="/bin/true"
