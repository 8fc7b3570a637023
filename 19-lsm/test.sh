#!/bin/sh
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
. ../tests/lib.sh

# Skip the case where lsm programs cannot be loaded, for those that need more than start().
need_lsm() {
	status=0
	./fileguard -d 0.1 test.sh >"$T/probe" 2>&1 || status=$?
	[ $status -ne 4 ] || skip "$(sed 's/^fileguard: skipped: //' "$T/probe")"
}

# A file to be guarded that can be executed, which prints hello.
victim() {
	cp hello "$T/victim"
}

# ---- what it sees ----

test_without_enforce_everything_is_told_and_nothing_forbidden() {
	victim
	touch "$T/new" "$T/bystander"
	start fileguard -j "$T/victim"
	"$T/victim" >"$T/said"
	mv "$T/victim" "$T/renamed"
	mv -f "$T/new" "$T/renamed"
	"$T/renamed" 2>/dev/null || : # is another file by now, and not guarded
	rm "$T/renamed"
	mv "$T/bystander" "$T/passer-by"
	rm "$T/passer-by"
	stop
	grep -qx hello "$T/said" || fail "it did not run"
	expect 3 . \
		3 "select(.denied == false and .uid == 0 and .time_ns > 0 and .pid > 0 and .path == \"$T/victim\")" \
		1 'select(.action == "EXEC" and .name == "victim")' \
		1 'select(.action == "RENAME" and .comm == "mv" and .name == "renamed")' \
		1 'select(.action == "REPLACE" and .comm == "mv" and .name == "renamed")'
	grep -qx 'fileguard: attached to inode_unlink, inode_rename, bprm_check_security and mmap_file, watching 1 file; Ctrl-C to stop' \
		"$T/err" || fail "$(cat "$T/err")"
	grep -qx 'fileguard: 3 events' "$T/err" || fail "$(cat "$T/err")"
}

test_with_enforce_everything_is_forbidden_also_to_root_until_it_ends() {
	victim
	touch "$T/new" "$T/plain"
	ln "$T/victim" "$T/hard-link"
	ln -s victim "$T/symlink"
	sum=$(sha256sum <"$T/victim")
	bpf_snapshot
	start fileguard -j --enforce "$T/symlink" "$T/plain"
	exits 126 sh -c '"$1/victim"' sh "$T"
	says 'Permission denied|Operation not permitted'
	exits 126 sh -c '"$1/hard-link"' sh "$T"
	exits 1 rm -f "$T/victim"
	says 'Operation not permitted'
	exits 1 rm -f "$T/hard-link"
	exits 1 mv "$T/victim" "$T/renamed"
	exits 1 mv -f "$T/new" "$T/victim"
	exits 1 mv -f "$T/plain" "$T/victim" # both are guarded
	exits 1 mv -f "$T/plain" "$T/new"
	rm "$T/symlink"                      # is another file
	[ "$(sha256sum <"$T/victim")" = "$sum" ] && [ -e "$T/new" ] && [ -e "$T/plain" ] || fail "$(ls "$T")"
	stop # SIGINT is nothing that it guards

	expect 9 'select(.denied)' \
		9 . \
		1 "select(.action == \"EXEC\" and .name == \"victim\" and .path == \"$T/victim\")"
	# By its other name: only a kernel where the hook may sleep knows the path for that.
	here=$T/hard-link
	case $(uname -r) in 5.10.*) here=$T/victim ;; esac
	expect 1 "select(.action == \"EXEC\" and .name == \"hard-link\" and .path == \"$here\")" \
		1 "select(.action == \"UNLINK\" and .name == \"victim\" and .path == \"$T/victim\" and .comm == \"rm\")" \
		1 "select(.action == \"UNLINK\" and .name == \"hard-link\" and .path == \"$T/victim\")" \
		1 "select(.action == \"RENAME\" and .name == \"renamed\" and .path == \"$T/victim\")" \
		1 "select(.action == \"RENAME\" and .name == \"new\" and .path == \"$T/plain\")" \
		2 "select(.action == \"REPLACE\" and .name == \"victim\" and .path == \"$T/victim\")" \
		1 "select(.action == \"RENAME\" and .name == \"victim\" and .path == \"$T/plain\")"
	nothing_left
	"$T/victim" >/dev/null
	rm "$T/victim" "$T/hard-link" "$T/plain"
}

# The dynamic linker runs a program without any exec.
test_the_dynamic_linker_does_not_run_a_guarded_program() {
	linker=$(sed -n 's/.*\(\/lib[^ ]*\/ld-[^ ]*\.so[^ ]*\)$/\1/p' /proc/self/maps | head -n 1)
	victim
	exits 0 "$linker" "$T/victim"
	start fileguard --enforce -j "$T/victim"
	exits 127 "$linker" "$T/victim"
	exits 126 sh -c '"$1"' sh "$T/victim"
	stop
	expect 1 '.action == "MAP" and .denied and .name == "victim"' 1 '.action == "EXEC" and .denied' 2 .
}

test_a_guarded_shell_and_the_tool_itself_do_not_lock_anybody_out() {
	cp "$(command -v sh)" "$T/sh"
	cp fileguard "$T/fileguard"
	mkfifo "$T/go"
	"$T/sh" -c 'read -r pid <"$1/go"; kill -INT "$pid"' sh "$T" & # runs already
	start fileguard --enforce "$T/sh" "$T/fileguard"
	exits 126 sh -c '"$1/sh" -c :' sh "$T"
	exits 126 sh -c '"$1/fileguard" --version' sh "$T"
	echo "$tool_pid" >"$T/go"
	wait_for "fileguard ends by that" ended "$tool_pid"
	"$T/sh" -c :
	rm "$T/sh" "$T/fileguard"
}

