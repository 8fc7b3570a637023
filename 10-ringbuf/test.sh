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

# dropped NAME: the number in the last words of that tool.
dropped() {
	sed -n 's/^procsnoop: .* events, \([0-9]*\) dropped .*/\1/p' "$1"
}

# ---- what it shows, through both buffers ----

test_lives_are_shown_through_both_buffers_and_the_demo_is_as_the_README_says() {
	start procsnoop -j
	start_as perf procsnoop -j --perf
	grep -q ': attached to fork, exec and exit; a ring buffer, the reader is woken for each batch;' "$T/err" ||
		fail "$(cat "$T/err")"
	grep -q '; a perf buffer for each CPU, the reader is woken for each batch;' "$T/perf.err" ||
		fail "$(cat "$T/perf.err")"
	sh -c 'echo $$ >"$1"; exec ./demo.sh' sh "$T/pid"
	parent=$(cat "$T/pid")
	sh -c 'echo $$ >"$1"; exec ./forks threads 5' sh "$T/pid"
	threads=$(cat "$T/pid")
	stop
	stop perf
	for name in tool perf; do
		expect 3 "select(.what == \"FORK\" and .ppid == $parent and .age_ns == 0 and .file == \"\"
			and .uid == 0 and .time_ns > 0)" \
			1 "select(.what == \"EXEC\" and .ppid == $parent and .file == \"/bin/true\" and .comm == \"true\")" \
			1 "select(.what == \"EXEC\" and .ppid == $parent and .file == \"/bin/false\")" \
			3 "select(.what == \"EXEC\" and .ppid == $parent)" \
			1 "select(.what == \"EXIT\" and .ppid == $parent and .exit_code == 0 and .exit_signal == 0
			and .comm == \"true\" and .age_ns > 0 and .age_ns < 60000000000)" \
			1 "select(.what == \"EXIT\" and .ppid == $parent and .exit_code == 1 and .comm == \"false\")" \
			1 "select(.what == \"EXIT\" and .ppid == $parent and .exit_code == 0 and .exit_signal == 15)" \
			9 ".ppid == $parent" $name
		# Threads are no processes.
		expect 1 "select(.what == \"EXIT\" and .pid == $threads)" \
			0 ".ppid == $threads" $name
	done
}

test_a_lone_event_is_shown_soon_however_the_reader_is_woken() {
	gated sh -c 'sh -c "exit 42"; exit 0'
	# With -P, as other events would wake the reader in the end.
	start procsnoop -j -w each -P $gated_pid
	start_as never procsnoop -j -w never -P $gated_pid
	start_as perf_never procsnoop -j -w never --perf -P $gated_pid
	start_as perf_batch procsnoop -j --perf -P $gated_pid
	grep -q 'a ring buffer, the reader is woken for each event;' "$T/err" || fail "$(cat "$T/err")"
	grep -q 'a perf buffer for each CPU, the reader is woken never;' "$T/perf_never.err" ||
		fail "$(cat "$T/perf_never.err")"
	open_gate
	for name in tool never perf_never perf_batch; do
		expect 1 'select(.exit_code == 42)' $name # while they run
	done
}

# What a process is told to end with is what wait() in the shell has of it.
test_a_process_of_several_threads_ends_once_with_its_status() {
	start procsnoop -j
	for end in 'exec 7' 'leave 5' 'together 8' 'together 8' 'together 8'; do
		sh -c 'echo $$; exec ./forks $1' sh "$end" >"$T/pid" || true
		read -r pid <"$T/pid"
		pids="${pids:-} $pid"
	done
	stop
	set -- $pids
	expect 1 ".what == \"EXIT\" and .pid == $1" 1 ".what == \"EXIT\" and .pid == $1 and .exit_code == 7" \
		1 ".what == \"EXIT\" and .pid == $2" \
		1 ".what == \"EXIT\" and .pid == $2 and .exit_code == 5 and .age_ns > 20000000 and .comm == \"forks\"" \
		1 ".what == \"EXIT\" and .pid == $3" 1 ".what == \"EXIT\" and .pid == $4" \
		1 ".what == \"EXIT\" and .pid == $5"
}

