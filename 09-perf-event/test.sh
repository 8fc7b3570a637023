#!/bin/sh
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
. ../tests/lib.sh

# Sample by the clock: how many samples there are depends on how busy the machine is, so only
# shares and orders are certain. By page faults, counts are exact.

# waiting_burn ARG...: run burn in the background; it begins when go is called, which waits for
# its end. What it does is measured in CPU time, so that a busy machine only takes longer.
waiting_burn() {
	[ -p "$T/go" ] || mkfifo "$T/go"
	"${burn:-./burn}" "$@" wait <"$T/go" &
	burn_pid=$!
	exec 9>"$T/go"
}
go() {
	echo >&9
	exec 9>&-
	wait $burn_pid
}

# profile_of BURN_ARGS -- ARG...: what the tool says with ARG... of one run of burn.
profile_of() {
	burn_args=
	while [ "$1" != -- ]; do
		burn_args="$burn_args $1"
		shift
	done
	shift
	waiting_burn $burn_args
	start profile "$@" -p $burn_pid
	go
	stop
}

# The sum of the counts in the folded stacks $1 that match the ERE $2.
folded_samples() {
	grep -E -e "$2" "$1" | awk '{ n += $NF } END { print n + 0 }'
}

chain='^burn(;[^;]*)?;main;outer;middle;inner'

# ---- what it shows ----

test_what_a_program_is_busy_with_leads_the_folded_stacks() {
	profile_of cpu 0.2 -- -e cpu-clock -F 199 -f
	head -n 1 "$T/out" | grep -qE "$chain [0-9]+\$" || fail "$(head -n 5 "$T/out" | cut -c 1-300)"
	inner=$(folded_samples "$T/out" "$chain") all=$(folded_samples "$T/out" .)
	[ "$inner" -gt 10 ] || fail "only $inner samples in inner"
	[ $((inner * 10)) -ge $((all * 8)) ] || fail "only $inner of $all samples in inner"
}

once_json_has_the_frames_from_the_innermost_on() {
	profile_of cpu 0.2 -- -e cpu-clock -F 199 -j
	expect_at_least 1 "select(.frames[.kernel_frames:][0:4] == [\"inner\", \"middle\", \"outer\", \"main\"]
		and .comm == \"burn\" and .pid == $burn_pid and .depth == (.frames | length) and .count > 0)"
	expect 0 "select(.pid != $burn_pid)"
}

once_people_get_stacks_as_bcc_prints_them_with_shares() {
	profile_of cpu 0.2 -- -e cpu-clock -F 199 -U
	tr '\n' '~' <"$T/out" |
		grep -qE "    inner~    middle~    outer~    main~(    [^~]*~)?    -                burn \($burn_pid\)~        [0-9]+ \([0-9.]+%\)~~\$" ||
		fail "$(head -n 5 "$T/out" | cut -c 1-300)"
	grep -qE '^profile: [0-9]+ samples$' "$T/err" || fail "$(cat "$T/err")"
}

test_32_fresh_pages_are_32_page_faults() {
	waiting_burn pages 32
	start profile -e page-faults -j -U -p $burn_pid
	go
	stop
	expect 1 'select(.frames[0] == "touch_pages" and .count == 32)' \
		1 'select(any(.frames[]; . == "touch_pages"))'
	! grep -qE 'dropped|lost' "$T/err" || fail "$(cat "$T/err")"
}

test_option_c_takes_every_so_manieth() {
	waiting_burn pages 4000
	start profile -e page-faults --count 100 -j -U -p $burn_pid
	go
	stop
	# Each CPU counts the faults of all processes, so that burn's share is not exact.
	n=$(jq -s 'map(select(.frames[0] == "touch_pages").count) | add' "$T/out")
	[ "$n" -ge 20 ] && [ "$n" -le 60 ] || fail "$n samples of 4000 faults (in whole batches), each 100th"
}

test_option_F_takes_more_samples() {
	waiting_burn cpu 0.5
	start profile -e cpu-clock -F 9 -j -U -p $burn_pid
	start_as many profile -e cpu-clock -F 499 -j -U -p $burn_pid
	go
	stop
	stop many
	few=$(jq -s 'map(.count) | add' "$T/out")
	many=$(jq -s 'map(.count) | add' "$T/many.out")
	[ "$few" -ge 1 ] && [ "$few" -le 9 ] || fail "$few samples in a second at 9 Hz"
	[ "$many" -gt $((few * 10)) ] || fail "$many samples at 499 Hz, $few at 9 Hz"
}

