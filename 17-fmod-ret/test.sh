#!/bin/sh
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
. ../tests/lib.sh

# Skip the case where fmod_ret programs cannot be loaded, for those that need more than start().
need_fmod_ret() {
	status=0
	./failinject -d 0.1 -e EIO --path /nowhere/ security_file_open >"$T/probe" 2>&1 || status=$?
	[ $status -ne 4 ] || skip "$(sed 's/^failinject: skipped: //' "$T/probe")"
}

before_7_1() { case $(uname -r) in 5.* | 6.* | 7.0.*) ;; *) false ;; esac; }

# gated NAME SCRIPT [ARG...]: sh -c SCRIPT as process $NAME_pid, which waits for "go NAME"; what it
# says is in $T/NAME.said.
gated() {
	gated_name=$1 gated_script=$2
	shift 2
	mkfifo "$T/$gated_name.gate"
	sh -c 'read -r line <"$1"; shift; '"$gated_script" sh "$T/$gated_name.gate" "$@" >"$T/$gated_name.said" 2>&1 &
	eval "${gated_name}_pid=$!"
}
go() {
	echo >"$T/$1.gate"
	eval "wait \$${1}_pid" || :
}

# ---- what it makes fail ----

test_an_open_fails_in_one_process_and_in_no_other() {
	gated one 'echo hello >"$1"; read -r line <"$2"; echo "got $line"' "$T/one.file" test.sh
	gated two 'echo hello >"$1" && cat "$1"' "$T/two.file"
	start failinject -j -e ENOSPC -p "$one_pid" --path "$T/" security_file_open
	go one
	go two
	stop
	grep -q "$T/one.file: No space left on device" "$T/one.said" || fail "$(cat "$T/one.said")"
	grep -qx 'got #!/bin/sh' "$T/one.said" || fail "another path: $(cat "$T/one.said")"
	grep -qx hello "$T/two.said" || fail "another process: $(cat "$T/two.said")"
	expect 1 "select(.pid == $one_pid and .tid == $one_pid and .comm == \"sh\" and .error == \"ENOSPC\"
		and .path == \"$T/one.file\" and .time_ns > 0)" \
		1 .
	grep -qx 'failinject: attached to security_file_open, which fails with ENOSPC; Ctrl-C to stop' "$T/err" ||
		fail "$(cat "$T/err")"
	grep -qx 'failinject: 1 events' "$T/err" || fail "$(cat "$T/err")"
}

test_below_a_path_it_fails_for_everybody_until_it_ends() {
	mkdir "$T/dir" "$T/directory"
	echo hello | tee "$T/dir/a" "$T/directory/b" >"$T/c"
	bpf_snapshot
	start failinject -j -e 5 --path "$T/dir/" security_file_open
	exits 1 cat "$T/dir/a" "$T/directory/b" "$T/c"
	says "$T/dir/a: Input/output error"
	[ "$(grep -c hello "$T/stdout")" -eq 2 ] || fail "$(cat "$T/stdout")"
	exits 1 as_nobody cat "$T/dir/a"
	stop
	cat "$T/dir/a"
	nothing_left
	expect 2 "select(.error == \"EIO\" and .path == \"$T/dir/a\" and .comm == \"cat\")" \
		2 .
}

test_other_functions_of_security_modules_fail_too() {
	: >"$T/file"
	gated one 'exec mkdir "$1"' "$T/dir"
	gated two 'exec rm "$1"' "$T/file"
	start failinject -j -e EDQUOT -p "$one_pid" security_inode_mkdir
	start_as unlink failinject -j -e EIO -p "$two_pid" security_inode_unlink
	go one
	go two
	stop
	stop unlink
	grep -q 'Disk quota exceeded' "$T/one.said" || fail "$(cat "$T/one.said")"
	grep -q 'Input/output error' "$T/two.said" || fail "$(cat "$T/two.said")"
	[ ! -e "$T/dir" ] && [ -e "$T/file" ] || fail "$(ls "$T")"
	expect 1 'select(.error == "EDQUOT" and .comm == "mkdir" and .path == "")'
	expect 1 "select(.error == \"EIO\" and .pid == $two_pid)" unlink
	expect 1 .
	expect 1 . unlink
}

