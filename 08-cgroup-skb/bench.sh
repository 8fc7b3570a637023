# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Datagrams of 64 bytes over loopback in one process; each is two packets, one sent and one
# received, and each packet runs two programs. The ns are CPU time. No packaged tool does the same
# work as a peer: bpftrace has no cgroup_skb programs, and systemd's IPAccounting= is no command.
events=${EVENTS:-100000}
tool="./cgnet"
workload="./talk flood 127.0.0.1 $events"
packet=02000000000202000000000108004500003200000000401100000a0102030a63000204d20009001e0000$(printf %044d 0)
helpers="percpu_lookup*2 cgroup_id*2"
growth() {
	cgroup=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)/bench-growth-$$
	mkdir "$cgroup"
	undo="rmdir $cgroup"
	for keys in 10 1000 100000; do
		prefixes $keys
		# So many arguments go past what a shell is given; the stack decides how many a program takes.
		{
			echo 'ulimit -s unlimited'
			echo "exec ./cgnet -a 127.0.0.1 \$(sed 's/^/-a/' $T/prefixes) $cgroup"
		} >"$T/cgnet.sh"
		trace $keys prefixes 100000 "sh $T/cgnet.sh" \
			"echo 0 >$cgroup/cgroup.procs; ./talk flood 127.0.0.1 100000"
	done
}
