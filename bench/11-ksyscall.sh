# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# kill(own PID, 0) in one process, as fast as it can, with the output in a file. bcc's sigsnoop -k does
# the same from tracepoints.
events=200000
tool="./killsnoop"
peer="/usr/sbin/sigsnoop -k"
workload="./killcalls flood $events"
[ -e /sys/bus/event_source/devices/kprobe ] ||
	measure() { echo "11-ksyscall: this kernel has no kprobes, so there is nothing to measure"; }