# With two CPUs threads end at the same time; each of several hundred processes ends once.
test_threads_that_end_at_once_are_one_end() {
	two_cpus
	start procsnoop -j
	count=$(bulk 400)
	while [ "$count" -gt 0 ]; do
		./forks together 6
		count=$((count - 1))
	done
	stop
	jq -n -c 'reduce (inputs | select(.what == "EXIT" and .comm == "forks")) as $event ({}; .[$event.pid | tostring] += 1) |
		[length, ([.[]] | max)]' <"$T/out" >"$T/ends"
	[ "$(cat "$T/ends")" = "[$(bulk 400),1]" ] || fail "processes, and ends of one at most: $(cat "$T/ends")"
}

test_the_user_and_the_signal_that_dumps_core_have_their_numbers() {
	chmod 777 "$T"
	start procsnoop -j
	(
		ulimit -c unlimited
		cd "$T"
		exec setpriv --reuid=65534 --regid=65533 --clear-groups sh -c 'kill -SEGV $$'
	) || :
	stop
	expect 1 'select(.what == "EXIT" and .uid == 65534 and .exit_signal == 11 and .exit_code == 0)'
}

once_strange_and_long_names_are_cut_and_do_not_reach_the_terminal() {
	name=$(printf 'a\033[31m\nb')
	cp forks "$T/$name"
	dirs=$(printf '%0120d' 0)
	mkdir -p "$T/$dirs/$dirs"
	cp forks "$T/$dirs/$dirs/forks"
	start procsnoop -j
	start_as columns procsnoop
	"$T/$name" 1 >/dev/null
	"$T/$dirs/$dirs/forks" 0
	stop columns
	stop
	expect 1 "select(.what == \"EXEC\" and .file == \"$T/a\\u001b[31m\\nb\" and .comm == \"a\\u001b[31m\\nb\")" \
		1 "select(.what == \"EXEC\" and (.file | length) == 255 and (.file | startswith(\"$T/$dirs/00\")))"
	head -n 1 "$T/columns.out" | grep -qE '^WHAT PID +PPID +COMM +DETAILS$' || fail "$(cat "$T/columns.out")"
	grep -qE "^exec [0-9]+ +[0-9]+ +a\\\\x1b\\[31m\\\\nb +$T/a\\\\x1b\\[31m\\\\nb\$" "$T/columns.out" ||
		fail "$(cat -v "$T/columns.out")"
	grep -qE '^fork [0-9]+ +[0-9]+ +a\\x1b\[31m\\nb +$' "$T/columns.out" || fail "$(cat -v "$T/columns.out")"
	grep -qE '^exit [0-9]+ +[0-9]+ +a\\x1b\[31m\\nb +status 0 after [0-9]+\.[0-9] ms$' "$T/columns.out" ||
		fail "$(cat -v "$T/columns.out")"
	! LC_ALL=C grep -q "$(printf '\033')" "$T/columns.out" || fail "an escape got through"
}

# ---- nothing lost silently ----

test_a_flood_overflows_both_buffers_and_every_event_is_shown_or_counted() {
	for option in '' --perf; do
		exits 0 ./procsnoop -j --flood 1300 $option
		shown=$(wc -l <"$T/stdout")
		dropped=$(dropped "$T/stderr")
		[ "${dropped:-0}" -gt 0 ] || fail "$option: nothing was dropped"
		[ $((shown + dropped)) = 2600 ] || fail "$option: $shown shown + $dropped dropped is not 2600"
		says "^procsnoop: $shown events, " \
			"^procsnoop: flood: 2 \* 1300 sent, $shown shown \+ $dropped dropped = 2600$"
		[ -n "$option" ] || cp "$T/stdout" "$T/ring"
	done
	# Nobody read, so perf had no occasion to note what it lost.
	says '^procsnoop: .*own notes tell of 0 lost$'
	# The ring buffer is in order: what is shown to end has been shown to begin.
	sed 's/.*"what":"\([A-Z]*\)","pid":\([0-9]*\),.*/\1 \2/' "$T/ring" >"$T/steps"
	[ "$(grep -c ^FORK "$T/steps")" -gt 500 ] || fail "$(head -n 3 "$T/steps")"
	awk '$1 == "FORK" { begun[$2] } $1 == "EXIT" && !($2 in begun) { exit 1 }' "$T/steps" ||
		fail "an exit came before its fork"
}

