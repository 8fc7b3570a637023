# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Programs that end at once, one after the other. The ns are the CPU time of one.
kind=stream
events=${EVENTS:-2000}
tool="./execsnoop"
peer="/usr/sbin/execsnoop"
workload="$measure_bin cpu $events /bin/true | jq .cpu_ns"
helpers="pid_tgid uid_gid ktime comm ringbuf"
trigger="/bin/true"