test_the_kernel_s_functions_have_names() {
	grep -q ' T vfs_read$' /proc/kallsyms || skip "/proc/kallsyms cannot be read"
	profile_of calls 0.3 -- -e cpu-clock -F 199 -f
	kernel=$(folded_samples "$T/out" 'sys_getcwd_\[k\]')
	[ "$kernel" -gt 5 ] || fail "$(head -n 5 "$T/out" | cut -c 1-300)"
	! grep -q '+0x[0-9a-f]*_\[k\]' "$T/out" || fail "offsets keep equal stacks apart: $(cat "$T/out")"
}

test_options_U_and_K_show_one_half_only() {
	waiting_burn calls 0.3
	start profile -e cpu-clock -F 199 -j -U -p $burn_pid
	start_as kernel profile -e cpu-clock -F 199 -j -K -p $burn_pid
	go
	stop
	stop kernel
	expect_at_least 1 'select(.frames | index("middle"))'
	expect 0 'select(.kernel_frames > 0)'
	expect_at_least 1 'select(.kernel_frames > 0)' kernel
	expect 0 'select(.kernel_frames != .depth)' \
		0 'select(.frames | index("middle"))' kernel
}

test_all_processes_are_seen_without_p() {
	start profile -e cpu-clock -j -U
	./burn cpu 0.3
	./burn named second 0.3
	stop
	expect_at_least 1 'select(.comm == "burn")' \
		1 'select(.comm == "second")'
	expect 0 'select(.pid == 0)'
}

test_option_I_counts_idle_CPUs() {
	start profile -e cpu-clock -F 199 -j --include-idle
	wait_for "an idle moment" sleep 1
	stop
	[ "$(jq -s 'map(select(.pid == 0)) | length' "$T/out")" -gt 0 ] ||
		skip "no CPU was ever idle"
	expect_at_least 1 'select(.pid == 0 and (.comm | startswith("swapper/")))'
}

test_threads_that_start_later_belong_to_their_process() {
	waiting_burn threads 4 0.3
	start profile -e cpu-clock -F 199 -f -U -p $burn_pid
	go
	stop
	n=$(folded_samples "$T/out" ';worker;inner')
	[ "$n" -gt 20 ] || fail "$(head -n 5 "$T/out" | cut -c 1-300)"
}

test_the_counts_add_up() {
	start profile -e cpu-clock -F 199 -f --flame "$T/flame.svg"
	./burn cpu 0.3
	stop
	n=$(folded_samples "$T/out" .)
	grep -q "^profile: $n samples\$" "$T/err" || fail "$n counted; $(cat "$T/err")"
	grep -q "<title>all ($n samples, 100.00%)</title>" "$T/flame.svg" || fail "$(grep -m 1 '<title>' "$T/flame.svg")"
	[ "$(cut -d ' ' -f 1- "$T/out" | sed 's/ [0-9]*$//' | sort | uniq -d | wc -l)" = 0 ] ||
		fail "a stack is printed twice"
}

# ---- names ----

test_without_symbols_it_is_the_file_and_the_address_in_it() {
	burn=.output/stripped && profile_of cpu 0.3 -- -e cpu-clock -f -U
	addr=$(head -n 1 "$T/out" | sed -nE 's/.*;stripped\+(0x[0-9a-f]+) [0-9]+$/\1/p')
	[ "$addr" ] || fail "$(head -n 5 "$T/out")"
	inner=$(.output/stripped where inner)
	[ $((addr)) -ge $((inner)) ] && [ $((addr)) -lt $((inner + 256)) ] ||
		fail "$addr is not in inner, which begins at $inner"
}

test_a_call_that_is_the_last_instruction_belongs_to_its_function() {
	profile_of last 0.2 -- -e cpu-clock -F 199 -j -U
	expect_at_least 1 'select(.frames[:3] == ["inner", "never_returns", "last_call"])'
}