# So many times; true is no special builtin, whose failing redirection would end the shell.
opens='i=0; while [ $i -lt $2 ]; do { true <"$1" && echo yes; } 2>/dev/null; i=$((i + 1)); done'

test_options_t_and_P_let_some_calls_succeed() {
	: >"$T/file"
	gated one "$opens" "$T/file" 40
	gated two "$opens" "$T/file" 40
	start failinject -j -e EMFILE -p "$one_pid" -t 3 --path "$T/file" security_file_open
	start_as chance failinject -j -e EMFILE -p "$two_pid" -P 50 --path "$T/file" security_file_open
	go one
	go two
	stop
	stop chance
	[ "$(grep -c yes "$T/one.said")" -eq 37 ] || fail "$(grep -c yes "$T/one.said") of 40"
	expect 3 .
	# Outside of 6 to 34 it would be once in a million.
	yes=$(grep -c yes "$T/two.said") || :
	[ "$yes" -ge 6 ] && [ "$yes" -le 34 ] || fail "$yes of 40"
	expect $((40 - yes)) . chance
}

test_what_a_stopped_reader_misses_is_counted_and_fails_all_the_same() {
	dir=$T/$(printf '%0250d/%0250d/%0250d/%0250d/%0250d/%0250d/%0250d/%0250d' 1 2 3 4 5 6 7 8)
	mkdir -p "$dir"
	: >"$dir/file"
	gated one "$opens" "$dir/file" 700
	start failinject -j -e EMFILE -p "$one_pid" --path "$T/" security_file_open
	kill -STOP "$tool_pid"
	go one
	kill -CONT "$tool_pid"
	stop
	[ ! -s "$T/one.said" ] || fail "$(grep -c yes "$T/one.said") did not fail"
	dropped=$(sed -n 's/.* \([0-9]*\) dropped.*/\1/p' "$T/err")
	[ "${dropped:-0}" -gt 0 ] || fail "none dropped: $(cat "$T/err")"
	[ $(($(wc -l <"$T/out") + dropped)) -eq 700 ] || fail "$(wc -l <"$T/out") and $dropped of 700"
}

test_system_calls_fail_where_the_kernel_lets_them() {
	: >"$T/file"
	need_fmod_ret
	if before_7_1; then
		exits 4 ./failinject -e EIO --path "$T/" openat
		says '^failinject: skipped: this kernel lets no program modify system calls, as Linux 7.1 does; functions of security modules \(security_file_open\) it does$'
		return
	fi
	gated one 'exec sync "$1"' "$T/file"
	gated two 'cat "$1"; head -n 1 "$2"' "$T/file" test.sh
	start failinject -j -e EIO -p "$one_pid" fsync
	go one
	start_as open failinject -j -e ENFILE --path "$T/fi" openat
	go two
	stop
	stop open
	grep -q 'Input/output error' "$T/one.said" || fail "$(cat "$T/one.said")"
	grep -q "$T/file: Too many open files in system" "$T/two.said" || fail "$(cat "$T/two.said")"
	grep -qx '#!/bin/sh' "$T/two.said" || fail "$(cat "$T/two.said")"
	expect 1 "select(.error == \"EIO\" and .comm == \"sync\" and .path == \"\")" \
		1 .
	expect 1 "select(.path == \"$T/file\" and .error == \"ENFILE\")" \
		1 . open
}

# ---- that it does no harm ----

once_it_refuses_to_break_the_whole_system() {
	exits 2 ./failinject -e EIO security_file_open
	says '^failinject: for whom\? -p PID, or --path PREFIX; everybody would be too many$'
	exits 2 ./failinject -e EIO --path / security_file_open
	says '^failinject: PREFIX must have 2 to 255 bytes$'
	exits 2 ./failinject -e EIO -p 1 fsync
	says '^failinject: without process 1 there is no system$'
	exits 2 ./failinject -e EIO --path /tmp security_inode_unlink
	says '^failinject: security_inode_unlink has no path that --path could mean$'
}

