#!/bin/sh
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
. ../tests/lib.sh

# waiting PROGRAM N: start "PROGRAM wait N" as $waiting_pid, which waits for go_on
waiting() {
	mkfifo "$T/go"
	"$1" wait "$2" <"$T/go" >"$T/computed" &
	waiting_pid=$!
	exec 3>"$T/go"
	poll runs "$waiting_pid" "$1"
}
go_on() {
	echo >&3
	wait "$waiting_pid"
}

# ---- what it shows ----

test_a_string_that_is_on_disk_is_read_by_a_sleepable_program() {
	start usdtsnoop -j -s 2 ./rounds rounds:move
	start_as ordinary usdtsnoop -j -s 2 --no-sleep ./rounds rounds:move
	./rounds cold
	stop ordinary
	stop
	expect 1 'select(.args[1].kind == "NO_TEXT")' ordinary
	case $(uname -r) in
	5.*) expect 1 'select(.args[1].kind == "NO_TEXT")' ;;
	*) expect 1 'select(.args[1].kind == "TEXT" and .args[1].text == "a cold string")' ;;
	esac
}

once_a_file_s_probes_are_listed() {
	exits 0 ./usdtsnoop -l -j ./rounds
	for probe in begin move secret; do
		expect_at_least 1 "select(.provider == \"rounds\" and .name == \"$probe\" and .address > 0
			and (.semaphore > 0) == (\"$probe\" == \"secret\")
			and (.args | split(\" \") | length) == (if \"$probe\" == \"secret\" then 1 else 2 end))" stdout
	done
	exits 0 ./usdtsnoop -l rounds 'rounds:s*' 'none:*'
	head -n 1 "$T/stdout" | grep -qE '^PROBE +ADDRESS +SEMAPHORE +ARGUMENTS$' || fail "$(cat "$T/stdout")"
	says_in '^rounds:secret +0x[0-9a-f]+ +yes +-8@' stdout
	[ "$(wc -l <"$T/stdout")" = 2 ] || fail "$(cat "$T/stdout")"
}

test_each_time_is_one_event_with_the_values() {
	[ "$(./rounds 20)" = 0 ] || fail "somebody else traces"
	start usdtsnoop -j -s 2 ./rounds
	start_as columns usdtsnoop -s 2 rounds '*:move' '*:secret'
	sh -c 'echo $$ >"$1/pid"; exec ./rounds 20' sh "$T" >"$T/computed"
	stop columns
	# The semaphore stays up as long as one looks, and no longer.
	[ "$(./rounds 1)" = 1 ] || fail "the first ceased to trace"
	stop
	[ "$(./rounds 20)" = 0 ] || fail "the semaphore was left behind"
	[ "$(cat "$T/computed")" = 20 ] || fail "computed $(cat "$T/computed") times"
	says_in '^usdtsnoop: attached to 3 probes of ./rounds; Ctrl-C to stop$' err
	mine="select(.pid == $(cat "$T/pid") and .tid == .pid and .comm == \"rounds\" and .time_ns > 0)"
	expect 60 "$mine" \
		20 "$mine | select(.probe == \"rounds:begin\" and .args[0].kind == \"NUMBER\"
		and .args[1].value == 20 and .args[1].kind == \"NO_TEXT\" and .args[1].text == \"\")" \
		20 "$mine | select(.probe == \"rounds:move\" and .args[1].kind == \"TEXT\"
		and .args[1].text == ([\"rock\", \"paper\", \"scissors\"][.args[0].value % 3]))" \
		20 "$mine | select(.probe == \"rounds:secret\" and (.args | length) == 1)"
	jq -s -e "map($mine | select(.probe == \"rounds:begin\") | .args[0].value) == [range(1; 21)]" "$T/out" &&
		jq -s -e "map($mine | select(.probe == \"rounds:secret\") | .args[0].value) == [range(1; 21) | -. * .]" "$T/out" ||
		fail "$(cat "$T/out")"
	head -n 1 "$T/columns.out" | grep -qE '^PID +COMM +PROBE +ARGUMENTS$' || fail "$(cat "$T/columns.out")"
	says_in "^$(cat "$T/pid") +rounds +rounds:move +2 \"scissors\"\$" \
		"^$(cat "$T/pid") +rounds +rounds:secret +-400\$" columns.out
	says_in '^usdtsnoop: 40 events$' columns.err
}

test_long_strange_and_bad_strings_are_told_apart() {
	text=$(printf %113s '' | tr ' ' x)
	start usdtsnoop -j -s 2 ./rounds
	start_as columns usdtsnoop -s 2 ./rounds
	./rounds say "$text."
	./rounds say "$text.."
	./rounds say "$(printf 'tab\t"quoted" \\ \033[31m')"
	stop columns
	stop
	expect 1 'select(.args[1].kind == "TEXT" and (.args[1].text | length) == 114)' \
		1 'select(.args[1].kind == "TEXT_CUT" and (.args[1].text | length) == 115)' \
		1 'select(.args[1].text == "tab\t\"quoted\" \\ \u001b[31m")' \
		3 'select(.args[0].value == -1 and .args[1].kind == "NO_TEXT" and .args[1].value == 8)' \
		6 .
	says_in ' 0 "x{113}\.\."\.\.\.$' \
		' -1 8\(no string\)$' columns.out
	grep -qF 'tab\t"quoted" \\ \x1b[31m' "$T/columns.out" || fail "$(cat -v "$T/columns.out")"
	! LC_ALL=C grep -q "$(printf '\033')" "$T/columns.out" || fail "an escape got through"
}

test_numbers_above_the_largest_signed_one_keep_their_value() {
	start usdtsnoop -j odd odd:big
	start_as columns usdtsnoop odd odd:big
	./odd 1
	stop columns
	stop
	expect 1 'select(.args[0].kind == "NUMBER" and .args[1].kind == "NUMBER")' \
		1 .
	# jq would round them.
	grep -qE '"args":\[\{"value":14627333968688430831,.*\{"value":-3819410105021120785,' "$T/out" || fail "$(cat "$T/out")"
	says_in ' odd:big +14627333968688430831 -3819410105021120785$' columns.out
}

test_probes_whose_arguments_cannot_be_fetched_are_left_out() {
	start usdtsnoop -j odd 'odd:[rg]*'
	./odd 3
	stop
	says_in "^usdtsnoop: left out odd:ratio, which has an argument that cannot be fetched: unrecognized arg #1 spec '8f@%xmm0'\$" \
		'^usdtsnoop: left out odd:global, which has an argument that cannot be fetched: unrecognized ' \
		'^usdtsnoop: attached to 1 probes of ./odd;' err
	expect 3 'select(.probe == "odd:request" and .args[1].value == 3)' \
		3 .
	exits 1 ./usdtsnoop odd odd:ratio
	says '^usdtsnoop: left out odd:ratio, ' '^usdtsnoop: no probe is left$'
}

test_a_probe_may_have_its_arguments_in_300_ways() {
	start usdtsnoop -j odd odd:many
	./odd 2
	stop
	expect 300 'select(.args[0].value == -.args[1].value and .args[0].value < 1150)' \
		2 'select(.args[0].value == 1299)' \
		600 .
}

test_real_probes_of_python_are_seen() {
	python=$(readlink -f /usr/bin/python3) && ./usdtsnoop -l "$python" 'python:gc__start' ||
		skip "there is no python3 with USDT probes"
	start usdtsnoop -j "$python" 'python:gc__*'
	"$python" -c 'import gc; gc.disable(); gc.collect(1); gc.collect(0)' &
	wait $!
	stop
	mine="select(.pid == $!)"
	jq -s -e "map($mine | .probe) | .[-2:] == [\"python:gc__start\", \"python:gc__done\"] or
		index([\"python:gc__start\", \"python:gc__done\", \"python:gc__start\", \"python:gc__done\"])" "$T/out" ||
		fail "$(cat "$T/out")"
	expect_at_least 1 "$mine | select(.probe == \"python:gc__start\" and .args[0].value == 1)"
}

test_a_bare_name_is_a_file_in_the_current_directory_or_a_program_in_PATH() {
	cp rounds "$T/bash" # there is another one in PATH
	ln -s "$PWD/usdtsnoop" "$T/"
	mkdir "$T/bin"
	cp rounds "$T/bin/elsewhere"
	cd "$T"
	start usdtsnoop -j bash rounds:begin
	PATH="$T/bin:$PATH" start_as path usdtsnoop -j elsewhere rounds:begin
	./bash 1
	bin/elsewhere 2
	stop path
	stop
	says_in '^usdtsnoop: attached to 1 probes of ./bash;' err
	says_in "^usdtsnoop: attached to 1 probes of $T/bin/elsewhere;" path.err
	expect 1 'select(.args[1].value == 1)' \
		1 .
	expect 2 'select(.args[1].value == 2)' \
		2 . path
}

# ---- which processes ----

test_option_p_shows_one_process_only() {
	waiting .output/rounds-pie 3
	start usdtsnoop -j -p $waiting_pid 'rounds:begin'
	.output/rounds-pie 3 >/dev/null
	go_on
	stop # the process has ended meanwhile, which is no error
	says_in "^usdtsnoop: attached to 1 probes of /proc/$waiting_pid/exe; Ctrl-C to stop\$" err
	expect 3 "select(.pid == $waiting_pid and .comm == \"rounds-pie\" and .args[1].value == 3)" \
		3 .
}

test_programs_at_any_address_need_a_PID_on_old_kernels_only() {
	case $(uname -r) in
	5.[0-9].* | 5.1[0-4].*)
		exits 4 ./usdtsnoop .output/rounds-pie
		says '^usdtsnoop: skipped: all processes of this file at once need Linux 5.15 \(attach cookies\); trace one, with -p PID$'
		;;
	*)
		start usdtsnoop -j .output/rounds-pie
		.output/rounds-pie 3 >/dev/null
		.output/rounds-pie 4 >/dev/null
		stop
		expect 3 'select(.probe == "rounds:begin" and .args[1].value == 3)' \
			4 'select(.probe == "rounds:begin" and .args[1].value == 4)' \
			21 .
		;;
	esac
}

test_a_probe_in_another_thread_has_its_thread_ID() {
	start usdtsnoop -j ./rounds rounds:begin
	./rounds thread
	stop
	expect 1 'select(.tid == .args[0].value and .pid != .tid)'
}

# ---- nothing lost silently, nothing left behind ----

test_bursts_arrive_whole_and_what_a_stopped_reader_misses_is_counted() {
	start usdtsnoop -j ./rounds rounds:begin
	for burst in 1 2 3; do # each most of what fits into the buffer
		./rounds flood 2500 >/dev/null
		wait_for "burst $burst" has_lines $((burst * 2500))
	done
	kill -STOP "$tool_pid"
	./rounds flood 5000 >/dev/null
	kill -CONT "$tool_pid"
	kb=$(sed -n 's/^VmRSS:[^0-9]*\([0-9]*\) kB/\1/p' /proc/"$tool_pid"/status)
	stop
	shown=$(wc -l <"$T/out")
	dropped=$(sed -n 's/^usdtsnoop: .* events, \([0-9]*\) dropped .*/\1/p' "$T/err")
	[ "${dropped:-0}" -ge 1000 ] || fail "nothing was dropped: $(cat "$T/err")"
	[ $((shown + dropped)) = 12500 ] || fail "$shown shown + $dropped dropped is not 12500"
	[ "$kb" -le 5120 ] || fail "it took $kb KiB"
}
has_lines() {
	[ "$(wc -l <"$T/out")" -ge "$1" ]
}

test_kill_9_leaves_nothing_behind() {
	bpf_snapshot
	start usdtsnoop ./rounds
	kill9
	nothing_left
	wait_for "the semaphore is down" nobody_looks
}
nobody_looks() {
	[ "$(./rounds 1)" = 0 ]
}

# ---- how it ends, bad input ----

once_wrong_options_are_usage_errors() {
	exits 2 ./usdtsnoop
	says '^usdtsnoop: which FILE\? A program or library with probes, or -p PID$'
	exits 2 ./usdtsnoop rounds:begin
	says '^usdtsnoop: which FILE'
	for n in 0 13 x; do
		exits 2 ./usdtsnoop -s $n ./rounds
		says "^usdtsnoop: N must be a number from 1 to 12, not '$n'$"
	done
}

once_names_that_are_meant_for_the_terminal_do_not_reach_it() {
	sed "s/ratio/$(printf '\033')[2Jx/" odd >"$T/hostile"
	exits 1 ./usdtsnoop "$T/hostile" 'odd:*x'
	says '^usdtsnoop: left out odd:.x1b.2Jx, ' '^usdtsnoop: no probe is left$'
	exits 1 ./usdtsnoop -v "$T/hostile" 'odd:*x'
	says "^libbpf: usdt: probe for 'odd:.x1b.2Jx' in"
	! LC_ALL=C grep -q "$(printf '\033')" "$T/stderr" || fail "an escape got through"
}

once_a_file_or_process_without_probes_is_named() {
	exits 1 ./usdtsnoop /no/such/file
	says '^usdtsnoop: cannot open /no/such/file: No such file or directory$'
	[ "$(wc -l <"$T/stderr")" -eq 1 ] || fail "a hint that has nothing to do with it: $(cat "$T/stderr")"
	mkfifo "$T/fifo"
	exits 1 ./usdtsnoop "$T/fifo" # it does not wait for the other end
	says '^usdtsnoop: .*/fifo is not a program \(an ELF file\)$'
	exits 1 ./usdtsnoop no-such-program
	says '^usdtsnoop: there is no file no-such-program here, nor in PATH$'
	exits 1 ./usdtsnoop test.sh
	says '^usdtsnoop: ./test.sh is not a program \(an ELF file\)$'
	exits 1 ./usdtsnoop usdtsnoop
	says '^usdtsnoop: ./usdtsnoop has no USDT probes$'
	exits 1 ./usdtsnoop ./rounds 'rounds:x*'
	says '^usdtsnoop: ./rounds has no such probe \(-l lists those it has\)$'
	exits 1 ./usdtsnoop -p 2147483647
	says '^usdtsnoop: there is no process with PID 2147483647$'
}

test_without_root_it_lists_and_says_sudo_and_a_few_capabilities_suffice() {
	exits 0 as_nobody ./usdtsnoop -l ./rounds
	exits 1 as_nobody ./usdtsnoop ./rounds
	says '^usdtsnoop: cannot .*: (Permission denied|Operation not permitted)$' \
		'^  hint: run it with sudo \(or grant CAP_'
	caps=+bpf,+perfmon hint='CAP_BPF and CAP_PERFMON'
	case $(uname -r) in
	5.* | 6.[0-5].*) caps=+sys_admin hint='CAP_SYS_ADMIN, which uprobes take before Linux 6.6' ;;
	esac
	says "^  hint: run it with sudo \\(or grant $hint\\)\$"
	exits 0 with_capabilities $caps ./usdtsnoop -d 0.2 ./rounds
}

test_the_demo_shows_what_the_README_says() {
	start usdtsnoop -j -s 2 rounds 'rounds:[ms]*'
	./demo.sh
	stop
	expect 1 'select(.probe == "rounds:move" and .args[0].value == 3 and .args[1].text == "rock")' \
		1 'select(.probe == "rounds:secret" and .args[0].value == -9)' \
		6 .
}

run_tests
