# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# getpgid(0) in one process, as fast as it can, with its function being counted. bpftrace's
# kprobe does the same, by one perf event for each function or by kprobe.multi, as it was built.
events=1000000
tool="./funccount __x64_sys_getpgid"
peer="bpftrace -e kprobe:__x64_sys_getpgid{@[func]=count();}"
workload="./calls flood $events"
./funccount -d 0.01 __x64_sys_getpgid >/dev/null 2>&1 || [ $? -ne 4 ] ||
	measure() { echo "13-kprobe-multi: this kernel has no kprobe.multi, so there is nothing to measure"; }
