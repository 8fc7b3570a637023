#!/bin/sh
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
. ../tests/lib.sh

# gated COMMAND...: COMMAND as process $gated_pid, which sleeps until open_gate and whose output
# is $T/gated. From the first on, what wakes it is seen by a tool that is attached by then.
gated() {
	mkfifo "$T/gate"
	sh -c 'read -r line <"$1"; shift; exec "$@"' sh "$T/gate" "$@" >"$T/gated" &
	gated_pid=$!
	wait_for "process $gated_pid sleeps" asleep $gated_pid
}
open_gate() {
	echo >"$T/gate"
}
sleeps_in() {
	grep -q "^Name:.$2\$" "/proc/$1/status" && asleep "$1"
}
asleep() {
	grep -q '^State:.S' "/proc/$1/status"
}

# How often the kernel says that process $1 left a CPU. While it sleeps, that is also how often
# it got one.
switches() {
	awk '/ctxt_switches/ { n += $2 } END { print n }' "/proc/$1/status"
}

# sum FILTER [FILE]: of all lines of the tool's JSON.
sum() {
	jq -s "map($1) | add // 0" "${2:-$T/out}"
}

# near N MOST: N is at most MOST, and nearly MOST. On one machine the trace of sched_switch had
# gaps: it showed no switch away from some threads, and so not that the next task got a CPU
# either. Why is not known.
near() {
	[ "$1" -le "$2" ] && [ $(($1 * 100 + 100)) -ge $(($2 * 99)) ] || fail "$1 waits, but $2 switches"
}

# ---- what it counts ----

# Each time that a process got a CPU, it had been woken up or had had to leave one.
counts_every_wait() {
	mkfifo "$T/go"
	gated ./crowd pingpong 2000 "$T/go"
	before=$(switches $gated_pid)
	start runqlat -j -p $gated_pid "$@"
	open_gate
	wait_for "the ping-pong is over" test -s "$T/gated"
	wait_for "process $gated_pid sleeps again" asleep $gated_pid
	after=$(switches $gated_pid)
	stop
	: >"$T/go"
	expect 1 "select(.pid == $gated_pid and .unit == \"usecs\" and .time_ns > 0)" \
		1 .
	near "$(sum .total)" $((after - before))
	# The two have one CPU, so each round takes the process off it once at least.
	[ "$(sum .total)" -ge 1980 ] || fail "only $(sum .total) waits in 2000 rounds"
}

test_every_wait_of_a_process_is_counted() {
	counts_every_wait
	case $(uname -r) in
	5.* | 6.[0-3].*) kind='a hash by thread' ;;
	*) kind='task storage' ;;
	esac
	grep -q "^runqlat: attached to sched_wakeup, sched_wakeup_new and sched_switch, with $kind; Ctrl-C to stop$" \
		"$T/err" || fail "$(cat "$T/err")"
}

test_every_wait_of_a_process_is_counted_with_the_hash_too() {
	counts_every_wait --hash
	grep -q 'with a hash by thread; Ctrl-C to stop$' "$T/err" || fail "$(cat "$T/err")"
}

test_a_wait_that_has_ended_makes_room_in_the_hash() {
	mkfifo "$T/go"
	gated ./crowd pingpong 10 "$T/go"
	start runqlat -j --hash -p $gated_pid
	open_gate
	wait_for "the ping-pong is over" test -s "$T/gated"
	wait_for "process $gated_pid sleeps again" asleep $gated_pid
	map=$(map_id waiting_by_tid)
	[ "$(bpftool -j map dump id "$map" | jq length)" = 0 ] || fail "$(bpftool map dump id "$map")"
	stop
	: >"$T/go"
}

test_who_shares_a_CPU_waits_for_milliseconds() {
	gated ./crowd hogs 1
	start runqlat -j -p $gated_pid
	start_as hash runqlat -j -p $gated_pid --hash
	start_as ms runqlat -j -p $gated_pid --milliseconds
	open_gate
	wait $gated_pid
	stop ms
	stop hash
	stop
	expect 1 'select([.buckets[] | select(.from >= 1024) | .count] | add >= 3)'
	expect 1 'select([.buckets[] | select(.from >= 1024) | .count] | add >= 3)' hash
	expect 1 'select(.unit == "msecs" and ([.buckets[] | select(.from >= 2) | .count] | add >= 3))' ms
	# A process that has ended may have to wait for a CPU once more before it is gone: by then the
	# one that is stopped first may not look any more.
	not_yet=$(($(sum .total) - $(sum .total "$T/ms.out")))
	[ $not_yet -ge 0 ] && [ $not_yet -le 1 ] || fail "$(cat "$T/out" "$T/ms.out")"
	# 0 to 1 ms are the slots below 1024 us, and at most those below 2048 us. Each instance reads
	# the clock for itself, and an emulated CPU may be halted in between: hence the 3.
	ms=$(sum '.buckets[0].count' "$T/ms.out")
	[ "$ms" -ge $(($(sum '[.buckets[] | select(.to < 1024) | .count] | add') - 3)) ] &&
		[ "$ms" -le $(($(sum '[.buckets[] | select(.to < 2048) | .count] | add') + 3)) ] ||
		fail "$(cat "$T/out" "$T/ms.out")"
}

