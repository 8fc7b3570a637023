#!/bin/sh
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
. ../tests/lib.sh

library=.output/libtwenty.so

# What it should use for -L here, unless told otherwise.
case $(uname -r) in
6.[6-9].* | 6.1[0-2].*) timing='entry and return' ;;
*) timing='a session' ;;
esac
old_kernel() {
	case $(uname -r) in
	5.* | 6.[0-5].*) ;;
	*) false ;;
	esac
}
need_multi() {
	! old_kernel || skip "needs Linux 6.6 (uprobe.multi links)"
}

# waiting N: start "caller wait N" as $waiting_pid, which waits for go_on
waiting() {
	mkfifo "$T/go"
	./caller wait "$1" <"$T/go" &
	waiting_pid=$!
	exec 3>"$T/go"
	poll runs "$waiting_pid" ./caller
}
go_on() {
	echo >&3
	wait "$waiting_pid"
}

# calls_are TIMES [NAME]: twenty_1 was called TIMES times, twenty_2 2 * TIMES, and no other
calls_are() {
	file_prefix "${2:-tool}"
	jq -s -e "map({ (.function): .calls }) | add == ([range(1; 21) |
		{ (if . == 7 then \"seven\" else \"twenty_\\(.)\" end): (. * $1) }] | add)" "${prefix}out" ||
		fail "$(cat "${prefix}out")"
}

# ---- what it counts ----

test_each_function_has_exactly_its_calls() {
	start libcalls -j $library
	start_as sleepable libcalls -j --sleepable $library
	start_as columns libcalls $library 'twenty_1?'
	./caller 3
	stop columns
	stop sleepable
	./caller 1
	stop
	says_in "^libcalls: attached to 22 functions of $library, with their entry; Ctrl-C to stop\$" err
	says_in "^libcalls: attached to 22 functions of $library, with their entry, sleepable; Ctrl-C to stop\$" sleepable.err
	calls_are 4
	calls_are 3 sleepable
	expect 20 'select(.time_ns > 0 and .timed == 0 and .mean_ns == 0)'
	says_in '^libcalls: 840 events$' err
	# Ten of them match the pattern, and come with most calls first.
	says_in "^libcalls: attached to 10 functions of $library, with" columns.err
	[ "$(head -n 2 "$T/columns.out" | xargs)" = "CALLS FUNCTION 57 twenty_19" ] || fail "$(cat "$T/columns.out")"
	[ "$(wc -l <"$T/columns.out")" = 11 ] || fail "$(cat "$T/columns.out")"
}

test_calls_are_timed_in_every_way() {
	start libcalls -j -L $library
	start_as sleepable libcalls -j -L --sleepable $library
	start_as entry libcalls -j -L --no-session $library
	start_as both libcalls -j -L --no-session --sleepable $library
	start_as columns libcalls -L $library sleep_ms
	./caller 2
	./caller sleep 3 20
	./caller recurse 4
	for name in columns both entry sleepable tool; do stop $name; done
	says_in "^libcalls: attached to 22 functions of $library, with $timing; Ctrl-C to stop\$" err
	says_in "^libcalls: attached to 22 functions of $library, with $timing, sleepable; Ctrl-C to stop\$" sleepable.err
	says_in "^libcalls: attached to 22 functions of $library, with entry and return; Ctrl" entry.err
	says_in "^libcalls: attached to 22 functions of $library, with entry and return, sleepable; Ctrl" both.err
	for name in tool sleepable entry both; do
		expect 22 'select(.timed > 0 and .mean_ns > 0)' \
			20 'select((.function | test("twenty_|seven")) and .timed == .calls)' \
			1 'select(.function == "sleep_ms" and .calls == 3 and .timed == 3
			and .mean_ns >= 20000000 and .mean_ns < 2000000000)' $name
		# Five calls, inside each other; the outermost took five milliseconds, the mean is three.
		expect 1 'select(.function == "recurse" and .calls == 5 and .timed == 5
			and .mean_ns >= 3000000)' $name
	done
	[ "$(head -n 1 "$T/columns.out" | xargs)" = "CALLS MEAN-US FUNCTION" ] || fail "$(cat "$T/columns.out")"
	says_in '^ +3 +[0-9]{5,}\.[0-9]{3} sleep_ms$' columns.out
}

