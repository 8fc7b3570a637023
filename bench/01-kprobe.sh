# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# fsync of one file, where it costs nothing by itself (tmpfs), as fast as one process can; the
# output goes to a file. No tool is packaged that shows the same: bcc's fsslower knows fsync on a
# few file systems only, tmpfs not among them.
events=200000
tool="./fsyncsnoop"
workload="file=\$(mktemp -p /dev/shm); ./fsynccalls flood $events \$file; rm \$file"
[ -e /sys/bus/event_source/devices/kprobe ] ||
	measure() { echo "01-kprobe: this kernel has no kprobes, so there is nothing to measure"; }