test_what_a_stopped_reader_misses_is_counted_and_option_P_filters() {
	gated ./forks 1300
	start procsnoop -j -P $gated_pid
	start_as perf procsnoop -j --perf -P $gated_pid
	kill -STOP "$tool_pid" "$perf_pid"
	./forks 10 >/dev/null # of another parent
	open_gate
	kill -CONT "$tool_pid" "$perf_pid"
	stop
	stop perf
	for prefix in "$T/" "$T/perf."; do
		shown=$(wc -l <"${prefix}out")
		dropped=$(dropped "${prefix}err")
		[ "${dropped:-0}" -gt 0 ] || fail "nothing was dropped: $(cat "${prefix}err")"
		[ $((shown + dropped)) = 2600 ] || fail "$shown shown + $dropped dropped is not 2600"
		[ "$(grep -c "\"ppid\":$gated_pid," "${prefix}out")" = "$shown" ] || fail "others are shown"
	done
	# What perf notes by itself is never more.
	notes=$(sed -n 's/^procsnoop: .*own notes tell of \([0-9]*\) lost$/\1/p' "$T/perf.err")
	[ -z "$notes" ] || [ "$notes" -lt "$dropped" ] || fail "$(cat "$T/perf.err")"
}

test_while_it_is_read_nothing_is_lost_and_two_see_the_same_and_kill_9_leaves_nothing() {
	bpf_snapshot
	gated ./forks 1000
	start procsnoop -j -P $gated_pid
	start_as perf procsnoop -j --perf -P $gated_pid
	open_gate
	kb=$(sed -n 's/^VmRSS:[^0-9]*\([0-9]*\) kB/\1/p' /proc/"$tool_pid"/status)
	stop perf
	expect 2000 true
	kill9
	[ "$(wc -l <"$T/perf.out")" = 2000 ] || fail "$(cat "$T/perf.err")"
	! grep -E 'dropped|lost' "$T/perf.err" || fail "it lost some"
	[ "$kb" -le 5120 ] || fail "it took $kb KiB"
	nothing_left
}

# slowly: read stdin to its end, some 800 lines a second.
slowly() {
	"$kit" slowly 8192 50
}

once_a_flood_that_is_faster_than_the_output_ends_at_one_SIGINT() {
	mkfifo "$T/out" "$T/perf.out"
	slowly <"$T/out" &
	slowly <"$T/perf.out" &
	start procsnoop -j
	start_as perf procsnoop -j --perf
	./forks 5000 >/dev/null # until both buffers are full
	./forks 1000000 >/dev/null & # and stay full
	at_end "kill $!"
	stop
	stop perf
	says_in '^procsnoop: [0-9]+ events, [0-9]+ dropped \(buffer full\)$' err
	says_in '^procsnoop: [0-9]+ events, [0-9]+ dropped \(buffer full\)$' perf.err
}

# ---- how it ends, bad input ----

once_wrong_options_are_usage_errors() {
	exits 2 ./procsnoop -w often
	says "^procsnoop: WHEN must be each, never or batch, not 'often'$"
	exits 2 ./procsnoop --flood 0
	says "^procsnoop: N must be a number from 1 to 2147483647, not '0'$"
}

test_without_root_it_says_sudo_and_a_few_capabilities_suffice() {
	exits 1 as_nobody ./procsnoop
	says '^procsnoop: cannot .*: (Permission denied|Operation not permitted)$' \
		'^  hint: run it with sudo \(or grant CAP_BPF and CAP_PERFMON\)$'
	caps=+bpf,+perfmon,+dac_read_search
	# Above 2 is Debian's invention, and its default: then perf wants CAP_SYS_ADMIN.
	[ "$(cat /proc/sys/kernel/perf_event_paranoid)" -le 2 ] || caps=$caps,+sys_admin
	exits 0 with_capabilities $caps ./procsnoop -d 0.1
	exits 0 with_capabilities $caps ./procsnoop -d 0.1 --perf
	exits 1 sh -c 'exec ./procsnoop >/dev/full'
	says '^procsnoop: cannot write the output: No space left on device$'
}

once_without_tracefs_it_says_so() {
	exits 1 unshare --mount sh -c 'umount -l /sys/kernel/tracing
		umount -l /sys/kernel/debug/tracing /sys/kernel/debug 2>/dev/null
		exec ./procsnoop'
	says '^  hint: tracefs is not mounted: mount -t tracefs tracefs /sys/kernel/tracing$'
}

run_tests
