#!/bin/sh
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
. ../tests/lib.sh

format=-j
# trace [-OPTION...] COMMAND...: run COMMAND as a process that the tool follows with -j -p PID from its
# exec to its end, so that its counts are exact: all over again where the kernel skipped programs.
trace() {
	for _ in 1 2 3 4 5; do
		trace_once "$@"
		[ "$(skipped)" -ne 0 ] || break
	done
}

trace_once() {
	options=
	while [ "${1#-}" != "$1" ]; do
		options="$options $1"
		shift
	done
	rm -f "$T/go" "$T/ready"
	mkfifo "$T/go"
	sh -c ': >"$0/ready"; read -r line <"$0/go"; exec "$@"' "$T" "$@" >"$T/calls" &
	pid=$!
	wait_for "the shell that becomes $1" test -e "$T/ready" # it makes calls of its own before
	# shellcheck disable=SC2086
	start syscount $format -p $pid $options
	echo >"$T/go"
	status=0
	wait $pid || status=$?
	stop
}

# total JQ_FILTER: the sum of what the filter yields for each line.
total() {
	jq -s "map($1) | add" "$T/out"
}

# skipped [NAME]: how many calls are missing at most, says the tool: none before Linux 7.2.
skipped() {
	number=$(sed -n 's/^syscount: up to \([0-9]*\) calls more were made.*/\1/p' "$T/${1:+$1.}err")
	echo "${number:-0}"
}

# ---- what it shows ----

test_counts_errors_and_times_are_exact() {
	trace ./calls mixed
	expect 1 'select(.syscall == "getppid")' \
		1 'select(.syscall == "getppid" and .count == 1000 and .errors == 0
		and .total_ns > 0 and .mean_ns == (.total_ns / 1000 | floor) and .time_ns > 0)' \
		1 'select(.syscall == "close" and .errors == 500 and .count >= 500)' \
		1 'select(.syscall == "nanosleep" and .count == 3 and .errors == 0
		and .mean_ns >= 20000000 and .total_ns >= 60000000)'
}

test_without_p_it_counts_all_processes() {
	start syscount -j
	./calls flood 1000 >/dev/null
	./calls flood 1000 >/dev/null
	stop
	expect 1 "select(.syscall == \"getppid\" and .count >= 2000 - $(skipped))"
	expect_at_least 1 'select(.syscall == "execve")'
}

test_numbers_have_the_names_of_this_architecture() {
	case $(uname -m) in # from the manual, not from the headers that the tool uses
	x86_64) set -- 0 read 3 close 202 futex 257 openat 435 clone3 ;;
	aarch64) set -- 63 read 57 close 98 futex 56 openat 435 clone3 ;;
	*) skip "knows no numbers of $(uname -m)" ;;
	esac
	while [ $# -gt 0 ]; do
		trace ./calls numbers "$1" 1
		expect 1 "select(.syscall == \"$2\" and .errors == 1)"
		shift 2
	done
}

once_a_number_without_a_name_stays_a_number() {
	trace ./calls numbers 100000 3
	for number in 100000 100001 100002; do
		expect 1 "select(.syscall == \"$number\" and .count == 1 and .errors == 1)"
	done
}

test_what_each_CPU_counted_is_added_up() {
	two_cpus
	trace ./calls cpus 1000
	expect 1 "select(.syscall == \"getppid\" and .count == $(cat "$T/calls"))"
}

test_the_return_from_a_signal_handler_has_its_name() {
	trace sh -c 'trap : USR1; kill -USR1 $$; kill -USR1 $$'
	expect 1 'select(.syscall == "rt_sigreturn" and .count == 2)' \
		0 'select(.syscall | test("^[-0-9]"))'
}

test_32_bit_calls_are_not_taken_for_64_bit_ones() {
	trace ./calls 32-bit 7
	[ $status != 4 ] || skip "this kernel has no 32-bit system calls"
	expect 1 'select(.syscall == "32-bit:64" and .count == 7 and .errors == 0)'
	expect 0 'select(.syscall == "semget")' # which is number 64 here
}

test_an_execve_from_a_second_thread_is_counted() {
	trace ./calls thread-exec ./calls flood 100
	expect 1 'select(.syscall == "execve" and .count == 2)' \
		1 'select(.syscall == "getppid" and .count == 100)'
}