# Also after the program's end; and C++ names are as their source has them.
test_a_library_that_is_loaded_late_has_names() {
	start profile -e cpu-clock -F 199 -f -U
	./burn plugin .output/plugin.so 1
	stop
	late=$(folded_samples "$T/out" '^burn(;[^;]*)?;main;(run_plugin;)?plugin;shop::Cart::sum\(int\);worker ')
	[ "$late" -gt 20 ] || fail "$late samples: $(grep ^burn "$T/out" | head -n 5 | cut -c 1-300)"
	! grep ';main;.*\[unknown\]' "$T/out" >"$T/unknown" || fail "$(cat "$T/unknown")"
}

# Of a stripped library only the symbols are left that others may use: worker lies after one without a size.
test_a_symbol_without_a_size_does_not_reach_over_what_has_lost_its_name() {
	profile_of plugin .output/stripped.so 0.5 -- -e cpu-clock -F 199 -f -U
	grep -qE ';plugin;shop::Cart::sum\(int\);stripped\.so\+0x[0-9a-f]+ ' "$T/out" ||
		fail "$(head -n 5 "$T/out" | cut -c 1-300)"
	! grep asm_entry "$T/out" || fail "asm_entry is one instruction, which nobody calls"
}

test_code_of_a_JIT_compiler_has_the_names_that_it_tells() {
	profile_of jit 0.5 -- -e cpu-clock -F 199 -f -U
	at_end "rm -f /tmp/perf-$burn_pid.map"
	grep -qE '^burn(;[^;]*)?;main;(run_jit;)?jit_loop ' "$T/out" || fail "$(head -n 5 "$T/out" | cut -c 1-300)"
}

# What anybody could have put there: a link, another user's file, a FIFO, which would block.
test_names_of_a_JIT_compiler_from_somebody_else_are_left_alone() {
	for kind in link other fifo; do
		waiting_burn jit 0.3
		map=/tmp/perf-$burn_pid.map
		at_end "rm -f $map"
		case $kind in
		link) echo '0 ffffffffffffffff wrong' >"$T/link" && ln -s "$T/link" "$map" ;;
		other) echo '0 ffffffffffffffff wrong' >"$map" && chown 65534 "$map" ;;
		fifo) mkfifo "$map" ;;
		esac
		start profile -e cpu-clock -F 199 -f -U -p $burn_pid
		go
		stop
		grep -qE '^burn(;[^;]*)?;main;(run_jit;)?\[unknown\] ' "$T/out" || fail "$kind: $(head -n 5 "$T/out" | cut -c 1-300)"
		says_in '^profile: [0-9]+ addresses are \[unknown\]: they are in no file, ' err
	done
}

test_a_program_that_was_deleted_keeps_its_names() {
	cp burn "$T/gone"
	burn="$T/gone" && waiting_burn cpu 0.3
	wait_line gone "/proc/$burn_pid/comm"
	rm "$T/gone"
	start profile -e cpu-clock -f -U -p $burn_pid
	go
	stop
	grep -qE '^gone(;[^;]*)?;main;outer;middle;inner ' "$T/out" || fail "$(head -n 5 "$T/out" | cut -c 1-300)"
}

test_a_process_that_ends_meanwhile_keeps_its_names() {
	start profile -e cpu-clock -f -U # without -p: it is not looked at before the first sample
	./burn named brief 0.3
	stop
	grep -qE '^brief(;[^;]*)?;main;outer;middle;inner ' "$T/out" || fail "$(head -n 5 "$T/out" | cut -c 1-300)"
}

test_an_exec_does_not_mix_up_two_programs() {
	cp burn "$T/after"
	mkfifo "$T/go"
	sh -c 'read -r line <"$1/go"; i=0; while [ $i -lt 200000 ]; do i=$((i + 1)); done
		exec "$1/after" cpu 0.3' sh "$T" &
	pid=$!
	start profile -e cpu-clock -F 199 -j -U -p $pid
	echo >"$T/go"
	wait $pid
	stop
	expect_at_least 1 'select(.comm == "sh")' \
		1 'select(.comm == "after" and .frames[0] == "inner")'
	expect 0 'select(.comm == "sh" and (.frames | index("inner")))'
}

test_hidden_kernel_addresses_are_said() {
	sed -n '1,50s/^[0-9a-f]*/0000000000000000/p' /proc/kallsyms >"$T/kallsyms"
	./burn calls 60 &
	burn_pid=$!
	at_end "kill -KILL $burn_pid"
	exits 0 unshare --mount sh -c 'mount --bind "$1/kallsyms" /proc/kallsyms
		exec ./profile -e cpu-clock -F 499 -f -K -d 2 -p $2' sh "$T" $burn_pid
	grep -qE '^burn;0x[0-9a-f]+' "$T/stdout" || fail "$(cat "$T/stdout")"
	says "^profile: /proc/kallsyms hides the kernel's addresses, so its functions have no names"
}

