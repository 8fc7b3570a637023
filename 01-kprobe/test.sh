#!/bin/sh
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
. ../tests/lib.sh

# For cases that do not call start, which sees for itself.
need_kprobes() {
	[ -e /sys/bus/event_source/devices/kprobe ] || skip "this kernel has no kprobes"
}

# slow_disk MS ERRNO N: fsync, by N threads at once, of a disk that takes MS for it.
slow_disk() {
	status=0
	./fsynccalls slow "$@" >"$T/slow" 2>&1 || status=$?
	[ $status -ne 4 ] || skip "$(cat "$T/slow")"
	[ $status -eq 0 ] || fail "$(cat "$T/slow")"
}

# ---- what it shows ----

test_dd_with_conv_fsync_is_one_event_with_its_file_and_its_time() {
	start fsyncsnoop -j
	sh -c 'echo $$ >"$1/pid"; exec dd if=/dev/zero of="$1/file" bs=4k count=4 conv=fsync' sh "$T"
	stop
	expect 1 "select(.path == \"$T/file\")" \
		1 "select(.path == \"$T/file\" and .comm == \"dd\" and .pid == $(cat "$T/pid")
		and .tid == .pid and .latency_ns > 0 and .time_ns > 0 and .error == null
		and .whole_file and .first_byte == 0 and (.data_only | not)
		and .path_state == \"PATH_WHOLE\")"
}

test_fsync_and_fdatasync_are_one_event_each() {
	: >"$T/file"
	start fsyncsnoop -j
	./fsynccalls fsync "$T/file"
	./fsynccalls fdatasync "$T/file"
	stop
	expect 2 "select(.path == \"$T/file\" and .whole_file)" \
		1 "select(.path == \"$T/file\" and .data_only)"
}

test_msync_has_the_range_that_is_mapped() {
	: >"$T/file"
	page=$(getconf PAGESIZE 2>/dev/null || echo 4096)
	start fsyncsnoop -j
	./fsynccalls msync "$T/file"
	stop
	expect 1 "select(.path == \"$T/file\")" \
		1 "select(.path == \"$T/file\" and .first_byte == $page and .last_byte == $((2 * page - 1))
		and .data_only and (.whole_file | not))"
}

test_writes_with_O_SYNC_and_O_DSYNC_have_their_range() {
	mkdir "$T/ram"
	start fsyncsnoop -j
	unshare --mount sh -c 'mount -t ramfs none "$1" && : >"$1/file" &&
		./fsynccalls o_sync "$1/file" && ./fsynccalls o_dsync "$1/file"' sh "$T/ram"
	stop
	expect 2 "select(.path == \"$T/ram/file\" and .first_byte == 50 and .last_byte == 149)" \
		1 "select(.path == \"$T/ram/file\" and .data_only)"
}

test_what_does_not_wait_for_the_file_is_not_shown() {
	: >"$T/file"
	start fsyncsnoop -j
	for call in write msync-async sync_file_range syncfs; do
		[ "$(./fsynccalls $call "$T/file")" = 0 ] || fail "$call failed"
	done
	./fsynccalls fsync "$T"
	stop
	expect 0 "select(.path == \"$T/file\")"
	expect 1 "select(.path == \"$T\")" # a directory; and it was looking
}

test_a_call_that_fails_has_its_error() {
	start fsyncsnoop -j
	[ "$(./fsynccalls pipe)" = -22 ] || fail "fsync of a pipe works?"
	[ "$(./fsynccalls none)" = -9 ] || fail "fsync of no file works?"
	stop
	expect 1 'select(.comm == "fsynccalls" and .error == "EINVAL" and .path == "")' \
		1 'select(.comm == "fsynccalls" and .error == "EBADF" and .path == "")'
}

test_a_disk_that_fails_is_EIO() {
	start fsyncsnoop -j
	slow_disk 1 5 1
	stop
	grep -qx -e -5 "$T/slow" || fail "the disk did not fail: $(cat "$T/slow")"
	expect 1 'select(.path == "/dev/nbd0" and .error == "EIO")'
}

# ---- the path ----

test_the_path_goes_through_mounts() {
	mkdir "$T/real" "$T/bind" "$T/real/below"
	: >"$T/real/below/file"
	start fsyncsnoop -j
	unshare --mount sh -c 'mount --bind "$1/real" "$1/bind" && mount --bind "$1/real" "$1/bind" &&
		./fsynccalls fsync "$1/bind/below/file"' sh "$T"
	./fsynccalls fsync /
	stop
	expect 1 "select(.path == \"$T/bind/below/file\" and .path_state == \"PATH_WHOLE\")" \
		1 'select(.path == "/" and .path_state == "PATH_WHOLE")'
}

test_a_file_on_overlayfs_is_one_event_with_the_path_that_people_see() {
	mkdir "$T/all"
	start fsyncsnoop -j
	unshare --mount sh -c 'mount -t tmpfs none "$1" && cd "$1" && mkdir low up work merged &&
		mount -t overlay none -o lowerdir=low,upperdir=up,workdir=work merged &&
		: >merged/file && exec "$2/fsynccalls" fsync merged/file' sh "$T/all" "$PWD" ||
		skip "cannot mount overlayfs"
	stop
	expect 1 'select(.comm == "fsynccalls")' \
		1 "select(.path == \"$T/all/merged/file\")"
}

