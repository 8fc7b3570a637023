#!/bin/sh
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#
# Is each bad program rejected with the very message that is recorded for this kernel, and is its good
# twin loaded? On a kernel for which none was recorded, one that says something else is no failure.
cd "$(dirname "$0")" || exit 1
. ../../tests/lib.sh

release=$(uname -r)
newline='
'
tab=$(printf '\t')
expected=$(./expected "$release")
without=

# pair NAME: load both programs of NAME.bpf.c.
pair() {
	look_up "$1"
	judge "$1" bad "$regex"
	look_up "$1:explained"
	[ ! "$regex" ] || judge "$1" bad "$regex" -e
	look_up "$1:good"
	judge "$1" good "${regex:-accepted}"
}

# Set $regex to what is recorded of NAME, if anything. (No process, as each costs in a VM; and not
# ${expected#*NAME}, which takes a dash half a minute there.)
look_up() {
	regex=
	set -f
	IFS=$newline
	for line in $expected; do
		case $line in
		"$1$tab"*) regex=${line#*"$tab"} ;;
		esac
	done
	unset IFS
	set +f
}

# judge NAME PROGRAM REGEX [-e]; $without is what takes capabilities away first
judge() {
	status=0
	# shellcheck disable=SC2086 # to be split
	said=$($without ./gallery ${4-} ".output/$1.bpf.o" "$2" 2>&1) || status=$?
	[ $status -ne 0 ] || said=accepted
	! printf '%s\n' "$said" | grep -Eqx -e "$3" || return 0
	for kernel in $(./expected | cut -f 2); do
		case $release in
		"$kernel".*) fail "$2: '$said' is not '$3'" ;;
		esac
	done
	skip "not recorded for this kernel, which says of $2: $said"
}

test_01_null_check() { pair 01-null-check; }
test_02_second_lookup() { pair 02-second-lookup; }
test_03_packet_bounds() { pair 03-packet-bounds; }
test_04_packet_moved() { pair 04-packet-moved; }
test_05_packet_stale() { pair 05-packet-stale; }
test_06_array_index() { pair 06-array-index; }
test_07_signed_index() { pair 07-signed-index; }
test_08_helper_size() { pair 08-helper-size; }
test_09_stack_uninit() {
	judge 09-stack-uninit bad accepted
	without="setpriv --bounding-set -perfmon,-sys_admin"
	pair 09-stack-uninit
}
test_10_value_size() { pair 10-value-size; }
test_11_stack_size() { pair 11-stack-size; }
test_12_endless_loop() { pair 12-endless-loop; }
test_13_too_complex() { pair 13-too-complex; }
test_14_too_many_jumps() { pair 14-too-many-jumps; }
test_15_kernel_pointer() { pair 15-kernel-pointer; }
test_16_context_field() { pair 16-context-field; }
test_17_context_write() { pair 17-context-write; }
test_18_context_index() { pair 18-context-index; }
test_19_return_value() { pair 19-return-value; }
test_20_helper_type() { pair 20-helper-type; }
test_21_sleepable() { pair 21-sleepable; }
test_22_gpl_only() { pair 22-gpl-only; }
test_23_read_only() { pair 23-read-only; }
test_24_ringbuf_leak() { pair 24-ringbuf-leak; }
test_25_use_after_submit() { pair 25-use-after-submit; }
test_26_spin_lock() { pair 26-spin-lock; }
test_27_lock_leak() { pair 27-lock-leak; }
test_28_global_function() { pair 28-global-function; }
test_29_dynptr() { pair 29-dynptr; }
test_30_kfunc() {
	pair 30-kfunc
	look_up 30-kfunc
	case $regex in
	"invalid func unknown"*)
		exits 1 ./gallery -v .output/30-kfunc.bpf.o bad
		grep -qxF "kfunc 'bpf_task_from_pid' is referenced but wasn't resolved" "$T/stdout" || fail "$(cat "$T/stdout")"
		;;
	esac
}

test_each_has_a_case_and_a_record() {
	for source in [0-9][0-9]-*.bpf.c; do
		name=${source%.bpf.c}
		grep -Eq "(^|[[:space:]])pair $name(;|\$)" test.sh || fail "no case for $source"
		look_up "$name"
		[ "$regex" ] || fail "no message of $source for Linux $release"
	done
}

test_the_README_is_true() {
	./check >"$T/check" || fail "$(cat "$T/check")"
	./gallery -v .output/01-null-check.bpf.o bad >"$T/log" || :
	grep -q '^; \*count += 1;' "$T/log" || fail "the log has no source lines: $(cat "$T/log")"
	case $release in # the logs in it are from there
	6.12.*) compare_log 1 ;;
	7.3.*) compare_log 2 ;;
	esac
}
# compare_log N: is the N-th log in README.md what this kernel says, from its first line on?
compare_log() {
	awk -v n="$1" '/^```text$/ { inside = 1; block++; next } /^```$/ { inside = 0 } inside && block == n' README.md |
		comparable >"$T/shown"
	./gallery -v .output/01-null-check.bpf.o bad | comparable |
		awk -v first="$(head -n 1 "$T/shown")" '$0 == first { found = 1 } found' >"$T/log"
	diff "$T/shown" "$T/log" || fail "the log in README.md is another"
}
comparable() {
	sed '/^verification time/d; /^stack depth/d; /^subprog /d; s/0xff[0-9a-f]\{12,\}/ADDRESS/'
}

once_what_is_not_true_is_found() {
	mkdir "$T/copy"
	cp README.md messages check expected ./*.bpf.c "$T/copy"
	sed -i "s/^\tif (count)\$/\tif (count != NULL)/" "$T/copy/README.md"
	sed -i "s/map_value_or_null/map_value_or_nil/" "$T/copy/messages"
	exits 1 "$T/copy/check"
	grep -qx '01-null-check.bpf.c has no such lines:' "$T/stdout" || fail "$(cat "$T/stdout")"
	grep -q '^README.md, 01-null-check: on 5.10 ' "$T/stdout" || fail "$(cat "$T/stdout")"
}

run_tests