# ---- strange names ----

# The name of a process: a semicolon, markup, an escape, bad UTF-8.
strange=$(printf 'a;<b>&\033 \377')

once_strange_bytes_in_a_name_survive_as_json() {
	start profile -e cpu-clock -j -U
	./burn named "$strange" 0.3
	stop
	grep -qF '"comm":"a;<b>&\u001b \udcff"' "$T/out" || fail "$(head -n 5 "$T/out" | cut -c 1-300)"
}

once_strange_bytes_in_a_name_are_escaped_for_people_and_in_folded_stacks() {
	start profile -e cpu-clock -f -U
	start_as people profile -e cpu-clock -U
	./burn named "$strange" 0.3
	stop
	stop people
	grep -qE '^a\\x3b<b>&\\x1b \\xff(;[^;]*)?;main;outer;middle;inner [0-9]+$' "$T/out" ||
		fail "$(grep -a '^a' "$T/out" | cat -v)"
	grep -qF -e '-                a;<b>&\x1b \xff (' "$T/people.out" ||
		fail "$(tail -n 20 "$T/people.out" | cat -v)"
}

once_the_flame_graph_is_well_formed() {
	need xmllint
	profile_of calls 0.2 -- -e cpu-clock -F 199 --flame "$T/flame.svg"
	xmllint --noout "$T/flame.svg"
}

once_strange_bytes_in_a_name_are_escaped_in_the_flame_graph() {
	start profile -e cpu-clock -F 199 -U --flame "$T/flame.svg"
	./burn named "$strange" 0.3
	./burn named "$(printf 'x\357\277\276y\357\277\277')" 0.3 # valid UTF-8, but not in XML
	stop
	[ ! -s "$T/out" ] || fail "it printed stacks, too"
	grep -qF '<title>a;&lt;b&gt;&amp;\x1b \xff (process, ' "$T/flame.svg" || fail "$(grep -m 5 title "$T/flame.svg")"
	grep -qF '<title>x\ufffey\uffff (process, ' "$T/flame.svg" || fail "$(grep -m 5 title "$T/flame.svg")"
	grep -q '<title>inner (user, ' "$T/flame.svg" || fail "no inner"
	! command -v xmllint >/dev/null || xmllint --noout "$T/flame.svg"
}

once_bars_of_the_flame_graph_lie_on_their_callers() {
	profile_of calls 0.3 -- -e cpu-clock -F 499 --flame "$T/flame.svg"
	# y of each bar is one height above its caller's, and no wider.
	for name in main outer middle inner; do
		sed -nE "s/.*x=\"([0-9.]+)%\" y=\"([0-9]+)\" width=\"([0-9.]+)%\".*<title>$name \(.*/\1 \2 \3/p" "$T/flame.svg" |
			sort -n -r -k 3 | head -n 1
	done >"$T/bars"
	awk 'NR > 1 && ($2 != y - 18 || $1 < x || $1 + $3 > x + width + 0.001) { bad = 1 }
		{ x = $1; y = $2; width = $3 } END { exit bad || NR != 4 }' "$T/bars" || fail "$(cat "$T/bars")"
	# Those of the same height lie side by side; some do.
	sed -nE 's/.*x="([0-9.]+)%" y="([0-9]+)" width="([0-9.]+)%".*<title>.*/\1 \2 \3/p' "$T/flame.svg" |
		sort -k 2,2n -k 1,1n >"$T/bars"
	awk '$2 == y { beside++; if ($1 < end - 0.001) bad = 1 } { y = $2; end = $1 + $3 }
		END { exit bad || !beside }' "$T/bars" || fail "$(cat "$T/bars")"
}

# ---- nothing lost silently, nothing left behind ----

test_samples_that_find_no_room_are_dropped_and_counted() {
	start profile -e page-faults -f -U --stack-storage-size 2
	for n in $(seq 8); do
		./burn pages 32
	done
	stop
	[ "$(wc -l <"$T/out")" -le 4 ] || fail "$(wc -l <"$T/out") stacks, and there is room for 4"
	grep -qE '^profile: [0-9]+ samples, [1-9][0-9]* dropped ' "$T/err" || fail "$(cat "$T/err")"
}