test_the_longest_name_is_whole_and_too_many_directories_are_cut() {
	name=$(printf %255s '' | tr ' ' x)
	: >"$T/$name"
	dir=$T
	for i in $(seq 30); do dir=$dir/d$i; done
	mkdir -p "$dir"
	: >"$dir/file"
	start fsyncsnoop -j
	start_as columns fsyncsnoop
	./fsynccalls fsync "$T/$name"
	./fsynccalls fsync "$dir/file"
	stop
	stop columns
	expect 1 "select(.path == \"$T/$name\" and .path_state == \"PATH_WHOLE\")" \
		1 'select(.path_state == "PATH_CUT")' \
		1 'select(.path_state == "PATH_CUT" and (.path | startswith("/d8/d9/"))
		and (.path | endswith("/d29/d30/file")))'
	grep -q ' \.\.\./d8/d9/.*/d30/file$' "$T/columns.out" || fail "$(cat "$T/columns.out")"
}

test_files_outside_all_directories_have_the_name_they_have() {
	start fsyncsnoop -j
	./fsynccalls memfd hello
	stop
	expect 1 'select(.path == "memfd:hello" and .path_state == "PATH_WHOLE")'
}

once_strange_bytes_in_a_name_survive_as_json_and_do_not_reach_the_terminal() {
	name=$(printf 'new\nline "quote" \\ \033[31m')
	: >"$T/$name"
	start fsyncsnoop -j
	start_as columns fsyncsnoop
	./fsynccalls fsync "$T/$name"
	stop
	stop columns
	expect 1 "select(.path == \"$T/new\\nline \\\"quote\\\" \\\\ \\u001b[31m\")"
	grep -qF "$T/new\\nline \"quote\" \\\\ \\x1b[31m" "$T/columns.out" || fail "$(cat -v "$T/columns.out")"
	! LC_ALL=C grep -q "$(printf '\033')" "$T/columns.out" || fail "an escape got through"
}

once_people_get_a_header_and_columns() {
	: >"$T/file"
	start fsyncsnoop
	./fsynccalls fdatasync "$T/file"
	./fsynccalls msync "$T/file"
	./fsynccalls pipe
	stop
	head -n 1 "$T/out" | grep -qE '^PID +COMM +MS +ERROR +WHAT +BYTES +PATH$' || fail "$(cat "$T/out")"
	grep -qE "^[0-9]+ +fsynccalls +[0-9]+\.[0-9]{3} - +data +whole file +$T/file\$" "$T/out" ||
		fail "$(cat "$T/out")"
	grep -qE "^[0-9]+ +fsynccalls +[0-9]+\.[0-9]{3} - +data +[0-9]+-[0-9]+ +$T/file\$" "$T/out" ||
		fail "$(cat "$T/out")"
	grep -qE "^[0-9]+ +fsynccalls +[0-9]+\.[0-9]{3} EINVAL +all +whole file +\(no name\)\$" "$T/out" ||
		fail "$(cat "$T/out")"
	grep -qE '^fsyncsnoop: [0-9]+ events$' "$T/err" || fail "$(cat "$T/err")"
}

# ---- filters: everything else stays in the kernel ----

test_option_p_shows_one_process_only() {
	: >"$T/file"
	mkfifo "$T/go"
	sh -c 'read -r line <"$1/go"; exec ./fsynccalls fsync "$1/file"' sh "$T" &
	pid=$!
	start fsyncsnoop -j -p $pid
	./fsynccalls fsync "$T/file"
	echo >"$T/go"
	wait $pid
	stop
	expect 1 "select(.path == \"$T/file\" and .pid == $pid)" \
		1 true
}

test_option_m_shows_slow_calls_only() {
	: >"$T/file"
	start fsyncsnoop -j -m 50
	./fsynccalls flood 100 "$T/file"
	slow_disk 100 0 1
	stop
	expect 1 'select(.path == "/dev/nbd0" and .latency_ns >= 100000000 and .error == null)' \
		0 'select(.latency_ns < 50000000)'
}

test_option_m_takes_fractions_and_large_numbers() {
	: >"$T/file"
	start fsyncsnoop -j -m 0.0001
	start_as never fsyncsnoop -j -m 10000
	./fsynccalls fsync "$T/file"
	stop
	stop never
	expect 1 "select(.path == \"$T/file\" and .latency_ns >= 100)"
	expect 0 true never
}

# ---- nothing lost silently, nothing left behind ----

# Twice what the buffer holds, but never more at once: whether the reader keeps up with a flood is
# a question of CPU time.
test_bursts_that_fit_the_buffer_arrive_whole() {
	: >"$T/file"
	start fsyncsnoop -j
	for burst in 1 2 3; do
		./fsynccalls flood 6000 "$T/file"
		wait_for "burst $burst" has_events $((burst * 6000))
	done
	stop
	seen=$(grep -F "\"$T/file\"" "$T/out" | grep -c "\"error\":null")
	[ "$seen" = 18000 ] || fail "$seen events, not 18000"
	! grep -E 'dropped|not seen' "$T/err" || fail "it lost events"
}
has_events() {
	[ "$(grep -cF "\"$T/file\"" "$T/out")" -ge "$1" ]
}

