#!/bin/sh
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
. ../tests/lib.sh

# A program that ends at once, under a path that no other process uses.
new_program() {
	ln -s /bin/true "$T/true"
}

test_an_exec_is_one_event_with_its_process_and_path() {
	new_program
	start execsnoop -j
	sh -c 'echo $$ $PPID; exec "$1"' sh "$T/true" >"$T/ids"
	stop
	read -r pid ppid <"$T/ids"
	expect 1 "select(.path == \"$T/true\")"
	expect 1 "select(.path == \"$T/true\" and .pid == $pid and .ppid == $ppid and .uid == 0 and
		.parent == \"$(cat /proc/$$/comm)\" and .time_ns > 0)"
}

test_p_shows_only_that_process() {
	new_program
	mkfifo "$T/go"
	sh -c 'read -r _; exec "$1"' sh "$T/true" <"$T/go" &
	pid=$!
	start execsnoop -j -p $pid
	"$T/true"
	echo >"$T/go"
	wait $pid
	stop
	expect 0 "select(.pid != $pid)"
	expect 1 "select(.path == \"$T/true\")"
}

test_the_demo_shows_what_executes_what() {
	start execsnoop
	./demo.sh
	stop
	says_in '^[0-9]+ +[0-9]+ +0 +demo.sh +/.*/cat$' out
	says_in '^[0-9]+ +[0-9]+ +0 +sh +/.*/date$' out
	says_in '^execsnoop: [0-9]+ events$' err
}

run_tests