test_calls_that_seccomp_refuses_are_not_counted_as_others() {
	trace ./calls forbidden 100
	expect 0 'select(.syscall == "getppid")' \
		1 'select(.syscall == "prctl" and .count == 2)' \
		0 'select(.count >= 100)'
}

test_threads_that_end_are_forgotten() {
	need bpftool
	start_as all syscount
	trace ./calls threads 300
	expect 1 "select(.syscall == \"getppid\" and .count >= 300 - $(skipped) and .count <= 300)"
	id=$(sed -n 's/^map_id:[^0-9]*//p' /proc/"$all_pid"/fdinfo/* | while read -r map; do
		bpftool -j map show id "$map" | jq 'select(.name == "calls").id'
	done)
	entries=$(bpftool -j map dump id "$id" | jq length)
	threads=$(ls -d /proc/[0-9]*/task/* | wc -l)
	stop all
	[ "$entries" -gt 0 ] && [ "$entries" -le $((threads + 50 + $(skipped all))) ] ||
		fail "$entries entries for $threads threads"
}

test_a_result_that_is_negative_and_no_error_is_none() {
	trace ./calls negative 7
	expect 1 'select(.syscall == "lseek" and .count == 7 and .errors == 0)'
}

test_intervals_add_up() {
	trace_once -I0.03 ./calls flood 300000
	calls=$(total 'select(.syscall == "getppid").count')
	[ "$calls" -le 300000 ] && [ $((calls + $(skipped))) -ge 300000 ] ||
		fail "$(jq -c 'select(.syscall == "getppid").count' "$T/out" | paste -s -d + -) is not 300000"
	expect_at_least 3 'select(.syscall == "getppid")'
	[ "$(jq -s 'map(.time_ns) | . == sort' "$T/out")" = true ] || fail "times out of order"
	[ "$(jq -s 'group_by([.time_ns, .syscall]) | map(length) | max' "$T/out")" = 1 ] ||
		fail "a system call is twice in one interval"
	grep -q "^syscount: $(total .count) events\$" "$T/err" || fail "$(cat "$T/err")"
}

test_option_T_shows_the_most_frequent_only() {
	trace -T1 ./calls mixed
	expect 1 .syscall \
		1 'select(.syscall == "getppid" and .count == 1000)'
}

once_people_get_a_table_and_the_sum_of_the_others() {
	format='' trace -T2 ./calls mixed
	head -n 1 "$T/out" | grep -qE '^SYSCALL +COUNT +ERRORS +TOTAL_ms +MEAN_us$' || fail "$(cat "$T/out")"
	sed -n 2p "$T/out" | grep -qE '^getppid +1000 +0 +[0-9.]+ +[0-9]+\.[0-9]{3}$' || fail "$(cat "$T/out")"
	sed -n 3p "$T/out" | grep -qE '^close +5[0-9]{2} +500 +[0-9.]+ +[0-9]+\.[0-9]{3}$' || fail "$(cat "$T/out")"
	sed -n 4p "$T/out" | grep -qE '^\([0-9]+ others\) +[0-9]+ ' || fail "$(cat "$T/out")"
	sum=$(awk 'NF && NR > 1 { sum += $(NF - 3) } END { print sum }' "$T/out")
	grep -q "^syscount: $sum events\$" "$T/err" || fail "$sum are in $(cat "$T/out" "$T/err")"
}

once_with_I_people_get_a_table_each_time() {
	start syscount -I 0.1
	wait_line -n 3 ^SYSCALL "$T/out"
	stop
}

# ---- nothing lost silently, nothing left behind ----

test_what_finds_no_room_is_counted() {
	trace ./calls numbers 100000 2000
	expect_at_least 900 '.syscall | test("^10[0-9]{4}$")'
	expect 0 '.count != 1 and (.syscall | test("^10[0-9]{4}$"))'
	shown=$(jq -c 'select(.syscall | test("^10[0-9]{4}$"))' "$T/out" | wc -l)
	dropped=$(sed -n 's/^syscount: .* events, \([0-9]*\) dropped .*/\1/p' "$T/err")
	[ "${dropped:-0}" -gt 0 ] || fail "nothing was dropped: $(cat "$T/err")"
	# Besides, the process makes a few calls of other kinds when the map is full.
	[ $((shown + dropped)) -ge 2000 ] && [ $((shown + dropped)) -le 2010 ] ||
		fail "$shown shown and $dropped dropped is not 2000"
}

test_what_the_kernel_skips_is_counted() {
	start syscount -j
	./calls flood 50000 >/dev/null &
	first=$!
	./calls flood 50000 >/dev/null &
	second=$!
	./calls flood 50000 >/dev/null
	wait $first $second
	stop
	expect 1 "select(.syscall == \"getppid\" and .count >= 150000 - $(skipped) and .count < 160000)"
}

test_without_batches_it_counts_the_same() {
	start calls without-batch ./syscount -j -v
	./calls mixed >/dev/null
	stop
	grep -q '^syscount: this kernel has no batches' "$T/err" || fail "it took batches all the same"
	expect 1 "select(.syscall == \"getppid\" and .count >= 1000 - $(skipped))" \
		1 'select(.syscall == "nanosleep" and .mean_ns >= 20000000)'
	[ "$(jq -s 'group_by(.syscall) | map(length) | max' "$T/out")" = 1 ] || fail "$(cat "$T/out")"
}

test_with_batches_it_does_not_say_otherwise() {
	start syscount -j -v
	stop
	! grep 'no batches' "$T/err" || fail "no batches on this kernel?"
}

test_a_process_that_ends_is_still_in_the_table() {
	sleep 600 &
	pid=$!
	start syscount -j -p $pid -I 0.1
	kill $pid
	wait $pid || :
	wait_for "the end of $pid" sh -c '! kill -0 '$pid
	./calls flood 100 >/dev/null
	kill -0 "$tool_pid" || fail "syscount ended with the process"
	stop
	expect 0 'select(.syscall == "getppid")'
}

test_two_at_once_count_the_same() {
	start_as second syscount -j
	trace ./calls mixed
	stop second
	expect 1 'select(.syscall == "getppid" and .count == 1000)'
	expect 1 "select(.syscall == \"getppid\" and .count >= 1000 - $(skipped second))" second
}

once_its_memory_is_at_most_5_MB() {
	start syscount -I 0.1
	./calls numbers 100000 1000 >/dev/null
	kb=$(sed -n 's/^VmRSS:[^0-9]*\([0-9]*\) kB/\1/p' /proc/"$tool_pid"/status)
	stop
	[ "$kb" -le 5120 ] || fail "it took $kb KiB"
}

# ---- bad input ----

test_two_capabilities_suffice() {
	exits 0 with_capabilities +bpf,+perfmon ./syscount -d 0.2
	exits 1 with_capabilities +bpf ./syscount -d 0.2
	says '^  hint: run it with sudo \(or grant CAP_PERFMON too\)$'
}

once_without_BTF_it_says_so() {
	exits 4 unshare --mount sh -c 'mount -t tmpfs none /sys/kernel/btf && exec ./syscount'
	says '^syscount: cannot load the BPF object: ' \
		'^  hint: this kernel has no BTF'
}

once_it_needs_no_tracefs() {
	exits 0 unshare --mount sh -c 'umount -l /sys/kernel/tracing 2>/dev/null
		umount -l /sys/kernel/debug/tracing /sys/kernel/debug 2>/dev/null
		[ ! -e /sys/kernel/tracing/events ] || exit 1
		exec ./syscount -d 0.1'
}

test_hookcost_prints_four_hooks() {
	exits 0 ./hookcost 100 1
	[ "$(grep -cE '^(nothing|raw_tp/|tp/raw_syscalls/|tp/syscalls/)' "$T/stdout")" = 4 ] ||
		fail "$(cat "$T/stdout")"
}

test_the_demo_shows_what_the_README_says() {
	start syscount -j
	./demo.sh
	stop
	expect 1 "select(.syscall == \"getppid\" and .count >= 1000 - $(skipped))" \
		1 "select(.syscall == \"close\" and .errors >= 500 - $(skipped))" \
		1 'select(.syscall == "nanosleep" and .mean_ns >= 20000000)' \
		1 "select(.syscall == \"read\" and .count >= 20000 - $(skipped))" \
		1 "select(.syscall == \"write\" and .count >= 20000 - $(skipped))"
}

run_tests
