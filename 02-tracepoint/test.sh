#!/bin/sh
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
. ../tests/lib.sh

# ---- what it shows ----

test_a_failed_open_is_one_event_with_its_error() {
	start opensnoop -j
	cat "$T/missing" 2>/dev/null || :
	stop
	expect 1 "select(.path == \"$T/missing\")" \
		1 "select(.path == \"$T/missing\" and .comm == \"cat\" and .error == \"ENOENT\"
		and .fd == -1 and .flags == \"O_RDONLY\" and .path_state == \"PATH_WHOLE\"
		and .uid == 0 and .time_ns > 0 and .pid == .tid)"
}

test_an_open_that_succeeds_has_a_descriptor_and_no_error() {
	echo hello >"$T/file"
	start opensnoop -j
	sh -c 'echo $$ >"$1/pid"; exec cat "$1/file"' sh "$T" >/dev/null
	stop
	expect 1 "select(.path == \"$T/file\" and .fd >= 3 and .error == null
		and .pid == $(cat "$T/pid"))"
}

test_open_openat_and_openat2_are_seen_each_with_its_flags() {
	start opensnoop -j
	calls=$(./opencalls three "$T/missing")
	stop
	expect "$calls" "select(.path == \"$T/missing\")" \
		$((calls - 2)) "select(.path == \"$T/missing\" and .flags == \"O_RDONLY|O_NOCTTY\")" \
		1 "select(.path == \"$T/missing\" and .flags == \"O_RDWR|O_NONBLOCK\")" \
		1 "select(.path == \"$T/missing\" and .flags == \"O_RDONLY|O_DIRECTORY\")"
}

test_an_open_by_another_thread_has_its_thread_ID() {
	start opensnoop -j
	tid=$(./opencalls thread "$T/missing")
	stop
	expect 1 "select(.path == \"$T/missing\" and .tid == $tid and .pid != .tid)"
}

test_the_longest_path_is_whole_and_a_longer_one_is_marked_as_too_long() {
	start opensnoop -j -n opencalls
	./opencalls long 4095 >/dev/null
	./opencalls long 4096 >/dev/null
	./opencalls long 9000 >/dev/null
	./opencalls null >/dev/null
	stop
	# 4095 is the longest that the kernel takes; it looks for it, and finds nothing.
	expect 1 'select((.path | length) == 4095 and .path_state == "PATH_WHOLE" and .error == "ENOENT")' \
		2 'select((.path | length) == 4096 and .path_state == "PATH_TOO_LONG"
		and .error == "ENAMETOOLONG")' \
		1 'select(.path == "" and .path_state == "PATH_UNREADABLE" and .error == "EFAULT")'
}

once_strange_bytes_in_a_path_survive_as_json() {
	name=$(printf 'new\nline "quote" \\ \033[31m')
	start opensnoop -j
	cat "$T/$name" 2>/dev/null || :
	stop
	expect 1 "select(.path == \"$T/new\\nline \\\"quote\\\" \\\\ \\u001b[31m\")"
}

once_strange_bytes_in_a_path_do_not_reach_the_terminal() {
	start opensnoop
	cat "$T/$(printf '\033[31mred\nline')" 2>/dev/null || :
	stop
	grep -qF "$T/\\x1b[31mred\\nline" "$T/out" || fail "not escaped: $(cat -v "$T/out")"
	! LC_ALL=C grep -q "$(printf '\033')" "$T/out" || fail "an escape got through"
}

once_people_get_a_header_and_columns() {
	start opensnoop -n cat
	cat "$T/missing" 2>/dev/null || :
	stop
	head -n 1 "$T/out" | grep -qE '^PID +COMM +FD +ERROR +FLAGS +PATH$' || fail "$(head -n 1 "$T/out")"
	grep -qE "^[0-9]+ +cat +- ENOENT +O_RDONLY +$T/missing\$" "$T/out" || fail "$(cat "$T/out")"
	grep -qE '^opensnoop: [0-9]+ events$' "$T/err" || fail "$(cat "$T/err")"
}

# ---- filters: everything else stays in the kernel ----

test_option_p_shows_one_process_only() {
	mkfifo "$T/go"
	sh -c 'read -r line <"$1/go"; : <"$1/missing"' sh "$T" 2>/dev/null &
	pid=$!
	start opensnoop -j -p $pid
	cat "$T/missing" 2>/dev/null || :
	echo >"$T/go"
	wait $pid || :
	stop
	expect 1 "select(.path == \"$T/missing\" and .pid == $pid)" \
		0 "select(.pid != $pid)"
}

