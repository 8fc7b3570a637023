#!/bin/sh
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
. ../tests/lib.sh

# need_kprobes: for the cases that do not use start, which skips by itself.
need_kprobes() {
	[ -e /sys/bus/event_source/devices/kprobe ] || skip "this kernel has no kprobes"
}

# send RESULT ARG...: a run of killcalls, which must print RESULT.
send() {
	send_want=$1
	shift
	send_got=$(./killcalls "$@")
	[ "$send_got" = "$send_want" ] || fail "killcalls $*: $send_got, not $send_want"
}

# ---- what it shows ----

test_each_call_is_one_event_with_target_signal_and_result_32_bit_ones_too() {
	sleep 1000 &
	target=$!
	at_end "kill -KILL $target 2>/dev/null"
	start killsnoop -j
	sh -c 'echo $$ >"$1"; kill -0 $$' sh "$T/self"
	for bits in '' 32; do # unquoted: one word or none
		send 0 $bits kill $target 0
		send 0 $bits kill $target 28
		send 0 $bits tkill $target 28
		send 0 $bits tgkill $target 28
		send -22 $bits kill $target 65
		send -3 $bits kill 2147483647 15
		send -3 $bits kill -2147483647 10
		send -22 $bits tgkill -5 10
	done
	as_nobody ./killcalls kill $target 34 >"$T/nobody"
	[ "$(cat "$T/nobody")" = -1 ] || fail "$(cat "$T/nobody")"
	sh -c 'kill -KILL $$' || : # to one's own end
	stop
	grep -qx 'killsnoop: attached to the system calls kill, tkill and tgkill, also of 32-bit programs; Ctrl-C to stop' "$T/err" ||
		fail "$(cat "$T/err")"
	expect 1 "select(.comm == \"sh\" and .pid == $(cat "$T/self") and .target == .pid and .signal == \"0\"
		and .error == null and .call == \"kill\" and .uid == 0 and .time_ns > 0 and .pid == .tid)"
	for compat in false true; do
		is="select(.comm == \"killcalls\" and .compat == $compat)"
		expect 1 "$is | .target == $target and .target_tid == 0 and .signal == \"0\" and .call == \"kill\" and .error == null" \
			1 "$is | .target == $target and .target_tid == 0 and .signal == \"SIGWINCH\" and .call == \"kill\" and .error == null" \
			1 "$is | .target == 0 and .target_tid == $target and .signal == \"SIGWINCH\" and .call == \"tkill\" and .error == null" \
			1 "$is | .target == $target and .target_tid == $target and .signal == \"SIGWINCH\" and .call == \"tgkill\" and .error == null" \
			1 "$is | .target == $target and .signal == \"65\" and .error == \"EINVAL\"" \
			1 "$is | .target == 2147483647 and .signal == \"SIGTERM\" and .error == \"ESRCH\"" \
			1 "$is | .target == -2147483647 and .signal == \"SIGUSR1\" and .error == \"ESRCH\"" \
			1 "$is | .target == -5 and .call == \"tgkill\" and .error == \"EINVAL\""
	done
	expect 1 "select(.uid == 65534 and .error == \"EPERM\" and .signal == \"34\" and .target == $target)" \
		17 'select(.comm == "killcalls")' \
		1 'select(.comm == "sh" and .signal == "SIGKILL" and .target == .pid)'
}

test_the_user_and_the_thread_are_not_the_group_and_the_process() {
	cp killcalls "$T/"
	start killsnoop -j
	setpriv --reuid=65534 --regid=65533 --clear-groups "$T/killcalls" thread kill 2147483647 34 >"$T/sent"
	stop
	[ "$(cat "$T/sent")" = -3 ] || fail "$(cat "$T/sent")"
	expect 1 'select(.comm == "killcalls" and .signal == "34" and .uid == 65534 and .tid > .pid)'
}

test_options_p_s_and_x_filter() {
	mkfifo "$T/go"
	sh -c 'read -r line <"$1"; exec ./killcalls kill $$ 0' sh "$T/go" >/dev/null &
	pid=$!
	start killsnoop -j -p $pid
	start_as failed killsnoop -j -x -s 10
	send -3 kill 2147483647 10
	send -3 32 kill 2147483647 10
	send -3 kill 2147483647 12
	# shellcheck disable=SC2016 # its own PID
	sh -c 'trap "" USR1; kill -USR1 $$; kill -USR1 $$; exec ./killcalls kill $$ 10' >"$T/sent" # none fails
	[ "$(cat "$T/sent")" = 0 ] || fail "$(cat "$T/sent")"
	echo >"$T/go"
	wait $pid
	stop # that the process has ended is no error
	stop failed
	expect 1 "select(.pid == $pid and .target == $pid)" \
		1 true
	expect 2 'select(.signal == "SIGUSR1" and .error == "ESRCH")' \
		2 true failed
	! grep 'not seen' "$T/failed.err" || fail "a call that succeeds is taken for one that does not return"
}

