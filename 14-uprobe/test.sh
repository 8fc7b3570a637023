#!/bin/sh
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
. ../tests/lib.sh

# What it should use here, unless told otherwise.
case $(uname -r) in
5.*) kind=ordinary ;;
*) kind=sleepable ;;
esac

# bash_in_terminal LINE...: type these, when the prompt is there, into a bash with the prompt "ask> "
bash_in_terminal() {
	PS1='ask> ' TERM=dumb HISTFILE='' ./typist 'ask> ' "$@" -- bash --noprofile --norc -i
}
ctrl_c=$(printf '\003') ctrl_d=$(printf '\004')

# ---- what it shows ----

test_lines_typed_into_bash_are_one_event_each_with_prompt_and_time() {
	start bashline -j
	start_as ordinary bashline -j --no-sleep
	start_as columns bashline
	bash_in_terminal "echo \$\$ >$T/pid" '' "rm -r imp$ctrl_c" 'sleep 0.3' 'PS1=ask\>\ ' "$ctrl_d"
	stop columns
	stop ordinary
	stop
	says_in "^bashline: attached to readline in /.*/bash, with $kind programs; Ctrl-C to stop\$" err
	says_in '^bashline: attached to readline in /.*/bash, with ordinary programs; Ctrl-C to stop$' ordinary.err
	for name in tool ordinary; do
		expect 1 "select(.line == \"echo \$\$ >$T/pid\")" \
			1 'select(.line == "" and .line_state == "TEXT_WHOLE")' \
			1 'select(.line == "sleep 0.3" and .line_state == "TEXT_WHOLE")' \
			1 'select(.line == "PS1=ask\\>\\ ")' $name
		expect 1 'select(.line == "" and .line_state == "TEXT_NONE")' $name # Ctrl-D
		expect 5 "select(.prompt == \"ask> \" and .prompt_state == \"TEXT_WHOLE\" and .time_ns > 0
			and .comm == \"bash\" and .uid == 0 and .pid == $(cat "$T/pid") and .typing_ns > 0)" $name
		expect 5 . $name # Ctrl-C is none
	done
	# The command's own time is not the line's: the prompts are 0.3 s apart.
	jq -s -e 'sort_by(.time_ns) | .[3].time_ns - (.[2].time_ns + .[2].typing_ns) >= 300000000' "$T/out" ||
		fail "$(cat "$T/out")"
	head -n 1 "$T/columns.out" | grep -qE '^PID +UID +COMM +SECONDS +LINE$' || fail "$(cat "$T/columns.out")"
	says_in "^$(cat "$T/pid") +0 +bash +[0-9]+\.[0-9]{3} ask> sleep 0\.3\$" \
		'^[0-9]+ +0 +bash +[0-9.]+ ask> \(end of input\)$' columns.out
	says_in '^bashline: 5 events$' columns.err
}

test_memory_that_is_on_disk_is_read_by_sleepable_programs() {
	start bashline -j -b ./reader
	start_as ordinary bashline -j -b ./reader --no-sleep
	./reader cold
	stop ordinary
	stop
	expect 1 'select(.prompt == "" and .prompt_state == "TEXT_UNREADABLE"
		and .line == "" and .line_state == "TEXT_UNREADABLE")' ordinary
	if [ $kind = sleepable ]; then
		expect 1 'select(.prompt == "cold> " and .prompt_state == "TEXT_WHOLE"
			and .line == "a cold line" and .line_state == "TEXT_WHOLE")'
	else
		expect 1 'select(.line_state == "TEXT_UNREADABLE")'
	fi
	expect 1 .
}

test_long_strange_and_bad_strings_are_told_apart() {
	prompt=$(printf %254s '' | tr ' ' p) line=$(printf %4094s '' | tr ' ' l)
	start bashline -j -b ./reader
	start_as columns bashline -b ./reader
	./reader say "$prompt>" "$line."
	./reader say "$prompt>>" "$line.."
	./reader say "$prompt> and so on" "$line and so on"
	./reader bad
	./reader say - -
	./reader say "$(printf '\001\033[31m\002red\001\033[0m\002> ')" "$(printf 'tab\t"quoted" \\ \033[31m')"
	stop columns
	stop
	expect 1 'select(.prompt_state == "TEXT_WHOLE" and (.prompt | length) == 255
		and .line_state == "TEXT_WHOLE" and (.line | length) == 4095)' \
		2 'select(.prompt_state == "TEXT_CUT" and (.prompt | length) == 256
		and .line_state == "TEXT_CUT" and (.line | length) == 4096)' \
		1 'select(.prompt_state == "TEXT_UNREADABLE" and .line_state == "TEXT_UNREADABLE")' \
		1 'select(.prompt_state == "TEXT_NONE" and .line_state == "TEXT_NONE")' \
		1 'select(.prompt == "\u0001\u001b[31m\u0002red\u0001\u001b[0m\u0002> "
		and .line == "tab\t\"quoted\" \\ \u001b[31m")' \
		6 .
	says_in ' ppp.*\.\.\.lll.*\.\.\.$' \
		' \(unreadable\)\(unreadable\)$' columns.out
	grep -qF 'red> tab\t"quoted" \\ \x1b[31m' "$T/columns.out" || fail "$(cat -v "$T/columns.out")"
	! LC_ALL=C grep -q "$(printf '\033')" "$T/columns.out" || fail "an escape got through"
}

