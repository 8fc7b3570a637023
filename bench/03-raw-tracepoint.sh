# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# getppid, the cheapest system call there is, in one process as fast as it goes; the ns are CPU
# time. bcc's syscount counts the same with -L: calls and time by system call. (Beside it,
# 03-raw-tracepoint/hookcost compares the hooks themselves.)
events=${EVENTS:-500000}
tool="./syscount"
peer="/usr/sbin/syscount -L"
workload="./calls flood $events"
helpers="ktime*2 hash_lookup*2 percpu_lookup"
