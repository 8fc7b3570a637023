# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# A sample at every page fault of one process, as fast as they come: two stacks, process and
# count. bpftrace with the same key is the peer, as no profile is packaged for all (bcc's needs
# its compiler).
events=200000
tool="./profile -e page-faults -f --stack-storage-size 131072" # as many as bpftrace
peer="bpftrace ../bench/09-perf-event.bt"
workload="./burn faults $events"
