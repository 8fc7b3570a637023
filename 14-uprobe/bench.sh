# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Calls of a readline() that does nothing, as fast as one process can; the output goes to a file.
# bcc's bashreadline shows the line, at most 80 bytes of it, of processes called bash; not the
# prompt and the time.
kind=stream
events=${EVENTS:-20000}
cp reader "$T/bash"
tool="./bashline -b $T/bash"
peer="/usr/sbin/bashreadline -s $T/bash"
workload="$T/bash flood $events"
helpers="pid_tgid*3 uid_gid ktime*2 comm lru_insert_delete lru_lookup read_user_str*2 ringbuf"
flood="$T/bash flood 1000000"
trigger="$T/bash flood 1"
