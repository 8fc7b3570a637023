# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Two processes on one CPU that wake each other through pipes: each wakes the other and then
# sleeps, so an event is one wake-up and one switch. bcc's runqlat measures the same from the
# same tracepoints. The ns are CPU time, so that others on that CPU disturb little.
events=${EVENTS:-50000}
tool="./runqlat"
peer="/usr/sbin/runqlat"
workload="./crowd pingpong $((events / 2))"
helpers="ktime*2 task_storage*2"
growth() {
	for keys in 10 1000 100000; do
		threads $keys || continue
		trace $keys threads 50000 ./runqlat "$woken_first; ./crowd pingpong 25000"
		undo_all
	done
}