test_people_get_columns_without_control_bytes_and_the_demo_is_as_the_README_says() {
	name=$(printf 'a\033[31m\nb')
	cp killcalls "$T/$name"
	start killsnoop
	./demo.sh
	"$T/$name" tkill 2147483647 9 >/dev/null
	stop
	head -n 1 "$T/out" | grep -qE '^PID +COMM +CALL +SIGNAL +ERROR +TARGET$' || fail "$(cat "$T/out")"
	for line in 'demo.sh +kill +0 +- +[0-9]+' 'demo.sh +kill +SIGSTOP +- +[0-9]+' \
		'demo.sh +kill +SIGKILL +ESRCH +[0-9]+' 'killcalls +tgkill +SIGWINCH +- +[0-9]+ thread [0-9]+' \
		'killcalls +kill \(32\) +SIGWINCH +- +[0-9]+' \
		'a\\x1b\[31m\\nb +tkill +SIGKILL +ESRCH +thread 2147483647'; do
		grep -qE "^[0-9]+ +$line\$" "$T/out" || fail "no $line: $(cat -v "$T/out")"
	done
	! LC_ALL=C grep -q "$(printf '\033')" "$T/out" || fail "an escape got through"
	grep -qE '^killsnoop: [0-9]+ events$' "$T/err" || fail "$(cat "$T/err")"
}

# ---- nothing lost silently, nothing left behind ----

test_a_flood_loses_nothing_and_two_see_the_same_and_kill_9_leaves_nothing() {
	bpf_snapshot
	start killsnoop -j
	start_as second killsnoop -j -s 0
	./killcalls flood 2000 >/dev/null
	./killcalls 32 flood 500 >/dev/null
	kb=$(sed -n 's/^VmRSS:[^0-9]*\([0-9]*\) kB/\1/p' /proc/"$tool_pid"/status)
	send -3 kill 2147483647 2 # which -s 0 does not mean
	stop second
	send -3 kill 2147483647 1 # the first still works
	expect 1 'select(.signal == "SIGHUP")'
	kill9
	[ "$(grep -c '"killcalls"' "$T/out")" = 2502 ] || fail "$(cat "$T/err")"
	[ "$(grep -c '"killcalls"' "$T/second.out")" = 2500 ] || fail "$(cat "$T/second.err")"
	! grep -E 'dropped|not seen' "$T/second.err" || fail "it lost some"
	[ "$kb" -le 5120 ] || fail "it took $kb KiB"
	nothing_left
	wait_for "no kprobe left" no_kprobe
}
no_kprobe() {
	! grep -h sys_kill /sys/kernel/debug/kprobes/list /sys/kernel/tracing/kprobe_events 2>/dev/null
}

test_what_a_stopped_reader_misses_is_counted() {
	start killsnoop -j -s 0
	kill -STOP "$tool_pid"
	./killcalls flood 6000 >/dev/null
	kill -CONT "$tool_pid"
	stop
	shown=$(wc -l <"$T/out")
	dropped=$(sed -n 's/^killsnoop: .* events, \([0-9]*\) dropped .*/\1/p' "$T/err")
	[ "${dropped:-0}" -gt 0 ] || fail "nothing was dropped: $(cat "$T/err")"
	[ $((shown + dropped)) = 6000 ] || fail "$shown shown + $dropped dropped is not 6000"
}

# ---- how it ends, bad input ----

once_wrong_options_are_usage_errors() {
	exits 2 ./killsnoop -s 65
	says "^killsnoop: NUMBER must be a number from 0 to 64, not '65'$"
}

test_without_root_it_says_sudo_and_a_few_capabilities_suffice() {
	need_kprobes
	exits 1 as_nobody ./killsnoop
	says '^killsnoop: cannot .*: (Permission denied|Operation not permitted)$' \
		'^  hint: run it with sudo \(or grant CAP_BPF and CAP_PERFMON\)$'
	caps=+bpf,+perfmon
	# Above 2 is Debian's invention, and its default: then perf wants CAP_SYS_ADMIN.
	[ "$(cat /proc/sys/kernel/perf_event_paranoid)" -le 2 ] || caps=$caps,+sys_admin
	# As far as its output: so this is that a full disk is an error, too.
	exits 1 with_capabilities $caps sh -c 'exec ./killsnoop >/dev/full'
	says '^killsnoop: cannot write the output: No space left on device$'
}

test_a_kernel_without_kprobes_is_told_so() {
	exits 4 unshare --mount sh -c 'mount -t tmpfs none /sys/bus/event_source/devices && exec ./killsnoop'
	says '^killsnoop: skipped: this kernel has no kprobes, which CONFIG_KPROBE_EVENTS=y gives \(there is no /sys/bus/event_source/devices/kprobe\)$'
}

run_tests
