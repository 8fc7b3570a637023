#!/bin/sh
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
. ../tests/lib.sh

# Start ./sockets, with the ports in $listening, $client and $udp; it ends with the case.
sockets() {
	mkfifo "$T/hold"
	./sockets "$@" <"$T/hold" >"$T/sockets" &
	sockets_pid=$!
	exec 9>"$T/hold"
	wait_for "the sockets are there" test -s "$T/sockets"
	read -r listening client udp <"$T/sockets"
}

# A BPF file system of the case's own, at $T/bpf.
bpffs() {
	mkdir "$T/bpf"
	mount -t bpf -o mode=0755 bpf "$T/bpf"
	at_end "umount '$T/bpf'"
}

# What the kernel lacks, by what brought it.
before_5_18() { case $(uname -r) in 5.1[0-7].*) ;; *) false ;; esac; }
before_6_1() { case $(uname -r) in 5.* | 6.0.*) ;; *) false ;; esac; }
before_6_5() { case $(uname -r) in 5.* | 6.[0-4].*) ;; *) false ;; esac; }

# ---- the views ----

test_ps_shows_every_process_once_with_its_arguments() {
	mkfifo "$T/fifo"
	sh -c 'sleep 60 & echo $! >"$1/child"; exec cat "$1/fifo" -- "two  spaces"' sh "$T" 2>/dev/null &
	pid=$!
	wait_line '^cat$' "/proc/$pid/comm"
	ppid=$(sed -n 's/^PPid:.//p' "/proc/$pid/status")
	sockets
	exits 0 ./bps ps -j
	grep -q "^bps: $(wc -l <"$T/stdout") events$" "$T/stderr" || fail "$(cat "$T/stderr")"
	kill $pid "$(cat "$T/child")"
	args="cat $T/fifo -- two  spaces"
	if before_5_18; then
		args=
		says '^bps: without arguments, which only a kernel with bpf_copy_from_user_task\(\) \(Linux 5.18\) can read$'
	fi
	expect 1 "select(.pid == $pid and .comm == \"cat\" and .ppid == $ppid and .uid == 0
		and .threads == 1 and .args == \"$args\")" \
		1 "select(.pid == $sockets_pid and .threads == 2)" \
		1 "select(.pid == $(cat "$T/child") and .ppid == $pid)" \
		1 'select(.pid == 2 and .comm == "kthreadd" and .args == "")' stdout
	[ "$(jq .pid "$T/stdout" | sort | uniq -d)" = "" ] || fail "a process twice"
}

# As /proc/PID/cmdline has it, but for the NULs.
test_ps_shows_the_title_that_a_program_has_written() {
	! before_5_18 || skip "needs Linux 5.18 (bpf_copy_from_user_task())"
	printf 'shop: worker 3 of 8, serving orders since Tuesday' >"$T/long"
	printf 'idle' >"$T/short"
	for title in long short; do
		env -i THERE_IS=room_for_more_than_the_arguments ./title -x yy zzz <"$T/$title" >"$T/$title.pid" &
		title_pid=$!
		at_end "kill $title_pid"
		wait_line . "$T/$title.pid"
		exits 0 ./bps ps -j -p "$title_pid"
		cmdline=$(tr '\0' '\n' <"/proc/$title_pid/cmdline" | head -n 1)
		[ "$cmdline" = "$(cat "$T/$title")" ] || fail "the kernel says '$cmdline'"
		expect 1 ".args == \"$cmdline\"" stdout
	done
}

