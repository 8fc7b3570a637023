# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Failing opens in one process, as fast as it can, with the output in a file. bcc's opensnoop
# does the same work: path, errno and process of every open.
events=500000
tool="./opensnoop"
peer="/usr/sbin/opensnoop"
workload="./opencalls flood $events /opensnoop-missing"
