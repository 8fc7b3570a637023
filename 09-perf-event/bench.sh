# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# A sample at every page fault of one process, as fast as they come: two stacks, process and
# count. bpftrace with the same key is the peer, as no profile is packaged for all (bcc's needs
# its compiler). The stacks are as many as bpftrace keeps.
events=${EVENTS:-50000}
tool="./profile -e page-faults -f --stack-storage-size 131072"
peer="bpftrace -e 'software:page-faults:1 { @[pid, comm, kstack, ustack] = count(); }'"
workload="./burn faults $events"
helpers="pid_tgid comm hash_lookup user_stack"
growth() {
	for keys in 100 10000; do
		trace $keys stacks 100000 "./profile -e page-faults -f --stack-storage-size 65536" \
			"$work stacks $keys $((100000 / keys))"
	done
}
