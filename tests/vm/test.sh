#!/bin/sh
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#
# vm/: what a kernel complains of in its log fails a run, and tools outside the checkout run in a VM.
#
# reads: vm build tests template 02-tracepoint
cd "$(dirname "$0")" || exit 1
. ../lib.sh
root=$(cd ../.. && pwd)

# complaints [OPTION...]: what vm/judge prints of the log on stdin
complaints() {
	"$root/vm/judge" "$@" >"$T/complaints" && : >"$T/none"
}
# says LINE...: it printed just these
says() {
	printf '%s\n' "$@" | diff - "$T/complaints" >&2 || fail "$(cat "$T/complaints")"
	[ ! -e "$T/none" ] || fail "status 0"
}

once_a_quiet_log_is_clean() {
	# What kernels of the matrix do say, and what resembles a complaint.
	complaints <<-'LOG' || :
		[    0.036000] tsc: Unable to calibrate against PIT
		[    2.093447] acpi PNP0A03:00: fail to add MMCONFIG information
		[    7.100000] hello-libbpf: 02-tracepoint: a WARNING: is no warning
		[    9.300000] block nbd0: Other side returned error (5)
		[    9.400000] I/O error, dev nbd0, sector 0 op 0x1:(WRITE) flags 0x800 phys_seg 0 prio class 2
		[    9.500000] traps: a.out[71] general protection fault ip:401136 sp:7ffd error:0 in a.out[401000+1000]
		[    9.600000] reboot: Power down
	LOG
	[ -e "$T/none" ] && [ ! -s "$T/complaints" ] || fail "$(cat "$T/complaints")"
}

once_each_complaint_is_found_with_its_case() {
	complaints <<-'LOG' || :
		[    5.000000] WARNING: CPU: 0 PID: 1 at kernel/softirq.c:362 __local_bh_enable_ip+0x6f/0x80
		[    6.000000] hello-libbpf: 02-tracepoint: option p
		[    6.100000] BUG: kernel NULL pointer dereference, address: 0000000000000008
		[    6.110000] Oops: 0000 [#1] PREEMPT SMP NOPTI
		[    6.120000] RIP: 0010:bpf_prog_run+0x1/0x2
		[    7.000000][   T11] hello-libbpf: 07-xdp: two at once
		[    7.100000][   T11] refcount_t: underflow; use-after-free.
		[   70.000000] unregister_netdevice: waiting for lo to become free. Usage count = 2
		[  242.000000] INFO: task opensnoop:71 blocked for more than 120 seconds.
		[  250.000000] watchdog: BUG: soft lockup - CPU#0 stuck for 26s! [a.out:71]
		[  260.000000] rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:
		[  270.000000] BUG: workqueue lockup - pool cpus=0 node=0 flags=0x0 nice=0 stuck for 39s!
		[  280.000000] kernel BUG at mm/slub.c:449!
		[  290.000000] Kernel panic - not syncing: Fatal exception
	LOG
	says 'WARNING: CPU: 0 PID: 1 at kernel/softirq.c:362 __local_bh_enable_ip+0x6f/0x80' \
		'02-tracepoint: option p: BUG: kernel NULL pointer dereference, address: 0000000000000008' \
		'02-tracepoint: option p: Oops: 0000 [#1] PREEMPT SMP NOPTI' \
		'07-xdp: two at once: refcount_t: underflow; use-after-free.' \
		'07-xdp: two at once: unregister_netdevice: waiting for lo to become free. Usage count = 2' \
		'07-xdp: two at once: INFO: task opensnoop:71 blocked for more than 120 seconds.' \
		'07-xdp: two at once: watchdog: BUG: soft lockup - CPU#0 stuck for 26s! [a.out:71]' \
		'07-xdp: two at once: rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:' \
		'07-xdp: two at once: BUG: workqueue lockup - pool cpus=0 node=0 flags=0x0 nice=0 stuck for 39s!' \
		'07-xdp: two at once: kernel BUG at mm/slub.c:449!' \
		'07-xdp: two at once: Kernel panic - not syncing: Fatal exception'
}

once_a_known_one_is_left_out_on_its_kernel_only() {
	mkdir "$T/vm"
	cp "$root/vm/judge" "$T/vm/"
	printf '%s\t%s\t%s\n' '# kernels' 'of a' comment '6.1.*' 'at net/core/dev\.c:[0-9]+ ' 'for a test' \
		>"$T/vm/known-warnings"
	echo 'WARNING: CPU: 0 PID: 9 at net/core/dev.c:117 x+0x1/0x2' >"$T/log"
	"$T/vm/judge" -r 6.1.0-50-cloud-amd64 "$T/log" || fail "it is known on 6.1"
	exits 1 "$T/vm/judge" -r 6.12.95+deb12-cloud-amd64 "$T/log"
	exits 1 "$T/vm/judge" "$T/log"
}

# A cache of our own, with what the other has: else these VMs wait for all others on this machine.
own_slots() {
	need qemu-system-x86_64
	. ../../build/cache.sh
	mkdir -p "$T/cache" "$cache/kernels"
	for file in "$cache"/*; do
		case $file in
		*/slot.*) ;;
		*) ln -s "$file" "$T/cache/" ;;
		esac
	done
	export HELLO_LIBBPF_CACHE="$T/cache"
	TEST_DEADLINE=240
}

once_a_warning_fails_a_run_that_passed() {
	own_slots
	exits 123 "$root/vm/run" -q -- sh -c 'echo "<4>WARNING: CPU: 0 PID: 1 at made.up" >/dev/kmsg; echo done'
	[ "$(cat "$T/stdout")" = "done" ] || fail "it printed: $(cat "$T/stdout")"
	grep -q 'the kernel complains:$' "$T/stderr" && grep -q '  WARNING: CPU: 0 PID: 1 at made.up$' "$T/stderr" ||
		fail "$(cat "$T/stderr")"
}

once_a_tool_elsewhere_is_tested_and_the_log_judged() {
	own_slots
	need make
	"$root/build/new.sh" mytool '' "$T/mytool" >"$T/new" || fail "$(cat "$T/new")"
	make -C "$T/mytool" >"$T/make" 2>&1 || fail "$(cat "$T/make")"
	cat >"$T/mytool/test.sh" <<-'END'
		#!/bin/sh
		. ROOT/tests/lib.sh
		test_it_attaches() {
			start mytool -j
			stop
		}
		test_it_makes_the_kernel_complain() {
			echo "<4>BUG: made up" >/dev/kmsg
		}
		run_tests
	END
	sed -i "s|ROOT|$(realpath --relative-to="$T/mytool" "$root")|" "$T/mytool/test.sh"
	cd "$T"
	exits 1 env HELLO_LIBBPF_RESULTS="$T/results" "$root/vm/test" -k 6.12 ./mytool
	tail -n 1 "$T/stdout" | grep -qx '[0-9]* passed, 1 failed, 0 skipped' &&
		grep -q " not ok 0 - mytool: the kernel's log is clean$" "$T/stdout" &&
		grep -q ' # it makes the kernel complain: BUG: made up$' "$T/stdout" || fail "$(cat "$T/stdout")"
}

run_tests
