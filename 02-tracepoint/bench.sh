# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Failing opens in one process, as fast as it can, with the output in a file. bcc's opensnoop
# does the same work: path, errno and process of every open.
kind=stream
events=${EVENTS:-100000}
tool="./opensnoop"
peer="/usr/sbin/opensnoop"
workload="./opencalls flood $events /opensnoop-missing"
helpers="pid_tgid*2 uid_gid ktime comm hash_insert_delete hash_lookup read_user_str ringbuf"
flood="./opencalls flood 1000000 /opensnoop-missing"
trigger='cat /nowhere/$MARK 2>/dev/null'
load="./opencalls flood 1000000000 /opensnoop-missing"