# Calls that a longjmp leaves, and those deeper than the 64 that the kernel follows.
test_calls_that_do_not_return_here_are_counted_but_not_timed() {
	start libcalls -j -L ./caller leap
	start_as entry libcalls -j -L --no-session ./caller leap
	start_as deep libcalls -j -L $library recurse
	start_as deep_entry libcalls -j -L --no-session $library recurse
	./caller leap 100
	./caller recurse 99
	for name in deep_entry deep entry tool; do stop $name; done
	for name in tool entry; do
		expect 1 'select(.function == "leap" and .calls == 101 and .timed == 1
			and .mean_ns < 200000000)' $name
	done
	for name in deep deep_entry; do
		expect 1 'select(.function == "recurse" and .calls == 100 and .timed == 64
			and .mean_ns >= 68000000)' $name
	done
}

test_a_function_that_ends_in_a_jump_is_timed() {
	start libcalls -j -L ./caller '*jump*'
	start_as entry libcalls -j -L --no-session ./caller '*jump*'
	./caller jump 50
	stop entry
	stop
	for name in tool entry; do
		expect 2 'select(.function | test("^ends_in_a_jump|^jumped_to")) | .calls == 50 and .timed == 50' $name
	done
}

test_option_I_prints_what_is_new_and_option_p_counts_one_process_only() {
	waiting 5
	start libcalls -j -I 1 -p $waiting_pid $library 'twenty_[12]'
	start_as all libcalls -j -I 1 $library 'twenty_[12]'
	./caller 100
	wait_for "the first interval" test -s "$T/all.out"
	go_on
	stop # the process has ended meanwhile, which is no error
	stop all
	expect 1 'select(.function == "twenty_1" and .calls == 5)' \
		1 'select(.function == "twenty_2" and .calls == 10)' \
		2 .
	jq -s -e 'group_by(.function) | map(map(.calls) | add) == [105, 210]' "$T/all.out" || fail "$(cat "$T/all.out")"
	expect_at_least 3 . all
}

test_functions_that_the_kernel_refuses_are_left_out() {
	need_multi
	[ "$(uname -m)" = x86_64 ] || skip "the library has such a function for x86-64 only"
	start libcalls -j $library # nobody has it in memory
	waiting 1
	start_as one libcalls -j -p $waiting_pid $library
	go_on
	stop one
	stop
	for name in '' one.; do
		says_in '^libcalls: left out 1 of the functions: the kernel cannot probe how they begin$' \
			'^libcalls: attached to 22 functions' ${name}err
	done
	calls_are 1
	calls_are 1 one
	exits 1 ./libcalls $library locked
	says "^libcalls: the kernel cannot probe how the functions of $library begin\$"
}

# setjmp() would store the return address that is the kernel's, for longjmp(); and where a program
# starts, there is its argc in place of a return address.
test_functions_whose_return_is_none_are_not_timed() {
	need_multi
	waiting 1
	libc=$(sed -n 's,.* \(/.*/\(libc\|ld-musl\)[-.].*\),\1,p' /proc/$waiting_pid/maps | head -n 1)
	start libcalls -j -L -p $waiting_pid "$libc" '*jmp*'
	start_as entry libcalls -j -L --no-session -p $waiting_pid "$libc" '*jmp*'
	go_on || fail "its end: status $?"
	for name in entry tool; do
		stop $name
		file_prefix $name
		grep -q '^libcalls: left out [0-9]* of the functions: tracing the return of setjmp() and the like would break their callers$' \
			"${prefix}err" || fail "$(cat "${prefix}err")"
		expect 1 'select((.function | test("longjmp")) and .calls == 1)' $name
	done
	start libcalls -j -L ./caller
	./caller 1
	stop
	expect 1 'select(.function == "main" and .calls == 1)' 0 'select(.function == "_start")'
	exits 1 ./libcalls -L ./caller _start
	says '^libcalls: tracing the return of setjmp\(\) and the like would break their callers; count without -L$'
	exits 0 ./libcalls -d 0.1 ./caller _start
}

test_names_of_other_languages_come_as_their_sources_have_them() {
	start libcalls -j .output/names 'shop::Cart::*'
	start_as columns libcalls .output/names '_ZN*'
	.output/names
	stop columns
	stop
	expect 1 'select(.function == "shop::Cart::sum(std::vector<double, std::allocator<double> > const&)")' \
		1 .
	says_in '^ +1 shop::Cart::sum\(std::vector<double, std::allocator<double> > const&\)$' \
		'^ +1 core::fmt::Formatter::pad$' columns.out
}

