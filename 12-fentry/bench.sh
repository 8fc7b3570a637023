# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Connections to a port of the same process, as fast as it can make, accept and close them; the
# output goes to a file. bcc's tcpconnlat prints the same of those that are established.
kind=stream
events=${EVENTS:-20000}
tool="./connlat"
needs="./connlat -d 0.01"
peer="/usr/sbin/tcpconnlat"
workload="./connectcalls flood $events"
helpers="pid_tgid uid_gid ktime*2 comm hash_insert_delete hash_lookup*4 ringbuf"
trigger="./connectcalls flood 1"
