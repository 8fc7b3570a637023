# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# getppid, the cheapest system call there is, in one process as fast as it goes; the ns are CPU
# time. bcc's syscount counts the same with -L: calls and time by system call. (Beside it,
# 03-raw-tracepoint/hookcost compares the hooks themselves.)
events=${EVENTS:-500000}
tool="./syscount"
peer="/usr/sbin/syscount -L"
workload="./calls flood $events"
helpers="ktime*2 hash_lookup*2 percpu_lookup"
growth() {
	for keys in 10 1000 100000; do
		threads $keys || continue
		trace $keys threads 300000 ./syscount "$woken_first; ./calls flood 300000"
		undo_all
	done
}