# What throws exceptions, or moves or switches its stacks, does not survive that its return addresses are replaced.
once_option_L_refuses_what_would_end_processes() {
	cxx='uses exceptions \(C\+\+, Rust\): one that passes a function whose return is traced would end the process'
	for sign in throws panics needs; do
		exits 1 ./libcalls -L .output/$sign
		says "^libcalls: .output/$sign $cxx; count without -L, or --force\$"
	done
	exits 1 ./libcalls -L --no-session .output/go
	says '^libcalls: .output/go has Go code, which moves stacks: its process would crash when a function returns that is traced; count without -L, or --force$'
	exits 1 ./libcalls -L .output/switches
	says '^libcalls: .output/switches has coroutines \(makecontext\): its process could crash when a function returns that is traced; count without -L, or --force$'
	exits 0 ./libcalls -d 0.1 .output/throws
	exits 0 ./libcalls -d 0.1 -L --force .output/throws
	mkfifo "$T/go"
	.output/throws wait 1 <"$T/go" & # the library is C, but who calls it is not
	pid=$!
	exec 3>"$T/go"
	poll runs $pid .output/throws
	exits 1 ./libcalls -L -p $pid $library
	says "^libcalls: /proc/$pid/exe $cxx; count without -L, or --force\$"
	exits 0 ./libcalls -d 0.1 -p $pid $library
	echo >&3
	wait $pid
}

# ---- nothing left behind ----

test_kill_9_leaves_nothing_behind() {
	bpf_snapshot
	start libcalls -L $library
	kb=$(sed -n 's/^VmRSS:[^0-9]*\([0-9]*\) kB/\1/p' /proc/"$tool_pid"/status)
	kill9
	nothing_left
	./caller 1
	[ "$kb" -le 5120 ] || fail "it took $kb KiB"
}

# ---- how it ends, bad input ----

test_an_old_kernel_is_told_so() {
	if old_kernel; then
		exits 4 ./libcalls $library
		says '^libcalls: skipped: needs Linux 6.6 \(uprobe.multi links\); this kernel has none$'
	else
		exits 0 ./libcalls -d 0.1 $library
	fi
}

once_wrong_options_are_usage_errors() {
	exits 2 ./libcalls
	says '^libcalls: which FILE\? A library or program$'
	exits 2 ./libcalls $library a b
	says "^libcalls: unexpected argument 'b'$"
}

test_a_bare_name_is_a_file_in_the_current_directory() {
	cp caller "$T/bash" # there is another one in PATH
	cp $library "$T/"
	ln -s "$PWD/libcalls" "$T/"
	cd "$T"
	mkdir .output
	mv libtwenty.so .output
	start libcalls -j bash main
	./bash 1
	stop
	says_in '^libcalls: attached to 1 functions of ./bash, with' err
	expect 1 'select(.function == "main" and .calls == 1)' \
		1 .
}

# Where it may open but few files, it may not get as far as asking the kernel. (How many it has inherited
# differs; with too few, the dynamic linker fails.)
once_limits_are_not_taken_for_an_old_kernel() {
	need_multi
	for files in 5 6 7 8 9 10 11 12; do
		status=0
		( ulimit -n $files && exec ./libcalls -L -d 0.1 $library ) >"$T/stdout" 2>"$T/stderr" || status=$?
		[ $status -ne 4 ] || fail "with $files files: status $status, $(cat "$T/stderr")"
	done
}

once_a_file_or_process_or_pattern_that_does_not_exist_is_named() {
	exits 1 ./libcalls /no/such/file
	says '^libcalls: cannot open /no/such/file: No such file or directory$'
	exits 1 ./libcalls ./test.sh
	says '^libcalls: ./test.sh is not a library or program \(an ELF file\)$'
	exits 1 ./libcalls $library 'thirty_*'
	says "^libcalls: $library has no function whose name matches 'thirty_\\*'\$"
	mkfifo "$T/fifo"
	exits 1 ./libcalls "$T/fifo" # it does not wait for the other end
	says '^libcalls: .*/fifo is not a library or program \(an ELF file\)$'
	exits 1 ./libcalls no-such-program
	says '^libcalls: there is no file no-such-program here, nor in PATH$'
	exits 1 ./libcalls -p 2147483647 $library
	says '^libcalls: there is no process with PID 2147483647$'
}

test_without_root_it_says_sudo_and_a_few_capabilities_suffice() {
	exits 1 as_nobody ./libcalls $library
	says '^libcalls: cannot load a BPF program: Operation not permitted$' \
		'^  hint: run it with sudo \(or grant CAP_BPF and CAP_PERFMON\)$'
	need_multi
	exits 0 with_capabilities +bpf,+perfmon ./libcalls -L -d 0.2 $library
}

test_the_demo_shows_what_the_README_says() {
	start libcalls -j -L $library
	./demo.sh
	stop
	expect 1 'select(.function == "twenty_20" and .calls == 20)' \
		1 'select(.function == "sleep_ms" and .calls == 3 and .mean_ns >= 20000000)' \
		1 'select(.function == "recurse" and .calls == 5)' \
		22 .
}

run_tests
