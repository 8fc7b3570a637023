# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Calls of a readline() that does nothing, as fast as one process can; the output goes to a file.
# bcc's bashreadline shows the line, at most 80 bytes of it, of processes called bash; not the
# prompt and the time.
events=30000
tool="./bashline -b $T/bash"
peer="/usr/sbin/bashreadline -s $T/bash"
workload="$T/bash flood $events"
measure() {
	cp reader "$T/bash"
	compare
}
