#!/bin/sh
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#
# Does make do what it says at the top of the Makefile, for the example that is named?
#
# reads: Makefile build common tests template 02-tracepoint [0-9][0-9]-*/Makefile
cd "$(dirname "$0")" || exit 1
. ../lib.sh
root=$(cd ../.. && pwd)

once_run_takes_a_directory_or_a_tool() {
	for name in 02-tracepoint opensnoop; do
		exits 0 make -C "$root" --no-print-directory run EXAMPLE=$name ARGS=-j
		says '^opensnoop: attached to '
		expect_at_least 1 '.path == "/etc/no-such-file"' stdout
	done
}

once_a_wrong_name_lists_the_right_ones() {
	for target in run test vm-run vm-test bench; do
		exits 2 make -C "$root" --no-print-directory $target EXAMPLE=opensnop
		says "^there is no example 'opensnop'; these are, "
		says '^  02-tracepoint +opensnoop$'
		says '^  template +execsnoop$'
	done
}

once_test_tests_the_one_that_is_named() {
	exits 0 make -C "$root" --no-print-directory test EXAMPLE=execsnoop
	grep -q '^ok 1 - template: ' "$T/stdout" || fail "$(cat "$T/stdout")"
	grep -qE '^[0-9]+ passed, 0 failed, 0 skipped$' "$T/stdout" || fail "$(cat "$T/stdout")"
}

# Set $run_pid to the process that runs the program $1.
find_process() {
	for process in /proc/[0-9]*; do
		[ "$process/exe" -ef "$1" ] && run_pid=${process#/proc/} && return
	done
}

once_the_tool_ends_with_run_sh() {
	mkdir "$T/common"
	cp "$root"/common/*.sh "$T/common/"
	cp -r "$root/template" "$T/"
	mkfifo "$T/hang"
	printf '#!/bin/sh\nread -r _ <%s\n' "$T/hang" >"$T/template/demo.sh"
	for signal in TERM HUP INT; do
		"$T/common/run.sh" "$T/template" 2>"$T/err" &
		pid=$!
		wait_for "the tool" grep -q 'attached to' "$T/err"
		find_process "$T/template/execsnoop"
		at_end "kill $run_pid 2>/dev/null || :"
		[ $signal != INT ] || pid=$run_pid # Ctrl-C reaches both, and the script waits for the tool
		kill -$signal $pid
		wait_for "the end of the tool" ended "$run_pid"
		echo >"$T/hang"
		wait
		says_in '^execsnoop: [0-9]+ events$' err
	done
}

run_tests