test_what_a_stopped_reader_misses_is_counted() {
	: >"$T/file"
	start fsyncsnoop -j
	kill -STOP "$tool_pid"
	./fsynccalls flood 20000 "$T/file"
	kill -CONT "$tool_pid"
	stop
	shown=$(grep -cF "\"$T/file\"" "$T/out")
	dropped=$(sed -n 's/^fsyncsnoop: .* events, \([0-9]*\) dropped .*/\1/p' "$T/err")
	[ "${dropped:-0}" -gt 0 ] || fail "nothing was dropped: $(cat "$T/err")"
	[ $((shown + dropped)) = 20000 ] || fail "$shown shown + $dropped dropped is not 20000"
}

test_calls_that_are_too_many_at_one_time_are_counted() {
	cpus=$(tr ',' '\n' </sys/devices/system/cpu/possible | awk -F - '{ n += $NF - $1 + 1 } END { print n }')
	start fsyncsnoop -j
	slow_disk 50 0 64
	stop
	shown=$(grep -c '"/dev/nbd0"' "$T/out")
	lost=$(sed -n 's/^fsyncsnoop: \([0-9]*\) calls not seen to return: .*/\1/p' "$T/err")
	[ $((shown + ${lost:-0})) = 64 ] || fail "$shown shown + ${lost:-0} not seen to return is not 64"
	[ "$cpus" -ge 32 ] || [ "${lost:-0}" -gt 0 ] || fail "all seen? $(cat "$T/err")"
}

test_two_at_once_see_the_same() {
	: >"$T/file"
	start fsyncsnoop -j
	start_as second fsyncsnoop -j
	./fsynccalls flood 100 "$T/file"
	stop second
	./fsynccalls fdatasync "$T/file" # the first still works
	stop
	expect 100 "select(.path == \"$T/file\")" second
	expect 101 "select(.path == \"$T/file\")"
}

test_kill_9_leaves_nothing_behind() {
	bpf_snapshot
	start fsyncsnoop
	kill9
	nothing_left
	wait_for "no kprobe left" no_kprobe
}
no_kprobe() {
	! grep -h fsync /sys/kernel/debug/kprobes/list /sys/kernel/tracing/kprobe_events 2>/dev/null
}

once_its_memory_is_at_most_5_MB() {
	: >"$T/file"
	start fsyncsnoop
	./fsynccalls flood 5000 "$T/file"
	kb=$(sed -n 's/^VmRSS:[^0-9]*\([0-9]*\) kB/\1/p' /proc/"$tool_pid"/status)
	stop
	[ "$kb" -le 5120 ] || fail "it took $kb KiB"
}

# ---- bad input ----

test_a_process_that_ends_meanwhile_is_no_error() {
	sleep 1000 &
	pid=$!
	start fsyncsnoop -j -p $pid
	kill $pid
	wait $pid || :
	stop
	expect 0 true
}

test_a_few_capabilities_suffice() {
	need_kprobes
	caps=+bpf,+perfmon
	# Above 2 is Debian's invention, and its default: then perf wants CAP_SYS_ADMIN.
	if [ "$(cat /proc/sys/kernel/perf_event_paranoid)" -gt 2 ]; then
		exits 1 with_capabilities $caps,+dac_read_search ./fsyncsnoop -d 0.2
		says '^  hint: kernel.perf_event_paranoid is above 2'
		caps=$caps,+sys_admin
	fi
	exits 0 with_capabilities $caps ./fsyncsnoop -d 0.2
}

test_a_kernel_without_kprobes_is_told_so() {
	exits 4 unshare --mount sh -c 'mount -t tmpfs none /sys/bus/event_source/devices && exec ./fsyncsnoop'
	says '^fsyncsnoop: skipped: this kernel has no kprobes, which CONFIG_KPROBE_EVENTS=y gives \(there is no /sys/bus/event_source/devices/kprobe\)$'
}

# No kernel lacks the function, so a copy of the tool asks for one that none has.
test_a_kernel_without_the_function_is_told_so() {
	need_kprobes
	LC_ALL=C sed 's/vfs_fsync_range/vfs_fsync_rangX/g' fsyncsnoop >"$T/fsyncsnoop"
	chmod +x "$T/fsyncsnoop"
	exits 4 "$T/fsyncsnoop"
	says '^fsyncsnoop: skipped: this kernel has no function vfs_fsync_rangX \(see /proc/kallsyms\)$'
}

test_the_demo_shows_what_the_README_says() {
	start fsyncsnoop -j
	./demo.sh
	stop
	expect 2 'select(.comm == "dd" and (.path | endswith("/log")))' \
		1 'select(.comm == "dd" and .data_only)' \
		2 'select(.comm == "sync" and .error == null)' \
		1 'select(.comm == "sync" and .error == "EINVAL")'
}

run_tests
