#!/bin/sh
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#
# Do tests/lib.sh and tests/run notice what they are there for? Each case writes a small test.sh
# with a fake tool beside it, runs it, and looks at what is reported.
#
# reads: tests vm/lib.sh build
. ../lib.sh

here=$PWD

# Make the directory $T/01-fake with a tool and a test.sh of the lines on stdin.
fake() {
	mkdir "$T/01-fake"
	ln -s "$here/.." "$T/tests"
	cat >"$T/01-fake/tool" <<-'TOOL'
		#!/bin/sh
		# tool [STATUS]: two events, then wait for a signal; or end with STATUS at once
		trap 'exit 0' INT TERM
		[ $# -eq 0 ] || { echo "tool: skipped: needs Linux 9.9" >&2; exit $1; }
		echo '{"n":1,"ok":false}'
		echo '{"n":2,"ok":true}'
		echo "tool: attached to nothing; Ctrl-C to stop" >&2
		while :; do sleep 0.05; done
	TOOL
	{ printf '#!/bin/sh\n. ../tests/lib.sh\n'; cat; echo run_tests; } >"$T/01-fake/test.sh"
	chmod +x "$T/01-fake/tool" "$T/01-fake/test.sh"
	echo 'luck  *' >"$T/01-fake/skips"
}

# run_fake STATUS [ARG...]: tests/run on it must end with that status.
run_fake() {
	fake_status=$1
	shift
	exits "$fake_status" ../run "$@" "$T/01-fake"
	cat "$T/stdout"
}

# The report must have this line.
reports() {
	grep -qxF -e "$1" "$T/stdout" || fail "not reported: $1"
}

# No process has its working directory in $T/01-fake.
nobody_left() {
	! ls -l /proc/[0-9]*/cwd 2>/dev/null | grep -F "$T/01-fake"
}

test_a_passing_case_passes() {
	fake <<-'CASES'
		test_good_one() { start tool; stop; expect 2 .n; expect 1 '.n == 2'; expect 0 '.n == 3'; }
		test_another() { exits 4 ./tool 4; says '^tool: skipped: needs'; }
	CASES
	run_fake 0
	reports "ok 1 - 01-fake: good one"
	reports "ok 2 - 01-fake: another"
	[ "$(tail -n 1 "$T/stdout")" = "2 passed, 0 failed, 0 skipped" ] || fail "wrong last line"
}

test_a_failing_case_fails_and_the_rest_goes_on() {
	fake <<-'CASES'
		test_command() { false; echo not reached; }
		test_message() { fail "the reason"; }
		test_pipeline() { echo x | while read -r _; do fail "in a pipeline"; done; }
		test_substitution() { echo "$(fail "in a substitution")"; }
		test_good() { true; }
	CASES
	run_fake 1
	for name in "1 - 01-fake: command" "2 - 01-fake: message" "3 - 01-fake: pipeline" \
		"4 - 01-fake: substitution"; do
		reports "not ok $name"
	done
	reports "# the reason"
	! grep 'not reached' "$T/stdout" || fail "a case went on after it had failed"
	reports "ok 5 - 01-fake: good"
	reports "1 passed, 4 failed, 0 skipped"
}

test_a_wrong_count_fails() {
	fake <<-'CASES'
		test_too_few() { start tool; stop; expect 3 .n; }
		test_too_many() { start tool; stop; expect 1 .n; }
		test_none() { start tool; stop; expect_at_least 1 '.n == 9'; }
		test_bad_filter() { start tool; stop; expect 0 'nonsense('; }
		test_not_json() { echo '{"n":' >"$T/x.out"; expect 0 .n x; }
	CASES
	run_fake 1
	reports "# 2 events, not 3, for: .n"
	reports "0 passed, 5 failed, 0 skipped"
}

test_a_wrong_status_or_message_fails() {
	fake <<-'CASES'
		test_status() { exits 1 true; }
		test_message() { exits 0 echo; says something; }
		test_second_message() { exits 0 sh -c 'echo a >&2'; says a; says '^a$' b; }
		test_start() { start tool 1; }
		test_stop() { start tool; trap '' TERM; kill -KILL $tool_pid; stop; }
		test_silent() { TEST_DEADLINE=1; exits 0 sleep 9; }
	CASES
	run_fake 1
	reports "# tool 1 ended with status 1 before it was attached"
	reports "# stderr has no line like: b"
	reports "# did not end in 1 s: sleep 9"
	reports "0 passed, 6 failed, 0 skipped"
}

test_a_skip_is_a_skip_with_its_reason() {
	fake <<-'CASES'
		test_said() { skip "no such thing"; }
		test_tool() { start tool 4; }
		test_need() { need no-such-command; }
		test_inside() { exits 0 skip "from inside"; }
	CASES
	run_fake 0
	reports "ok 1 - 01-fake: said # SKIP no such thing"
	reports "ok 2 - 01-fake: tool # SKIP needs Linux 9.9"
	reports "ok 3 - 01-fake: need # SKIP needs the command no-such-command"
	reports "0 passed, 0 failed, 4 skipped"
}

test_an_unexpected_skip_fails() {
	fake <<-'CASES'
		test_is_listed() { skip "as expected"; }
		test_not_listed() { skip "all of a sudden"; }
	CASES
	printf '%s\n' '# NEED, CASE' 'luck  is-l*' 'command:sh  not-*' >"$T/01-fake/skips"
	run_fake 1
	reports "ok 1 - 01-fake: is listed # SKIP as expected"
	reports "not ok 2 - 01-fake: not listed"
	reports "# unexpected skip: all of a sudden"
	reports "0 passed, 1 failed, 1 skipped"
	echo "command:no-such-command  *" >"$T/01-fake/skips"
	run_fake 0
	rm "$T/01-fake/skips"
	run_fake 1
}

test_a_hanging_test_is_ended_and_cleaned_up() {
	fake <<-'CASES'
		test_good() { true; }
		test_hangs() { new_netns gone; echo "$(ns gone)" >../ns; start tool; trap '' TERM; while :; do sleep 1; done; }
		test_never() { true; }
	CASES
	run_fake 1 -t 1
	reports "not ok 2 - 01-fake: hangs"
	reports "# ended after the limit of 1 s"
	reports "1 passed, 1 failed, 0 skipped"
	wait_for "its processes are gone" nobody_left
	[ ! -e "/run/netns/$(cat "$T/ns")" ] || fail "its namespace is still there"
}

test_a_test_that_dies_fails() {
	fake <<-'CASES'
		test_good() { true; }
		test_kills_all() { kill -KILL $$; }
	CASES
	run_fake 1
	reports "not ok 2 - 01-fake: kills all"
	reports "1 passed, 1 failed, 0 skipped"
}

test_what_a_case_made_is_removed() {
	fake <<-'CASES'
		test_fails() {
			start tool
			new_netns a; new_netns b; veth a va 10.0.0.1/24 b vb 10.0.0.2/24
			group=$(new_cgroup g); in_cgroup "$group" sleep 1000 &
			start_as second in_cgroup "$group" in_ns a ./tool
			wait_for "it is in the cgroup" grep -q "$second_pid" "$group/cgroup.procs"
			echo "$T $group /run/netns/$(ns a) /run/netns/$(ns b)" >../made
			false
		}
	CASES
	run_fake 1
	reports "0 passed, 1 failed, 0 skipped"
	wait_for "its processes are gone" nobody_left
	for path in $(cat "$T/made"); do
		[ ! -e "$path" ] || fail "$path is still there"
	done
}

test_processes_that_a_case_has_left_behind_are_ended() {
	fake <<-'CASES'
		test_waits_for_ever() {
			mkfifo "$T/fifo"
			sh -c 'echo $$ >>../left; read -r line <"$1"' sh "$T/fifo" &
			( setsid sh -c 'echo $$ >>../left; trap "" TERM; sleep 1000' & )
			( echo in a subshell >"$T/fifo2"; mkfifo "$T/fifo3"; read -r line <"$T/fifo3" ) &
			wait_for "both" sh -c '[ "$(wc -l <../left)" -eq 2 ]'
			skip "as many do"
		}
		test_the_next() { for pid in $(cat ../left); do ! alive "$pid" || fail "$pid is there"; done; }
	CASES
	run_fake 0
	wait_for "its processes are gone" nobody_left
}

test_lines_are_waited_for() {
	fake <<-'CASES'
		test_come() { sh -c 'echo a1; sleep 0.3; echo b; echo a22' >"$T/x" & wait_line -n 2 '^a[0-9]+$' "$T/x"; }
		test_do_not_come() { TEST_DEADLINE=1; echo a >"$T/x"; wait_line '^aa$' "$T/x"; }
		test_too_few() { TEST_DEADLINE=1; echo a >"$T/x"; wait_line -n 2 a "$T/x"; }
	CASES
	run_fake 1
	reports "1 passed, 2 failed, 0 skipped"
}

test_several_counts_are_compared_each() {
	fake <<-'CASES'
		test_all() { start tool; expect 2 .n 1 .ok 0 '.n == 3'; stop; expect 2 .n 1 '.n == 2, .n == 3'; }
		test_first() { start tool; stop; expect 1 .n 1 '.n == 2'; }
		test_last() { start tool; stop; expect 1 '.n == 2' 1 .n; }
		test_named() { start_as x tool; stop x; expect 2 .n 1 .ok x; expect_at_least 1 .n 1 .ok x; }
		test_least() { start tool; stop; expect_at_least 1 .n 2 .ok; }
		test_more_than_one_yield() { start tool; stop; expect 2 '.n, .n'; }
	CASES
	run_fake 1
	reports "ok 1 - 01-fake: all"
	reports "not ok 2 - 01-fake: first"
	reports "# 2 events, not 1, for: .n"
	reports "not ok 3 - 01-fake: last"
	reports "ok 4 - 01-fake: named"
	reports "# 1 events, not 2 or more, for: .ok"
	reports "3 passed, 3 failed, 0 skipped"
}

test_wrappers_combine() {
	fake <<-'CASES'
		test_all_four() {
			new_netns a
			group=$(new_cgroup g)
			in_cgroup "$group" in_ns a with_capabilities +net_raw,+bpf sh -c \
				'cat /proc/self/cgroup /proc/net/dev /proc/self/status; ls -l /proc/self/ns/net' >"$T/it"
			grep -q "^0::.*${group##*/}\$" "$T/it"
			grep -q '^CapEff:.*00008000002000$' "$T/it"
			grep -q '^Uid:.65534' "$T/it"
			[ "$(grep -c : "$T/it")" -gt 9 ]
			[ "$(stat -L -c %i "/run/netns/$(ns a)")" = "$(sed -n 's/.*net:.\([0-9]*\).*/\1/p' "$T/it")" ]
			in_ns a true # the options of the last are forgotten
			[ "$(in_ns a id -u)" = 0 ]
		}
	CASES
	run_fake 0
}

test_what_is_left_in_the_kernel_is_found() {
	need bpftool
	mkdir "$T/bpf"
	mount -t bpf none "$T/bpf"
	at_end "umount '$T/bpf'"
	bpf_snapshot
	bpftool map create "$T/bpf/map" type array key 4 value 4 entries 1 name leftover
	if (TEST_DEADLINE=1; T=$T/bpf/..; nothing_left); then
		fail "nothing_left does not see a pinned map"
	fi
	grep -q 'map [0-9]* leftover ' "$T/.failed"
	rm "$T/.failed" "$T/bpf/map"
	nothing_left
}

test_nobody_has_no_privileges() {
	exits 0 as_nobody grep -E '^(Uid|Gid|Groups|CapEff|CapPrm):' /proc/self/status
	tr -d '\t ' <"$T/stdout" | xargs >"$T/flat"
	grep -qx 'Uid:65534655346553465534 Gid:65534655346553465534 Groups: CapPrm:0* CapEff:0*' "$T/flat" ||
		fail "$(cat "$T/flat")"
}

# ---- tests/plan ----

# plans ACTION [ARG...]: what it says of $faked on this kernel
faked=01-fake
plans() {
	plan_action=$1
	shift
	exits 0 "$T/tree/tests/plan" "$@" -k host "$faked"
	grep -q "^$plan_action	host	$faked	" "$T/stdout" || fail "not '$plan_action': $(cat "$T/stdout")"
}

# recorded RESULT [SERIES]: $faked has that result with the key that the last plan had
recorded() {
	mkdir -p "$T/tree/.output/results"
	printf 'ok 1 - %s: one\n%s\n' "$faked" "$1" | "$T/tree/tests/keep" "${2:-host}" "$(uname -r)" none \
		"$T/stdout" >/dev/null
}

once_only_what_has_passed_with_the_same_bytes_is_not_run_again() {
	fake <<-'CASES'
		test_one() { :; }
		test_two() { :; }
	CASES
	mkdir -p "$T/tree/docs"
	(cd .. && find . -maxdepth 1 -type f -o -path './.output/*' -type f | cpio -pdm --quiet "$T/tree/tests")
	cp -r ../../vm ../../common ../../build "$T/tree/"
	cp ../../docs/record "$T/tree/docs/"
	mv "$T/01-fake" "$T/tree/"
	plans run
	recorded 'ok 2 - 01-fake: two'
	plans reuse -s 1
	plans again -a
	seed=0 drawn=0
	while [ $seed -lt 30 ]; do
		exits 0 "$T/tree/tests/plan" -s $seed -k host 01-fake
		! grep -q ^again "$T/stdout" || drawn=$((drawn + 1))
		seed=$((seed + 1))
	done
	[ $drawn -ge 1 ] && [ $drawn -le 12 ] || fail "$drawn of 30 seeds draw it"

	echo '# a comment' >>"$T/tree/01-fake/test.sh"
	plans run
	recorded 'ok 2 - 01-fake: two # SKIP no luck'
	plans run
	recorded 'not ok 2 - 01-fake: two'
	plans run
	recorded 'ok 2 - 01-fake: two'
	plans reuse -s 1
	echo '# a comment' >>"$T/tree/tests/lib.sh"
	plans run
	recorded 'ok 2 - 01-fake: two' 6.12
	plans run

	# A test of what spans examples depends on what it says that it reads.
	faked=tests/fake
	mkdir "$T/tree/tests/fake"
	printf '#!/bin/sh\n# reads: 01-fake [v]m/run\n' >"$T/tree/tests/fake/test.sh"
	plans run
	recorded 'ok 2 - tests/fake: two'
	plans reuse -s 1
	echo '# a comment' >>"$T/tree/vm/test"
	plans reuse -s 1
	for file in vm/run 01-fake/test.sh tests/fake/test.sh; do
		echo '# a comment' >>"$T/tree/$file"
		plans run
		recorded 'ok 2 - tests/fake: two'
	done
	echo '#!/bin/sh' >"$T/tree/tests/fake/test.sh"
	plans run
	recorded 'ok 2 - tests/fake: two'
	plans reuse -s 1
	echo '# a comment' >>"$T/tree/vm/test"
	plans run
}

# mutant NAME CASE [TO]: a patch that changes the fake example's answer from 42 to TO (43).
mutant() {
	printf '%s\n' "It is wrong." "Killed-by: $2" '' '--- answer' '+++ answer' '@@ -1 +1 @@' '-42' "+${3-43}" \
		>"$T/01-fake/mutants/$1.patch"
}

test_mutants_that_survive_or_do_not_apply_are_failures() {
	fake <<-'CASES'
		test_the_answer() { [ "$(cat answer)" = 42 ]; }
		test_anything() { true; }
		test_nothing() { false; }
		test_later() { skip "not now"; }
	CASES
	ln -s "$here/../../common" "$T/common"
	mkdir "$T/01-fake/mutants"
	echo 42 >"$T/01-fake/answer"
	echo 'all:; @! grep 99 answer' >"$T/01-fake/Makefile"
	mutant a 'the answer'
	mutant b 'anything'
	mutant c 'nothing'
	mutant d 'later'
	mutant e 'the answer' 99
	exits 1 "$T/tests/mutants" 01-fake
	reports "ok 1 - 01-fake: a is killed by the answer"
	reports "not ok 2 - 01-fake: b survived"
	reports "not ok 3 - 01-fake: c: 'nothing' passes without it"
	reports "ok 4 - 01-fake: d # SKIP not now"
	reports "not ok 5 - 01-fake: e builds"
	reports "1 passed, 3 failed, 1 skipped"
	exits 0 "$T/tests/mutants" 01-fake/mutants/a.patch
	exits 0 "$T/tests/mutants" -c 01-fake
	mutant a 'no such thing'
	sed -i 's/^-42/-41/' "$T/01-fake/mutants/b.patch"
	rm "$T/01-fake/mutants/c.patch"
	exits 1 "$T/tests/mutants" -c
	reports "not ok 1 - 01-fake: a applies"
	reports "# 01-fake/test.sh has no case 'no such thing'"
	reports "not ok 2 - 01-fake: b applies"
	reports "not ok 5 - 01-fake has at least five mutants"
	reports "2 passed, 3 failed, 0 skipped"
}

# An event that is put together in a global has what an earlier and longer path left in it.
test_the_contract_notices_stale_bytes() {
	mkdir "$T/tool"
	cp ../../template/*.* ../../template/Makefile "$T/tool/"
	ln -s "$here/../../common" "$T/common"
	ln -s "$here/.." "$T/tests"
	sed -i 's/struct event event = {};/static struct event event;/' "$T/tool/"*.bpf.c
	make -C "$T/tool" COMMON_BUILT=1 >"$T/make" 2>&1 || fail "$(cat "$T/make")"
	cd "$T/tool"
	exits 1 ../common/with-mounts.sh ../tests/contract "no byte is stale"
	grep -q 'in or after path, follow a NUL, and are not 0$' "$T/stdout" || fail "$(cat "$T/stdout")"
}

run_tests
