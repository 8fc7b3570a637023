#!/bin/sh
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
. ../tests/lib.sh

# look COMMAND...: run it, a doctor -j; its lines come to $T/table, as NAME|VERDICT|VALUE|CURE. It ends
# with 1 if there is a problem, and with 0 if there is none.
look() {
	exits 0 keep_status "$@"
	jq -r '[.check, .verdict, .value, .cure // ""] | join("|")' "$T/json" >"$T/table" ||
		fail "not JSON: $(cat "$T/json")"
	want=0
	! grep -q '^[^|]*|problem|' "$T/table" || want=1
	[ "$(cat "$T/status")" = $want ] ||
		fail "status $(cat "$T/status"), not $want: $(grep -v '|ok|' "$T/table"; cat "$T/stderr")"
}
keep_status() {
	status=0
	"$@" >"$T/json" || status=$?
	echo $status >"$T/status"
}

# finds NAME VERDICT [VALUE [CURE]]: the line of NAME has this verdict, and value and cure match EREs.
finds() {
	says_in "^$1\|$2\|${3-.*}\|${4-.*}\$" table
}

# hidden SCRIPT [ARG...]: doctor -j with ARGs, in a mount namespace where the shell script has run.
hidden() {
	script=$1
	shift
	look unshare --mount sh -ec "$script
		exec ./doctor -j \"\$@\"" sh "$@"
}

release=$(uname -r | sed 's/[+.]/\\&/g') # as an ERE

# ---- the machine ----

options='CONFIG_BPF_SYSCALL CONFIG_BPF_JIT CONFIG_BPF_EVENTS CONFIG_KPROBE_EVENTS
CONFIG_UPROBE_EVENTS CONFIG_FTRACE_SYSCALLS CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS CONFIG_FPROBE
CONFIG_BPF_LSM CONFIG_CGROUP_BPF CONFIG_NET_CLS_BPF CONFIG_NET_SCH_INGRESS CONFIG_NET_XGRESS CONFIG_NETKIT
CONFIG_NETFILTER_BPF_LINK CONFIG_XDP_SOCKETS CONFIG_LWTUNNEL_BPF CONFIG_SCHED_CLASS_EXT'
checks="user machine kernel memlock BTF lockdown LSMs cgroup2 tracefs bpffs net.core.bpf_jit_enable
kernel.bpf_stats_enabled kernel.unprivileged_bpf_disabled kernel.perf_event_paranoid PMU clang bpftool
libbpf configuration $options"

test_each_check_is_there_once_and_agrees_with_other_means() {
	look ./doctor -j --machine
	cut -d '|' -f 1 "$T/table" | paste -s -d ' ' - >"$T/names"
	[ "$(cat "$T/names")" = "$(echo "$checks" | paste -s -d " " -)" ] || fail "the checks are: $(cat "$T/names")"
	! grep -vE '^[^|]+\|(ok\|[^|]+\||(note|problem)\|[^|]+\|.+)$' "$T/table" ||
		fail "not a verdict, no value, or no cure for what is not ok"

	finds user ok 'uid 0 with CAP_BPF CAP_PERFMON .*'
	grep -qw hypervisor /proc/cpuinfo && machine='a VM: .*' || machine='.*'
	[ "$(readlink /proc/self/ns/pid)" = 'pid:[4026531836]' ] || machine='a container: .*'
	finds machine '(ok|note)' "$machine"
	finds kernel ok "$release, $(uname -m)"
	# shellcheck disable=SC3045 # dash has it
	memlock=$(ulimit -l)
	[ "$memlock" = unlimited ] || memlock="$memlock KiB"
	finds memlock ok "$memlock(; .*)?"
	[ -r /sys/kernel/btf/vmlinux ] # or no example would run
	finds BTF ok "/sys/kernel/btf/vmlinux: [0-9]{5,} types"
	finds cgroup2 ok "$(cgroup_root)"
	finds tracefs ok "$(awk '$3 == "tracefs" { print $2; exit }' /proc/mounts)"
	for name in lockdown lsm; do
		[ ! -r /sys/kernel/security/$name ] || grep -qF "|$(cat /sys/kernel/security/$name)" "$T/table" ||
			fail "$name is not told: $(cat "$T/table")"
	done
	finds bpffs ok "$(awk '$3 == "bpf" { print $2; exit }' /proc/mounts)"
	for name in net.core.bpf_jit_enable kernel.bpf_stats_enabled kernel.unprivileged_bpf_disabled \
		kernel.perf_event_paranoid; do
		finds $name '(ok|note)' "$(cat "/proc/sys/$(echo $name | tr . /)")( .*)?"
	done
	need bpftool
	finds bpftool ok ".*$(bpftool version | head -n 1).*"
}