test_kill_9_leaves_nothing() {
	: >"$T/file"
	bpf_snapshot
	start failinject -e EIO --path "$T/file" security_file_open
	exits 1 cat "$T/file"
	kill9
	nothing_left
	cat "$T/file"
}

# The program that was attached last runs first; if it fails, the other is not asked.
test_two_at_once_and_the_last_decides() {
	: >"$T/file"
	start failinject -j -e EIO --path "$T/file" security_file_open
	start_as second failinject -j -e EBUSY --path "$T/fi" security_file_open
	exits 1 cat "$T/file"
	says 'Device or resource busy'
	stop second
	exits 1 cat "$T/file"
	says 'Input/output error'
	stop
	expect 1 .
	expect 1 . second
}

# ---- what can go wrong ----

once_wrong_options_are_usage_errors() {
	exits 2 ./failinject
	says '^failinject: what is to fail\?'
	exits 2 ./failinject -p $$ fsync
	says '^failinject: with which error\? -e ENOSPC$'
	exits 2 ./failinject -e ENOSUCHERROR -p $$ fsync
	says "^failinject: there is no error 'ENOSUCHERROR'; errno\(3\) has their names$"
	exits 2 ./failinject -e 4096 -p $$ fsync
	exits 2 ./failinject -e EIO -P 101 -p $$ fsync
	exits 2 ./failinject -e EIO -p $$ fsync fdatasync
	says '^failinject: one thing at a time: fsync or fdatasync\?$'
}

test_what_cannot_be_modified_is_refused() {
	need_fmod_ret
	exits 1 ./failinject -e EIO -p $$ security_no_such_hook
	says '^failinject: this kernel has no function security_no_such_hook \(security_no_such_hook\)$'
	exits 1 ./failinject -e EIO -p $$ security_d_instantiate # returns nothing
	says '^failinject: security_d_instantiate returns no int, so it cannot fail$'
	exits 1 ./failinject -e EIO -p $$ no_such_call
	says '^failinject: this kernel has no system call no_such_call \(__x64_sys_no_such_call\)$'
}

test_people_get_columns_and_no_control_bytes() {
	name=$(printf '\033[31mred')
	mkdir "$T/dir"
	: >"$T/dir/$name"
	start failinject -e EIO --path "$T/dir/" security_file_open
	exits 1 cat "$T/dir/$name"
	stop
	head -n 1 "$T/out" | grep -qE '^PID +TID +COMM +ERROR +PATH$' || fail "$(head -n 1 "$T/out")"
	grep -qE "^[0-9]+ +[0-9]+ +cat +EIO +$T/dir/\\\\x1b\[31mred\$" "$T/out" || fail "$(cat -v "$T/out")"
	exits 1 sh -c './failinject -d 5 -e EIO --path /nowhere security_file_open >/dev/full'
	says '^failinject: cannot write the output: No space left on device$'
}

test_a_few_capabilities_suffice() {
	exits 1 as_nobody ./failinject -e EIO --path /nowhere security_file_open
	says '^  hint: run it with sudo \(or grant CAP_BPF and CAP_PERFMON\)$'
	need_fmod_ret
	exits 0 with_capabilities +bpf,+perfmon ./failinject -d 0.2 -e EIO --path /nowhere security_file_open
}

test_the_demo_shows_what_the_README_says() {
	start failinject -j -e ENOSPC --path /run/failinject-demo/ security_file_open
	exits 0 ./demo.sh
	stop
	says "^cp: cannot create regular file '/run/failinject-demo/copy': No space left on device$"
	grep -qx 'the copy elsewhere is there' "$T/stdout" || fail "$(cat "$T/stdout")"
	expect 1 'select(.comm == "cp" and .path == "/run/failinject-demo/copy")' \
		2 'select(.error == "ENOSPC")' \
		2 .
}

run_tests