# sched_wakeup_new: without it, each of the twenty would have one wait less.
test_the_first_wait_of_a_new_process_is_counted() {
	mkfifo "$T/go"
	pids='' switches=0
	start runqlat -j --pids
	for _ in $(seq 20); do
		cat "$T/go" &
		pids=$pids${pids:+,}$!
	done
	for pid in $(echo "$pids" | tr , ' '); do
		wait_for "process $pid sleeps" sleeps_in "$pid" cat
		switches=$((switches + $(switches "$pid")))
	done
	stop
	: >"$T/go"
	waits=$(sum "select(.pid | IN($pids)) | .total")
	[ "$waits" -le "$switches" ] && [ "$waits" -ge $((switches - 5)) ] ||
		fail "$waits waits, but $switches switches"
}

test_histograms_have_buckets_without_gaps_that_add_up() {
	start runqlat -j --pids
	start_as all runqlat -j
	./crowd pingpong 500 >/dev/null
	stop all
	stop
	well_formed='select((.buckets | map(.count) | add) == .total
		and .buckets[0].from == 0 and .buckets[-1].count > 0
		and ([.buckets[1:], .buckets[:-1]] | transpose | all(.[0].from == .[1].to + 1)))'
	expect "$(wc -l <"$T/out")" "$well_formed"
	expect 1 "$well_formed | select(.total >= 990 and .pid == 0 and .comm == \"\")" all
	expect_at_least 2 'select(.comm == "crowd" and .total >= 495)'
	grep -q "^runqlat: $(sum .total) events$" "$T/err" || fail "not $(sum .total): $(cat "$T/err")"
	grep -q "^runqlat: $(sum .total "$T/all.out") events$" "$T/all.err" || fail "$(cat "$T/all.err")"
}

test_two_at_once_see_the_same() {
	mkfifo "$T/go"
	gated ./crowd pingpong 500 "$T/go"
	start runqlat -j -p $gated_pid
	start_as second runqlat -j --hash -p $gated_pid
	open_gate
	wait_for "the ping-pong is over" test -s "$T/gated"
	wait_for "process $gated_pid sleeps again" asleep $gated_pid
	stop
	stop second
	: >"$T/go"
	[ "$(sum .total)" -ge 495 ] || fail "only $(sum .total) waits in 500 rounds"
	[ "$(sum .total)" = "$(sum .total "$T/second.out")" ] ||
		fail "$(sum .total) and $(sum .total "$T/second.out")"
}

# ---- options ----

test_option_p_counts_one_process_only() {
	gated sleep 0
	start runqlat -j --pids -p $gated_pid
	./crowd pingpong 500 >/dev/null
	open_gate
	wait $gated_pid
	stop
	expect 1 "select(.pid == $gated_pid and .total >= 1 and .total < 100)" \
		1 .
}

test_option_p_counts_all_threads_of_the_process() {
	gated ./crowd threads 500
	start runqlat -j -p $gated_pid
	open_gate
	wait $gated_pid
	stop
	expect 1 "select(.pid == $gated_pid and .total >= 990)"
}

test_option_p_of_a_process_that_ends_keeps_its_histogram() {
	gated sleep 0
	start runqlat -j -p $gated_pid
	open_gate
	wait $gated_pid
	./crowd pingpong 500 >/dev/null
	alive "$tool_pid" || fail "runqlat ended with it"
	stop
	expect 1 "select(.pid == $gated_pid and .total >= 1 and .total < 100)"
}

test_option_pids_shows_the_names_of_processes() {
	name=$(printf 'a\033[31m\nb') # what the kernel calls a process that executes this file
	cp crowd "$T/$name"
	start runqlat --pids
	start_as json runqlat --pids -j
	"$T/$name" pingpong 100 >/dev/null
	stop json
	stop
	expect 2 'select(.comm == "a\u001b[31m\nb" and .total >= 90)' json
	[ "$(grep -cE '^pid = [0-9]+ a\\x1b\[31m\\nb$' "$T/out")" = 2 ] || fail "$(cat -v "$T/out")"
	! LC_ALL=C grep -q "$(printf '\033')" "$T/out" || fail "an escape got through"
}

test_option_I_prints_each_interval_and_loses_nothing_between() {
	mkfifo "$T/go"
	gated ./crowd pingpong 2000 "$T/go"
	before=$(switches $gated_pid)
	start runqlat -j -I 1 -p $gated_pid
	expect_at_least 1 '.total == 0'
	open_gate
	wait_for "the ping-pong is over" test -s "$T/gated"
	wait_for "process $gated_pid sleeps again" asleep $gated_pid
	after=$(switches $gated_pid)
	expect_at_least 3 .
	stop
	: >"$T/go"
	near "$(sum .total)" $((after - before))
	jq -s -e '(.[1].time_ns - .[0].time_ns) / 1e9 | . > 0.9 and . < 5' "$T/out" >/dev/null ||
		fail "not every second: $(jq .time_ns "$T/out")"
}