test_nobody_is_told_what_only_root_can_see() {
	look as_nobody ./doctor -j
	finds user note 'uid 65534 without capabilities' 'run the examples with sudo.*'
	[ -r /sys/kernel/btf/vmlinux ]
	finds BTF ok
	finds tracefs ok
	if as_nobody cat /proc/sys/net/core/bpf_jit_enable >/dev/null 2>&1; then
		finds net.core.bpf_jit_enable ok
	else
		finds net.core.bpf_jit_enable note 'cannot be seen without root' 'run doctor with sudo'
	fi
	[ "$(grep -c '^examples|' "$T/table")" = 1 ] || fail "$(cat "$T/table")"
	finds examples note 'not tried: that needs root' 'run doctor with sudo'
	! grep '^[0-9][0-9]-' "$T/table" || fail "it has tried examples"
}

test_root_of_a_user_namespace_is_not_root() {
	unshare --user true || skip "no user namespaces"
	look unshare --user --map-root-user ./doctor -j --machine
	finds user problem 'uid 0 with CAP_BPF .*' 'be root of the machine: .*'
}

test_a_PID_namespace_is_a_container() {
	look unshare --pid --fork ./doctor -j --machine
	finds machine note 'a container: a PID namespace of its own, .*' '.*--privileged does'
}

test_root_without_capabilities_is_told_so() {
	look setpriv --bounding-set=-all --inh-caps=-all ./doctor -j --machine
	finds user problem 'uid 0 without capabilities' 'start the container with --privileged'
	finds CONFIG_XDP_SOCKETS '(ok|note)'
	case $(uname -r) in
	5.10.*) finds memlock problem '[0-9]+ KiB; before Linux 5.11 BPF maps count' 'ulimit -l unlimited.*' ;;
	*) finds memlock ok ;;
	esac
}

# ---- what is missing, and what is set otherwise ----

test_without_BTF_or_tracefs_it_says_so_and_so_do_the_tools() {
	hidden 'mount -t tmpfs none /sys/kernel/btf' --machine 02-tracepoint
	finds BTF problem 'there is no /sys/kernel/btf/vmlinux' 'a kernel with CONFIG_DEBUG_INFO_BTF=y'
	finds 02-tracepoint note 'opensnoop: cannot load the BPF object: .*' 'this kernel has no BTF .*'

	hidden 'umount -l /sys/kernel/tracing
		umount -l /sys/kernel/debug/tracing /sys/kernel/debug 2>/dev/null || :
		umount -l /sys/fs/bpf' --machine 02-tracepoint
	finds tracefs problem 'not mounted' 'mount -t tracefs tracefs /sys/kernel/tracing .*'
	finds bpffs note 'not mounted, .*' 'mount -t bpf -o mode=0700 bpf /sys/fs/bpf .*'
	finds 02-tracepoint problem "opensnoop: cannot find the kernel's tracepoints: No such file or directory" \
		'tracefs is not mounted: mount -t tracefs tracefs /sys/kernel/tracing'
}

once_mounts_locks_and_settings_are_judged() {
	echo 'none integrity [confidentiality]' >"$T/lockdown"
	echo 'lockdown,capability,notbpf' >"$T/lsm"
	echo 2 >"$T/jit"
	echo 1 >"$T/stats"
	echo 0 >"$T/unprivileged"
	hidden "umount -l $(cgroup_root)
		mount -t tmpfs none /sys/kernel/security
		cp $T/lockdown $T/lsm /sys/kernel/security
		mount --bind $T/jit /proc/sys/net/core/bpf_jit_enable
		mount --bind $T/stats /proc/sys/kernel/bpf_stats_enabled
		mount --bind $T/unprivileged /proc/sys/kernel/unprivileged_bpf_disabled" --machine
	finds cgroup2 problem 'not mounted' 'mount -t cgroup2 cgroup2 /sys/fs/cgroup'
	finds lockdown problem '.*\[confidentiality\]' 'boot without it: .*'
	finds LSMs note 'lockdown,capability,notbpf; .*' 'boot with lsm=lockdown,capability,notbpf,bpf'
	finds net.core.bpf_jit_enable note '2 .*' 'sysctl net.core.bpf_jit_enable=1.*'
	finds kernel.bpf_stats_enabled note '1 .*' 'sysctl kernel.bpf_stats_enabled=0'
	finds kernel.unprivileged_bpf_disabled note '0 .*' 'sysctl kernel.unprivileged_bpf_disabled=2'
}

# What hides the configuration that this kernel may have, and makes room for another.
no_config() {
	[ -d /boot ] || { mkdir /boot && at_end 'rmdir /boot'; }
	echo 'mount -t tmpfs none /boot'
	[ ! -e /proc/config.gz ] || echo 'mount --bind /dev/null /proc/config.gz'
}

