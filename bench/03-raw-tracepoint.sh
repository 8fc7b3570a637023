# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# getppid, the cheapest system call there is, in one process as fast as it goes. bcc's syscount
# counts the same with -L: calls and time by system call. (03-raw-tracepoint/hookcost compares
# the hooks themselves.)
events=2000000
tool="./syscount"
peer="/usr/sbin/syscount -L"
workload="./calls flood $events"