test_ps_p_shows_one_process_and_4096_bytes_of_its_arguments() {
	mkfifo "$T/fifo"
	setpriv --reuid=65534 --regid=65533 --clear-groups \
		cat "$T/fifo" "$(printf '\033[31m\n\\')" "$(printf '%05000d' 7)" 2>/dev/null &
	pid=$!
	wait_line '^cat$' "/proc/$pid/comm"
	exits 0 ./bps ps -j -p "$pid"
	expect 1 . \
		1 "select(.pid == $pid and .uid == 65534)" stdout
	before_5_18 && return
	expect 1 "select((.args | length) == 4096 and (.args | startswith(\"cat $T/fifo \\u001b[31m\\n\\\\ 0000\")))" stdout
	# In text for people, control bytes are question marks, and a backslash is two.
	exits 0 ./bps ps -p "$pid"
	grep -qE '^PID +PPID +UID +THREADS +COMM +ARGS$' "$T/stdout" || fail "$(cat -v "$T/stdout")"
	grep -qE "^$pid +[0-9]+ +65534 +1 +cat +cat $T/fifo \\?\\[31m\\?\\\\\\\\ 0000" "$T/stdout" ||
		fail "$(cat -v "$T/stdout")"
	[ "$(wc -l <"$T/stdout")" -eq 2 ] || fail "$(cat -v "$T/stdout")"
}

test_lsof_shows_open_files_with_their_paths() {
	deep=$T/$(printf '%0200d/%0200d' 1 2)
	mkdir -p "$deep"
	mkfifo "$T/fifo"
	(
		exec 3<"$T/fifo" 4>"$T/a
b" 5<>"$T/rw" 6>"$deep/name"
		rm "$T/rw"
		exec cat <&3
	) >/dev/null &
	pid=$!
	exec 9>"$T/fifo"
	wait_line '^cat$' "/proc/$pid/comm"
	exits 0 ./bps lsof -j -p $pid
	fds=$(ls "/proc/$pid/fd" | wc -l)
	expect "$fds" "select(.pid == $pid and .comm == \"cat\")" \
		"$fds" . \
		1 'select(.fd == 6 and .path == ".../name" and .writable and (.readable | not))' stdout
	if before_5_18; then
		expect 1 'select(.fd == 4 and .path == ".../a\nb")' stdout
		says '^bps: only the names of files, as iterators may call bpf_d_path\(\) since Linux 5.12$'
		return
	fi
	expect 1 "select(.fd == 3 and .path == \"$T/fifo\" and .readable and (.writable | not))" \
		1 "select(.fd == 4 and .path == \"$T/a\\nb\" and .writable)" \
		1 "select(.fd == 5 and .path == \"$T/rw (deleted)\" and .readable and .writable)" stdout
	exits 0 ./bps lsof
	grep -qE '^PID +FD +RW +COMM +PATH$' "$T/stdout" || fail "$(cat "$T/stdout")"
	grep -qE "^$pid +4 +-w +cat +$T/a\\?b$" "$T/stdout" || fail "$(grep "^$pid" "$T/stdout")"
}

test_ss_shows_sockets_of_IPv4_and_IPv6() {
	sockets
	exits 0 ./bps ss -j
	expect 1 "select(.protocol == \"TCP\" and .state == \"LISTEN\" and .local == \"127.0.0.1\"
		and .local_port == $listening and .remote == \"0.0.0.0\" and .remote_port == 0)" \
		1 "select(.state == \"ESTABLISHED\" and .local_port == $client and .remote_port == $listening
		and .remote == \"127.0.0.1\")" stdout
	exits 0 ./bps ss -P "$listening"
	grep -qE "^LISTEN +0 +127.0.0.1:$listening 0.0.0.0:0$" "$T/stdout" || fail "$(cat "$T/stdout")"
	[ "$(wc -l <"$T/stdout")" -eq 4 ] || fail "not a header and three sockets: $(cat "$T/stdout")"
	says '^bps: 3 events$'
	exits 0 ./bps ss --udp -j -P "$udp"
	expect 1 . \
		1 "select(.protocol == \"UDP\" and .state == \"CLOSED\" and .local_port == $udp)" stdout

	rm "$T/hold" "$T/sockets"
	sockets 6
	exits 0 ./bps ss -j -P "$client"
	expect 1 "select(.local == \"::1\" and .local_port == $client and .remote_port == $listening)" stdout
	exits 0 ./bps ss -P "$listening"
	grep -q "^LISTEN *0 *\[::1\]:$listening \[::\]:0$" "$T/stdout" || fail "$(cat "$T/stdout")"
}