once_options_come_from_the_configuration() {
	printf '%s\n' '# CONFIG_KPROBE_EVENTS is not set' CONFIG_BPF_SYSCALL=y CONFIG_NET_CLS_BPF=m \
		CONFIG_NET_SCH_INGRESS_NOT=y CONFIG_LWTUNNEL_BPF=n CONFIG_BPF_JIT=y >"$T/config"
	hidden "$(no_config)
		cp $T/config /boot/config-$(uname -r)" --machine
	finds configuration ok "/boot/config-$release"
	finds CONFIG_BPF_SYSCALL ok 'all of BPF: y'
	finds CONFIG_BPF_JIT ok '.*: y'
	finds CONFIG_NET_CLS_BPF ok 'tc: m'
	finds CONFIG_KPROBE_EVENTS note '.*: not set' 'a kernel with CONFIG_KPROBE_EVENTS=y'
	finds CONFIG_NET_SCH_INGRESS note '.*: not set'
	finds CONFIG_LWTUNNEL_BPF note '.*: not set'
}

# The kernel's functions tell what it is made of: is what doctor has found out by trying the same?
test_without_a_configuration_it_tries() {
	hidden "$(no_config)" --machine
	finds configuration ok "neither /proc/config.gz nor /boot/config-$release: by trying"
	finds CONFIG_NET_CLS_BPF note 'tc: not seen'
	cat >"$T/signs" <<-END
		CONFIG_BPF_SYSCALL bpf_prog_load
		CONFIG_BPF_EVENTS trace_call_bpf
		CONFIG_KPROBE_EVENTS /sys/bus/event_source/devices/kprobe
		CONFIG_UPROBE_EVENTS /sys/bus/event_source/devices/uprobe
		CONFIG_FTRACE_SYSCALLS perf_syscall_exit
		CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS register_ftrace_direct
		CONFIG_FPROBE register_fprobe
		CONFIG_BPF_LSM bpf_lsm_file_open
		CONFIG_CGROUP_BPF __cgroup_bpf_attach
		CONFIG_NET_XGRESS tcx_link_attach
		CONFIG_NETKIT netkit_link_attach
		CONFIG_NETFILTER_BPF_LINK bpf_nf_link_attach
		CONFIG_XDP_SOCKETS xsk_map_alloc
		CONFIG_SCHED_CLASS_EXT /sys/kernel/sched_ext
	END
	cut -d ' ' -f 2 "$T/signs" | grep -wFf - /proc/kallsyms >"$T/functions"
	while read -r option sign; do
		case $sign in
		/*) ! test -e "$sign" ;;
		*) ! grep -q " [tTwW] $sign\$" "$T/functions" ;;
		esac && verdict=note || verdict=ok
		# A kernel may have it all, and yet refuse it with EPERM.
		grep -qx "$option|note|.*: refused with EPERM|.*" "$T/table" || finds "$option" "$verdict"
	done <"$T/signs"
	case $(uname -r) in
	5.10.*) finds CONFIG_FPROBE note '.*' 'Linux 5.18 or later' ;;
	6.1.*) finds CONFIG_FPROBE note '.*: refused with EOPNOTSUPP' 'a kernel with CONFIG_FPROBE=y' ;;
	6.12.* | 7.*) finds CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS ok '.*: tried, works' ;;
	esac
}

# ---- the examples ----

test_examples_run_and_nothing_stays() {
	bpf_snapshot
	look ./doctor 03-raw-tracepoint/ -j 02-tracepoint
	nothing_left
	finds 02-tracepoint ok 'opensnoop runs'
	finds 03-raw-tracepoint ok 'syscount runs'
	[ "$(grep -c '^[0-9][0-9]-' "$T/table")" = 2 ] || fail "$(cat "$T/table")"
}

# fake DIR TOOL SCRIPT: make an example in a tree beside a doctor of its own.
fake() {
	mkdir -p "$T/tree/doctor" "$T/tree/$1"
	[ -e "$T/tree/doctor/doctor" ] || cp doctor "$T/tree/doctor/"
	printf 'EXAMPLE := %s\ninclude ../common/example.mk\n' "$2" >"$T/tree/$1/Makefile"
	printf '#!/bin/sh\n%s\n' "$3" >"$T/tree/$1/$2"
	chmod +x "$T/tree/$1/$2"
}

test_each_way_to_end_is_told_in_the_own_words_of_the_tool() {
	fake 01-good good "echo output; echo 'good: attached to it; Ctrl-C to stop' >&2; sleep 300 & echo \$! >$T/left"
	fake 02-skipped skipped 'echo "skipped: skipped: needs Linux 9.9 (x)" >&2; exit 4'
	fake 03-hint hint 'printf "hint: a warning\n  hint: of that\nhint: cannot x: y\n  hint: do z\n" >&2; exit 1'
	fake 04-needs needs 'echo "needs: give me a PATTERN" >&2; exit 2'
	fake 05-args args 'echo "args: $* in ${PWD##*/}" >&2; cat >&2; exit 1'
	echo '# run with: -i lo  vfs_*' >"$T/tree/05-args/demo.sh"
	fake 06-signal signal 'kill -SEGV $$'
	fake 07-mute mute 'exit 3'
	fake 08-unbuilt unbuilt ''
	rm "$T/tree/08-unbuilt/unbuilt"
	fake 09-no-program no-program ''
	echo '#!/no/such/shell' >"$T/tree/09-no-program/no-program"
	fake 10-wrong wrong 'echo "wrong: what is that?" >&2; exit 2'
	echo '# run with: --that' >"$T/tree/10-wrong/demo.sh"
	echo 'args: has read what was for doctor' >"$T/input"
	look sh -c 'exec "$1" -j <"$2"' sh "$T/tree/doctor/doctor" "$T/input"
	wait_for "what a tool has left running has ended" ended "$(cat "$T/left")"
	finds 01-good ok 'good runs'
	finds 02-skipped note 'skipped: skipped: needs Linux 9.9 \(x\)' 'another kernel: make vm-run EXAMPLE=02-skipped'
	finds 03-hint problem 'hint: cannot x: y' 'do z'
	finds 04-needs note 'not tried: needs needs arguments' "a line '# run with: ARGS' in its demo.sh"
	finds 05-args problem 'args: -i lo vfs_\* -d 0.1 in 05-args' 'see what it does: .*'
	finds 06-signal problem 'signal was ended by signal 11'
	finds 07-mute problem 'mute: status 3, and no word why'
	finds 08-unbuilt note 'not built' 'make 08-unbuilt'
	finds 09-no-program problem 'no-program: No such file or directory'
	finds 10-wrong problem 'wrong: what is that\?'
	[ "$(grep -c '^[0-9][0-9]-' "$T/table")" = 10 ] || fail "$(cat "$T/table")"
}

