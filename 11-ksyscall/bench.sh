# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# kill(own PID, 0) in one process, as fast as it can, with the output in a file. bcc's sigsnoop -k
# does the same from tracepoints.
kind=stream
events=${EVENTS:-200000}
tool="./killsnoop"
needs="./killsnoop -d 0.01"
peer="/usr/sbin/sigsnoop -k"
workload="./killcalls flood $events"
helpers="pid_tgid*2 uid_gid ktime comm lru_insert_delete lru_lookup*2 ringbuf"
flood="./killcalls flood 1000000"
trigger="./killcalls flood 1"