test_option_u_shows_one_user_only() {
	chmod 755 "$T"
	start opensnoop -j -u 65534
	cat "$T/missing" 2>/dev/null || :
	as_nobody cat "$T/missing" 2>/dev/null || :
	stop
	expect 1 "select(.path == \"$T/missing\")" \
		0 'select(.uid != 65534)'
}

test_option_n_shows_names_that_contain_it_only() {
	cp ./opencalls "$T/my-long-name-is" # 15 bytes: the most that fits
	start opensnoop -j -n name-is
	"$T/my-long-name-is" flood 3 "$T/missing" >/dev/null
	./opencalls flood 3 "$T/missing" >/dev/null
	stop
	expect 3 "select(.path == \"$T/missing\")" \
		0 'select(.comm != "my-long-name-is")'
}

test_option_x_shows_failures_only() {
	echo hello >"$T/file"
	start opensnoop -j -x
	cat "$T/file" "$T/missing" >/dev/null 2>&1 <&- || : # so that descriptor 0 is the first
	stop
	expect 1 "select(.path == \"$T/missing\")" \
		0 'select(.error == null)'
}

test_option_c_shows_one_cgroup_and_those_below_only() {
	cgroup=$(new_cgroup opens)
	mkdir "$cgroup/below"
	start opensnoop -j -c "$cgroup"
	cat "$T/missing" 2>/dev/null || :
	in_cgroup "$cgroup" cat "$T/missing" 2>/dev/null || :
	in_cgroup "$cgroup/below" cat "$T/missing" 2>/dev/null || :
	stop
	rmdir "$cgroup/below"
	expect 2 "select(.path == \"$T/missing\")"
	relative=${cgroup#"$(cgroup_root)/"}
	start opensnoop -j -c "$relative"
	in_cgroup "$cgroup" cat "$T/missing" 2>/dev/null || :
	stop
	expect 1 "select(.path == \"$T/missing\")"
}

# ---- nothing lost silently, nothing left behind ----

# How many events tell of $T/missing? (jq takes seconds for a flood in an emulated VM.)
count_missing() {
	grep -cF "\"error\":\"ENOENT\",\"flags\":\"O_RDONLY\",\"path_state\":\"PATH_WHOLE\",\"comm\":\"opencalls\",\"path\":\"$T/missing\"}" "$T/out"
}

# Three times what the buffer holds, but never more at once: whether the reader keeps up with a
# flood is a question of CPU time, which the benchmark answers.
test_bursts_that_fit_the_buffer_arrive_whole() {
	start opensnoop -j
	for burst in 1 2 3 4 5 6; do
		./opencalls flood 5000 "$T/missing" >/dev/null
		wait_for "burst $burst" has_missing $((burst * 5000))
	done
	stop
	[ "$(count_missing)" = 30000 ] || fail "$(count_missing) of 30000 were shown"
	! grep dropped "$T/err" || fail "it dropped events"
}
has_missing() {
	[ "$(count_missing)" -ge "$1" ]
}

test_what_a_stopped_reader_misses_is_counted() {
	start opensnoop -j -n opencalls
	kill -STOP "$tool_pid"
	./opencalls flood 15000 "$T/missing" >/dev/null
	kill -CONT "$tool_pid"
	stop
	shown=$(count_missing)
	others=$(($(wc -l <"$T/out") - shown)) # what the program loader opens
	dropped=$(sed -n 's/^opensnoop: .* events, \([0-9]*\) dropped .*/\1/p' "$T/err")
	[ "${dropped:-0}" -gt 0 ] || fail "nothing was dropped: $(cat "$T/err")"
	[ $((shown + dropped)) = 15000 ] || fail "$shown shown + $dropped dropped is not 15000"
	grep -q "^opensnoop: $((shown + others)) events, " "$T/err" || fail "$(cat "$T/err")"
}

# The map of the calls under way is filled by hand, with threads that there are not: to have as many
# in open() takes more memory than an emulated VM has.
test_a_call_that_finds_no_room_is_counted_and_one_that_has_ended_makes_room() {
	need bpftool
	start opensnoop -j -n opencalls
	./opencalls flood 3 "$T/missing" >/dev/null
	map=$(map_id calls)
	[ "$(bpftool -j map dump id "$map" | jq length)" = 0 ] || fail "$(bpftool map dump id "$map")"
	size=$(bpftool -j map show id "$map" | jq .bytes_value)
	awk -v map="$map" -v size="$size" 'BEGIN {
		for (i = 0; i < size; i++)
			value = value " 0"
		for (i = 0; i < 10240; i++)
			printf "map update id %d key %d %d 0 127 value%s\n", map, i % 256, i / 256, value }' >"$T/fill"
	bpftool batch file "$T/fill" >/dev/null
	./opencalls flood 100 "$T/missing" >/dev/null
	stop
	expect 3 "select(.path == \"$T/missing\")"
	dropped=$(sed -n 's/^opensnoop: .* events, \([0-9]*\) dropped .*/\1/p' "$T/err")
	[ "${dropped:-0}" -ge 100 ] || fail "100 calls found no room, but: $(cat "$T/err")"
}