test_kill_9_leaves_nothing_and_the_files_are_free() {
	victim
	need_lsm
	bpf_snapshot
	start fileguard --enforce "$T/victim"
	exits 1 rm -f "$T/victim"
	kill9
	nothing_left
	rm "$T/victim"
}

# The program that was attached last is asked first; what it forbids, the other never hears of.
test_two_at_once_and_one_forbids() {
	victim
	start fileguard -j "$T/victim"
	start_as guard fileguard -j --enforce "$T/victim"
	exits 1 rm -f "$T/victim"
	stop guard
	rm "$T/victim"
	stop
	expect 1 'select(.denied)' \
		1 . guard
	expect 1 'select(.action == "UNLINK" and .denied == false)' \
		1 .
}

test_the_user_is_the_user_and_not_the_group() {
	victim
	chmod 777 "$T"
	start fileguard -j "$T/victim"
	setpriv --reuid=65534 --regid=65533 --clear-groups rm -f "$T/victim"
	stop
	expect 1 'select(.action == "UNLINK" and .uid == 65534)'
}

test_a_mark_is_on_the_file_and_not_on_its_name() {
	victim
	start fileguard -j "$T/victim"
	rm "$T/victim"
	echo other >"$T/victim"
	rm "$T/victim"
	stop
	expect 1 'select(.action == "UNLINK")' \
		1 .
}

# Inodes that nobody uses are forgotten when memory is short, and their marks with them.
test_marked_files_are_kept_open() {
	victim
	ln "$T/victim" "$T/second"
	start fileguard "$T/victim" "$T/second" test.sh
	[ "$(find "/proc/$tool_pid/fd" -lname "$T/victim" -o -lname "$T/second" -o -lname "$PWD/test.sh" | wc -l)" -eq 3 ] ||
		fail "$(ls -l "/proc/$tool_pid/fd")"
	grep -q 'watching 3 files; ' "$T/err" || fail "$(cat "$T/err")"
	stop
}

test_people_get_columns_and_no_control_bytes() {
	name=$(printf '\033[31mred\nline')
	touch "$T/$name" "$T/other"
	start fileguard --enforce "$T/$name"
	exits 1 rm -f "$T/$name"
	stop
	head -n 1 "$T/out" | grep -qE '^PID +UID +COMM +ACTION +VERDICT +NAME +PATH$' || fail "$(head -n 1 "$T/out")"
	grep -qE '^[0-9]+ +0 +rm +unlink +denied +\\x1b\[31mred\\nline +/.*/\\x1b\[31mred\\nline$' "$T/out" ||
		fail "$(cat -v "$T/out")"
}

test_a_flood_is_counted_to_the_last() {
	victim
	start fileguard -j --enforce "$T/victim"
	kill -STOP "$tool_pid"
	# A record has more than 4 KiB, so that 1 MiB holds fewer than 256.
	sh -c 'i=0; while [ $i -lt 300 ]; do mv "$1" "$1.x" 2>/dev/null; i=$((i + 1)); done' sh "$T/victim"
	kill -CONT "$tool_pid"
	stop
	dropped=$(sed -n 's/.* \([0-9]*\) dropped.*/\1/p' "$T/err")
	[ "${dropped:-0}" -gt 0 ] || fail "none dropped: $(cat "$T/err")"
	[ $(($(wc -l <"$T/out") + dropped)) -eq 300 ] || fail "$(wc -l <"$T/out") and $dropped of 300"
	[ -e "$T/victim" ] || fail "what is not told is forbidden nevertheless"
}

# ---- what can go wrong ----

test_files_that_cannot_be_marked_are_refused() {
	need_lsm
	exits 1 ./fileguard "$T/missing"
	says "^fileguard: cannot mark $T/missing: No such file or directory$"
	exits 1 ./fileguard test.sh "$T"
	says "^fileguard: cannot mark $T: it is a directory$"
	exits 1 sh -c './fileguard -d 5 test.sh >/dev/full'
	says '^fileguard: cannot write the output: No space left on device$'
}

test_it_says_when_bpf_is_not_among_the_security_modules() {
	need_lsm
	exits 4 unshare --mount sh -c 'mount -t tmpfs none /sys/kernel/security &&
		echo lockdown,capability,notbpf >/sys/kernel/security/lsm && exec ./fileguard test.sh'
	says '^fileguard: skipped: bpf is not among the active security modules \(/sys/kernel/security/lsm\), so no lsm program would ever run; boot with lsm=lockdown,capability,notbpf,bpf$'
	exits 1 unshare --mount sh -c 'mount -t tmpfs none /sys/kernel/security && exec ./fileguard test.sh'
	says '^  hint: mount -t securityfs securityfs /sys/kernel/security$'
}

test_a_few_capabilities_suffice() {
	exits 1 as_nobody ./fileguard test.sh
	says '^  hint: run it with sudo \(or grant CAP_BPF and CAP_PERFMON\)$'
	need_lsm
	exits 0 with_capabilities +bpf,+perfmon ./fileguard -d 0.2 test.sh
}

test_the_demo_shows_what_the_README_says() {
	start fileguard -j --enforce hello
	./demo.sh >/dev/null 2>&1
	stop
	./hello >/dev/null || fail "hello was not guarded"
	expect 1 'select(.action == "EXEC" and .denied)' \
		1 'select(.action == "RENAME" and .name == "bye.tmp")' \
		1 'select(.action == "REPLACE" and .name == "hello")' \
		1 'select(.action == "UNLINK")' \
		4 .
}

run_tests
