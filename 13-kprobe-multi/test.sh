#!/bin/sh
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
. ../tests/lib.sh

# gated COMMAND...: COMMAND as process $gated_pid, which waits for open_gate.
gated() {
	mkfifo "$T/gate"
	sh -c 'read -r line <"$1"; shift; exec "$@"' sh "$T/gate" "$@" >"$T/gated" &
	gated_pid=$!
}
open_gate() {
	echo >"$T/gate"
	wait $gated_pid
}

# ---- what it counts ----

test_calls_are_counted_by_function_and_process_with_latency_by_both_ways() {
	bpf_snapshot
	gated ./calls unlink 50 "$T/file"
	start funccount -j -p $gated_pid 'vfs_unlin*' 'vfs_cr[e]ate'
	start_as session funccount -j -p $gated_pid -L 'vfs_unlink'
	start_as multi funccount -j -p $gated_pid -L --no-session 'vfs_unlink'
	start_as all funccount -j 'vfs_unlink'
	./calls unlink 5 "$T/other"
	open_gate
	stop
	stop session
	stop multi
	kb=$(sed -n 's/^VmRSS:[^0-9]*\([0-9]*\) kB/\1/p' /proc/"$all_pid"/status)
	stop all
	grep -qE '^funccount: attached to 2 functions in [0-9]+\.[0-9]{3} s, with kprobe.multi; Ctrl-C to stop$' "$T/err" ||
		fail "$(cat "$T/err")"
	grep -q '^funccount: attached to 1 functions in .* with kprobe.session; ' "$T/session.err" || fail "$(cat "$T/session.err")"
	grep -q '^funccount: attached to 1 functions in .* with kprobe.multi and kretprobe.multi; ' "$T/multi.err" ||
		fail "$(cat "$T/multi.err")"
	expect 1 'select(.function == "vfs_unlink" and .count == 50 and .total_ns == 0 and .time_ns > 0)'
	[ "$(grep -c vfs_unlink "$T/out")" = 1 ] || fail "$(cat "$T/out")"
	for name in session multi; do
		expect 1 'select(.function == "vfs_unlink" and .count == 50 and .max_ns > 0
			and .total_ns >= .max_ns and .total_ns <= 50 * .max_ns)' \
			1 true $name
		grep -qx 'funccount: 50 events' "$T/$name.err" || fail "$(cat "$T/$name.err")"
	done
	expect_at_least 1 '.count >= 55' all
	[ "$kb" -le 5120 ] || fail "it took $kb KiB"
	nothing_left
}

test_the_latency_is_that_of_the_call() {
	gated ./calls poll 300 1
	start funccount -j -p $gated_pid -L do_sys_poll
	start_as multi funccount -j -p $gated_pid -L --no-session do_sys_poll
	open_gate
	stop
	stop multi
	for name in tool multi; do
		expect 1 'select(.function == "do_sys_poll" and .count == 2 and .total_ns > .max_ns
			and .max_ns >= 300000000 and .total_ns < 5000000000)' $name
	done
}

test_the_longest_call_is_that_of_the_interval() {
	gated ./calls poll 300 10
	start funccount -j -I 1 -p $gated_pid -L do_sys_poll
	open_gate
	stop
	expect 2 '.function == "do_sys_poll" and .count == 1 and .max_ns == .total_ns'
	expect 1 '.max_ns >= 300000000'
}

test_thousands_of_functions_are_attached_in_less_than_a_second() {
	start funccount -j 'c*' 'd*' 's[a-l]*'
	set -- $(sed -n 's/^funccount: attached to \([0-9]*\) functions in \([0-9.]*\) s, .*/\1 \2/p' "$T/err")
	[ "$1" -ge 2000 ] || fail "only $1"
	limit=1
	[ "$TEST_DEADLINE" -le 20 ] || limit=10 # emulated, things take their time
	awk "BEGIN { exit !($2 < $limit) }" || fail "$1 functions took $2 s"
	./calls poll 1
	kill9
	bpftool -j link show | jq -e '[.[] | select(.type == "kprobe_multi")] | length == 0' >"$T/links" || {
		wait_for "no link is left" no_links
	}
}
no_links() {
	bpftool -j link show | jq -e '[.[] | select(.type == "kprobe_multi")] | length == 0'
}

test_option_I_prints_differences_and_people_get_columns_and_the_demo() {
	gated ./calls unlink 10 "$T/file"
	start funccount -j -I 1 -p $gated_pid vfs_unlink
	start_as columns funccount -L 'vfs_*'
	start_as plain funccount vfs_unlink
	open_gate
	expect 1 '.count == 10'
	./demo.sh
	stop columns
	stop plain
	stop
	expect 1 true # the intervals after it had none
	head -n 1 "$T/columns.out" | grep -qE '^ +COUNT +MEAN_US +MAX_US +FUNCTION$' || fail "$(cat "$T/columns.out")"
	grep -qE '^ +[0-9]+ +[0-9]+\.[0-9]{3} +[0-9]+\.[0-9]{3}  vfs_read$' "$T/columns.out" || fail "$(cat "$T/columns.out")"
	head -n 1 "$T/plain.out" | grep -qE '^ +COUNT +FUNCTION$' || fail "$(cat "$T/plain.out")"
	grep -qE '^ +1[1-9][0-9]  vfs_unlink$' "$T/plain.out" || fail "$(cat "$T/plain.out")"
	sort -c -n -r -k 1,1 <<-END || fail "not sorted: $(cat "$T/columns.out")"
		$(sed 1d "$T/columns.out")
	END
}