test_a_sample_whose_stack_is_lost_is_counted_all_the_same() {
	waiting_burn pages 1024
	start profile -e page-faults -j -U --stack-storage-size 2 -p $burn_pid
	start_as whole profile -e page-faults -j -U -p $burn_pid
	go
	stop whole
	stop
	lost=$(sed -n 's/^profile: \([0-9]*\) stacks are \[lost\]: .*/\1/p' "$T/err")
	[ "${lost:-0}" -gt 0 ] || fail "no stack was lost: $(cat "$T/err")"
	[ "$(jq -s 'map(select(.frames | index("[lost]")).count) | add' "$T/out")" = "$lost" ] ||
		fail "$lost lost, but: $(cat "$T/out")"
	# The others are under the names that they have with more room.
	jq -s -e --slurpfile whole "$T/whole.out" 'map(select(.frames | index("[lost]") | not)) |
		length == 2 and all(. as $event | any($whole[];
			.frames == $event.frames and .count >= $event.count))' "$T/out" >/dev/null ||
		fail "$(cat "$T/out")"
	all=$(jq -s 'map(.count) | add' "$T/whole.out")
	[ "$all" -ge 1024 ] && [ "$(jq -s 'map(.count) | add' "$T/out")" = "$all" ] ||
		fail "$all samples, but: $(cat "$T/out")"
}

test_a_stack_that_is_cut_is_marked() {
	waiting_burn deep 200 0.3
	start profile -e cpu-clock -f -U -p $burn_pid
	go
	stop
	grep -qE '^burn;\[deeper\];deeper;' "$T/out" || fail "$(cut -c 1-200 "$T/out")"
}

test_two_at_once_see_the_same() {
	waiting_burn pages 32
	start profile -e page-faults -j -U -p $burn_pid
	start_as second profile -e page-faults -j -U -p $burn_pid
	go
	stop second
	stop
	expect 1 'select(.frames[0] == "touch_pages" and .count == 32)'
	expect 1 'select(.frames[0] == "touch_pages" and .count == 32)' second
}

# ---- CPUs and what they count ----

test_it_says_what_it_samples_by() {
	exits 0 ./profile -d 0.1 -e cpu-clock -F 99
	says '^profile: attached to cpu-clock at 99 Hz on [0-9]+ CPUs?; Ctrl-C to stop$'
	exits 0 ./profile -d 0.1 -e page-faults
	says '^profile: attached to page-faults at one of 1 on [0-9]+ CPUs?; Ctrl-C to stop$'
	exits 0 ./profile -d 0.1
	if ./profile -d 0.1 -e cycles >/dev/null 2>"$T/cycles"; then
		says '^profile: attached to cycles at 49 Hz on '
		skip "this machine counts cycles, so nothing falls back"
	fi
	says '^profile: attached to cpu-clock at 49 Hz on [0-9]+ CPUs?, as nothing counts cycles here; Ctrl-C to stop$'
	exits 4 ./profile -d 0.1 -e cycles
	says '^profile: skipped: this machine counts no CPU cycles'
}

test_only_the_CPUs_that_are_online_are_asked() {
	echo 0 >"$T/online"
	exits 0 unshare --mount sh -c 'mount --bind "$1/online" /sys/devices/system/cpu/online
		exec ./profile -d 0.1' sh "$T"
	says '^profile: attached to .* on 1 CPU[,;]'
}

test_a_CPU_may_go_offline_before_and_meanwhile() {
	[ "$(cat /proc/1/comm)" = init ] && [ -d /hello-libbpf ] || skip "only in a VM of vm/run: it switches a CPU off"
	two_cpus
	at_end "echo 1 >$cpu"
	start profile -e cpu-clock
	grep -q ' on 2 CPUs' "$T/err" || fail "$(cat "$T/err")"
	echo 0 >$cpu
	stop
	exits 0 ./profile -d 0.1
	says '^profile: attached to .* on 1 CPU[,;]'
	# As if it had gone between the look at the list and the opening.
	echo 0-1 >"$T/online"
	exits 0 unshare --mount sh -c 'mount --bind "$1/online" /sys/devices/system/cpu/online
		exec ./profile -d 0.1' sh "$T"
	says '^profile: attached to .* on 1 CPU[,;]'
}

