# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# A probe with two arguments, as fast as one process can come by it; the output goes to a file.
# Those of libbpf-tools that use USDT do so for Java only, so the peer is a line of bpftrace.
kind=stream
events=${EVENTS:-50000}
tool="./usdtsnoop ./rounds rounds:begin"
peer="bpftrace -e 'usdt:./rounds:rounds:begin { printf(\"%lld %d %s %lld %lld\\n\", nsecs, pid, comm, arg0, arg1); }'"
workload="./rounds flood $events"
helpers="pid_tgid ktime comm hash_lookup ringbuf"
flood="./rounds flood 1000000"
trigger="./rounds flood 1"