# What another thread writes there meanwhile is not what was opened.
test_the_path_is_that_which_was_opened() {
	long=$T/$(printf '%0150d' 0)
	for fifo in "$T/secret" "$long"; do
		mkfifo "$fifo"
		start opensnoop -j
		./opencalls swap "$fifo" /harmless >"$T/tid"
		stop
		read -r tid <"$T/tid"
		expect 1 ".tid == $tid and .fd >= 0 and (.path | startswith(\"$T\"))" 0 '.path == "/harmless"'
	done
	expect 1 ".tid == $tid and .path_state == \"PATH_CHANGED\" and (.path | length) == 127"
}

test_two_at_once_see_the_same() {
	start opensnoop -j
	start_as second opensnoop -j
	./opencalls flood 100 "$T/missing" >/dev/null
	stop second
	stop
	expect 100 "select(.path == \"$T/missing\")"
	expect 100 "select(.path == \"$T/missing\")" second
}

once_its_memory_is_at_most_5_MB() {
	start opensnoop
	./opencalls flood 20000 "$T/missing" >/dev/null
	kb=$(sed -n 's/^VmRSS:[^0-9]*\([0-9]*\) kB/\1/p' /proc/"$tool_pid"/status)
	stop
	[ "$kb" -le 5120 ] || fail "it took $kb KiB"
}

# ---- bad input ----

once_wrong_options_are_usage_errors() {
	exits 2 ./opensnoop -n a-name-of-sixteen
	says '^opensnoop: NAME must have 1 to 15 bytes'
}

once_a_cgroup_that_does_not_exist_is_named() {
	exits 1 ./opensnoop -c no-such-cgroup
	says '^opensnoop: cannot open cgroup /.*/no-such-cgroup: No such file or directory$'
	exits 1 ./opensnoop -c "$T"
	says "^opensnoop: $T is not a cgroup v2 directory$" \
		'^  hint: those are below /'
}

test_a_few_capabilities_suffice() {
	caps=+bpf,+perfmon,+dac_read_search
	# Above 2 is Debian's invention, and its default: then perf wants CAP_SYS_ADMIN.
	if [ "$(cat /proc/sys/kernel/perf_event_paranoid)" -gt 2 ]; then
		exits 1 with_capabilities $caps ./opensnoop -d 0.2
		says '^  hint: kernel.perf_event_paranoid is above 2'
		caps=$caps,+sys_admin
	fi
	exits 0 with_capabilities $caps ./opensnoop -d 0.2
}

test_a_capability_that_is_missing_is_named() {
	exits 1 with_capabilities +bpf,+perfmon ./opensnoop -d 0.2
	says '^  hint: run it with sudo \(or grant CAP_DAC_READ_SEARCH'
	exits 1 with_capabilities +bpf,+dac_read_search ./opensnoop -d 0.2
	says '^  hint: run it with sudo \(or grant CAP_PERFMON too\)'
}

once_without_BTF_it_says_so() {
	exits 4 unshare --mount sh -c 'mount -t tmpfs none /sys/kernel/btf && exec ./opensnoop'
	says '^opensnoop: cannot load the BPF object: ' \
		'^  hint: this kernel has no BTF'
}

once_without_tracefs_it_says_so() {
	exits 1 unshare --mount sh -c 'umount -l /sys/kernel/tracing
		umount -l /sys/kernel/debug/tracing /sys/kernel/debug 2>/dev/null
		exec ./opensnoop'
	says "^opensnoop: cannot find the kernel's tracepoints: No such file or directory$" \
		'^  hint: tracefs is not mounted: mount -t tracefs tracefs /sys/kernel/tracing$'
}

test_the_demo_shows_what_the_README_says() {
	start opensnoop -j
	./demo.sh
	stop
	expect_at_least 1 'select(.path == "/etc/hostname" and .comm == "cat")'
	expect 1 'select(.path == "/etc/no-such-file" and .error == "ENOENT")' \
		1 'select(.error == "ENOTDIR")' \
		1 'select(.error == "EISDIR" and (.flags | contains("O_CREAT|O_TRUNC")))'
}

run_tests