test_a_CPU_that_comes_back_is_sampled_again() {
	[ "$(cat /proc/1/comm)" = init ] && [ -d /hello-libbpf ] || skip "only in a VM of vm/run: it switches a CPU off"
	two_cpus
	at_end "echo 1 >$cpu"
	start profile -e cpu-clock -F 99 -f -U
	echo 0 >$cpu
	echo 1 >$cpu
	./burn on 1 4
	stop
	back=$(folded_samples "$T/out" "$chain ")
	[ "$back" -gt 50 ] || fail "$back samples of CPU 1"
}

# ---- how it ends ----

test_a_full_disk_is_an_error() {
	exits 1 sh -c 'exec ./profile --include-idle -d 0.2 >/dev/full'
	says '^profile: cannot write the output: No space left on device$'
	exits 1 ./profile --include-idle -d 0.2 --flame /dev/full
	says '^profile: cannot write /dev/full: No space left on device$'
}

# ---- bad input ----

once_wrong_options_are_usage_errors() {
	exits 2 ./profile -e instructions
	says "^profile: EVENT must be cycles, cpu-clock or page-faults, not 'instructions'$"
	exits 2 ./profile --count 100
	says '^profile: COUNT of what\? --count needs -e$'
	exits 2 ./profile -U -K
	says '^profile: -U and -K exclude each other$'
	exits 2 ./profile -F 9 --count 9 -e cpu-clock
	says '^profile: -F and --count exclude each other$'
	exits 2 ./profile -f -j
	says '^profile: -f and -j exclude each other$'
}

test_too_many_samples_are_refused_with_the_limit() {
	exits 1 ./profile -e cpu-clock -F 2000000000
	says '^profile: this kernel takes at most [0-9]+ samples a second, not 2000000000$' \
		'^  hint: /proc/sys/kernel/perf_event_max_sample_rate is the limit$'
}

once_a_file_that_cannot_be_written_is_named_before_it_samples() {
	exits 1 ./profile --flame "$T/no/such.svg"
	says "^profile: cannot write $T/no/such.svg: No such file or directory$"
	! grep -q attached "$T/stderr" || fail "$(cat "$T/stderr")"
}

# ---- what other users' programs may do to it ----

once_a_name_that_a_program_gives_for_its_symbols_is_not_opened() {
	need objcopy
	echo >"$T/link.debug"
	objcopy --strip-all -R .note.gnu.build-id --add-gnu-debuglink="$T/link.debug" burn "$T/burn"
	rm "$T/link.debug"
	mkfifo "$T/link.debug" # to open it would block for ever
	burn=$T/burn
	waiting_burn cpu 0.5
	start profile -e cpu-clock -f
	go
	stop
	[ "$(folded_samples "$T/out" '^burn;')" -gt 5 ] || fail "$(head -n 5 "$T/out" | cut -c 1-300)"
}

# Whoever may write to a file that is mapped may cut it, while its symbols are read.
once_a_file_that_is_cut_while_it_is_read_costs_its_names_only() {
	cp burn "$T/cut"
	burn=$T/cut && waiting_burn cpu 0.3
	export LD_PRELOAD="$PWD/.output/cut.so" CUT="$T/cut"
	start profile -e cpu-clock -f
	unset LD_PRELOAD
	go
	stop
	[ "$(stat -c %s "$T/cut")" -eq 4096 ] || fail "the file was not cut"
	grep -qE '^cut;.*cut\+0x' "$T/out" || fail "$(grep ^cut "$T/out" | head -n 5 | cut -c 1-300)"
}

test_without_a_list_of_CPUs_it_says_so() {
	exits 1 unshare --mount sh -c 'mount -t tmpfs none /sys/devices/system/cpu && exec ./profile -d 0.1'
	says '^profile: cannot tell how many CPUs there are: No such file or directory$'
}

test_the_demo_shows_what_the_README_says() {
	start profile -e cpu-clock -f
	./demo.sh
	stop
	[ "$(folded_samples "$T/out" "$chain ")" -gt 20 ] || fail "$(head -n 5 "$T/out" | cut -c 1-300)"
	[ "$(folded_samples "$T/out" '^burn(;[^;]*)?;main;outer;middle;.*sys_getcwd_\[k\]')" -gt 5 ] || fail "$(head -n 5 "$T/out" | cut -c 1-300)"
}

run_tests