test_the_user_is_the_user_and_not_the_group() {
	cp reader "$T/"
	start bashline -j -b "$T/reader"
	setpriv --reuid=65534 --regid=65533 --clear-groups "$T/reader" say '> ' line
	stop
	expect 1 'select(.line == "line" and .uid == 65534)'
}

# ---- which bash ----

test_readline_is_found_in_a_library_too() {
	LD_LIBRARY_PATH=$PWD/.output start bashline -j -b .output/reader-shared
	start_as library bashline -j -b .output/libreadline.so.99
	.output/reader-shared say 'shared> ' 'from a library'
	./reader say no no
	stop library
	stop
	says_in "^bashline: attached to readline in $PWD/.output/libreadline.so.99, with" err
	expect 1 'select(.prompt == "shared> " and .line == "from a library")' \
		1 .
	expect 1 . library
}

# in_container NAME PROGRAM...: run "NAME wait", until told, where only it sees its file and library
in_container() {
	mkdir -p "$T/root"
	mkfifo "$T/$1.go"
	unshare --mount sh -c 'mount -t tmpfs none "$1/root" && cp reader .output/reader-shared \
		.output/libreadline.so.99 "$1/root" && exec "$1/root/$2" wait <"$1/$2.go"' sh "$T" "$1" &
	eval "container_pid=$!"
	exec 3>"$T/$1.go" # which waits until the other end is open
	wait_for "$1 runs" container_runs "$container_pid" "$1"
}
container_runs() {
	[ "$(readlink "/proc/$1/exe")" = "$T/root/$2" ]
}

test_option_p_finds_one_process_in_a_mount_namespace_of_its_own() {
	in_container reader
	start bashline -j -p "$container_pid"
	./reader say no no
	nsenter --mount="/proc/$container_pid/ns/mnt" "$T/root/reader" say no no # the same file
	echo >&3
	wait "$container_pid"
	stop
	says_in "^bashline: attached to readline in /proc/$container_pid/exe, with $kind programs" err
	expect 1 "select(.pid == $container_pid and .prompt == \"now> \" and .line == \"done\")" \
		1 .
}

test_option_p_finds_a_library_in_a_mount_namespace_of_its_own() {
	in_container reader-shared
	start bashline -j -p "$container_pid"
	.output/reader-shared say no no
	echo >&3
	wait "$container_pid"
	stop # the process has ended meanwhile, which is no error
	says_in "^bashline: attached to readline in /.*/libreadline.so.99 of process $container_pid, with $kind" err
	expect 1 "select(.pid == $container_pid and .line == \"done\")" \
		1 .
}

# Since it started, an upgrade has put another file in the place of its library.
test_option_p_finds_a_library_that_was_replaced() {
	dir=$T/$(printf 'a\033[2J') # nor does its name reach the terminal
	mkdir "$dir"
	cp .output/reader-shared .output/libreadline.so.99 "$dir/"
	mkfifo "$T/go"
	"$dir/reader-shared" wait <"$T/go" &
	pid=$!
	exec 3>"$T/go"
	wait_for "it has its library" grep -q libreadline "/proc/$pid/maps"
	cp .output/libreadline.so.99 "$dir/new"
	mv "$dir/new" "$dir/libreadline.so.99"
	start bashline -j -p $pid
	echo >&3
	wait $pid
	stop
	says_in "^bashline: attached to readline in $T/a.x1b.2J/libreadline.so.99 \(deleted\) of process $pid, with $kind" err
	expect 1 "select(.pid == $pid and .line == \"done\")" \
		1 .
}

test_a_bare_name_is_a_file_in_the_current_directory() {
	cp reader "$T/bash" # there is another one in PATH
	ln -s "$PWD/bashline" "$T/"
	cd "$T"
	start bashline -j -b bash
	./bash say '> ' hello
	stop
	says_in '^bashline: attached to readline in ./bash, with' err
	expect 1 'select(.line == "hello")' \
		1 .
	exits 1 ./bashline -b no-such-program
	says '^bashline: there is no file no-such-program here, nor in PATH$'
	exits 1 ./bashline -b libnone.so.1
	says '^bashline: there is no file libnone.so.1 here, nor where libraries are$'
}

once_programs_that_would_be_ended_are_refused() {
	cxx='uses exceptions \(C\+\+, Rust\): one that passes a function whose return is traced would end the process'
	exits 1 ./bashline -b .output/throws
	says "^bashline: .output/throws $cxx; --force traces it nevertheless\$"
	exits 0 ./bashline -b .output/throws --force -d 0.1
	mkfifo "$T/go"
	.output/throws wait <"$T/go" &
	pid=$!
	exec 3>"$T/go"
	poll runs $pid .output/throws
	exits 1 ./bashline -p $pid
	says "^bashline: /proc/$pid/exe $cxx; --force traces it nevertheless\$"
	echo >&3
	wait $pid
}

