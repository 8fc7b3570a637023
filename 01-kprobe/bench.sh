# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# fsync of one file, where it costs nothing by itself (tmpfs), as fast as one process can; the
# output goes to a file. No tool is packaged that shows the same: bcc's fsslower knows fsync on a
# few file systems only, tmpfs not among them.
kind=stream
events=${EVENTS:-200000}
[ -d /dev/shm ] && dir=/dev/shm || dir=$T
tool="./fsyncsnoop"
needs="./fsyncsnoop -d 0.01"
workload=": >$dir/bench-$$; ./fsynccalls flood $events $dir/bench-$$; rm $dir/bench-$$"
helpers="pid_tgid*2 ktime*2 comm hash_insert_delete hash_lookup*2 read_kernel*8 read_kernel_str*2 ringbuf"
flood=": >$dir/bench-$$; ./fsynccalls flood 1000000 $dir/bench-$$; rm $dir/bench-$$"
trigger=": >$dir/bench-$$-\$MARK; ./fsynccalls flood 1 $dir/bench-$$-\$MARK; rm $dir/bench-$$-\$MARK"
