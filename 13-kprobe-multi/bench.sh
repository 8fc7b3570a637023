# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# getpgid(0) in one process, as fast as it can, with its function being timed. bcc's funclatency
# makes a histogram of the times of one function.
events=${EVENTS:-500000}
tool="./funccount -L __x64_sys_getpgid"
needs="./funccount -d 0.01 -L __x64_sys_getpgid"
peer="/usr/sbin/funclatency __x64_sys_getpgid"
workload="./calls flood $events"
helpers="ktime*2 percpu_lookup"