# Before Linux 6.5 there is no list with addresses: hide it, and of two functions with one name, one.
test_without_a_list_of_addresses_it_takes_those_of_kallsyms() {
	need_kprobe_multi
	list=/sys/kernel/tracing/available_filter_functions
	mkdir "$T/tracing"
	grep -v ' \[' $list >"$T/all"
	twin=$(awk 'FNR == NR { symbols[$3] += $2 ~ /[tTwW]/; next } symbols[$1] == 2 && listed[$1]++ { print $1; exit }' \
		/proc/kallsyms "$T/all")
	cat >"$T/hide" <<-END
		#!/bin/sh
		mount --bind "$T/tracing" /sys/kernel/tracing && exec "\$@"
	END
	chmod +x "$T/hide"
	cp "$T/all" "$T/tracing/available_filter_functions"
	exits 0 unshare -m "$T/hide" ./funccount -d 0.01 vfs_unlink "$twin"
	says '^funccount: attached to 3 functions '
	awk -v twin="$twin" '$1 != twin || seen++' "$T/all" >"$T/tracing/available_filter_functions"
	gated ./calls unlink 50 "$T/file"
	unshare -m "$T/hide" "$kit" run -i -- ./funccount -j -p $gated_pid 'vfs_unlin*' "$twin" >"$T/out" 2>"$T/err" </dev/null &
	echo $! >"$T/.pid.tool"
	wait_for "the tool is attached" is_attached "$T/err"
	open_gate
	stop
	expect 1 'select(.function == "vfs_unlink" and .count == 50)'
	grep -qx 'funccount: left out 1 functions: before Linux 6.5 nothing says where they are' "$T/err" || fail "$(cat "$T/err")"
	grep -q '^funccount: attached to 1 functions ' "$T/err" || fail "$(cat "$T/err")"
	exits 1 unshare -m "$T/hide" ./funccount "$twin"
	says '^funccount: no function is left$'
	exits 1 unshare -m "$T/hide" ./funccount 'no_such_function*'
	says "^funccount: there is no function 'no_such_function\*' that can be traced \(see $list\)$"

	as_nobody grep -q '^0* ' /proc/kallsyms || return 0
	for caps in -all,+bpf,+perfmon,+dac_read_search -all,+bpf,+perfmon,+dac_read_search,+syslog; do
		exits $(case $caps in *syslog) echo 0 ;; *) echo 1 ;; esac) unshare -m "$T/hide" setpriv --reuid=65534 --regid=65534 \
			--clear-groups --bounding-set $caps --inh-caps $caps --ambient-caps $caps ./funccount -d 0.01 vfs_unlink
		case $caps in *syslog) ;; *) says '^funccount: /proc/kallsyms hides addresses; before Linux 6\.5 this takes CAP_SYSLOG, and kernel\.kptr_restrict below 2$' ;; esac
	done
}

# ---- bad input ----

test_globs_that_match_nothing_or_too_much_are_refused() {
	need_kprobe_multi
	exits 1 ./funccount 'no_such_function*'
	says "^funccount: there is no function 'no_such_function\*' that can be traced \(see /sys/kernel/tracing/available_filter_functions_addrs\)$"
	for glob in '*' 'bpf_get_*' '__htab_map_lookup_elem' 'rcu_read_unlock_strict' 'ktime_get_mono_fast_ns'; do
		# Some of these are not there to be traced on every kernel; then it says that.
		exits 1 ./funccount "$glob"
		grep -q ' there is no function ' "$T/stderr" && [ "$glob" != '*' ] && [ "$glob" != 'bpf_get_*' ] && continue
		glob=$(echo "$glob" | sed 's/\*/\\*/g')
		says "^funccount: '$glob' matches [A-Za-z0-9_.]+, which the counting itself may call; take narrower globs$"
	done
	exits 1 sh -c 'exec ./funccount -d 0.1 vfs_read >/dev/full'
	says '^funccount: cannot write the output: No space left on device$'
}
need_kprobe_multi() {
	./funccount -d 0.01 vfs_read >/dev/null 2>"$T/needs" || [ $? -ne 4 ] || skip "$(cut -d : -f 3- "$T/needs")"
}

test_without_root_it_says_sudo_and_a_few_capabilities_suffice() {
	exits 1 as_nobody ./funccount vfs_read
	says '^funccount: cannot .*: (Permission denied|Operation not permitted)$' \
		'^  hint: run it with sudo \(or grant CAP_BPF and CAP_PERFMON\)$'
	need_kprobe_multi
	exits 0 with_capabilities +bpf,+perfmon,+dac_read_search ./funccount -d 0.1 vfs_read
}

test_a_kernel_that_has_no_kprobe_multi_is_told_so() {
	status=0
	./funccount -d 0.01 vfs_read >/dev/null 2>"$T/stderr" || status=$?
	case $(uname -r) in
	5.10.*) message='which is there since Linux 5.18' ;;
	*) message='it was built without CONFIG_FPROBE' ;;
	esac
	[ $status -eq 0 ] || [ $status -eq 4 ] || fail "status $status"
	[ $status -eq 0 ] || says "^funccount: skipped: this kernel has no kprobe.multi[:,] $message$"
}

run_tests