test_ss_kill_ends_a_connection_and_no_other_socket() {
	sockets
	if before_6_5; then
		exits 4 ./bps ss --kill -P "$client"
		says '^bps: skipped: --kill needs Linux 6.5 \(bpf_sock_destroy\)$'
		return
	fi
	exits 0 ./bps ss -j --kill -P "$client"
	# Its end is news for the other end, which may be gone by the time it would be its turn.
	expect_at_least 1 'select(.state == "ESTABLISHED")' stdout
	expect 0 'select(.state == "LISTEN")' stdout
	wait_line '^ended: ECONN(ABORTED|RESET)$' "$T/sockets"
	exits 0 ./bps ss -j -P "$listening"
	expect 1 'select(.state == "LISTEN")' \
		0 'select(.state == "ESTABLISHED")' stdout
}

test_cgroup_shows_a_part_of_the_tree() {
	path=$(new_cgroup top)
	if before_6_1; then
		exits 4 ./bps cgroup
		says '^bps: skipped: this kernel has no iterator of cgroups, which Linux 6.1 brought$'
		return
	fi
	mkdir "$path/a" "$path/a/b"
	at_end "rmdir '$path/a/b' '$path/a'"
	below=${path#"$(cgroup_root)"}
	exits 0 ./bps cgroup -j -c "$path"
	expect 3 . \
		1 "select(.path == \"$below\" and .descendants == 2 and .id == $(stat -c %i "$path"))" \
		1 "select(.path == \"$below/a/b\" and .descendants == 0 and .level == 3)" stdout
	exits 0 ./bps cgroup
	grep -qE "^1 +0 +[0-9]+ +[0-9]+ +/$" "$T/stdout" || fail "$(cat "$T/stdout")"
	grep -qE "^$(stat -c %i "$path/a") +2 +1 +0 +$below/a$" "$T/stdout" || fail "$(cat "$T/stdout")"
	# More than 32 KiB of them.
	long=$(printf '%0200d' 0)
	(cd "$path" && mkdir $(seq -f "$long%g" 200))
	exits 1 ./bps cgroup -j -c "$path"
	(cd "$path" && rmdir $(seq -f "$long%g" 200))
	says '^bps: more cgroups than the kernel shows at one time$'
}

test_map_shows_the_elements_of_a_map() {
	need bpftool
	bpffs
	bpftool map create "$T/bpf/hash" type hash key 4 value 6 entries 9 name hash
	bpftool map update pinned "$T/bpf/hash" key 1 2 3 4 value 10 20 30 40 50 255
	bpftool map update pinned "$T/bpf/hash" key 5 6 7 8 value 0 0 0 0 0 1
	exits 0 ./bps map -j --id "$(bpftool -j map show pinned "$T/bpf/hash" | jq .id)"
	expect 2 . \
		1 'select(.key == "01020304" and .value == "0a141e2832ff")' \
		1 'select(.key == "05060708" and .value == "000000000001")' stdout
	bpftool map create "$T/bpf/percpu" type percpu_array key 4 value 4 entries 2 name percpu
	exits 0 ./bps map --id "$(bpftool -j map show pinned "$T/bpf/percpu" | jq .id)"
	cpus=$(bpftool -j map dump pinned "$T/bpf/percpu" | jq '.[0].values | length')
	zeros=$(printf "%0$((16 * cpus))d" 0)
	[ "$(cat "$T/stdout")" = "$(printf '00000000 %s \n01000000 %s \n' "$zeros" "$zeros")" ] ||
		fail "$(cat "$T/stdout")"
}

# ---- that it is pulled ----

test_more_than_the_kernel_has_room_for_is_shown_whole() {
	dir=$T/$(printf '%0100d' 0)
	mkdir "$dir"
	mkfifo "$T/fifo"
	bash -c 'for i in $(seq 300); do exec {fd}>"$2/$i"; done; echo >"$1"; exec sleep 60' x "$T/fifo" "$dir" &
	pid=$!
	read -r _ <"$T/fifo"
	exits 0 ./bps lsof -j -p $pid
	expect 300 'select(.path | test("/[0-9]+$")) | .path' stdout
	[ "$(jq .fd "$T/stdout" | sort | uniq -d)" = "" ] || fail "a file twice"
}

test_a_pinned_iterator_is_read_with_cat_when_bps_has_ended() {
	need bpftool
	bpffs
	bpf_snapshot
	exits 0 ./bps ss --pin "$T/bpf/tcp"
	says "^bps: pinned: cat $T/bpf/tcp shows it, rm $T/bpf/tcp ends that$"
	sockets
	cat "$T/bpf/tcp" >"$T/cat"
	grep -qE "^LISTEN +0 +127.0.0.1:$listening 0.0.0.0:0$" "$T/cat" || fail "$(cat "$T/cat")"
	[ "$(grep -c '^STATE ' "$T/cat")" -eq 1 ] || fail "$(cat "$T/cat")"
	exits 1 as_nobody cat "$T/bpf/tcp"
	chmod 644 "$T/bpf/tcp" # from now on anybody sees what the program shows
	exits 0 as_nobody cat "$T/bpf/tcp"
	grep -q "127.0.0.1:$listening " "$T/stdout" || fail "$(cat "$T/stdout")"
	exits 1 ./bps ss --pin "$T/bpf/tcp"
	says "^bps: cannot pin to $T/bpf/tcp: File exists$"
	exits 0 ./bps ps --pin "$T/bpf/ps"
	grep -qE '^2 +0 +0 +1 +kthreadd' "$T/bpf/ps" || fail "no kthreadd"
	rm "$T/bpf/tcp" "$T/bpf/ps"
	nothing_left
}

test_option_I_shows_what_there_is_by_then() {
	bpf_snapshot
	start bps ss -j -I 1
	grep -qx 'bps: attached to iter/tcp; Ctrl-C to stop' "$T/err" || fail "$(cat "$T/err")"
	sockets
	expect_at_least 2 "select(.local_port == $listening and .state == \"LISTEN\")"
	stop
	nothing_left
	start_as second bps ps -I 60
	kill9 second
	nothing_left
}

# ---- what can go wrong ----

once_wrong_options_are_usage_errors() {
	exits 2 ./bps
	says '^bps: which view\? ps, lsof, ss, cgroup or map$'
	exits 2 ./bps top
	says "one of ps, lsof, ss, cgroup and map, not 'top'"
	exits 2 ./bps ps ss
	exits 2 ./bps ss -p 1
	says '^bps: ss does not take -p$'
	exits 2 ./bps map
	says 'which map\?'
	exits 2 ./bps ss --kill
	says 'it wants -P PORT, and no --pin'
	exits 2 ./bps ss --kill -P 1 --pin "$T/x"
	exits 1 ./bps map --id 99999999
	says '^bps: cannot open the map with ID 99999999: No such file or directory$'
	exits 1 ./bps ps --pin "$T/x"
	says "^bps: cannot pin to $T/x, which is not in a BPF file system$"
}

test_a_map_that_cannot_be_iterated_is_refused() {
	need bpftool
	bpffs
	bpftool map create "$T/bpf/queue" type queue value 4 entries 4 name queue
	exits 1 ./bps map --id "$(bpftool -j map show pinned "$T/bpf/queue" | jq .id)"
	says '^bps: cannot attach to iter/bpf_map_elem: Invalid argument$'
}

test_a_reader_that_goes_away_ends_it_quietly() {
	exits 0 sh -c './bps lsof -I 1 | head -n 1'
	exits 1 sh -c './bps ps >/dev/full'
	says '^bps: cannot write the output: No space left on device$'
}

test_a_few_capabilities_suffice() {
	exits 1 as_nobody ./bps ps
	says '^  hint: run it with sudo \(or grant CAP_BPF and CAP_PERFMON\)$'
	exits 0 with_capabilities +bpf,+perfmon ./bps ps -j -p 2
	expect 1 'select(.pid == 2)' stdout
	exits 1 with_capabilities +bpf,+perfmon ./bps map --id 1
	says '^bps: cannot open a map by its ID, which takes CAP_SYS_ADMIN$'
}

test_the_demo_shows_what_the_README_says() {
	start bps ss -j -I 1
	./demo.sh
	stop
	expect_at_least 1 'select(.state == "LISTEN" and .local == "127.0.0.1")' \
		2 'select(.state == "ESTABLISHED" and .local == "127.0.0.1")'
}

run_tests