test_option_I_shows_a_busy_process_in_each_interval() {
	gated ./crowd hogs 2.2
	start runqlat -I 1 -p $gated_pid --pids -j
	open_gate
	wait $gated_pid
	stop
	expect_at_least 2 "select(.pid == $gated_pid and .total >= 2)"
	expect "$(wc -l <"$T/out")" "select(.pid == $gated_pid and .total < 2000)"
}

once_people_get_a_time_and_bars() {
	start runqlat -I 1
	./crowd pingpong 500 >/dev/null
	wait_line '^ *2 -> 3 ' "$T/out"
	stop
	head -n 1 "$T/out" | grep -qE '^[0-9]{2}:[0-9]{2}:[0-9]{2}$' || fail "$(cat "$T/out")"
	sed -n 2p "$T/out" | grep -qE '^ +usecs +: count +distribution$' || fail "$(cat "$T/out")"
	sed -n 3p "$T/out" | grep -qE '^ +0 -> 1 +: [0-9]+ +\|\** *\|$' || fail "$(cat "$T/out")"
	# The highest count has a full bar, and the others their part of it.
	grep -qE '\|\*{40}\|$' "$T/out" || fail "$(cat "$T/out")"
	awk -F '[:|]' '/^[0-9][0-9]:/ && NR > 1 { exit }
		/->/ { n[++i] = $2 + 0; bar[i] = gsub(/\*/, "", $3); if (n[i] > most) most = n[i] }
		END { for (; i; i--) if (bar[i] != int(n[i] * 40 / most)) exit 1 }' "$T/out" ||
		fail "$(cat "$T/out")"
}

# ---- nothing lost silently, nothing left behind ----

test_more_processes_than_have_room_are_counted() {
	start runqlat -j --pids
	./crowd forks 10500
	stop
	[ "$(wc -l <"$T/out")" = 10240 ] || fail "$(wc -l <"$T/out") histograms"
	dropped=$(sed -n 's/^runqlat: .* events, \([0-9]*\) dropped .*/\1/p' "$T/err")
	[ "${dropped:-0}" -ge 155 ] || fail "10500 processes, and: $(cat "$T/err")"
}

# The processes that BPF has a histogram of now.
kept() {
	for map in $(sed -n 's/^map_id:[^0-9]*//p' /proc/"$tool_pid"/fdinfo/*); do
		bpftool -j map dump id "$map" | jq '.[].formatted | select(.value.hist?) | .key'
	done | sort
}
none_is_kept() {
	kept >"$T/kept"
	[ -s "$T/kept" ] && [ -z "$(comm -12 "$T/ended" "$T/kept")" ]
}

test_with_intervals_those_that_ended_make_room() {
	need bpftool
	start runqlat -j --pids -I 1
	./crowd forks 100
	expect_at_least 99 'select(.comm == "crowd")'
	jq 'select(.comm == "crowd") | .pid' "$T/out" | sort >"$T/ended"
	wait_for "their histograms are removed" none_is_kept
	stop
}

intervals() {
	grep -cE '^[0-9]{2}:[0-9]{2}:[0-9]{2}$' "$T/out"
}
two_more_intervals() {
	[ "$(intervals)" -ge $((intervals + 2)) ]
}

# In a PID namespace nobody can ask for a process outside; none must be taken for one that ended.
test_in_a_PID_namespace_those_that_run_are_kept() {
	need bpftool
	gated sleep 60
	at_end "kill $gated_pid"
	unshare --pid --fork --kill-child ./runqlat --pids -I 0.3 >"$T/out" 2>"$T/err" </dev/null &
	echo $! >"$T/.pid.unshare"
	wait_for "it is attached" is_attached "$T/err"
	read -r tool_pid _ <"/proc/$!/task/$!/children" || : # no newline
	open_gate
	wait_line "^pid = $gated_pid " "$T/out"
	intervals=$(intervals)
	wait_for "two more intervals" two_more_intervals
	kept | grep -qx $gated_pid || fail "$gated_pid is not kept"
}

# ---- bad input ----

test_two_capabilities_are_enough() {
	exits 0 with_capabilities +bpf,+perfmon ./runqlat -d 0.2
	says '^runqlat: [0-9]+ events$'
}

once_without_BTF_it_says_so() {
	exits 4 unshare --mount sh -c 'mount -t tmpfs none /sys/kernel/btf && exec ./runqlat'
	says '^runqlat: cannot load the BPF object: ' \
		'^  hint: this kernel has no BTF'
}

test_the_demo_shows_what_the_README_says() {
	start runqlat -j
	./demo.sh
	stop
	# The ping-pong waits for microseconds, the hogs for milliseconds.
	expect 1 'select([.buckets[] | select(.to < 1024) | .count] | add >= 3000)' \
		1 'select([.buckets[] | select(.from >= 1024) | .count] | add >= 3)'
}

run_tests