once_people_get_columns_and_no_escape_sequences() {
	fake 01-strange strange 'printf "strange: \033[31mred\n" >&2; exit 1'
	exits 1 "$T/tree/doctor/doctor" --machine 01-strange
	says '^doctor: [0-9]+ ok, [0-9]+ notes?, [0-9]+ problems?$'
	for header in CHECK 'KERNEL OPTION' EXAMPLE; do
		grep -qE "^$header +VERDICT  VALUE\$" "$T/stdout" || fail "$(cat "$T/stdout")"
	done
	grep -qF "$(uname -r), $(uname -m)" "$T/stdout" || fail "$(cat "$T/stdout")"
	grep -qxF '01-strange           problem  strange: \x1b[31mred' "$T/stdout" || fail "$(cat "$T/stdout")"
}

test_a_tool_that_does_not_end_is_ended_with_its_children() {
	fake 01-hangs hangs "trap '' TERM; sleep 300 & echo \$\$ \$! >$T/pids; wait; wait"
	look "$T/tree/doctor/doctor" -j --deadline 1 -d 0.05
	finds 01-hangs problem 'hangs: took too long, and had to be ended'
	read -r pid child <"$T/pids"
	wait_for "the tool has ended" ended "$pid"
	wait_for "its child has ended" ended "$child"
}

test_ctrl_C_ends_the_tool_too() {
	fake 01-hangs hangs "echo \$\$ >$T/pid.new; mv $T/pid.new $T/pid; exec sleep 300"
	"$kit" run -i -- "$T/tree/doctor/doctor" >"$T/out" 2>"$T/err" &
	pid=$!
	wait_for "the tool runs" test -e "$T/pid"
	kill -INT $pid
	wait_for "doctor has ended" ended $pid
	status=0
	wait $pid || status=$?
	[ $status = 1 ] || fail "status $status"
	wait_for "the tool has ended" ended "$(cat "$T/pid")"
}

once_wrong_options_are_usage_errors() {
	exits 2 ./doctor --deadline 0
	says "^doctor: SECONDS must be a number from 1 to 3600, not '0'$"
	for name in 99-nothing 02-tracepoint/../common doctor; do
		exits 2 ./doctor $name
		says "^doctor: there is no example '$name'$"
	done
	cp doctor "$T/"
	exits 1 "$T/doctor"
	says "^doctor: there are no examples beside doctor's directory$"
	exits 1 sh -c 'exec ./doctor --machine >/dev/full'
	says '^doctor: cannot write the output: No space left on device$'
}

run_tests