# ---- nothing lost silently, nothing left behind ----

# While one of the two probes is gone already, and the other is not yet.
test_calls_that_go_on_at_the_end_are_not_dropped() {
	./reader steady 60 &
	pid=$!
	start bashline -j -b ./reader
	expect_at_least 20 'select(.line == "a line")'
	stop
	says_in '^bashline: [0-9]+ events$' err
	alive $pid || fail "the calls did not go on"
	kill $pid
}

test_bursts_arrive_whole_and_what_a_stopped_reader_misses_is_counted() {
	start bashline -j -b ./reader
	for burst in 1 2 3; do # each most of what fits into the buffer
		./reader flood 1500 >/dev/null
		wait_for "burst $burst" has_lines $((burst * 1500))
	done
	kill -STOP "$tool_pid"
	./reader flood 2500 >/dev/null
	kill -CONT "$tool_pid"
	kb=$(sed -n 's/^VmRSS:[^0-9]*\([0-9]*\) kB/\1/p' /proc/"$tool_pid"/status)
	stop
	shown=$(lines)
	dropped=$(sed -n 's/^bashline: .* events, \([0-9]*\) dropped .*/\1/p' "$T/err")
	[ "${dropped:-0}" -ge 500 ] || fail "nothing was dropped: $(cat "$T/err")"
	[ $((shown + dropped)) = 7000 ] || fail "$shown shown + $dropped dropped is not 7000"
	[ "$kb" -le 5120 ] || fail "it took $kb KiB"
}
lines() {
	grep -cF '"prompt":"prompt> ","line":"a line"}' "$T/out"
}
has_lines() {
	[ "$(lines)" -ge "$1" ]
}

test_kill_9_leaves_nothing_behind() {
	bpf_snapshot
	start bashline -b ./reader
	kill9
	nothing_left
	./reader say 'still ' works
}

# ---- how it ends, bad input ----

once_wrong_options_are_usage_errors() {
	exits 2 ./bashline -p $$ -b ./reader
	says '^bashline: -p takes the program that PID runs; it does not go with -b$'
}

once_a_file_or_process_without_readline_is_named() {
	exits 1 ./bashline -b /no/such/bash
	says '^bashline: cannot open /no/such/bash: No such file or directory$'
	exits 1 ./bashline -b ./test.sh
	says '^bashline: ./test.sh is not a program \(an ELF file\)$'
	exits 1 ./bashline -b ./typist
	says '^bashline: there is no function readline in ./typist, nor does it use libreadline.so$'
	sleep 1000 &
	pid=$!
	exits 1 ./bashline -p $pid
	says "^bashline: there is no function readline in /proc/$pid/exe, nor does it use libreadline.so$"
	kill $pid
	exits 1 ./bashline -p 2147483647
	says '^bashline: there is no process with PID 2147483647$'
	exits 1 env PATH=/nowhere ./bashline
	says '^bashline: there is no bash in PATH; which file shall it be\? \(-b FILE\)$'
	exits 1 ./bashline -b .output/reader-shared
	says "^bashline: .output/reader-shared uses libreadline.so.99, which is not where libraries are; name it with -b$"
	mkfifo "$T/fifo"
	exits 1 ./bashline -b "$T/fifo" # it does not wait for the other end
	says '^bashline: .*/fifo is not a program \(an ELF file\)$'
}

test_without_root_it_says_sudo_and_one_capability_suffices() {
	exits 1 as_nobody ./bashline -b ./reader
	says '^bashline: cannot .*: (Permission denied|Operation not permitted)$' \
		'^  hint: run it with sudo \(or grant CAP_SYS_ADMIN, which uprobes take\)$'
	exits 0 with_capabilities +sys_admin ./bashline -d 0.2 -b ./reader
	exits 1 with_capabilities +bpf,+perfmon ./bashline -d 0.2 -b ./reader
	says '^bashline: cannot attach to readline in ./reader: Permission denied$' \
		'^  hint: run it with sudo \(or grant CAP_SYS_ADMIN, which uprobes take\)$'
}

test_the_demo_shows_what_the_README_says() {
	start bashline -j
	./demo.sh
	stop
	expect 3 'select(.comm == "bash" and .prompt == "demo$ ")' \
		1 'select(.line == "cd /tmp")' \
		1 'select(.line == "echo hello | tr a-z A-Z")' \
		1 'select(.line == "exit 0")'
}

once_a_damaged_file_is_no_harm() {
	need od
	cp typist "$T/damaged"
	at=$(od -An -j 40 -N 8 -tu8 "$T/damaged") # e_shoff: where the section headers are
	count=$(od -An -j 60 -N 2 -tu2 "$T/damaged")
	while [ "$count" -gt 0 ]; do # sh_entsize, by which readers divide
		count=$((count - 1))
		dd if=/dev/zero of="$T/damaged" bs=8 count=1 seek=$((at + 64 * count + 56)) oflag=seek_bytes \
			conv=notrunc status=none
	done
	exits 1 ./bashline -b "$T/damaged"
	says '^bashline: '
}

run_tests
