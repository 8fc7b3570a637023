#!/bin/sh
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
. ../tests/lib.sh

# run N [COMMAND...]: N times a program whose name no other process has, after COMMAND.
run() {
	name=hello-$$
	ln -sf /bin/true "$T/$name"
	times=$1
	shift
	while [ "$times" -gt 0 ]; do
		"$@" "$T/$name"
		times=$((times - 1))
	done
}

counts_at_least() {
	count=0
	while read -r line; do count=${line%% *}; done <"$T/out"
	[ "$count" -ge "$1" ]
}

test_step_1_counts_in_a_global() {
	start hello1
	run 20
	wait_for "a count of 20 or more" counts_at_least 20
	kill9
}

test_step_2_counts_by_name_in_a_hash() {
	start hello2
	run 20
	wait_line "^$name 20$" "$T/out"
	kill9
}

test_step_2_escapes_the_names() {
	ln -s /bin/true "$T/$(printf 'a\033[2Jb')"
	start hello2
	"$T/$(printf 'a\033[2Jb')"
	wait_line '^a\\x1b\[2Jb 1$' "$T/out"
	kill9
}

test_step_3_sends_each_as_an_event() {
	start hello3
	run 3
	wait_line -n 3 "^[0-9]+ +$name$" "$T/out"
	kill9
}

test_step_4_is_one_event_each_with_its_process_and_user() {
	start hello -j
	run 3
	sh -c 'echo $$; exec "$1"' sh "$T/$name" >"$T/pid"
	stop
	read -r pid <"$T/pid"
	expect 4 ".name == \"$name\" and .uid == 0 and .time_ns > 0" 1 ".name == \"$name\" and .pid == $pid"
}

test_option_u_shows_only_that_user() {
	chmod 755 "$T"
	start hello -j -u 65534
	run 2
	run 2 as_nobody
	stop
	expect 2 ".name == \"$name\" and .uid == 65534" 0 ".uid != 65534"
}

test_a_kill_9_leaves_nothing() {
	bpf_snapshot
	for step in hello1 hello2 hello3; do
		start_as "$step" "$step"
		kill9 "$step"
	done
	nothing_left
}

test_the_demo_shows_its_programs() {
	start hello
	./demo.sh
	stop
	says_in '^PID +UID +NAME$' '^[0-9]+ +0 +date$' '^[0-9]+ +0 +true$' out
	says_in '^hello: [0-9]+ events$' err
}

run_tests
